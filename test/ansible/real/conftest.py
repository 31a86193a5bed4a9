"""Fixtures that the tests of this folder share."""

import json
import os
import shlex
import shutil
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from plays import REPO, play  # noqa: E402 pylint: disable=wrong-import-position


@pytest.fixture(scope='session')
def executable(tmp_path_factory):
    path = tmp_path_factory.mktemp('bin') / 'lib-users'
    program = os.path.join(REPO, os.environ.get('LIB_USERS_PROGRAM') or 'dist/lib-users.cjs')
    command = [shutil.which('node'), program] if program.endswith('.cjs') else [program]
    path.write_text('#!/bin/sh\nexec %s "$@"\n' % ' '.join(map(shlex.quote, command)))
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def ansible(tmp_path):
    def run(module, options, *flags):
        """One task -> (its result, what ansible-playbook printed)."""
        kept = tmp_path / 'result.json'
        process = play(tmp_path / 'play.yml', *flags, tasks=[
            {'lib_users.host.' + module: options, 'register': 'result', 'ignore_errors': True},
            {'ansible.builtin.copy': {'content': '{{ result | to_json }}', 'dest': str(kept)}, 'check_mode': False},
        ])
        assert process.returncode == 0, process.stdout
        return json.loads(kept.read_text(encoding='utf-8')), process.stdout
    return run
