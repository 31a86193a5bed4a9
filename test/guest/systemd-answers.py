"""Runs inside a guest: for every process what the kernel says, and what systemd makes of it, as JSON.

systemd answers twice: libsystemd (sd_pid_get_unit(3) and its siblings), and the manager itself (GetUnitByPID).
A process that ends or moves meanwhile is left out.
"""
import ctypes
import json
import os
import re
import subprocess

libsystemd = ctypes.CDLL("libsystemd.so.0")
MANAGER = ["org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager"]


def library(question, pid):
    answer = ctypes.c_char_p()
    failed = getattr(libsystemd, question)(pid, ctypes.byref(answer)) < 0
    return None if failed else os.fsdecode(answer.value)


def owner(pid):
    uid = ctypes.c_uint()
    return None if libsystemd.sd_pid_get_owner_uid(pid, ctypes.byref(uid)) < 0 else uid.value


def manager(pid):
    call = ["busctl", "call", *MANAGER, "GetUnitByPID", "u", str(pid)]
    answer = subprocess.run(call, capture_output=True, text=True)
    if answer.returncode:
        return None
    label = answer.stdout.split('"')[1].rpartition("/")[2]
    return re.sub("_([0-9a-f]{2})", lambda match: chr(int(match[1], 16)), label)


def read(pid, name):
    with open(f"/proc/{pid}/{name}", encoding="latin1") as file:
        return file.read()


def namespace(pid, name):
    return os.readlink(f"/proc/{pid}/ns/{name}")


processes = []
for pid in sorted(int(name) for name in os.listdir("/proc") if name.isdigit()):
    try:
        before = read(pid, "cgroup"), read(pid, "cmdline")
        process = {
            "pid": pid,
            "command": before[1].replace("\0", " ").strip(),
            "cgroup": before[0],
            "namespaces": {"pid": namespace(pid, "pid"), "cgroup": namespace(pid, "cgroup")},
            "managerUnit": manager(pid),
            "ownerUid": owner(pid),
            **{
                key: library(f"sd_pid_get_{name}", pid)
                for key, name in [
                    ("unit", "unit"),
                    ("userUnit", "user_unit"),
                    ("slice", "slice"),
                    ("userSlice", "user_slice"),
                    ("session", "session"),
                ]
            },
        }
        if before == (read(pid, "cgroup"), read(pid, "cmdline")):
            processes.append(process)
    except (FileNotFoundError, ProcessLookupError):
        pass
print(json.dumps(processes))
