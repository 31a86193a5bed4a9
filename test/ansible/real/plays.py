"""Plays on this host by the real ansible-playbook."""

import json
import os
import subprocess
import sys

REPO = os.environ['LIB_USERS_REPO']
# The Python of the managed host.
TARGET_PYTHON = os.environ.get('LIB_USERS_TARGET_PYTHON', sys.executable)


def ansible_playbook(*arguments, environment=None, **options):
    """-> the finished ansible-playbook. NODE_OPTIONS would keep any Node from starting. A deprecation is an error."""
    process = subprocess.run(
        ['ansible-playbook', '-i', 'localhost,'] + [str(argument) for argument in arguments],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True, check=False,
        env=dict(environment or os.environ, NODE_OPTIONS='--bad', ANSIBLE_PYTHON_INTERPRETER=TARGET_PYTHON), **options
    )
    assert 'DEPRECAT' not in process.stdout, process.stdout
    return process


def play(playbook, *flags, **keys):
    """Runs a play of these keys on this host."""
    playbook.write_text(json.dumps([dict({'hosts': 'localhost', 'connection': 'local', 'gather_facts': False}, **keys)]))
    return ansible_playbook(playbook, *flags)
