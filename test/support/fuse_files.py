"""Requests from /dev/fuse -> the answers of the tests' FUSE server: a folder with the files `lib.so` and `x.log`."""

import struct

LOOKUP, FORGET, GETATTR, UNLINK, OPEN, READ = 1, 2, 3, 10, 14, 15
STATFS, RELEASE, FLUSH, INIT, OPENDIR, READDIR, RELEASEDIR = 17, 18, 25, 26, 27, 28, 29
ACCESS, INTERRUPT, BATCH_FORGET = 34, 36, 42
ENOENT, ENOSYS = 2, 38


class Files:
    """Every file holds `content`."""

    def __init__(self, content):
        self.content = content
        self.names = {b"lib.so": 2, b"x.log": 3}

    def attributes(self, node):
        mode = 0o40755 if node == 1 else 0o100755
        size = len(self.content)
        return struct.pack("<QQQQQQIIIIIIIIII", node, size, 16, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)

    def answer(self, opcode, node, body):
        """(errno, reply)"""
        if opcode == INIT:
            return 0, struct.pack("<IIIIHHIIHHI28x", 7, 31, 65536, 0, 12, 9, 65536, 1, 16, 0, 0)
        if opcode == LOOKUP:
            found = self.names.get(body.rstrip(b"\0"))
            if found is None:
                return ENOENT, b""
            return 0, struct.pack("<QQQQII", found, 0, 0, 0, 0, 0) + self.attributes(found)
        if opcode == GETATTR:
            return 0, struct.pack("<QII", 0, 0, 0) + self.attributes(node)
        if opcode in (OPEN, OPENDIR):
            return 0, struct.pack("<QII", 0, 0, 0)
        if opcode == READ:
            _, offset, size = struct.unpack_from("<QQI", body)
            return 0, self.content[offset : offset + size]
        if opcode == UNLINK:
            self.names.pop(body.rstrip(b"\0"), None)
            return 0, b""
        if opcode == STATFS:
            return 0, struct.pack("<QQQQQIIII24x", 0, 0, 0, 0, 0, 4096, 255, 0, 0)
        return (0 if opcode in (RELEASE, FLUSH, READDIR, RELEASEDIR, ACCESS) else ENOSYS), b""


def parse(request):
    """(opcode, unique, node, body)"""
    _, opcode, unique, node = struct.unpack_from("<IIQQ", request)
    return opcode, unique, node, request[40:]


def wants_answer(opcode):
    return opcode not in (FORGET, BATCH_FORGET, INTERRUPT)


def reply(unique, error, body):
    return struct.pack("<IiQ", 16 + len(body), -error, unique) + body
