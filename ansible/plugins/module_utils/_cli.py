# -*- coding: utf-8 -*-
# SPDX-FileCopyrightText: 2026 the lib-users authors
# SPDX-License-Identifier: MIT

"""Options -> one run of the lib-users CLI -> its document, or a failure that says what to do about it. The source of
truth is the CLI's table of exit codes. Nothing is decided here about what was found."""

import errno
import json
import os
import shlex
import signal
import subprocess

from ansible_collections.lib_users.host.plugins.module_utils._documents import DocumentError, parse_document
from ansible_collections.lib_users.host.plugins.module_utils._visible import visible

NAME = 'lib-users'

# The places in which the package, npm and the installing role put it; sudo's PATH often lacks the second.
PLACES = ('/usr/bin', '/usr/local/bin', '/opt/lib-users/current')

INSTALL = (
    'install it (with the role lib_users.host.install, a package, or npm install --global lib-users if Node 20 or newer is there), '
    'or name the file with the option executable'
)

NOT_KNOWN = 'what this host runs is not known before lib-users is installed on it'

CAUSES = {
    1: 'its JavaScript runtime failed before lib-users began, or executable names another program',
    2: 'an option, a configuration file or an input file is wrong',
    3: 'the host does not let lib-users work: no procfs, or an output that cannot be written',
    4: 'not everything could be seen: use become: true, or allow_incomplete: true',
    70: 'a defect in lib-users: please report it',
    126: 'the file cannot be executed',
    127: 'a program or library that it needs is missing: Node for the npm installation, or it was made for another libc',
}

COMMON_OPTIONS = dict(
    executable=dict(type='path'),
    config=dict(type='list', elements='path'),
    allow_incomplete=dict(type='bool', default=False),
    timeout=dict(type='int', default=300),
)

SHOWN = 2000


class Answer(object):
    """A document, the exit code that came with it, and the warnings on stderr."""

    def __init__(self, document, rc, warnings):
        self.document = document
        self.rc = rc
        self.warnings = warnings


class Cli(object):
    def __init__(self, module):
        self.module = module
        self.argv = None

    def ask(self, name, command, arguments, exit_codes=(0,), stdin=None, reports=None):
        """Runs `lib-users COMMAND` once and returns its document of kind lib-users/NAME as an Answer.

        stdin is a configuration that the CLI reads there, reports are documents that it reads there instead, one a line; None
        for nothing. Any exit code but exit_codes fails.
        """
        params = self.module.params
        if params['timeout'] < 1:
            self.module.fail_json(msg='timeout must be at least 1 second, and is %d' % params['timeout'])
        config = ['--config=-'] if stdin is not None else []
        config += ['--config=' + os.path.abspath(path) for path in params.get('config') or []]
        self.argv = [self.find(), command] + arguments + config + ['--format=ndjson']
        documents = reports if stdin is None else [stdin]
        lines = None if documents is None else [json.dumps(each, ensure_ascii=False) + '\n' for each in documents]
        rc, out, err = self.run(None if lines is None else ''.join(lines).encode('utf-8'), params['timeout'])
        if rc not in exit_codes:
            self.fail_exit(rc, out, err)
        try:
            document = parse_document(out, name)
        except DocumentError as error:
            self.fail(error.problem, error.cause, rc, out, err)
        return Answer(document, rc, warnings_of(err))

    def find(self):
        given = self.module.params['executable']
        if given is not None:
            path = os.path.abspath(given)
            if self.module.check_mode and not os.path.lexists(path):
                self.skip()
            return path
        # Relative entries would find any program in the current folder.
        folders = [folder for folder in os.environ.get('PATH', '').split(os.pathsep) if os.path.isabs(folder)]
        folders += [folder for folder in PLACES if folder not in folders]
        files = [path for path in (os.path.join(folder, NAME) for folder in folders) if os.path.isfile(path)]
        for path in files:
            if os.access(path, os.X_OK):
                return path
        if files:
            # It is there and cannot be executed: running it gives the reason.
            return files[0]
        if self.module.check_mode:
            self.skip()
        return self.module.fail_json(
            msg='%s was not found in %s. Likely cause: it is not installed: %s' % (NAME, ':'.join(folders), INSTALL)
        )

    def skip(self):
        """In check mode a play that installs lib-users has not done so: nothing is returned, because nothing is known."""
        self.module.exit_json(changed=False, skipped=True, msg=NOT_KNOWN)

    def run(self, data, timeout):
        try:
            # AnsibleModule.run_command has no deadline.
            process = subprocess.Popen(  # pylint: disable=ansible-bad-function
                self.argv,
                stdin=subprocess.DEVNULL if data is None else subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd='/',
                env=clean_environment(os.environ),
                start_new_session=True,
            )
        except OSError as error:
            return self.fail_start(error)
        try:
            out, err = process.communicate(data, timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            try:
                # A process that it started may hold the pipes open in a session of its own.
                out, err = process.communicate(timeout=5)
            except subprocess.TimeoutExpired:
                out, err = b'', b''
            problem = 'lib-users did not end within %d seconds' % timeout
            return self.fail(problem, 'a busy host, or a hanging systemctl: raise timeout', None, out, err)
        return process.returncode, out, err

    def fail_start(self, error):
        path = self.argv[0]
        cause = error.strerror
        if not os.path.exists(path):
            cause = 'it is not installed there: ' + INSTALL
        elif error.errno == errno.ENOENT:
            cause = 'its loader or interpreter is missing: made for another libc (musl or glibc), or Node is not installed'
        elif error.errno == errno.ENOEXEC:
            cause = 'it is made for another architecture than %s, or is not whole' % os.uname().machine
        elif error.errno == errno.EACCES and is_noexec(path):
            cause = 'its file system is mounted noexec: put lib-users on another one, such as /opt or /usr/local'
        elif error.errno == errno.EACCES:
            cause = 'it is no executable file for this user (mode, or a security policy such as fapolicyd)'
        return self.fail('lib-users cannot be started: %s' % error, cause)

    def fail_exit(self, rc, out, err):
        if rc < 0:
            problem = 'lib-users was ended by signal %d' % -rc
            cause = {-9: 'memory ran out', -4: 'made for another processor'}.get(rc, 'something else ended it')
            return self.fail(problem, cause, rc, out, err)
        if rc > 128:
            cause = 'something else ended it with signal %d' % (rc - 128)
        else:
            cause = CAUSES.get(rc, 'executable names another program')
            if rc == 2 and b'unknown flag' in err:
                cause = 'lib-users on this host is older than this collection: update it'
        return self.fail('lib-users ended with exit code %d' % rc, cause, rc, out, err)

    def fail(self, problem, cause, rc=None, out=b'', err=b''):
        command = ' '.join(shlex.quote(argument) for argument in self.argv or [])
        # The error document says a second time what the lines before it say.
        kept = [line for line in err.splitlines(True) if not line.startswith(b'{"kind":"lib-users/error"')]
        stderr = shown(b''.join(kept))
        lines = [line for line in stderr.splitlines() if line.strip()]
        said = '. It said: %s' % visible(' / '.join(lines)) if lines else ''
        return self.module.fail_json(
            msg='%s. Likely cause: %s. The command was: %s%s' % (problem, cause.rstrip('.'), command, said),
            cmd=self.argv,
            rc=rc,
            stdout=shown(out),
            stderr=stderr,
        )

    def warn(self, messages):
        for message in sorted(set(messages)):
            self.module.warn(visible(message))


def clean_environment(environment):
    """The environment of the CLI: no locale of the caller's, nothing that changes Node's behaviour, no colours."""
    kept = {
        name: value for name, value in environment.items()
        if not name.startswith(('NODE_', 'LC_')) and name not in ('LANG', 'LANGUAGE', 'FORCE_COLOR')
    }
    # Text goes onto screens that fold it by themselves.
    kept.update(LC_ALL='C.UTF-8', LANGUAGE='C', NO_COLOR='1', COLUMNS='160')
    return kept


def is_noexec(path):
    try:
        return bool(os.statvfs(path).f_flag & os.ST_NOEXEC)
    except OSError:
        return False


def shown(raw):
    text = raw.decode('utf-8', 'backslashreplace')
    return text if len(text) <= SHOWN else text[:SHOWN] + ' ... (%d characters more)' % (len(text) - SHOWN)


def warnings_of(err):
    prefix = 'lib-users: warning: '
    lines = err.decode('utf-8', 'backslashreplace').splitlines()
    return [line[len(prefix):] for line in lines if line.startswith(prefix)]
