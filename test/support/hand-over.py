# Hands the descriptors of a removed log to a message bus and keeps them there, as signals for a client that never reads; only the
# last six have a file. Arguments: the socket of the bus, the log. D-Bus specification, "Message Protocol"; unix(7), SCM_RIGHTS.
import os
import re
import socket
import struct
import sys
import time

SOCKET, LOG = sys.argv[1:3]
METHOD_CALL, SIGNAL = 1, 4


def padded(data, to=8):
    return data + bytes(-len(data) % to)


def text(value):
    return struct.pack('<I', len(value)) + value.encode() + b'\0'


def message(kind, serial, fields, body=b''):
    """fields: (code, signature, value) of each."""
    array = b''
    for code, signature, value in fields:
        array = padded(array) + bytes([code, 1]) + signature.encode() + b'\0'
        if signature == 'g':
            array += bytes([len(value)]) + value.encode() + b'\0'
        elif signature == 'u':
            array = padded(array, 4) + struct.pack('<I', value)
        else:
            array = padded(array, 4) + text(value)
    return padded(struct.pack('<4BIII', ord('l'), kind, 0, 1, len(body), serial, len(array)) + array) + body


def call(member, serial):
    bus = 'org.freedesktop.DBus'
    return message(METHOD_CALL, serial, [(1, 'o', '/org/freedesktop/DBus'), (2, 's', bus), (3, 's', member), (6, 's', bus)])


def connect():
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(20)
    client.connect(SOCKET)
    client.sendall(b'\0AUTH EXTERNAL %s\r\n' % str(os.geteuid()).encode().hex().encode())
    assert client.recv(4096).startswith(b'OK'), 'the bus let nobody in'
    client.sendall(b'NEGOTIATE_UNIX_FD\r\n')
    assert client.recv(4096).startswith(b'AGREE_UNIX_FD'), 'the bus takes no files'
    client.sendall(b'BEGIN\r\n' + call('Hello', 1))
    answer = b''
    while not (name := re.search(rb':1\.[0-9]+', answer)):
        answer += client.recv(4096)
    return client, name.group().decode()


deaf, address = connect()
sender, _ = connect()
to_deaf = [(1, 'o', '/x'), (2, 's', 'a.b'), (3, 's', 'S'), (6, 's', address)]
noise = struct.pack('<I', 4000) + bytes(4000)
for serial in range(2, 302):
    sender.sendall(message(SIGNAL, serial, to_deaf + [(8, 'g', 'ay')], noise))
log = os.open(LOG, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o644)
os.write(log, b'z' * 5000)
os.unlink(LOG)
for serial in range(302, 308):
    signal = message(SIGNAL, serial, to_deaf + [(8, 'g', 'h'), (9, 'u', 1)], struct.pack('<I', 0))
    sender.sendmsg([signal], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack('i', log))])
os.close(log)
# When this is answered, all messages before it have arrived.
sender.sendall(call('GetId', 400))
answer = b''
while not re.search(rb'[0-9a-f]{32}', answer):
    answer += sender.recv(4096)
print('ready', flush=True)
time.sleep(60)
