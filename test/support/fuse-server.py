"""A FUSE file system of the files `lib.so` and `x.log` for tests, spoken raw on /dev/fuse so that it needs nothing but root.

usage: fuse-server.py MOUNT_POINT [CONTENT [TYPE [DEVICE]]]; prints `ready` when mounted. Stop it (SIGSTOP) and every request hangs; kill
it and they fail. Every file holds what the file CONTENT does (default: zeros); TYPE is as in `fuse.sshfs`, DEVICE another
node of /dev/fuse.
"""

import ctypes
import os
import struct
import sys

LOOKUP, FORGET, GETATTR, UNLINK, OPEN, READ, STATFS = 1, 2, 3, 10, 14, 15, 17
RELEASE, FLUSH, INIT, OPENDIR, RELEASEDIR, INTERRUPT, BATCH_FORGET = 18, 25, 26, 27, 29, 36, 42
ENOENT, ENOSYS = 2, 38
NAMES = {b"lib.so": 2, b"x.log": 3}
CONTENT = open(sys.argv[2], "rb").read() if len(sys.argv) > 2 else b"\0" * 8192
SIZE = len(CONTENT)
FILE_SYSTEM = sys.argv[3].encode() if len(sys.argv) > 3 else b"fuse"


def attributes(node):
    mode = 0o40755 if node == 1 else 0o100755
    return struct.pack("<QQQQQQIIIIIIIIII", node, SIZE, 16, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)


def answer(opcode, node, body):
    """(errno, reply)"""
    if opcode == INIT:
        return 0, struct.pack("<IIIIHHIIHHI28x", 7, 31, 65536, 0, 12, 9, 65536, 1, 16, 0, 0)
    if opcode == LOOKUP:
        found = NAMES.get(body.rstrip(b"\0"))
        if found is None:
            return ENOENT, b""
        return 0, struct.pack("<QQQQII", found, 0, 0, 0, 0, 0) + attributes(found)
    if opcode == GETATTR:
        return 0, struct.pack("<QII", 0, 0, 0) + attributes(node)
    if opcode in (OPEN, OPENDIR):
        return 0, struct.pack("<QII", 0, 0, 0)
    if opcode == READ:
        _, offset, size = struct.unpack_from("<QQI", body)
        return 0, CONTENT[offset : offset + size]
    if opcode == UNLINK:
        NAMES.pop(body.rstrip(b"\0"), None)
        return 0, b""
    if opcode == STATFS:
        return 0, struct.pack("<QQQQQIII28x", 0, 0, 0, 0, 0, 4096, 255, 4096)
    return (0 if opcode in (RELEASE, FLUSH, RELEASEDIR) else ENOSYS), b""


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
    _, opcode, unique, node = struct.unpack_from("<IIQQ", request)
    if opcode not in (FORGET, BATCH_FORGET, INTERRUPT):
        error, reply = answer(opcode, node, request[40:])
        try:
            os.write(device, struct.pack("<IiQ", 16 + len(reply), -error, unique) + reply)
        except OSError:
            pass
