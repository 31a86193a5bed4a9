"""A user's process that keeps its readers waiting, by a kernel lock that it holds for ever.

usage: blocker.py KIND DEVICE; prints the number of its FUSE connection and its pid when it is ready. DEVICE is a /dev/fuse that
the user may open. It needs no privilege: its mounts are in a user and a mount namespace of its own. Writing to
/sys/fs/fuse/connections/NUMBER/abort ends the wait of all its readers; nothing else does for certain.

epoll    the lock of an epoll instance; its descriptor now and then replaces the descriptor of a gone file
overlay  a gone file on an overlay of a FUSE that reads requests and answers none
exec     an exec(2) that never ends, because a file that closes with it is never flushed
orphan   like exec, as a child of PID 1
mounts   gone files below a mount point whose mounts come and go: one id belongs to a bound tmpfs, then to such an overlay
memory   the lock of its memory map: one thread reads a page that never comes, another waits to map more
"""

import ctypes
import mmap
import os
import select
import signal
import sys
import threading
import time

from fuse_files import FLUSH, Files, parse, reply, wants_answer

CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000
MS_BIND, MNT_DETACH = 4096, 2
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]


def check(result):
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def mount(source, target, kind, options, flags=0):
    check(libc.mount(source.encode(), target.encode(), kind.encode(), flags, options.encode()))


def own_namespaces():
    uid, gid = os.geteuid(), os.getegid()
    check(libc.unshare(CLONE_NEWUSER | CLONE_NEWNS))
    for file, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1")):
        with open(f"/proc/self/{file}", "w") as out:
            out.write(text)
    mount("none", "/mnt", "tmpfs", "")
    os.chdir("/mnt")


def serve(device, silent, never):
    """Answers requests until the flag `silent` is set, except those in `never`; goes on reading requests after that."""
    # Only the server holds the device. Its end ends the connection and every wait, even if the test has crashed.
    signal.alarm(60)
    files = Files(b"\0" * 65536)
    while True:
        try:
            request = os.read(device, 1 << 20)
        except OSError as error:
            if error.errno == 19:  # ENODEV: aborted
                os._exit(0)
            continue
        opcode, unique, node, body = parse(request)
        if silent[0] or opcode in never or not wants_answer(opcode):
            continue
        try:
            os.write(device, reply(unique, *files.answer(opcode, node, body)))
        except OSError:
            pass


def fuse(path, never=()):
    """(the flag that silences it, the number of the connection)"""
    os.mkdir("fuse")
    device = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    silent = mmap.mmap(-1, 4096)
    if os.fork() == 0:
        serve(device, silent, never)
    mount("far", "/mnt/fuse", "fuse", f"fd={device},rootmode=40000,user_id=0,group_id=0,allow_other")
    os.close(device)
    return silent, os.minor(os.stat("/mnt/fuse").st_dev)


def ready(number):
    # One write, even if Python does not buffer.
    os.write(1, f"{number} {os.getpid()}\n".encode())


def map_private(descriptor):
    address = libc.mmap(None, 65536, mmap.PROT_READ | mmap.PROT_WRITE, mmap.MAP_PRIVATE, descriptor, 0)
    assert address not in (None, 2**64 - 1)
    return address


def begin_waiting(function, *arguments):
    """Runs in a thread, which ends without an error when the connection is aborted."""

    def wait():
        try:
            function(*arguments)
        except OSError:
            pass

    threading.Thread(target=wait).start()


def epoll(device):
    silent, number = fuse(device)
    page = map_private(os.open("/mnt/fuse/lib.so", os.O_RDONLY))
    silent[0] = 1
    instance = select.epoll()
    event = os.eventfd(1)
    instance.register(event, select.EPOLLIN)
    begin_waiting(libc.epoll_wait, instance.fileno(), ctypes.c_void_p(page), 4, -1)
    time.sleep(0.1)
    gone = os.open("/mnt/gone.log", os.O_CREAT | os.O_WRONLY)
    os.unlink("/mnt/gone.log")
    ready(number)
    while True:
        for at in range(100, 600):
            os.dup2(gone, at)
        time.sleep(0.004)
        for at in range(100, 600):
            os.dup2(instance.fileno(), at)
        time.sleep(0.0004)


def overlay(device):
    silent, number = fuse(device)
    for name in ("up", "work", "merged"):
        os.mkdir(name)
    mount("none", "/mnt/merged", "overlay", "lowerdir=/mnt/fuse,upperdir=/mnt/up,workdir=/mnt/work,userxattr")
    held = os.open("/mnt/merged/lib.so", os.O_RDONLY)
    mapped = mmap.mmap(held, 65536, mmap.MAP_PRIVATE, mmap.PROT_READ)
    os.unlink("/mnt/merged/lib.so")
    silent[0] = 1
    ready(number)
    time.sleep(600)
    mapped.close()


def mounts(device):
    silent, number = fuse(device)
    for name in ("up", "work", "merged", "empty", "x"):
        os.mkdir(name)
    mount("none", "/mnt/merged", "overlay", "lowerdir=/mnt/fuse,upperdir=/mnt/up,workdir=/mnt/work,userxattr")
    mapped = []
    for folder in range(500):
        os.mkdir(f"x/{folder}")
        path = f"/mnt/x/{folder}/lib.so"
        held = os.open(path, os.O_RDWR | os.O_CREAT, 0o755)
        os.write(held, bytes(4096))
        mapped.append(mmap.mmap(held, 4096, mmap.MAP_PRIVATE, mmap.PROT_READ))
        os.close(held)
        os.unlink(path)
    silent[0] = 1
    ready(number)
    while True:
        for source, seconds in (("/mnt/empty", 0.015), ("/mnt/merged", 0.001)):
            mount(source, "/mnt/x", "", "", MS_BIND)
            time.sleep(seconds)
            check(libc.umount2(b"/mnt/x", MNT_DETACH))


def exec_flush(device):
    _, number = fuse(device, never=(FLUSH,))
    os.open("/mnt/fuse/lib.so", os.O_RDONLY | os.O_CLOEXEC)
    ready(number)
    os.execv("/bin/sleep", ["sleep", "600"])


def orphan(device):
    if os.fork() != 0:
        os.wait()
        time.sleep(600)
    if os.fork() != 0:
        os._exit(0)
    exec_flush(device)


def memory(device):
    silent, number = fuse(device)
    page = map_private(os.open("/mnt/fuse/lib.so", os.O_RDONLY))
    os.unlink("/mnt/fuse/lib.so")
    silent[0] = 1
    own = os.open("/proc/self/mem", os.O_RDONLY)
    anonymous = (None, 4096, mmap.PROT_READ, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, 0)
    # No code after the lock of the map may need memory.
    reads, maps = threading.Lock(), threading.Lock()
    reads.acquire()
    maps.acquire()
    begin_waiting(lambda: (reads.acquire(), os.pread(own, 1, page)))
    begin_waiting(lambda: (maps.acquire(), libc.mmap(*anonymous)))
    ready(number)
    reads.release()
    time.sleep(0.2)
    maps.release()
    time.sleep(600)


KINDS = {"epoll": epoll, "overlay": overlay, "exec": exec_flush, "orphan": orphan, "mounts": mounts, "memory": memory}
own_namespaces()
KINDS[sys.argv[1]](sys.argv[2])
