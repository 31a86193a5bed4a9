"""A process that maps a library and then misbehaves, for the tests of hostile hosts.

usage: hostile-process.py LIBRARY TRAIT [ARGUMENT]...

The library is mapped executable and its descriptor closed. When the trait is in effect, `ready` is printed. Needs no root,
except if the trait says so.
"""

import ctypes
import mmap
import os
import random
import resource
import signal
import sys
import threading
import time

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
PROT_READ, PROT_EXEC, MAP_SHARED, MAP_PRIVATE, MAP_FIXED, MAP_ANONYMOUS = 1, 4, 1, 2, 16, 32
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NAME = 1, 4, 15
PAGE = mmap.PAGESIZE
SYS_EXIT = {"x86_64": 60, "aarch64": 93}.get(os.uname().machine)
FAILED = ctypes.c_void_p(-1).value


def map_file(path, at=None, prot=PROT_READ | PROT_EXEC):
    fd = os.open(path, os.O_RDONLY)
    address = libc.mmap(at, PAGE, prot, MAP_PRIVATE | (MAP_FIXED if at else 0), fd, 0)
    os.close(fd)
    if address == FAILED:
        raise OSError(ctypes.get_errno(), "mmap")
    return address


def ready():
    print("ready", flush=True)


def sleep():
    while True:
        time.sleep(3600)


def stat_field(number):
    """A field of /proc/self/stat by its number in proc_pid_stat(5)."""
    with open("/proc/self/stat", "rb") as stat:
        return int(stat.read().rsplit(b")", 1)[1].split()[number - 3])


def arguments():
    """(address, length) of the command line in memory"""
    start = stat_field(48)
    return start, stat_field(49) - start


def plain():
    pass


def named(name):
    libc.prctl(PR_SET_NAME, os.fsencode(name), 0, 0, 0)


def undumpable(real, effective, saved):
    os.setresuid(int(real), int(effective), int(saved))
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def leaderless():
    def live_on():
        while not leader_is_gone():
            time.sleep(0.01)
        ready()
        sleep()

    def leader_is_gone():
        with open(f"/proc/{os.getpid()}/task/{os.getpid()}/stat", "rb") as stat:
            return stat.read().rsplit(b")", 1)[1].split()[0] == b"Z"

    threading.Thread(target=live_on).start()
    libc.syscall(SYS_EXIT, 0)


def zombie():
    """Makes a child that is a zombie, and prints its pid."""
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    print(pid, flush=True)


def titled(title):
    """Writes over its command line, as a server with a title does."""
    start, length = arguments()
    text = os.fsencode(title)[:length]
    ctypes.memmove(start, text + b"\0" * (length - len(text)), length)


def rewriting():
    """Writes over its command line all the time, with other lines or empty ones."""
    start, length = arguments()
    ready()
    lines = [bytes([65 + n]) * (length - 1) + b"\0" for n in range(26)] + [b"\0" * length]
    while True:
        for line in lines:
            ctypes.memmove(start, line, length)


def words_from(path, _filler):
    """Maps a file over every whole page of its command line."""
    start, length = arguments()
    fd = os.open(path, os.O_RDONLY)
    for page in range(start // PAGE + 1, (start + length) // PAGE):
        libc.mmap(page * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0)
    os.close(fd)


def execute(library, arguments):
    """Becomes sleep(1) with these arguments, argv[0] too, and the library preloaded."""
    program = os.path.realpath("/usr/bin/sleep")
    argv = (ctypes.c_char_p * (len(arguments) + 1))(*arguments, None)
    environment = (ctypes.c_char_p * 2)(b"LD_PRELOAD=" + os.fsencode(library), None)
    ready()
    libc.execve(os.fsencode(program), argv, environment)
    sys.exit(f"execve: {os.strerror(ctypes.get_errno())}")


def wordy(library, size):
    """Has a command line of this many bytes."""
    resource.setrlimit(resource.RLIMIT_STACK, (64 << 20, resource.RLIM_INFINITY))
    word = b"0" * 999
    execute(library, [b"sleep", b"600"] + [word] * (int(size) // 1000))


def spoken(library, *words):
    """Has a command line of these words, each in hexadecimal."""
    execute(library, [bytes.fromhex(word) for word in words])


def holding(path):
    """Maps and opens a file at this path (in hexadecimal), and unlinks it."""
    path = bytes.fromhex(path)
    hold(path, path)


def hold(path, doomed):
    fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o755)
    os.write(fd, b"x" * PAGE)
    map_file(path)
    os.unlink(doomed)


def deep():
    """Maps and opens a file whose path is longer than the kernel takes or prints, and removes it with all its folders."""
    base = os.path.dirname(sys.argv[1])
    os.chdir(base)
    folders = ["d" * 250 for _ in range(20)]
    for folder in folders:
        os.mkdir(folder)
        os.chdir(folder)
    hold("libdeep.so", "libdeep.so")
    for folder in folders:
        os.chdir("..")
        os.rmdir(folder)


def long_paths(folder, count, uid):
    """Maps this many files and unlinks them, each with a path of almost four kilobytes of controls; runs as another user."""
    os.chdir(folder)
    if os.geteuid() == 0:
        os.chown(folder, int(uid), int(uid))
        os.setgroups([])
        os.setgid(int(uid))
        os.setuid(int(uid))
    name = b"\x01" * 250
    for _ in range(15):
        os.mkdir(name)
        os.chdir(name)
    for number in range(int(count)):
        path = b"%d.so" % number
        fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o755)
        os.write(fd, b"x" * PAGE)
        os.close(fd)
        map_file(path)
        os.unlink(path)


def absurd_crowd(folder, count, uid):
    """Many processes of another user, each with as many mappings as the kernel allows, by a path of almost four kilobytes."""
    signal.alarm(300)
    os.chdir(folder)
    os.chown(folder, int(uid), int(uid))
    os.setgroups([])
    os.setgid(int(uid))
    os.setuid(int(uid))
    for _ in range(15):
        os.mkdir("\x01" * 250)
        os.chdir("\x01" * 250)
    for name in ("a.so", "b.so"):
        with open(name, "wb") as file:
            file.write(b"x" * PAGE)
    files = [os.open(name, os.O_RDONLY) for name in ("a.so", "b.so")]
    # Neighbours of one file would be one mapping.
    while all(libc.mmap(None, PAGE, PROT_READ, MAP_PRIVATE, fd, 0) != FAILED for fd in files):
        pass
    for _ in range(int(count) - 1):
        if os.fork() == 0:
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            signal.alarm(300)
            signal.pause()


def locking(path):
    """Keeps its own memory map locked: one thread reads from a mapped file that never comes, another waits to map more."""
    address = map_file(path)
    memory = os.open("/proc/self/mem", os.O_RDONLY)
    print(address, flush=True)
    # The file must be dead by now.
    sys.stdin.readline()
    threading.Thread(target=os.pread, args=(memory, 1, address), daemon=True).start()
    time.sleep(0.3)
    threading.Thread(target=libc.mmap, args=(None, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), daemon=True).start()
    sleep()


def many_mappings(path):
    """Maps a file as often as the kernel allows; the file is unlinked. Prints the number."""
    fd = os.open(path, os.O_RDONLY)
    count = 0
    while libc.mmap(None, PAGE, PROT_READ, MAP_PRIVATE, fd, 0) != FAILED:
        count += 1
    os.unlink(path)
    print(count, flush=True)
    signal.pause()


def many_descriptors(path, wanted):
    """Opens one file this many times, or as often as it may; the file is removed. Prints the number."""
    number = int(wanted)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (number + 64, number + 64))
    except ValueError:
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        number = min(number, hard - 64)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(fd, b"x" * PAGE)
    for _ in range(number - 1):
        os.dup(fd)
    os.unlink(path)
    print(number, flush=True)
    sleep()


# These traits take the library themselves, or do not map it.
WITH_LIBRARY = {"remapping", "wordy", "spoken", "unmapped_breeding"}


def remapping(library, other):
    """Maps two files in turn at one address, so quickly that a look at one may find the other."""
    address = map_file(library)
    fds = [os.open(path, os.O_RDONLY) for path in (library, other)]
    os.unlink(library)
    os.unlink(other)
    ready()
    while True:
        for fd in fds:
            libc.mmap(address, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, fd, 0)


def churning(path):
    """Maps and unmaps, opens and closes other files all the time, so that no two reads of its maps or fds are equal."""
    ready()
    while True:
        kept = [map_file(path) for _ in range(300)]
        fds = [os.open(path, os.O_RDONLY) for _ in range(300)]
        for address, fd in zip(kept, fds):
            libc.munmap(ctypes.c_void_p(address), ctypes.c_size_t(PAGE))
            os.close(fd)


def breeding(name, uid, lifetime, rate):
    """Removes its library; then starts this many children per second, which are like itself and live for milliseconds at most. At the
    end (SIGTERM) it prints their number. A child that gets the signal ends alone."""
    os.unlink(sys.argv[1])
    named(name)
    os.setresgid(int(uid), int(uid), int(uid))
    os.setresuid(int(uid), int(uid), int(uid))
    born = 0
    alive = set()

    def end(*_):
        print(born, flush=True)
        os._exit(0)

    signal.signal(signal.SIGTERM, end)
    ready()
    began = time.monotonic()
    while True:
        time.sleep(0.001)
        due = float(rate) * (time.monotonic() - began)
        alive = {pid for pid in alive if os.waitpid(pid, os.WNOHANG)[0] == 0}
        # Makes up for children that a busy machine started late, but never starts all at once.
        while born < due and len(alive) < 30:
            try:
                pid = os.fork()
            except BlockingIOError:
                break
            if pid == 0:
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                time.sleep(random.uniform(0, float(lifetime) / 1000))
                os._exit(0)
            alive.add(pid)
            born += 1


def unmapped_breeding(_library, *rest):
    breeding(*rest)


def main():
    library, trait, *rest = sys.argv[1:]
    if trait in WITH_LIBRARY:
        rest.insert(0, library)
    else:
        map_file(library)
    globals()[trait](*rest)
    ready()
    sleep()


main()
