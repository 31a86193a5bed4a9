"""Mounts an autofs trigger whose daemon, this process, never answers: whoever steps on it waits for ever.

usage: autofs-trigger.py MOUNT_POINT; prints `ready` when mounted.
"""

import ctypes
import os
import sys
import time

reader, writer = os.pipe()
os.setpgid(0, 0)
libc = ctypes.CDLL(None, use_errno=True)
options = f"fd={writer},pgrp={os.getpgrp()},minproto=5,maxproto=5,direct".encode()
if libc.mount(b"test", os.fsencode(sys.argv[1]), b"autofs", 0, options) != 0:
    sys.exit(f"mount: {os.strerror(ctypes.get_errno())}")
print("ready", flush=True)
time.sleep(3600)
