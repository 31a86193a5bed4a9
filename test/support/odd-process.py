"""A process with odd names in all of its /proc. It prints the real names as one JSON line, then waits for the end of stdin. The
first line of stdin has names (bytes in hexadecimal, a JSON list). Needs root, because it mounts in its own namespace.

python3 odd-process.py FOLDER
"""
import ctypes
import json
import mmap
import os
import sys

CLONE_NEWNS, MS_REC, MS_PRIVATE = 0x20000, 0x4000, 0x40000
PR_SET_NAME = 15

libc = ctypes.CDLL(None, use_errno=True)
folder = os.fsencode(sys.argv[1])
names = [bytes.fromhex(name) for name in json.loads(sys.stdin.readline())]


def read(path):
    with open(path, "rb") as file:
        return file.read()


def must(result):
    if result:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def device(st_dev):
    return f"{os.major(st_dev):02x}:{os.minor(st_dev):02x}"


def mapped():
    for index, name in enumerate(names):
        path = os.path.join(folder, b"files", name)
        fd = os.open(path, os.O_RDWR | os.O_CREAT)
        os.ftruncate(fd, 4096)
        keep.append(mmap.mmap(fd, 4096))
        st = os.fstat(fd)
        os.close(fd)
        gone = index % 2 == 1
        if gone:
            os.unlink(path)
        yield {"path": path.hex(), "device": device(st.st_dev), "inode": str(st.st_ino), "gone": gone}


def mounted():
    for name in names[:64]:
        path = os.path.join(folder, b"mounts", name)
        os.mkdir(path)
        must(libc.mount(b"odd\\ \n#", path, b"tmpfs", 0, b"size=4k"))
        fd = os.open(path, os.O_PATH)
        info = read(f"/proc/self/fdinfo/{fd}").decode()
        mount_id = next(line for line in info.splitlines() if line.startswith("mnt_id:")).split()[1]
        yield {"path": path.hex(), "device": device(os.fstat(fd).st_dev), "id": int(mount_id)}
        os.close(fd)


def opened():
    path = os.path.join(folder, b"files", b"log")
    ways = [("read", os.O_RDONLY), ("write", os.O_WRONLY | os.O_CREAT), ("read_write", os.O_RDWR), ("path", os.O_PATH)]
    for access, flags in [ways[1], *ways]:
        for append in [False] if access == "path" else [False, True]:
            fd = os.open(path, flags | (os.O_APPEND if append else 0))
            yield {"fd": fd, "access": access, "append": append, "inode": str(os.fstat(fd).st_ino)}


def named():
    for name in names:
        must(libc.prctl(PR_SET_NAME, ctypes.c_char_p(name)))
        yield {"name": name[:15].hex(), "stat": read("/proc/self/stat").hex()}


must(libc.unshare(CLONE_NEWNS))
must(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None))
# On a tmpfs stat and maps name the same device, whatever the folder's file system is.
must(libc.mount(b"none", folder, b"tmpfs", 0, None))
keep = []
for kind in (b"files", b"mounts"):
    os.mkdir(os.path.join(folder, kind))
truth = {
    "maps": list(mapped()),
    "mounts": list(mounted()),
    "fds": list(opened()),
    "names": list(named()),
    "ppid": os.getppid(),
}
print(json.dumps(truth), flush=True)
sys.stdin.read()
