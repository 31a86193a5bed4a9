"""A fake lib-users: refuses any argument vector but the one in case.json beside it, keeps what it was given, and answers.

Installed as an executable named lib-users by run_case.py.
"""

import json
import os
import sys
import time

folder = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(folder, 'case.json')) as stream:
    case = json.load(stream)
given = {'argv': sys.argv[1:], 'stdin': sys.stdin.read(), 'cwd': os.getcwd(), 'environment': dict(os.environ)}
with open(os.path.join(folder, 'given.json'), 'w') as stream:
    json.dump(given, stream)
if given['argv'] != case['argv']:
    sys.exit('fake lib-users: expected %r and got %r' % (case['argv'], given['argv']))
time.sleep(case['sleep'])
sys.stderr.write(case['err'])
sys.stderr.flush()
sys.stdout.flush()
os.write(1, case['out'].encode('latin-1'))
sys.exit(case['rc'])
