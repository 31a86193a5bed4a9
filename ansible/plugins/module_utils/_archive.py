# -*- coding: utf-8 -*-
# SPDX-FileCopyrightText: 2026 the lib-users authors
# SPDX-License-Identifier: MIT

"""A released archive, lib-users-VERSION-linux-ARCHITECTURE.tar.xz -> a folder, by Python's standard library alone: hosts
need neither tar nor xz. The digest is checked on the same open file that is unpacked."""

import hashlib
import os
import shutil
import tarfile

try:
    from lzma import LZMAError
except ImportError:
    # tarfile then raises CompressionError.
    LZMAError = EOFError

CHUNK = 1 << 20


class ArchiveError(Exception):
    """A fault of an archive, in words for a person."""


def unpack_archive(path, sha256, version, folder):
    """Unpacks what is below the archive's one top folder into an empty folder. Raises ArchiveError, OSError."""
    with open(path, 'rb') as stream:
        found = digest(stream)
        if found != sha256.lower():
            raise ArchiveError('%s has the SHA-256 %s and not %s' % (path, found, sha256.lower()))
        stream.seek(0)
        try:
            with tarfile.open(fileobj=stream, mode='r:xz') as archive:
                for member in archive:
                    unpack_member(archive, member, folder, version)
        except tarfile.CompressionError:
            raise ArchiveError('Python on this host was built without lzma, so that it cannot unpack .tar.xz')
        except (tarfile.TarError, LZMAError, EOFError) as error:
            raise ArchiveError('%s is no whole .tar.xz: %s' % (path, error))


def digest(stream):
    sha256 = hashlib.sha256()
    for chunk in iter(lambda: stream.read(CHUNK), b''):
        sha256.update(chunk)
    return sha256.hexdigest()


def unpack_member(archive, member, folder, version):
    names = member.name.rstrip('/').split('/')
    if not names[0].startswith('lib-users-%s-linux-' % version):
        raise ArchiveError('%s in the archive is not of lib-users %s' % (member.name, version))
    parts = names[1:]
    if any(part in ('', '.', '..') for part in parts):
        raise ArchiveError('%s in the archive leads out of its folder' % member.name)
    path = os.path.join(folder, *parts)
    if any(os.path.islink(os.path.join(folder, *parts[:depth])) for depth in range(1, len(parts))):
        raise ArchiveError('%s in the archive lies below a link' % member.name)
    # Modes by what a thing is, whatever the archive and the umask say.
    if member.isdir():
        if parts:
            os.mkdir(path)
        os.chmod(path, 0o755)
    elif member.isfile():
        # O_EXCL: nothing that the archive put there before is written through.
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), 'wb') as target:
            shutil.copyfileobj(archive.extractfile(member), target, CHUNK)
            os.fchmod(target.fileno(), 0o755 if member.mode & 0o111 else 0o644)
            target.flush()
            os.fsync(target.fileno())
    elif member.issym():
        # A link may name a file beside it and nothing else.
        if '/' in member.linkname or member.linkname in ('', '.', '..'):
            raise ArchiveError('%s in the archive is a link to %s' % (member.name, member.linkname))
        os.symlink(member.linkname, path)
    else:
        raise ArchiveError('%s in the archive is neither a file nor a folder' % member.name)
