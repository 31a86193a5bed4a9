"""A FUSE file system of the files `lib.so` and `x.log` for tests, which needs nothing but root.

usage: fuse-server.py MOUNT_POINT [CONTENT [TYPE [DEVICE]]]; prints `ready` when mounted. Stop it (SIGSTOP) and every request hangs; kill
it and they fail. Every file has the content of the file CONTENT (default: zeros); TYPE is as in `fuse.sshfs`, DEVICE another
node of /dev/fuse.
"""

import ctypes
import os
import sys

from fuse_files import Files, parse, reply, wants_answer

files = Files(open(sys.argv[2], "rb").read() if len(sys.argv) > 2 else b"\0" * 8192)
FILE_SYSTEM = sys.argv[3].encode() if len(sys.argv) > 3 else b"fuse"

device = os.open(sys.argv[4] if len(sys.argv) > 4 else "/dev/fuse", os.O_RDWR)
options = f"fd={device},rootmode=40000,user_id=0,group_id=0,allow_other".encode()
libc = ctypes.CDLL(None, use_errno=True)
if libc.mount(b"test", os.fsencode(sys.argv[1]), FILE_SYSTEM, 0, options) != 0:
    sys.exit(f"mount: {os.strerror(ctypes.get_errno())}")
print("ready", flush=True)
while True:
    try:
        request = os.read(device, 1 << 20)
    except OSError:
        sys.exit(0)
    opcode, unique, node, body = parse(request)
    if wants_answer(opcode):
        try:
            os.write(device, reply(unique, *files.answer(opcode, node, body)))
        except OSError:
            pass
