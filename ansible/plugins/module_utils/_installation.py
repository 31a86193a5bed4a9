# -*- coding: utf-8 -*-
# SPDX-FileCopyrightText: 2026 the lib-users authors
# SPDX-License-Identifier: MIT

"""The folder of an installation and what lies in it:

    /opt/lib-users/0.1.0/                     a version: whole, or not there
    /opt/lib-users/0.1.0/.version-0.1.0       -> lib-users, so that one stat through `current` tells the version
    /opt/lib-users/current                    -> 0.1.0
    /usr/local/bin/lib-users                  -> /opt/lib-users/current/lib-users, if links are wanted

Nothing in use is written to: things are made beside, and renamed into their place."""

import contextlib
import errno
import fcntl
import os
import re
import shutil
import tempfile

NAME = 'lib-users'
CURRENT = 'current'
# Names of folders that a killed run left behind begin so.
UNFINISHED = '.unfinished-'
VERSION = re.compile(r'[0-9][0-9A-Za-z.+~-]*\Z')


class InstallationError(Exception):
    """An obstacle, and its remedy, in words for a person."""


class Installation(object):
    def __init__(self, prefix):
        self.prefix = prefix
        self.executable = os.path.join(prefix, CURRENT, NAME)

    def path(self, *parts):
        return os.path.join(self.prefix, *parts)

    def current(self):
        """The version that `current` names, or None."""
        path = self.path(CURRENT)
        if os.path.lexists(path) and not os.path.islink(path):
            raise InstallationError('%s is no symbolic link: move it away' % path)
        return os.readlink(path) if os.path.islink(path) else None

    def is_whole(self, version):
        marker = self.path(version, marker_of(version))
        return os.path.islink(marker) and os.path.isfile(marker) and os.access(marker, os.X_OK)

    def versions(self):
        """The versions that are there, whole or not, the newest installation first."""
        try:
            names = os.listdir(self.prefix)
        except OSError as error:
            if error.errno == errno.ENOENT:
                return []
            raise
        marked = [name for name in names if os.path.islink(self.path(name, marker_of(name)))]
        return sorted(marked, key=lambda name: (os.lstat(self.path(name)).st_mtime, name), reverse=True)

    def outdated(self, version, keep):
        """The versions that pruning removes when `version` is current."""
        others = [name for name in self.versions() if name != version]
        return [] if keep < 0 else others[keep:]

    @contextlib.contextmanager
    def locked(self):
        """Makes the folder; two runs at a time wait for each other."""
        if not os.path.isdir(self.prefix):
            os.makedirs(self.prefix)
            os.chmod(self.prefix, 0o755)
        descriptor = os.open(self.prefix, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            for name in os.listdir(self.prefix):
                if name.startswith(UNFINISHED):
                    remove(self.path(name))
            yield
        finally:
            os.close(descriptor)

    @contextlib.contextmanager
    def new_folder(self):
        """A folder to fill that does not outlive the block, unless place() renamed it."""
        folder = tempfile.mkdtemp(prefix=UNFINISHED, dir=self.prefix)
        try:
            yield folder
        finally:
            remove(folder)

    def place(self, folder, version):
        os.symlink(NAME, os.path.join(folder, marker_of(version)))
        os.chmod(folder, 0o755)
        path = self.path(version)
        aside = None
        if os.path.lexists(path):
            # The version is not whole. A program that still runs from it keeps its files.
            aside = tempfile.mkdtemp(prefix=UNFINISHED, dir=self.prefix)
            os.rename(path, os.path.join(aside, version))
        os.rename(folder, path)
        if aside is not None:
            remove(aside)

    def switch(self, version):
        make_link(self.path(CURRENT), version)

    def missing_links(self, links):
        """The paths that do not lead to the program yet. A path that leads elsewhere is not ours to replace."""
        missing = []
        for path in links:
            if os.path.islink(path) and os.readlink(path) == self.executable:
                continue
            if os.path.lexists(path):
                raise InstallationError('%s is there and does not lead to %s: move it away' % (path, self.executable))
            if not os.path.isdir(os.path.dirname(path)):
                raise InstallationError('%s cannot be a link: its folder is not there' % path)
            missing.append(path)
        return missing

    def own_links(self, links):
        return [path for path in links if os.path.islink(path) and os.readlink(path) == self.executable]


def marker_of(version):
    return '.version-' + version


def make_link(path, target):
    """Replaces the link in one step, even if another link is there."""
    temporary = os.path.join(os.path.dirname(path), '%s%s-%d' % (UNFINISHED, os.path.basename(path), os.getpid()))
    os.symlink(target, temporary)
    try:
        os.rename(temporary, path)
    except OSError:
        os.unlink(temporary)
        raise


def remove(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)
