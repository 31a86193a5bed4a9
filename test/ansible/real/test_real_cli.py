"""The real CLI of this checkout by the real Ansible on this host, with become-less root or whoever runs the tests."""

import json
import os
import shutil
import subprocess

import pytest

REPO = os.environ['LIB_USERS_REPO']


@pytest.fixture(scope='module')
def executable(tmp_path_factory):
    path = tmp_path_factory.mktemp('bin') / 'lib-users'
    path.write_text('#!/bin/sh\nexec %s %s/dist/lib-users.cjs "$@"\n' % (shutil.which('node'), REPO))
    path.chmod(0o755)
    return str(path)


def ansible(module, options, *flags):
    """One ad-hoc task on this host -> (its result, what the controller printed on stderr)."""
    environment = dict(os.environ, ANSIBLE_LOAD_CALLBACK_PLUGINS='1', ANSIBLE_STDOUT_CALLBACK='json', NODE_OPTIONS='--bad')
    process = subprocess.run(
        ['ansible', 'localhost', '-m', module, '-a', json.dumps(options)] + list(flags),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, universal_newlines=True, check=False,
    )
    start = process.stdout.find('{')
    assert start >= 0, process.stdout + process.stderr
    result = json.loads(process.stdout[start:])['plays'][0]['tasks'][0]['hosts']['localhost']
    return result, process.stderr


@pytest.mark.parametrize('module, key', [('report_info', 'report'), ('plan_info', 'plan'), ('drift_info', 'drift')])
def test_document_meets_its_schema(module, key, executable, tmp_path):
    result, stderr = ansible(
        'lib_users.host.' + module, {'executable': executable, 'allow_incomplete': True}, '--check'
    )
    assert not result.get('failed'), result
    assert result['changed'] is False
    assert 'DEPRECAT' not in stderr
    document = tmp_path / 'document.json'
    document.write_text(json.dumps(result[key]))
    subprocess.run([executable, 'validate', str(document)], check=True, stdout=subprocess.PIPE)


def test_policy_is_understood(executable):
    rule = {'unit': 'no-such-*.service', 'action': 'manual', 'reason': 'fällt 😀 "über"\n: - x'}
    result, _ = ansible(
        'lib_users.host.plan_info', {'executable': executable, 'allow_incomplete': True, 'policy': [rule]}
    )
    assert not result.get('failed'), result


def test_every_option_is_understood(executable):
    common = {'executable': executable, 'allow_incomplete': True, 'ignore': ['/tmp/a b*', '-x'], 'units': ['*']}
    options = {
        'report_info': {'detail': 'processes', 'packages': True, 'labels': {'a': 1}, 'command_line': 'full'},
        'plan_info': {'packages': True},
        'drift_info': {'fail_on': 'never', 'roles': ['code', 'log']},
    }
    for module, more in options.items():
        result, _ = ansible('lib_users.host.' + module, dict(common, **more))
        assert not result.get('failed'), result


def test_report_of_this_host_and_of_another(executable, tmp_path):
    own, other = tmp_path / 'own.json', os.path.join(REPO, 'test', 'fixtures', 'documents', 'report.json')
    subprocess.run([executable, 'scan', '--output', str(own), '--quiet'], check=True)
    options = {'executable': executable, 'allow_incomplete': True}
    result, _ = ansible('lib_users.host.plan_info', dict(options, from_report=str(own)))
    assert not result.get('failed'), result
    result, _ = ansible('lib_users.host.plan_info', dict(options, from_report=other))
    assert 'made on another host, web-1' in result['msg']
    result, _ = ansible('lib_users.host.plan_info', dict(options, from_report=other, any_host=True))
    assert result['services'] == ['cron.service', 'nginx.service']
    assert result['reboot_required'] is True


def test_drift_against_a_baseline(executable, tmp_path):
    report = os.path.join(REPO, 'test', 'fixtures', 'documents', 'report.json')
    options = {'executable': executable, 'from_report': report, 'any_host': True}
    result, _ = ansible('lib_users.host.drift_info', options)
    assert result['verdict'] == 'drift'
    assert not result.get('failed')
    result, _ = ansible('lib_users.host.drift_info', dict(options, baseline=report))
    assert (result['verdict'], result['counts']['new']) == ('pass', 0)


def test_usage_error_is_the_clis_own(executable, tmp_path):
    config = tmp_path / 'config.yaml'
    config.write_text('kind: lib-users/config\nschema_version: 1.0.0\npolcy: []\n')
    result, _ = ansible('lib_users.host.plan_info', {'executable': executable, 'config': [str(config)]})
    assert (result['failed'], result['rc']) == (True, 2)
    assert 'polcy' in result['msg']


def test_module_defaults_and_the_plays_of_the_readme(executable, tmp_path):
    """Every play of the README passes ansible-playbook's syntax check, and module_defaults reach all modules."""
    with open(os.path.join(REPO, 'ansible', 'README.md'), encoding='utf-8') as stream:
        plays = [part.split('```')[0] for part in stream.read().split('```yaml\n')[1:]]
    assert len(plays) == 4
    playbook = tmp_path / 'play.yml'
    for play in plays:
        playbook.write_text(play)
        process = subprocess.run(
            ['ansible-playbook', '--syntax-check', '-i', 'localhost,', str(playbook)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True, check=False,
        )
        assert process.returncode == 0, process.stdout
    playbook.write_text(json.dumps([{
        'hosts': 'localhost', 'connection': 'local', 'gather_facts': False,
        'module_defaults': {'group/lib_users.host.all': {'executable': executable, 'allow_incomplete': True}},
        'tasks': [{'lib_users.host.' + name: {}} for name in ('report_info', 'plan_info', 'drift_info')],
    }]))
    subprocess.run(['ansible-playbook', '-i', 'localhost,', str(playbook)], check=True, stdout=subprocess.PIPE)
