"""Mounts an autofs trigger. Its daemon is this process, which never answers: a process that looks below the trigger waits until it ends.

usage: autofs-trigger.py MOUNT_POINT; prints `ready` when mounted.
"""

import ctypes
import fcntl
import os
import sys
import time

reader, writer = os.pipe()
os.setpgid(0, 0)
libc = ctypes.CDLL(None, use_errno=True)
options = f"fd={writer},pgrp={os.getpgrp()},minproto=5,maxproto=5,direct".encode()
if libc.mount(b"test", os.fsencode(sys.argv[1]), b"autofs", 0, options) != 0:
    sys.exit(f"mount: {os.strerror(ctypes.get_errno())}")
# The kernel does not release waiters when the daemon ends, and other programs of the host may wait by then.
AUTOFS_IOC_CATATONIC = 0x9362
root = os.open(sys.argv[1], os.O_RDONLY | os.O_DIRECTORY)
life, end = os.pipe()
if os.fork() == 0:
    os.close(end)
    os.read(life, 1)
    fcntl.ioctl(root, AUTOFS_IOC_CATATONIC, 0)
    os._exit(0)
print("ready", flush=True)
time.sleep(3600)
