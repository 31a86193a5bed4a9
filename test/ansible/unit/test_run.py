"""How the CLI is found, started and ended: folders, environment, deadline, and files that cannot be executed."""

import importlib
import os
import shutil
import subprocess
import sys
import tempfile

import pytest
from run_case import given_to, install_fake, module_environment, run_module, skip, warnings_of

sys.path.insert(0, os.environ['ANSIBLE_COLLECTIONS_PATH'])
scan = importlib.import_module('ansible_collections.lib_users.host.plugins.module_utils._scan')

PLAN = {'argv': ['plan', '--format=ndjson'], 'document': 'plan'}


def test_found_on_path_but_not_in_a_relative_folder(tmp_path):
    (tmp_path / 'relative').mkdir()
    write(tmp_path / 'relative' / 'lib-users', b'#!/bin/sh\nexit 70\n', 0o755)
    install_fake(tmp_path, PLAN)
    environment = module_environment(PATH='relative:%s:/usr/bin:/bin' % tmp_path)
    result = run_module('plan_info', {}, environment, cwd=str(tmp_path))
    assert result['services'] == ['cron.service', 'nginx.service']


def test_not_found_names_the_folders_and_how_to_install(tmp_path):
    if any(os.path.exists(os.path.join(folder, 'lib-users')) for folder in ('/usr/bin', '/usr/local/bin')):
        skip('lib-users is installed on this host')
    result = run_module('plan_info', {}, module_environment(PATH=str(tmp_path)))
    for text in (str(tmp_path), '/usr/local/bin', '/opt/lib-users/current', 'npm install', 'executable'):
        assert text in result['msg']


def test_environment_and_folder(tmp_path):
    path = install_fake(tmp_path, PLAN)
    changes = dict(NODE_OPTIONS='--require=/x', NODE_PATH='/x', LANG='de_DE.UTF-8', LC_NUMERIC='de_DE.UTF-8', FORCE_COLOR='1')
    run_module('plan_info', {'executable': str(path)}, module_environment(KEPT='1', **changes))
    given = given_to(tmp_path)
    environment = given['environment']
    assert given['cwd'] == '/'
    assert not set(environment) & set(changes)
    assert (environment['LC_ALL'], environment['NO_COLOR'], environment['KEPT']) == ('C.UTF-8', '1', '1')


def test_deadline(tmp_path):
    path = install_fake(tmp_path, dict(PLAN, sleep=60))
    result = run_module('plan_info', {'executable': str(path), 'timeout': 1}, module_environment())
    assert 'did not end within 1 seconds' in result['msg']
    assert 'raise timeout' in result['msg']


def write(path, content, mode):
    path.write_bytes(content)
    path.chmod(mode)


@pytest.mark.parametrize('content, mode, texts', [
    (None, None, ['cannot be started', 'it is not installed there', 'npm install']),
    (b'#!/usr/bin/python3\n', 0o644, ['Permission denied', 'no executable file']),
    (b'\x7fELF\x02\x01\x01' + bytes(64), 0o755, ['Exec format error', 'another architecture than ' + os.uname().machine]),
    (b'', 0o755, ['Exec format error', 'is not whole']),
    (b'#!/lib/ld-musl-nowhere.so.1\n', 0o755, ['No such file', 'another libc']),
    (b'#!/bin/sh\nexit 127\n', 0o755, ['exit code 127', 'Node']),
    (b'#!/bin/sh\nkill -ILL $$\n', 0o755, ['signal 4', 'another processor']),
    (b'#!/bin/sh\nexit 143\n', 0o755, ['exit code 143', 'signal 15']),
], ids=['absent', 'mode', 'architecture', 'empty', 'libc', '127', 'signal', '128+N'])
def test_cannot_run(tmp_path, content, mode, texts):
    path = tmp_path / 'lib-users'
    if content is not None:
        write(path, content, mode)
    result = run_module('plan_info', {'executable': str(path)}, module_environment())
    assert result['failed']
    for text in texts + [str(path) + ' plan --format=ndjson']:
        assert text in result['msg']
    assert result['cmd'] == [str(path), 'plan', '--format=ndjson']


@pytest.mark.parametrize('boot_id, warned', [('another', True), (None, False)], ids=['another boot', 'this boot'])
def test_report_of_this_host(boot_id, warned, tmp_path):
    own = scan.own_host_id()
    if own is None:
        skip('this host has no machine id')
    with open('/proc/sys/kernel/random/boot_id', encoding='ascii') as stream:
        patch = {'host.id': own, 'host.boot_id': boot_id or stream.read().strip()}
    path = install_fake(tmp_path, {'argv': ['plan', '/r.json', '--format=ndjson'], 'document': 'plan', 'patch': patch})
    result = run_module('plan_info', {'executable': str(path), 'from_report': '/r.json'}, module_environment())
    assert warnings_of(result) == (['/r.json was made before this host was last booted'] if warned else [])


def test_noexec():
    folder = tempfile.mkdtemp()
    mounted = subprocess.run(['mount', '-t', 'tmpfs', '-o', 'noexec', 'none', folder], stderr=subprocess.PIPE, check=False)
    try:
        if mounted.returncode:
            skip('needs root to mount')
        path = os.path.join(folder, 'lib-users')
        shutil.copy('/bin/true', path)
        for options in ({'executable': path}, {}):
            result = run_module('plan_info', options, module_environment(PATH=folder))
            assert 'mounted noexec' in result['msg']
    finally:
        if not mounted.returncode:
            subprocess.run(['umount', folder], check=True)
        os.rmdir(folder)
