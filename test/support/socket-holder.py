"""Holds sockets, prints the truth about them as one line of JSON, and sleeps. The first argument says which sockets.

all: listeners and connections of every kind, which a worker inherits. network: one in the first network namespace, and one in a
network namespace of its own (root). many N FIRST: N UDP sockets, or as many as it may open. The library is preloaded by who starts it.
"""

import ctypes
import json
import os
import resource
import socket
import sys
import time

CLONE_NEWNET = 0x40000000
kept = []
places = []


def bound(address, family=socket.AF_INET, kind=socket.SOCK_STREAM):
    one = socket.socket(family, kind)
    one.bind((address, 0))
    kept.append(one)
    return one


def note(one, address, protocol="tcp"):
    places.append({"protocol": protocol, "address": address, "port": one.getsockname()[1]})


def listener(address, family=socket.AF_INET):
    one = bound(address, family)
    one.listen(2048)
    note(one, address)
    return one


def connect(server):
    kept.append(socket.create_connection(server.getsockname()))
    kept.append(server.accept()[0])


def say(established):
    print(json.dumps({"pid": os.getpid(), "listening": places, "established": established}), flush=True)
    time.sleep(600)


def everything():
    listener("0.0.0.0")
    server = listener("127.0.0.1")
    for address in ("::", "::1", "::ffff:127.0.0.1"):
        try:
            listener(address, socket.AF_INET6)
        except OSError:
            pass  # a host without IPv6
    datagrams = bound("127.0.0.1", kind=socket.SOCK_DGRAM)
    note(datagrams, "127.0.0.1", "udp")
    bound("127.0.0.1", kind=socket.SOCK_DGRAM).connect(datagrams.getsockname())
    bound("127.0.0.1")  # bound, and it does not listen
    path = socket.socket(socket.AF_UNIX)
    path.bind(b"\0lib-users-test-%d" % os.getpid())
    path.listen()
    kept.append(path)
    for _ in range(3):
        connect(server)
    waiting = socket.create_connection(server.getsockname())
    kept.append(waiting)  # the other end was not accepted, so nobody holds it
    if os.fork() == 0:
        time.sleep(600)
    say(7)


def network():
    listener("0.0.0.0")
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    listener("0.0.0.0")
    say(0)


def many(count, first):
    """Prints how many UDP sockets it could open; `first` tells its addresses from those of others."""
    limit = int(count) + 100
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    except ValueError:
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    for index in range(limit - 100):
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        one.bind((f"127.{first}.{index // 1000}.1", 20_000 + index % 1000))
        kept.append(one)
        note(one, f"127.{first}.{index // 1000}.1", "udp")
    say(0)


{"all": everything, "network": network, "many": many}[sys.argv[1]](*sys.argv[2:])
