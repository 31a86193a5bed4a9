"""A process that uses files of an overlay, for tests. It starts in its own mount namespace (and user namespace).

usage: overlay-user.py DEVICE FOLDER near|far hold|again|epoll

FOLDER is covered by a tmpfs. The overlay FOLDER/merged has as its lower layer FOLDER/layer, a folder, or if far a FUSE (of
fuse-server.py and fuse_files.py, which lie beside this file) served through DEVICE. Prints `ready` and the pid of the server. Ends after a minute.

hold   maps and opens files of the overlay that are gone
again  has mapped gone files of a tmpfs, and mounts a tmpfs and the overlay in turn at its folder, under one mount id
epoll  keeps the lock of an epoll descriptor, which in turn replaces the descriptors of a gone file
"""

import ctypes
import mmap
import os
import select
import signal
import subprocess
import sys
import threading
import time

MS_NOSUID, MS_NODEV, MS_BIND, MNT_DETACH, PR_SET_PDEATHSIG = 2, 4, 4096, 2, 1
libc = ctypes.CDLL(None, use_errno=True)
libc.epoll_wait.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_int]
device, folder, layer, mode = sys.argv[1:]
server = None


def mount(source, target, kind=None, flags=0, options=None):
    words = [None if word is None else word.encode() for word in (source, target, kind)]
    if libc.mount(*words, flags, None if options is None else options.encode()) != 0:
        raise OSError(ctypes.get_errno(), f"mount {kind} {target}")


def at(name):
    return os.path.join(folder, name)


def die_with_parent():
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def map_file(path, mode=os.O_RDONLY):
    fd = os.open(path, mode)
    mapped = mmap.mmap(fd, 4096, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_EXEC)
    os.close(fd)
    return mapped


def write(path):
    with open(path, "wb") as file:
        file.write(b"\0" * 8192)


def ready():
    print("ready", server.pid if server else 0, flush=True)


def hold():
    kept = [map_file(at("merged/lib.so")), os.open(at("merged/x.log"), os.O_RDONLY)]
    os.unlink(at("merged/lib.so"))
    os.unlink(at("merged/x.log"))
    ready()
    time.sleep(60)
    return kept


def again():
    kept = []
    for number in range(200):
        path = at(f"turn/{number}/lib.so")
        os.makedirs(os.path.dirname(path))
        write(path)
        kept.append(map_file(path))
        os.unlink(path)
    ready()
    # Waits until the test is over and has removed the folder.
    while os.path.isdir(at("turn")):
        for source, seconds in (("near", 0.015), ("merged", 0.001)):
            mount(at(source), at("turn"), flags=MS_BIND)
            time.sleep(seconds)
            libc.umount2(at("turn").encode(), MNT_DETACH)


def epoll():
    far = os.open(at("layer/lib.so"), os.O_RDONLY)
    memory = mmap.mmap(far, 4096, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_WRITE)
    os.close(far)
    poll = select.epoll()
    pipe = os.pipe()
    os.write(pipe[1], b"x")
    poll.register(pipe[0], select.EPOLLIN)
    write(at("gone.log"))
    gone = os.open(at("gone.log"), os.O_RDONLY)
    os.unlink(at("gone.log"))
    ready()
    sys.stdin.readline()
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    threading.Thread(target=libc.epoll_wait, args=(poll.fileno(), address, 4, -1), daemon=True).start()
    time.sleep(0.1)
    print("locked", flush=True)
    while True:
        for file, seconds in ((gone, 0.004), (poll.fileno(), 0.0004)):
            for number in range(100, 600):
                os.dup2(file, number)
            time.sleep(seconds)


signal.alarm(60)
mount("none", folder, "tmpfs")
for name in ("layer", "near", "upper", "work", "merged", "turn"):
    os.mkdir(at(name))
if layer == "far":
    write(at("content"))
    program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fuse-server.py")
    argv = [sys.executable, program, at("layer"), at("content"), "fuse", device]
    server = subprocess.Popen(argv, stdout=subprocess.PIPE, preexec_fn=die_with_parent)
    server.stdout.readline()
else:
    write(at("layer/lib.so"))
    write(at("layer/x.log"))
layers = f"lowerdir={at('layer')},upperdir={at('upper')},workdir={at('work')}"
mount("none", at("merged"), "overlay", options=layers + (",userxattr" if os.getenv("USERXATTR") else ""))
{"hold": hold, "again": again, "epoll": epoll}[mode]()
