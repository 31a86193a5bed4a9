"""The real CLI of this checkout, run by the real Ansible on this host."""

import json
import os
import shutil
import subprocess
import sys

import pytest

REPO = os.environ['LIB_USERS_REPO']
# The Python of the managed host.
TARGET_PYTHON = os.environ.get('LIB_USERS_TARGET_PYTHON', sys.executable)


@pytest.fixture(scope='module')
def executable(tmp_path_factory):
    path = tmp_path_factory.mktemp('bin') / 'lib-users'
    path.write_text('#!/bin/sh\nexec %s %s/dist/lib-users.cjs "$@"\n' % (shutil.which('node'), REPO))
    path.chmod(0o755)
    return str(path)


def play(playbook, tasks, *flags, **more):
    """Runs tasks on this host -> the finished ansible-playbook. NODE_OPTIONS would keep any Node from starting."""
    playbook.write_text(json.dumps([dict(
        {'hosts': 'localhost', 'connection': 'local', 'gather_facts': False, 'tasks': tasks}, **more
    )]))
    return subprocess.run(
        ['ansible-playbook', '-i', 'localhost,', str(playbook)] + list(flags),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True, check=False,
        env=dict(os.environ, NODE_OPTIONS='--bad', ANSIBLE_PYTHON_INTERPRETER=TARGET_PYTHON),
    )


@pytest.fixture
def ansible(tmp_path):
    def run(module, options, *flags):
        """One task -> (its result, what ansible-playbook printed)."""
        kept = tmp_path / 'result.json'
        process = play(tmp_path / 'play.yml', [
            {'lib_users.host.' + module: options, 'register': 'result', 'ignore_errors': True},
            {'ansible.builtin.copy': {'content': '{{ result | to_json }}', 'dest': str(kept)}, 'check_mode': False},
        ], *flags)
        assert process.returncode == 0, process.stdout
        return json.loads(kept.read_text(encoding='utf-8')), process.stdout
    return run


@pytest.mark.parametrize('module, key', [('report_info', 'report'), ('plan_info', 'plan'), ('drift_info', 'drift')])
def test_document_meets_its_schema(module, key, executable, tmp_path, ansible):
    result, printed = ansible(
        module, {'executable': executable, 'allow_incomplete': True}, '--check'
    )
    assert not result.get('failed'), result
    assert result['changed'] is False
    assert 'DEPRECAT' not in printed
    document = tmp_path / 'document.json'
    document.write_text(json.dumps(result[key]))
    subprocess.run([executable, 'validate', str(document)], check=True, stdout=subprocess.PIPE)


def test_policy_is_understood(executable, ansible):
    rule = {'unit': 'no-such-*.service', 'action': 'manual', 'reason': 'fällt 😀 "über"\n: - x'}
    result, _ = ansible(
        'plan_info', {'executable': executable, 'allow_incomplete': True, 'policy': [rule]}
    )
    assert not result.get('failed'), result


def test_every_option_is_understood(executable, ansible):
    common = {'executable': executable, 'allow_incomplete': True, 'ignore': ['/tmp/a b*', '-x'], 'units': ['*']}
    options = {
        'report_info': {'detail': 'processes', 'packages': True, 'labels': {'a': 1}, 'command_line': 'full'},
        'plan_info': {'packages': True},
        'drift_info': {'fail_on': 'never', 'roles': ['code', 'log']},
    }
    for module, more in options.items():
        result, _ = ansible(module, dict(common, **more))
        assert not result.get('failed'), result


def test_report_of_this_host_and_of_another(executable, tmp_path, ansible):
    own, other = tmp_path / 'own.json', os.path.join(REPO, 'test', 'fixtures', 'documents', 'report.json')
    subprocess.run([executable, 'scan', '--output', str(own), '--quiet'], check=True)
    options = {'executable': executable, 'allow_incomplete': True}
    result, _ = ansible('plan_info', dict(options, from_report=str(own)))
    assert not result.get('failed'), result
    result, _ = ansible('plan_info', dict(options, from_report=other))
    assert 'made on another host, web-1' in result['msg']
    result, _ = ansible('plan_info', dict(options, from_report=other, any_host=True))
    assert result['services'] == ['cron.service', 'nginx.service']
    assert result['reboot_required'] is True


def test_drift_against_a_baseline(executable, tmp_path, ansible):
    report = os.path.join(REPO, 'test', 'fixtures', 'documents', 'report.json')
    options = {'executable': executable, 'from_report': report, 'any_host': True}
    result, _ = ansible('drift_info', options)
    assert result['verdict'] == 'drift'
    assert not result.get('failed')
    result, _ = ansible('drift_info', dict(options, baseline=report))
    assert (result['verdict'], result['counts']['new']) == ('pass', 0)


def test_usage_error_is_the_clis_own(executable, tmp_path, ansible):
    config = tmp_path / 'config.yaml'
    config.write_text('kind: lib-users/config\nschema_version: 1.0.0\npolcy: []\n')
    result, _ = ansible('plan_info', {'executable': executable, 'config': [str(config)]})
    assert (result['failed'], result['rc']) == (True, 2)
    assert 'polcy' in result['msg']


def test_module_defaults_and_the_plays_of_the_readme(executable, tmp_path):
    """Every play of the README passes ansible-playbook's syntax check, and module_defaults reach all modules."""
    with open(os.path.join(REPO, 'ansible', 'README.md'), encoding='utf-8') as stream:
        plays = [part.split('```')[0] for part in stream.read().split('```yaml\n')[1:]]
    assert len(plays) == 4
    playbook = tmp_path / 'play.yml'
    for text in plays:
        playbook.write_text(text)
        process = subprocess.run(
            ['ansible-playbook', '--syntax-check', '-i', 'localhost,', str(playbook)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True, check=False,
        )
        assert process.returncode == 0, process.stdout
    tasks = [{'lib_users.host.' + name: {}} for name in ('report_info', 'plan_info', 'drift_info')]
    defaults = {'group/lib_users.host.all': {'executable': executable, 'allow_incomplete': True}}
    process = play(playbook, tasks, module_defaults=defaults)
    assert process.returncode == 0, process.stdout
