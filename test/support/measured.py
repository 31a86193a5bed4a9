"""Runs a program and prints as JSON how it ended, how long it took and the most memory that it had.

usage: measured.py SECONDS OUTPUT PROGRAM [ARGUMENT]...; after this many seconds the program is ended. Its standard output goes to OUTPUT.
"""

import json
import os
import signal
import sys
import time

seconds, output, *argv = sys.argv[1:]
began = time.monotonic()
pid = os.fork()
if pid == 0:
    descriptor = os.open(output, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    os.dup2(descriptor, 1)
    os.execv(argv[0], argv)
signal.signal(signal.SIGALRM, lambda *_: os.kill(pid, signal.SIGKILL))
signal.alarm(int(seconds))
_, status, usage = os.wait4(pid, 0)
print(json.dumps({
    "code": os.waitstatus_to_exitcode(status),
    "seconds": round(time.monotonic() - began, 3),
    "rss_kb": usage.ru_maxrss,
}))
