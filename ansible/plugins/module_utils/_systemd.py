# -*- coding: utf-8 -*-
# SPDX-FileCopyrightText: 2026 the lib-users authors
# SPDX-License-Identifier: MIT

"""Questions to systemd and programs with a deadline: argument lists, never a shell. Nothing is decided here."""

import os
import re
import subprocess

# sudo's PATH and that of a minimal service lack some of them.
FOLDERS = ('/usr/bin', '/bin', '/usr/sbin', '/sbin')


class Ran(object):
    """The result of a program: rc is None if it did not end in time or could not be started."""

    def __init__(self, rc, out, err, timed_out=False):
        self.rc = rc
        self.out = out
        self.err = err
        self.timed_out = timed_out

    @property
    def said(self):
        return (self.err.strip() or self.out.strip() or 'exit code %s, without a word' % self.rc)


def find_program(name):
    """The path of a program, or None."""
    paths = [os.path.join(folder, name) for folder in FOLDERS]
    return next((path for path in paths if os.access(path, os.X_OK)), None)


def run(argv, timeout):
    """Runs a program of the system by its name and waits for it, at most timeout seconds."""
    path = find_program(argv[0])
    if path is None:
        return Ran(None, '', '%s is not installed' % argv[0])
    environment = dict(os.environ, LC_ALL='C.UTF-8', LANGUAGE='C', SYSTEMD_COLORS='0', SYSTEMD_PAGER='')
    try:
        # AnsibleModule.run_command has no deadline.
        process = subprocess.Popen(  # pylint: disable=ansible-bad-function
            [path] + argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd='/',
            env=environment,
        )
    except OSError as error:
        return Ran(None, '', str(error))
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        said = '%s did not end within %d seconds; what it asked for may still go on' % (argv[0], timeout)
        return Ran(None, '', said, timed_out=True)
    return Ran(process.returncode, out.decode('utf-8', 'backslashreplace'), err.decode('utf-8', 'backslashreplace'))


def managers(uid):
    """The words that ask the manager of the system (None), or that of a user: each way that some systemd knows."""
    if uid is None:
        return [['systemctl']]
    # systemd before 248 does not reach another user's manager: there the user asks, as in the commands of a plan.
    as_user = ['setpriv', '--reuid=%d' % uid, '--regid=65534', '--clear-groups', 'env', 'XDG_RUNTIME_DIR=/run/user/%d' % uid]
    return [['systemctl', '--user', '--machine=%d@.host' % uid], as_user + ['systemctl', '--user']]


# The commands of a plan, and no others: the manager, then the order to it. systemctl would expand a glob in place of a unit.
PLANNED = re.compile(
    r'(systemctl( --user --machine=[0-9]+@\.host)?'
    r'|setpriv --reuid=([0-9]+) --regid=[0-9]+ --clear-groups env XDG_RUNTIME_DIR=/run/user/\3 systemctl --user)'
    r' (daemon-reexec|daemon-reload|(try-restart|try-reload-or-restart|kill --kill-who=main --signal=[A-Z0-9+-]+) -- [A-Za-z0-9:_.\\@-]+)\Z'
)


def is_planned(argv):
    """Whether an argument list is one that a plan can hold: to systemctl, about the system's manager or a user's."""
    if not isinstance(argv, list) or not all(isinstance(word, str) for word in argv):
        return False
    return PLANNED.match(' '.join(argv)) is not None and all(' ' not in word for word in argv)


# Seconds. A user can stop its own manager, and no host may wait for that.
SYSTEM_ANSWERS, USER_ANSWERS = 60, 10


def show(uid, units, properties):
    """The properties of units, in their order: a list of dicts, or None if the manager cannot be asked."""
    if not units:
        return []
    for manager in managers(uid):
        argv = manager + ['show', '--property=' + ','.join(properties), '--'] + units
        answer = run(argv, SYSTEM_ANSWERS if uid is None else USER_ANSWERS)
        if answer.rc == 0:
            return parse_blocks(answer.out)
        if answer.timed_out:
            return None
    return None


def parse_blocks(text):
    """Blocks of KEY=VALUE lines with an empty line between them -> dicts."""
    blocks = [{}]
    for line in text.splitlines():
        key, equals, value = line.partition('=')
        if equals:
            blocks[-1][key] = value
        elif not line and blocks[-1]:
            blocks.append({})
    return [block for block in blocks if block]


def journal(uid, unit, lines=10):
    """The last lines that a unit wrote, as text."""
    which = ['--unit=' + unit] if uid is None else ['--user-unit=' + unit, '_UID=%d' % uid]
    return run(['journalctl', '--lines=%d' % lines, '--quiet', '--no-pager', '--no-hostname'] + which, 30).out.strip()


def is_sshd(unit):
    return unit in ('ssh.service', 'sshd.service')


def sshd_problem():
    """Why sshd would not start again, or could not be asked, or None: then nobody could connect."""
    answer = run(['sshd', '-t'], 30)
    # Debian's sshd makes this folder when it starts, and sshd -t wants it.
    if answer.rc == 0 or (answer.rc is not None and 'Missing privilege separation directory' in answer.err):
        return None
    return answer.said
