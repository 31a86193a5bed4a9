"""The real CLI of this checkout, run by the real Ansible on this host."""

import importlib
import json
import os
import subprocess
import sys

import pytest
from plays import REPO, play


# Their parts are returned, unless the whole is asked for.
WHOLE = {'plan_info': {'document': True}, 'drift_info': {'document': True}}


@pytest.mark.parametrize('module, key', [('report_info', 'report'), ('plan_info', 'plan'), ('drift_info', 'drift')])
def test_document_meets_its_schema(module, key, executable, tmp_path, ansible):
    result, printed = ansible(
        module, dict({'executable': executable, 'allow_incomplete': True}, **WHOLE.get(module, {})), '--check'
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
        'report_info': {'detail': 'processes', 'packages': True, 'fixes': True, 'labels': {'a': 1}, 'command_line': 'full'},
        'plan_info': {'packages': True, 'fixes': True},
        'drift_info': {'fail_on': 'never', 'roles': ['code', 'log'], 'kinds': ['library', 'regular']},
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


def test_narrowed_report_is_told_from_a_denied_one(executable, tmp_path, ansible):
    report = tmp_path / 'narrowed.json'
    subprocess.run([executable, 'scan', '--unit', 'no-such.service', '--output', str(report), '--quiet'], check=True)
    options = {'executable': executable, 'from_report': str(report), 'any_host': True}
    document = json.loads(report.read_text(encoding='utf-8'))
    if not document['warnings']:
        result, _ = ansible('plan_info', dict(options, units=['no-such.service']))
        assert (result.get('failed', False), result['complete']) == (False, False), result
    result, _ = ansible('plan_info', options)
    assert 'of some units only' in result['msg']
    document['warnings'].append({'code': 'not_everything_seen', 'message': '3 of 9 may not be looked at'})
    report.write_text(json.dumps(document))
    result, _ = ansible('plan_info', dict(options, units=['no-such.service']))
    assert 'Not everything on this host could be seen' in result['msg']


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


def test_module_defaults_reach_all_modules(executable, tmp_path):
    tasks = [{'lib_users.host.' + name: {}} for name in ('report_info', 'plan_info', 'drift_info')]
    defaults = {'group/lib_users.host.all': {'executable': executable, 'allow_incomplete': True}}
    process = play(tmp_path / 'play.yml', tasks=tasks, module_defaults=defaults)
    assert process.returncode == 0, process.stdout


def test_baseline_is_written_but_not_in_check_mode(executable, tmp_path, ansible):
    report = os.path.join(REPO, 'test', 'fixtures', 'documents', 'report.json')
    baseline = tmp_path / 'kept' / 'baseline.json'
    options = {'executable': executable, 'from_report': report, 'any_host': True, 'write_baseline': str(baseline)}
    result, _ = ansible('drift_info', dict(options, fail_on='never'), '--check')
    assert (result['changed'], result['baseline_written'], baseline.parent.exists()) == (False, False, False)
    result, _ = ansible('drift_info', options)
    assert (result['verdict'], result['changed'], baseline.exists()) == ('drift', False, False), 'the gate is closed'
    result, _ = ansible('drift_info', dict(options, fail_on='never'))
    assert (result['changed'], result['baseline_written'], baseline.exists()) == (True, True, True)
    result, _ = ansible('drift_info', {'executable': executable, 'from_report': report, 'any_host': True, 'baseline': str(baseline)})
    assert (result['verdict'], result['counts']['new']) == ('pass', 0)


GLOBS = [
    'nginx', 'nginx*', 'nginx.service', 'nginx.servce', 'postgresql@.service', 'postgresql@*', '*ice', '*.conf', '[ ].service',
    'a b.service', '@x.service', '-.mount', 'session-5', 'init', 'nginx.service, redis*', ' nginx.service', 'NGINX.Servcie',
    '?', '[!a]*.service', 'x[.service', '*@*', 'user@1000.service', '.service', 'a..service',
]


def test_globs_are_judged_as_the_cli_judges_them(executable):
    sys.path.insert(0, os.environ['ANSIBLE_COLLECTIONS_PATH'])
    globs = importlib.import_module('ansible_collections.lib_users.host.plugins.module_utils._globs')
    report = os.path.join(REPO, 'test', 'fixtures', 'documents', 'report.json')
    for glob in GLOBS:
        command = [executable, 'plan', report, '--unit=' + glob, '--format=ndjson', '--quiet']
        process = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        problem = globs.glob_problem(glob)
        assert (problem is not None) == (process.returncode == 2), glob
        if problem is not None:
            error = json.loads(process.stderr.decode('utf-8').splitlines()[-1])['error']
            assert problem == 'it can match no unit name: ' + error['hint'], glob
