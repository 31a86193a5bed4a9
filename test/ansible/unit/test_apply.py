"""plan_apply and reboot_info as far as they need no systemd; test/guest runs them with one."""

import importlib
import json
import os
import stat
import sys

import pytest
from run_case import golden, module_environment, run_module

sys.path.insert(0, os.environ['ANSIBLE_COLLECTIONS_PATH'])
PLUGINS = 'ansible_collections.lib_users.host.plugins.'
systemd = importlib.import_module(PLUGINS + 'module_utils._systemd')
restarts = importlib.import_module(PLUGINS + 'module_utils._restarts')
active = importlib.import_module(PLUGINS + 'module_utils._active')
sentences = importlib.import_module(PLUGINS + 'module_utils._sentences')
visible = importlib.import_module(PLUGINS + 'module_utils._visible')
plan_apply = importlib.import_module(PLUGINS + 'modules.plan_apply')
reboot_info = importlib.import_module(PLUGINS + 'modules.reboot_info')

ACTIONS = [action for action in golden('plan')['actions'] if action['argv'] is not None]


def apply(tmp_path, check_mode=False, **options):
    options.setdefault('record', str(tmp_path / 'record' / 'restarted.json'))
    return run_module('plan_apply', options, module_environment(), check_mode)


@pytest.mark.parametrize('argv', [
    None, [], ['sh', '-c', 'true'], 'systemctl try-restart -- x.service', ['/tmp/systemctl', 'x'],
    ['systemctl', 'poweroff'], ['systemctl', 'stop', '--', 'cron.service'], ['systemctl', 'try-restart', 'cron.service'],
    ['systemctl', 'try-restart', '--', '*'], ['systemctl', 'try-restart', '--', 'a.service', 'b.service'],
    ['systemctl', '--host=x', 'try-restart', '--', 'cron.service'], ['systemctl', 'daemon-reexec', '--root=/x'],
    ['setpriv', '--reuid=0', 'sh'], ['setpriv', '--reuid=1', '--regid=1', '--clear-groups', 'env', 'LD_PRELOAD=/x', 'systemctl'],
])
def test_only_commands_of_a_plan_are_run(argv, tmp_path):
    action = dict(ACTIONS[0], argv=argv)
    for option in ('actions', 'detached'):
        result = apply(tmp_path, **{option: [action]})
        assert result['failed'] and '%s: restart of cron.service has no command of a plan' % option in result['msg']


def test_each_form_of_a_plans_command_is_accepted():
    """src/plan/argv.ts: the system's manager, a user's, and a user's on systemd before 248."""
    for manager in systemd.managers(None) + systemd.managers(1000):
        for words in (
            ['try-restart', '--', 'a.service'], ['try-reload-or-restart', '--', 'dev-x\\x2dy@1:2.service'], ['daemon-reexec'], ['daemon-reload'],
            ['kill', '--kill-who=main', '--signal=RTMIN+1', '--', 'a.service'],
        ):
            assert systemd.is_planned(manager + words), words
    assert all(systemd.is_planned(action['argv']) for action in ACTIONS)
    assert not systemd.is_planned(['systemctl', 'restart x', '--', 'a.service'])


@pytest.mark.parametrize('entry, texts', [
    ({'unit': 'nginx', 'port': 80}, ['wait_for: "nginx"', 'did you mean nginx.service?']),
    ({'unit': 'nginx.service'}, ['port', 'active']),
    ({'unit': 'nginx.service', 'port': 80, 'active': 'x.service'}, ['mutually exclusive']),
])
def test_wait_for_is_checked(entry, texts, tmp_path):
    result = apply(tmp_path, wait_for=[entry])
    assert result['failed'] and all(text in result['msg'] for text in texts), result


def test_check_mode_runs_nothing(tmp_path):
    result = apply(tmp_path, check_mode=True, actions=ACTIONS)
    assert (result['changed'], result['restarted'], result['failures']) == (True, [], [])
    assert [(outcome['unit'], outcome['status']) for outcome in result['outcomes']] == [
        (action['unit'], 'planned') for action in ACTIONS
    ]
    assert not (tmp_path / 'record').exists()


def test_nothing_to_do_is_no_change(tmp_path):
    result = apply(tmp_path)
    assert (result['changed'], result['outcomes'], result['failures']) == (False, [], [])
    assert not (tmp_path / 'record').exists()


def params(**changes):
    return dict({'keep_going': True, 'timeout': 5, 'user_timeout': 1, 'wait_for': []}, **changes)


def found(**changes):
    """The properties of a unit that runs, but for these changes."""
    runs = {
        'active': 'active', 'sub': 'running', 'result': 'success', 'load': 'loaded', 'type': 'simple', 'remains': 'no',
        'condition': 'yes', 'checked': '7', 'job': None,
    }
    return dict(runs, **changes)


INACTIVE, FAILED = found(active='inactive', sub='dead'), found(active='failed', sub='failed', result='exit-code')


def watch(monkeypatch, actions, *looks):
    """A Watch over the units of actions. Each look finds other units than running ones, the last look again and again."""
    left = list(looks) or [{}]

    def states(entries):
        now = left.pop(0) if len(left) > 1 else left[0]
        return [dict(entry, **now.get(entry['unit'], found())) for entry in entries]
    monkeypatch.setattr(active, 'states', states)
    monkeypatch.setattr(plan_apply, 'states', lambda entries: [dict(entry, **found()) for entry in entries])
    monkeypatch.setattr(plan_apply.time, 'sleep', lambda _seconds: None)
    monkeypatch.setattr(plan_apply, 'journal', lambda _uid, unit: 'lines of ' + unit)
    return active.Watch(plan_apply.watched_units(actions))


def answering(answers):
    """A run() that answers each unit by its name."""
    ran = []

    def run(argv, _timeout):
        ran.append(argv)
        rc = answers.get(argv[-1], 0)
        return systemd.Ran(rc, '', 'Job for %s failed.' % argv[-1] if rc else '')
    return run, ran


@pytest.mark.parametrize('keep_going, statuses', [
    (True, ['failed', 'done']),
    (False, ['failed', 'not_tried']),
])
def test_one_failure_and_the_others(keep_going, statuses, monkeypatch):
    run, ran = answering({'cron.service': 1})
    monkeypatch.setattr(plan_apply, 'run', run)
    outcomes = plan_apply.apply(ACTIONS[:2], params(keep_going=keep_going), watch(monkeypatch, ACTIONS[:2]))
    assert [outcome['status'] for outcome in outcomes] == statuses
    assert outcomes[0]['said'] == 'Job for cron.service failed.'
    assert ran == [action['argv'] for action in ACTIONS[:len(ran)]] and len(ran) == (2 if keep_going else 1)
    assert plan_apply.detach(ACTIONS[1:2], params(keep_going=keep_going), outcomes)[0]['status'] == (
        'detached' if keep_going else 'not_tried'
    )


RELOAD = dict(ACTIONS[0], action='daemon_reload', unit=None, scope=None, argv=['systemctl', 'daemon-reload'], remarks=[])


@pytest.mark.parametrize('keep_going', [True, False])
def test_nothing_is_restarted_with_old_unit_files(keep_going, monkeypatch):
    run, ran = answering({'daemon-reload': 1})
    monkeypatch.setattr(plan_apply, 'run', run)
    given = params(keep_going=keep_going)
    actions = [RELOAD, ACTIONS[0], of_user(ALICE, 'a.service')]
    outcomes = plan_apply.apply(actions, given, watch(monkeypatch, actions))
    outcomes += plan_apply.detach(ACTIONS[1:2], given, outcomes)
    assert [(outcome['status'], outcome['said']) for outcome in outcomes] == [
        ('failed', 'Job for daemon-reload failed.')] + [('not_tried', 'systemd could not read the changed unit files')] * 3
    assert ran == [['systemctl', 'daemon-reload']]
    assert plan_apply.name_failures(outcomes[:1]) == 'systemctl daemon-reload failed: Job for daemon-reload failed.'


def test_unit_files_are_read_before_the_restart(monkeypatch):
    run, ran = answering({})
    monkeypatch.setattr(plan_apply, 'run', run)
    outcomes = plan_apply.apply([RELOAD, ACTIONS[0]], params(), watch(monkeypatch, ACTIONS[:1]))
    assert [outcome['status'] for outcome in outcomes] == ['done', 'done']
    assert ran == [['systemctl', 'daemon-reload'], ACTIONS[0]['argv']]


def test_a_port_that_does_not_open_is_a_failure_of_its_unit(monkeypatch):
    run, _ = answering({})
    monkeypatch.setattr(plan_apply, 'run', run)
    entries = [{'unit': 'cron.service', 'port': 1, 'host': '127.0.0.1', 'active': None, 'timeout': 0}]
    first, second = plan_apply.apply(ACTIONS[:2], params(wait_for=entries), watch(monkeypatch, ACTIONS[:2]))
    assert first['said'] == 'port 1 of 127.0.0.1 accepts no connection 0 seconds after the restart'
    assert (first['status'], second['status']) == ('failed', 'done')


ALICE, BOB = ({'uid': uid, 'name': name} for uid, name in ((1000, 'alice'), (1001, 'bob')))


def of_user(user, unit):
    argv = ['systemctl', '--user', '--machine=%d@.host' % user['uid'], 'try-restart', '--', unit]
    return dict(ACTIONS[0], scope='user', user=user, unit=unit, argv=argv)


def test_a_user_whose_manager_is_silent_costs_one_deadline(monkeypatch):
    given = []

    def run(argv, timeout):
        given.append((argv[-1], timeout))
        return systemd.Ran(None, '', 'no answer', timed_out=True) if argv[-1] == 'a.service' else systemd.Ran(0, '', '')
    monkeypatch.setattr(plan_apply, 'run', run)
    actions = [of_user(ALICE, 'a.service'), of_user(ALICE, 'b.service'), of_user(BOB, 'b.service'), ACTIONS[0]]
    outcomes = plan_apply.apply(actions, params(keep_going=False), watch(monkeypatch, actions))
    assert [outcome['status'] for outcome in outcomes] == ['failed', 'not_tried', 'done', 'done']
    assert outcomes[1]['said'] == 'the manager of that user did not answer in time'
    assert given == [('a.service', 1), ('b.service', 1), (ACTIONS[0]['argv'][-1], 5)]


def test_what_fails_for_a_user_does_not_fail_the_host(tmp_path):
    nobody = {'uid': 65533, 'name': None}
    result = apply(tmp_path, actions=[of_user(nobody, 'no-such.service')], keep_going=False)
    assert not result.get('failed'), result
    assert (result['failures'], result['message']) == ([], '')
    assert [failure['unit'] for failure in result['user_failures']] == ['no-such.service']
    assert 'restart of no-such.service failed' in str(result['warnings'])


def test_a_manager_that_is_silent_is_asked_once(monkeypatch):
    asked = []

    def run(argv, timeout):
        asked.append((argv[0], timeout))
        return systemd.Ran(None, '', 'no answer', timed_out=True)
    monkeypatch.setattr(systemd, 'run', run)
    assert systemd.show(1000, ['a.service'], ('Id',)) is None
    assert systemd.show(None, ['a.service'], ('Id',)) is None
    assert asked == [('systemctl', systemd.USER_ANSWERS), ('systemctl', systemd.SYSTEM_ANSWERS)]


@pytest.mark.parametrize('name', ['apply', 'detach'])
def test_a_broken_sshd_is_not_restarted(name, monkeypatch):
    monkeypatch.setattr(plan_apply, 'sshd_problem', lambda: 'line 3: bad')
    run, ran = answering({})
    monkeypatch.setattr(plan_apply, 'run', run)
    actions = [dict(ACTIONS[0], unit='ssh.service')]
    outcome, = plan_apply.apply(actions, params(), watch(monkeypatch, actions)) if name == 'apply' else plan_apply.detach(actions, params(), [])
    assert (outcome['status'], outcome['said'], ran) == ('refused', 'not tried, since line 3: bad', [])


TAKES_ALONG = dict(ACTIONS[0], unit='a.service', impact={'also_restarts': ['ssh.service'], 'also_stops': []})


@pytest.mark.parametrize('name', ['apply', 'detach'])
def test_a_broken_sshd_does_not_restart_with_another_unit(name, monkeypatch):
    monkeypatch.setattr(plan_apply, 'sshd_problem', lambda: 'line 3: bad')
    run, ran = answering({})
    monkeypatch.setattr(plan_apply, 'run', run)
    watching = watch(monkeypatch, [TAKES_ALONG])
    outcome, = plan_apply.apply([TAKES_ALONG], params(), watching) if name == 'apply' else plan_apply.detach([TAKES_ALONG], params(), [])
    assert (outcome['status'], ran) == ('refused', [])


def test_a_wait_counts_for_what_restarts_with_a_unit(monkeypatch):
    run, _ = answering({})
    monkeypatch.setattr(plan_apply, 'run', run)
    monkeypatch.setattr(plan_apply, 'sshd_problem', lambda: None)
    entries = [{'unit': 'ssh.service', 'port': 1, 'host': '127.0.0.1', 'active': None, 'timeout': 0}]
    outcome, = plan_apply.apply([TAKES_ALONG], params(wait_for=entries), watch(monkeypatch, [TAKES_ALONG]))
    assert (outcome['status'], outcome['unit']) == ('failed', 'a.service')


ALONG = {
    'runs': ({}, None),
    'failed': (FAILED, 'ssh.service restarted with it and failed'),
    'begun again': (found(active='activating', sub='auto-restart'), 'ssh.service restarted with it and failed'),
    'starting': (found(active='activating', sub='start'), None),
    'not started again': (INACTIVE, 'ssh.service stopped with it and did not start again'),
    'about to start': (dict(INACTIVE, job='77'), None),
}


@pytest.mark.parametrize('state, said', ALONG.values(), ids=ALONG.keys())
def test_what_restarts_with_a_unit_and_fails(state, said, monkeypatch):
    watching = watch(monkeypatch, [TAKES_ALONG], {}, {'ssh.service': found(**state)})
    watching.begin(['a.service', 'ssh.service'])
    result = plan_apply.result_of(TAKES_ALONG, 'done')
    plan_apply.judge([result], [TAKES_ALONG], watching)
    assert (result['status'], result['said']) == ('failed' if said else 'done', said)
    assert result['journal'] == ('lines of ssh.service' if said else None)
    # The next run looks at both.
    assert [entry['unit'] for entry in plan_apply.entries_of(result, TAKES_ALONG)] == ['a.service', 'ssh.service']


UNMET = 'it was active and is inactive, since a condition of its unit file does not hold'
ONESHOT = found(active='inactive', sub='dead', type='oneshot')
AFTER = {
    'it runs': (found(), found(), None),
    'it failed': (found(), FAILED, 'it is failed'),
    'it had failed before': (FAILED, FAILED, 'it is failed'),
    'it is begun again and again': (found(), found(active='activating', sub='auto-restart'), 'it is activating'),
    'it still starts': (found(), found(active='activating', sub='start'), None),
    'it ended': (found(), INACTIVE, 'it was active and is inactive'),
    'a condition does not hold': (found(), dict(INACTIVE, condition='no'), UNMET),
    'systemd has forgotten it': (found(), dict(INACTIVE, condition='no', checked='0'), 'it was active and is inactive'),
    'it waits for its start': (found(), dict(INACTIVE, job='12'), None),
    'somebody had stopped it before': (INACTIVE, INACTIVE, None),
    'nobody knows how it was': (None, INACTIVE, None),
    'a oneshot that ran to its end': (dict(ONESHOT, active='active'), ONESHOT, None),
    'a oneshot that did not run': (dict(ONESHOT, active='active'), dict(ONESHOT, condition='no'), UNMET),
    'a oneshot that systemd has forgotten': (dict(ONESHOT, active='active'), dict(ONESHOT, condition='no', checked='0'), None),
    'a oneshot that stays active': (dict(ONESHOT, active='active'), dict(ONESHOT, remains='yes'), 'it was active and is inactive'),
    'systemd does not say': (found(), dict.fromkeys(found()), None),
}


@pytest.mark.parametrize('before, after, problem', AFTER.values(), ids=AFTER.keys())
def test_active_after_a_restart(before, after, problem):
    assert active.active_problem(after, before) == problem


def test_the_first_unit_that_is_not_active_ends_the_run(monkeypatch):
    """The first service fails a moment after its restart: the look after the second one finds it, and the third is not tried."""
    run, ran = answering({})
    monkeypatch.setattr(plan_apply, 'run', run)
    actions = [dict(ACTIONS[0], unit=unit, argv=['systemctl', 'try-restart', '--', unit]) for unit in ('a.service', 'b.service', 'c.service')]
    looks = {}, {}, {'a.service': FAILED}
    outcomes = plan_apply.apply(actions, params(keep_going=False), watch(monkeypatch, actions, *looks))
    assert [(outcome['status'], outcome['said']) for outcome in outcomes] == [('failed', 'it is failed'), ('done', None), ('not_tried', None)]
    assert [argv[-1] for argv in ran] == ['a.service', 'b.service']
    outcomes = plan_apply.apply(actions, params(), watch(monkeypatch, actions, *looks))
    assert [outcome['status'] for outcome in outcomes] == ['failed', 'done', 'done']


def test_a_unit_that_runs_again_a_moment_later_is_well(monkeypatch):
    run, _ = answering({})
    monkeypatch.setattr(plan_apply, 'run', run)
    looks = {}, {'cron.service': found(active='activating', sub='auto-restart')}, {}
    outcome, = plan_apply.apply(ACTIONS[:1], params(), watch(monkeypatch, ACTIONS[:1], *looks))
    assert outcome['status'] == 'done'


@pytest.mark.parametrize('load', ['masked', 'not-found', 'bad-setting', 'error'])
@pytest.mark.parametrize('unit', ['a.service', 'ssh.service'])
def test_a_unit_that_systemd_would_not_start_is_not_stopped(unit, load, monkeypatch):
    """After systemd read the unit files again it may know that. ssh.service restarts with a.service."""
    run, ran = answering({})
    monkeypatch.setattr(plan_apply, 'run', run)
    monkeypatch.setattr(plan_apply, 'sshd_problem', lambda: None)
    actions = [RELOAD, TAKES_ALONG]
    outcomes = plan_apply.apply(actions, params(), watch(monkeypatch, actions, {}, {unit: found(load=load)}))
    assert [outcome['status'] for outcome in outcomes] == ['done', 'refused']
    assert outcomes[1]['said'] == 'not tried, since %s is %s now' % (unit, load)
    assert ran == [['systemctl', 'daemon-reload']]


def test_one_question_about_all_units(monkeypatch):
    asked = []

    def show(uid, units, properties):
        asked.append((uid, units))
        return [{'ActiveState': 'active', 'Job': '', 'Type': 'simple'} for _unit in units]
    monkeypatch.setattr(restarts, 'show', show)
    watching = active.Watch(['a.service', 'b.service'])
    assert asked == [(None, ['a.service', 'b.service'])]
    assert (watching.now['b.service']['active'], watching.now['b.service']['type'], watching.now['b.service']['load']) == ('active', 'simple', None)
    active.Watch([])
    assert len(asked) == 1


@pytest.mark.parametrize('answer, problem', [
    (systemd.Ran(0, '', ''), None),
    (systemd.Ran(255, '', 'Missing privilege separation directory: /run/sshd'), None),
    (systemd.Ran(255, '', 'line 3: bad\n'), 'line 3: bad'),
    (systemd.Ran(None, '', 'sshd is not installed'), 'sshd is not installed'),
    (systemd.Ran(None, '', 'sshd did not end within 30 seconds'), 'sshd did not end within 30 seconds'),
])
def test_an_sshd_that_cannot_be_asked_is_a_problem(answer, problem, monkeypatch):
    monkeypatch.setattr(systemd, 'run', lambda _argv, _timeout: answer)
    assert systemd.sshd_problem() == problem


@pytest.mark.parametrize('never, despite, forbidden', [
    (['mysql.service'], [], ['mariadb.service']),
    (['mariadb.service'], [], ['mariadb.service']),
    (['my*'], ['mariadb.*'], []),
    (['mariadb.*'], ['mysql.service'], []),
    (['nginx.service'], [], []),
])
def test_a_unit_is_kept_from_a_reboot_by_each_of_its_names(never, despite, forbidden):
    unit = {'Id': 'mariadb.service', 'Names': 'mysql.service mariadb.service mysqld.service'}
    active = [reboot_info.names_of(unit), reboot_info.names_of({'Id': 'cron.service'})]
    assert reboot_info.forbidden_of(active, never, despite) == forbidden


def test_record_is_of_root_alone_and_any_other_is_none(tmp_path):
    path = str(tmp_path / 'record' / 'restarted.json')
    entries = [{'unit': 'a.service', 'uid': None}, {'unit': 'b.service', 'uid': 1000}]
    restarts.write_record(path, entries)
    assert restarts.read_record(path) == entries
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode) == 0o700
    assert os.listdir(os.path.dirname(path)) == ['restarted.json']
    for content in ('', '[]', '{"units": 3}', '{"units": [{"unit": "x"}]}', '{"units": [{"unit": "x", "uid": "y"}]}'):
        with open(path, 'w') as stream:
            stream.write(content)
        assert restarts.read_record(path) == []
    assert restarts.read_record(str(tmp_path / 'none')) == []


def state(active, sub='dead'):
    return {'unit': 'a.service', 'uid': None, 'active': active, 'sub': sub, 'result': None}


@pytest.mark.parametrize('found, is_failed', [
    (state('failed', 'failed'), True),
    (state('activating', 'auto-restart'), True),
    (state('activating', 'start'), False),
    (state('active', 'running'), False),
    (state('inactive'), False),
    (state(None, None), False),
])
def test_what_an_earlier_run_restarted(found, is_failed, monkeypatch):
    monkeypatch.setattr(restarts, 'states', lambda entries: [found] if entries else [])
    record = [{'unit': 'a.service', 'uid': None}]
    assert restarts.failed_since(record) == ([found] if is_failed else [])
    assert [entry['unit'] for entry in plan_apply.failed_before(record, [])] == (['a.service'] if is_failed else [])
    again = plan_apply.result_of(dict(ACTIONS[0], unit='a.service'), 'done')
    assert plan_apply.failed_before(record, [again]) == [], 'what is restarted again is judged by that'


def test_blocks():
    text = 'Id=a.service\nActiveState=active\n\nId=b.service\nActiveState=failed\nX=a=b\n'
    assert systemd.parse_blocks(text) == [
        {'Id': 'a.service', 'ActiveState': 'active'}, {'Id': 'b.service', 'ActiveState': 'failed', 'X': 'a=b'}
    ]
    assert systemd.parse_blocks('') == []



@pytest.mark.parametrize('options, text', [
    ({'never': ['nginx']}, 'never: "nginx"'),
    ({'despite': ['nginx']}, 'despite: "nginx"'),
])
def test_reboot_info_checks_its_globs(options, text):
    result = run_module('reboot_info', options, module_environment())
    assert result['failed'] and text in result['msg']


HOSTILE = {
    'an escape': ('\x1b]0;x\x07', '\\x1b]0;x\\x07'),
    'a C1 control': ('\x9b31m', '\\u{9b}31m'),
    'bidi marks': ('\u202e\u2066', '\\u{202e}\\u{2066}'),
    'a line break': ('a\nfailed=0', 'a\\nfailed=0'),
    'a line separator': ('\u2028', '\\u{2028}'),
    'what shows as nothing': ('\u200b\u3164\ufe0f', '\\u{200b}\\u{3164}\\u{fe0f}'),
    'a lone surrogate': ('\udc9b', '\\u{dc9b}'),
}


@pytest.mark.parametrize('raw, escaped', HOSTILE.values(), ids=HOSTILE.keys())
def test_nothing_of_a_host_reaches_a_screen_raw(raw, escaped):
    action = dict(
        golden('plan')['actions'][0], unit=None, container=None, session=None, argv=['kill', raw],
        process={'pid': 7, 'name': raw}, policy={'rule': 'x', 'reason': raw}, because=[{'path': raw}],
    )
    reason = {'code': 'reboot_required_file', 'path': '/run/x', 'packages': [raw]}
    texts = [style(action) for style in sentences.STYLES.values()] + [sentences.sentence(reason)]
    texts += [entry['why'] for entry in sentences.left_over([action])]
    if '\n' not in raw:
        texts.append(plan_apply.name_failures([{'action': 'restart', 'unit': 'x.service', 'said': raw, 'journal': None}]))
    for text in texts:
        assert escaped in text and raw not in text, text
    journal = plan_apply.name_failures([{'action': 'restart', 'unit': 'x', 'said': 'no', 'journal': 'first\n\x1b[2J\nlast'}])
    assert journal.split('\n')[2:] == ['first', '\\x1b[2J', 'last']


def test_what_is_in_the_way_of_a_restart_is_named():
    remarks = [{'code': 'takes_others', 'message': 'a restart takes b.service along, which is left alone'}, {'code': 'several_users', 'message': 'x'}]
    action = dict(ACTIONS[0], action='manual', argv=None, blocked_by='takes_others', remarks=remarks)
    assert sentences.sentence(action) == (
        'cron.service: see to it by hand, since a restart of it takes a unit along that is not to be restarted, or that would not start again, '
        'since a restart takes b.service along, which is left alone'
    )
    assert sentences.sentence(dict(action, remarks=None)).endswith('that is not to be restarted, or that would not start again')


def test_words_that_need_no_escape_stay():
    assert visible.visible('Müller 漢字 é ✓ 100 % \\x2d') == 'Müller 漢字 é ✓ 100 % \\x2d'


def test_words():
    plan = golden('plan')
    said = [sentences.sentence(thing) for thing in plan['actions'] + plan['reboot']['reasons']]
    assert said[0] == 'cron.service: restart it'
    assert 'kernel 6.1.0-28-amd64 is installed, and 6.1.0-27-amd64 runs (since 2026-11-20)' in said
    assert not [text for text in said if 'None' in text or '_' in text.split(' (policy')[0].split(', since')[0]], said
    left = sentences.left_over(
        ACTIONS[:2], {'runs_play': ACTIONS[:1], 'only': ['cron.service'], 'only_fixes': False, 'accept_stops': []},
    )
    assert [entry['why'] for entry in left] == [
        'cron.service: restart it (this play runs in it)', 'nginx.service: restart it (restart_only leaves it out)'
    ]
    assert json.dumps(left)
