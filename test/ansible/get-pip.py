"""Puts pip into a virtual environment of ansible-test, from what Python itself brings along and the package index.

ansible-test runs this file in place of the bootstrap script that it would download from elsewhere.
"""

import subprocess
import sys

# In a process of its own: it turns pip's configuration off.
subprocess.check_call([sys.executable, '-m', 'ensurepip'], stdout=subprocess.DEVNULL)
packages = [argument for argument in sys.argv[1:] if not argument.startswith('-')]
sys.exit(subprocess.call([sys.executable, '-m', 'pip', 'install', '-q', '--disable-pip-version-check'] + packages))
