"""The decisions of the role restart from a plan and its options, and its words about the results."""

import importlib
import os
import sys

import pytest
from run_case import golden

sys.path.insert(0, os.environ['ANSIBLE_COLLECTIONS_PATH'])
PLUGINS = 'ansible_collections.lib_users.host.plugins.'
decision = importlib.import_module(PLUGINS + 'module_utils._decision')
outcome = importlib.import_module(PLUGINS + 'module_utils._outcome')

OPTIONS = {
    'only': [], 'only_fixes': False, 'last': [], 'accept_stops': [], 'reload': True, 'user_services': True, 'daemon_reexec': True, 'reboot': ['never'], 'is_local': False,
}
BECAUSE = [{'path': '/lib/x.so', 'code': 'library_replaced', 'package': None, 'pids': [7], 'held_bytes': 0}]
KERNEL = {'code': 'kernel_outdated', 'running': '6.1', 'installed': '6.2'}
UNIT = {'code': 'unit', 'unit': 'dbus.service'}
READY = {'forbidden': [], 'problems': []}


def action(unit, what='restart', scope='system', carries_caller=False, argv=True):
    word = {'restart': 'try-restart', 'reload': 'try-reload-or-restart'}.get(what, what)
    return dict(
        golden('plan')['actions'][0], action=what, unit=unit, scope=scope, carries_caller=carries_caller, because=BECAUSE,
        argv=['systemctl', word, '--', unit or 'systemd', scope] if argv else None,
    )


def plan(*actions, **more):
    return dict({'actions': list(actions), 'reboot_required': False, 'reboot_reasons': [], 'clean': not actions}, **more)


def decide(before, ready=None, **options):
    return decision.decide(before, dict(OPTIONS, **options), ready)


def units(actions):
    return [each['unit'] for each in actions]


def test_nothing_is_to_be_done():
    decided = decide(plan())
    assert (decided['acts'], decided['asks'], decided['reboots'], decided['shown']) == (False, False, False, [])
    assert outcome.judge(decided, plan()) == {
        'failed': [], 'still': [], 'is_well': True, 'left': [], 'restarted': [], 'rebooted': False, 'clean': True,
        'people_said': [], 'reboot_said': [], 'failures': [], 'says': False,
    }


ALL = [
    action('a.service'), action('b.service', 'reload'), action('c.service', 'signal'), action(None, 'daemon_reexec'),
    action('user@1.service', 'reexec_user_manager'), action('d.service', scope='user'), action('e.service', 'manual', argv=False),
]


@pytest.mark.parametrize('options, done', [
    ({}, ['a.service', 'b.service', 'c.service', None, 'user@1.service', 'd.service']),
    ({'reload': False}, ['a.service', None, 'user@1.service', 'd.service']),
    ({'daemon_reexec': False}, ['a.service', 'b.service', 'c.service', 'user@1.service', 'd.service']),
    ({'user_services': False}, ['a.service', 'b.service', 'c.service', None]),
    ({'only': ['[ab].service']}, ['a.service', 'b.service']),
    ({'last': ['a*']}, ['b.service', 'c.service', None, 'user@1.service', 'd.service', 'a.service']),
], ids=['all', 'reload', 'daemon_reexec', 'user_services', 'only', 'last'])
def test_what_is_done_and_what_is_left(options, done):
    before = plan(*ALL)
    decided = decide(before, **options)
    assert units(decided['attached']) == done
    assert len(decided['shown']) == len(done) and 'because of /lib/x.so' in decided['shown'][0]
    left = outcome.judge(decided, before)['left']
    assert [entry['unit'] for entry in left] == [unit for unit in units(ALL) if unit not in done]


@pytest.mark.parametrize('after', [False, True])
def test_what_a_failure_kept_from_being_tried_is_left(after):
    before = plan(action('a.service'), action('b.service'), action('c.service', 'manual', argv=False))
    outcomes = [dict(each, status=status) for each, status in zip(before['actions'], ['failed', 'not_tried'])]
    failures = [{'unit': 'a.service'}]
    applied = {'restarted': [], 'failures': failures, 'message': 'restart of a.service failed', 'outcomes': outcomes}
    judged = outcome.judge(decide(before), before, applied, None, plan(*before['actions'][1:]) if after else None)
    assert [entry['unit'] for entry in judged['left']] == ['b.service', 'c.service']
    assert judged['people_said'] == ['b.service: restart it (not tried after a failure)', 'c.service: see to it by hand']
    assert (judged['is_well'], judged['still'], judged['clean']) == (False, [], False)


CHANGED = [{'code': 'daemon_reload_first', 'message': 'its unit file changed'}]
RELOAD = dict(
    action(None, 'daemon_reload', scope=None), argv=['systemctl', 'daemon-reload'], because=[],
    remarks=[{'code': 'unit_files_changed', 'message': 'the unit file of a.service changed on disk'}],
)


@pytest.mark.parametrize('options, attached, detached', [
    ({}, [None, 'a.service', 'b.service', 'c.service'], []),
    ({'last': ['*']}, [None, 'a.service', 'b.service', 'c.service'], []),
    ({'only': ['a*']}, [None, 'a.service'], []),
    # A signal reads no unit file, and what is left alone does not either.
    ({'only': ['[bc]*']}, ['b.service', 'c.service'], []),
    ({'only_fixes': True}, [], []),
    ({'carries': True}, [None, 'b.service', 'c.service'], ['a.service']),
    ({'carries': True, 'is_local': True}, ['b.service', 'c.service'], []),
], ids=['all', 'last', 'only', 'others', 'only_fixes', 'carries', 'local'])
def test_unit_files_are_read_first_if_a_wanted_action_needs_it(options, attached, detached):
    options = dict(options)
    changed = dict(action('a.service', carries_caller=options.pop('carries', False)), remarks=CHANGED)
    before = plan(RELOAD, changed, action('b.service'), dict(action('c.service', 'signal'), remarks=CHANGED))
    decided = decide(before, **options)
    assert (units(decided['attached']), units(decided['detached'])) == (attached, detached)
    if None in attached:
        assert decided['shown'][0] == 'systemctl daemon-reload, since the unit file of a.service changed on disk'
    else:
        left = outcome.judge(decided, before)['people_said']
        assert any(text.startswith('systemd itself: have it read the unit files again (systemctl daemon-reload)') for text in left)


def test_unit_files_are_read_for_a_unit_that_restarts_with_a_wanted_one():
    covered = dict(action('b.service', argv=False), covered_by='a.service', remarks=CHANGED)
    along = dict(action('a.service'), impact={'also_restarts': ['b.service'], 'also_stops': []})
    for only in ([], ['a.service']):
        assert units(decide(plan(RELOAD, along, covered), only=only)['attached']) == [None, 'a.service']


def test_what_systemd_reads_again_and_again_is_not_stale():
    changed = dict(action('a.service'), remarks=CHANGED)
    before = plan(RELOAD, changed)
    judged = outcome.judge(decide(before), before, {'restarted': ['a.service']}, None, plan(RELOAD, dict(action('b.service'), remarks=CHANGED)))
    assert (judged['is_well'], units(judged['still'])) == (True, [])


def test_the_actions_of_some_units_keep_the_reload_that_they_need():
    of_units = importlib.import_module(PLUGINS + 'filter.of_units').of_units
    actions = [RELOAD, dict(action('a.service'), remarks=CHANGED), action('b.service')]
    assert units(of_units(actions, ['a*'])) == [None, 'a.service']
    assert units(of_units(actions, ['b*'])) == ['b.service']


def closing(count, complete=True):
    """Fixes of an action, as a plan has them."""
    cves = ['CVE-2026-%d' % (1000 + number) for number in range(count)]
    return {'count': count, 'cves': cves, 'complete': complete, 'packages': []}


OF_FIXES = {
    'closes.service': closing(2), 'at-least.service': closing(1, complete=False), 'none.service': closing(0),
    'at-least-none.service': closing(0, complete=False), 'unknown.service': None,
}


def test_only_what_is_known_to_close_something():
    actions = [dict(action(unit), fixes=fixes) for unit, fixes in OF_FIXES.items()]
    earlier = {key: value for key, value in action('earlier.service').items() if key != 'fixes'}
    before = plan(*actions + [earlier, dict(action(None, 'daemon_reexec'), fixes=closing(1)), dict(action('m.service', 'manual', argv=False))])
    decided = decide(before, only_fixes=True)
    assert units(decided['attached']) == ['closes.service', 'at-least.service', None]
    # Everything else is left to people. What is not known is told from what closes nothing.
    skips, unknown, nothing = 'restart_only_fixes leaves it out: ', 'it is not known whether it brings', 'it brings no'
    judged = outcome.judge(decided, before)
    assert [(entry['unit'], entry['fixes']) for entry in judged['left']] == [
        ('none.service', 0), ('at-least-none.service', None), ('unknown.service', None), ('earlier.service', None), ('m.service', None),
    ]
    assert judged['people_said'] == [
        'none.service: restart it (%s%s security fix into memory)' % (skips, nothing),
        'at-least-none.service: restart it (%s%s a security fix into memory)' % (skips, unknown),
        'unknown.service: restart it (%s%s a security fix into memory)' % (skips, unknown),
        'earlier.service: restart it (%s%s a security fix into memory)' % (skips, unknown),
        'm.service: see to it by hand',
    ]
    # Without the option the plan alone says what is done.
    assert len(decide(before)['attached']) == 7
    assert units(decide(before, only_fixes=True, only=['none*', 'cl*'])['attached']) == ['closes.service']


REBOOTS = {
    'closes something': ([closing(3)], [UNIT], None),
    'closes something besides': ([None, closing(3)], [UNIT, KERNEL], None),
    'closes nothing': ([closing(0)], [UNIT], 'it brings no security fix into memory'),
    'one is not known': ([closing(0), None], [UNIT], 'it is not known whether it brings'),
    'at least none': ([closing(0, complete=False)], [UNIT], 'it is not known whether it brings'),
    'a kernel': ([], [KERNEL], 'it is not known whether it brings'),
    'a kernel and a unit that closes nothing': ([closing(0)], [KERNEL, UNIT], 'it is not known whether it brings'),
}


@pytest.mark.parametrize('fixes, reasons, note', REBOOTS.values(), ids=REBOOTS.keys())
def test_a_reboot_only_if_it_is_known_to_close_something(fixes, reasons, note):
    waiting = [dict(action('dbus.service', 'reboot'), fixes=each) for each in fixes]
    before = plan(dict(action('a.service'), fixes=closing(1)), *waiting, reboot_required=True, reboot_reasons=reasons)
    decided = decide(before, READY, only_fixes=True, reboot=['when_required'])
    assert (decided['reboots'], units(decided['attached'])) == (note is None, ['a.service'] if note else [])
    notes = decided['reboot_notes']
    assert len(notes) == (0 if note is None else 1) and all(each.startswith('not rebooted, since') and note in each for each in notes)
    # Nobody asked for a reboot, so nothing is said of the option.
    never = decide(before, only_fixes=True)
    assert (never['reboots'], never['reboot_notes']) == (False, [])


def taking(unit, also_restarts=(), also_stops=(), **more):
    impact = dict(golden('plan')['actions'][0]['impact'], also_restarts=list(also_restarts), also_stops=list(also_stops))
    return dict(action(unit), impact=impact, **more)


def test_a_restart_that_stops_a_unit_for_good_wants_a_word():
    before = plan(taking('a.service', also_stops=['v.service', 'w.service']), action('b.service'))
    decided = decide(before)
    assert units(decided['attached']) == ['b.service']
    judged = outcome.judge(decided, before)
    assert judged['people_said'] == [
        'a.service: restart it (it would stop v.service, w.service for good, and restart_accept_stops does not name that)',
    ]
    assert units(decide(before, accept_stops=['v.service'])['attached']) == ['b.service']
    accepted = decide(before, accept_stops=['[vw].service'])
    assert units(accepted['attached']) == ['a.service', 'b.service']
    assert accepted['shown'][0].endswith('because of /lib/x.so; it stops v.service, w.service for good')


def test_what_another_restart_covers_is_neither_done_twice_nor_left():
    covered = taking('b.service', covered_by='a.service', argv=None)
    before = plan(taking('a.service', also_restarts=['b.service']), covered)
    decided = decide(before)
    assert units(decided['attached']) == ['a.service']
    assert decided['shown'] == ['systemctl try-restart -- a.service system, because of /lib/x.so; it restarts b.service as well']
    assert outcome.judge(decided, before)['left'] == []
    # If the role restarts neither, it says why of both.
    neither = decide(before, only=['c.service'])
    assert [entry['why'] for entry in outcome.judge(neither, before)['left']] == [
        '%s: restart it (restart_only leaves it out)' % unit for unit in ('a.service', 'b.service')
    ]


@pytest.mark.parametrize('options, stops', [({'only': ['b.service']}, []), ({}, ['v.service'])])
def test_what_another_restart_covers_is_restarted_alone_if_that_one_is_left(options, stops):
    covered = taking('b.service', covered_by='a.service', argv=None)
    before = plan(taking('a.service', also_restarts=['b.service'], also_stops=stops), covered)
    decided = decide(before, **options)
    assert [each['argv'] for each in decided['attached']] == [['systemctl', 'try-restart', '--', 'b.service']]
    judged = outcome.judge(decided, before, {'restarted': ['b.service']}, None, plan(taking('a.service', also_stops=stops)))
    assert [entry['unit'] for entry in judged['left']] == ['a.service']
    assert [entry['unit'] for entry in outcome.judge(decided, before)['left']] == ['a.service']


def test_what_a_restart_covered_and_still_runs_on_the_files_fails_the_host():
    before = plan(taking('a.service', also_restarts=['b.service']), taking('b.service', covered_by='a.service', argv=None))
    after = plan(action('b.service'), action('c.service'))
    judged = outcome.judge(decide(before), before, {'restarted': ['a.service']}, None, after)
    assert (judged['is_well'], units(judged['still'])) == (False, ['b.service'])


def test_what_takes_along_what_comes_last_comes_last():
    before = plan(taking('a.service', also_restarts=['haproxy.service']), action('b.service'))
    assert units(decide(before, last=['haproxy.service'])['attached']) == ['b.service', 'a.service']


def test_check_mode_says_that_there_may_be_more():
    before = plan(taking('a.service', also_restarts=['b.service']))
    before['actions'][0]['impact']['complete'] = False
    assert decide(before)['shown'][0].endswith('; it restarts b.service as well; systemd did not say all that it takes along')


def test_check_mode_says_what_a_restart_starts_and_does_again():
    before = plan(taking('a.service', also_restarts=['b.service']))
    before['actions'][0]['impact'].update(restarts_again=['b.service'], also_starts=['w.service'])
    words = '; it restarts b.service as well and restarts b.service for a second time and starts w.service'
    assert decide(before)['shown'][0].endswith(words)


def test_a_plan_that_does_not_know_what_a_restart_takes_along():
    earlier = {key: value for key, value in action('a.service').items() if key not in ('impact', 'covered_by')}
    assert units(decide(plan(earlier))['attached']) == ['a.service']


def test_what_carries_the_play_is_done_by_systemd_or_left_to_people():
    before = plan(action('a.service'), action('ssh.service', carries_caller=True))
    decided = decide(before, last=['a*'])
    assert (units(decided['attached']), units(decided['detached'])) == (['a.service'], ['ssh.service'])
    local = decide(before, is_local=True)
    assert (units(local['attached']), local['detached']) == (['a.service'], [])
    assert outcome.judge(local, before)['people_said'] == ['ssh.service: restart it (this play runs in it)']
    # A signal or a reexec ends nobody's connection.
    assert units(decide(plan(action('x.service', 'signal', carries_caller=True)))['attached']) == ['x.service']


@pytest.mark.parametrize('reboot, reasons, wanted', [
    (['when_required'], [UNIT], True),
    (['for_kernel'], [UNIT], False),
    (['for_kernel'], [UNIT, KERNEL], True),
    (['for_kernel'], [{'code': 'reboot_required_file', 'path': '/x', 'packages': ['dbus', 'linux-image-6.1']}], True),
    (['for_kernel'], [{'code': 'reboot_required_file', 'path': '/x', 'packages': ['my-kernel']}], False),
    (['for_kernel'], [{'code': 'system_switched', 'parts': ['kernel-modules'], 'since': None}], True),
    (['for_kernel'], [{'code': 'system_switched', 'parts': ['initrd'], 'since': None}], False),
    (['for_kernel'], [{'code': 'image_staged', 'path': '/x', 'since': None}], False),
    (['for_kernel'], [{'code': 'microcode_outdated', 'running': '0xf0', 'installed': '0xf6', 'path': '/x', 'since': None}], False),
    (['never'], [KERNEL], False),
    (['when_required', 'never'], [KERNEL], False),
    (['for_kernel', 'when_required'], [UNIT], False),
])
def test_when_a_reboot_is_wanted(reboot, reasons, wanted):
    before = plan(action('a.service'), reboot_required=True, reboot_reasons=reasons)
    decided = decide(before, reboot=reboot)
    # Nobody reboots before it was asked what speaks against it.
    assert (decided['asks'], decided['reboots']) == (wanted, False)
    decided = decide(before, READY, reboot=reboot)
    assert (decided['asks'], decided['reboots'], units(decided['attached'])) == (False, wanted, [] if wanted else ['a.service'])
    assert decided['shown'][0] == ('reboot' if wanted else 'systemctl try-restart -- a.service system, because of /lib/x.so')


@pytest.mark.parametrize('ready, options, said, fails', [
    ({'forbidden': ['db.service'], 'problems': ['sshd is bad']}, {}, 'since restart_never names what runs here: db.service', False),
    ({'forbidden': [], 'problems': ['sshd is bad']}, {}, None, True),
    (None, {'is_local': True}, 'since this play runs on the host itself', False),
    (None, {'only': ['a*']}, 'since restart_only is set', False),
], ids=['forbidden', 'problems', 'local', 'only'])
def test_what_keeps_off_a_reboot(ready, options, said, fails):
    before = plan(action('a.service'), reboot_required=True, reboot_reasons=[UNIT])
    decided = decide(before, ready, reboot=['when_required'], **options)
    assert (decided['asks'], decided['reboots'], units(decided['attached'])) == (False, False, ['a.service'])
    judged = outcome.judge(decided, before)
    notes = judged['reboot_said'][1:]
    assert judged['reboot_said'][0] == 'dbus.service cannot be restarted safely'
    assert len(notes) == (0 if said is None else 1) and all(said in note for note in notes)
    assert judged['failures'] == (['not rebooted, since sshd is bad'] if fails else [])


def failure(unit, **more):
    return dict({'unit': unit, 'scope': 'system'}, **more)


def test_after_restarts_that_cured_all():
    before = plan(action('a.service'))
    applied = {'failures': [], 'message': '', 'restarted': ['a.service'], 'outcomes': []}
    judged = outcome.judge(decide(before), before, applied, {}, plan())
    assert (judged['restarted'], judged['clean'], judged['says'], judged['is_well']) == (['a.service'], True, False, True)


def test_what_was_not_looked_at_again_is_not_known_to_be_clean():
    before = plan(action('a.service'))
    applied = {'failures': [], 'message': '', 'restarted': ['a.service']}
    judged = outcome.judge(decide(before), before, applied)
    assert (judged['clean'], judged['restarted'], judged['left']) == (None, ['a.service'], [])
    checked = outcome.judge(decide(before), before, applied, check_mode=True)
    assert (checked['clean'], checked['restarted']) == (None, [])


def test_what_failed_and_what_is_still_stale_fails_the_host_once():
    before = plan(action('a.service'), action('b.service'), action('c.service', 'reload'), action('u.service', scope='user'))
    applied = {'failures': [failure('a.service')], 'message': 'a failed', 'restarted': ['b.service']}
    judged = outcome.judge(decide(before), before, applied, {}, before)
    assert judged['failures'] == ['a failed', 'b.service still runs on /lib/x.so']
    assert units(judged['still']) == ['b.service', 'u.service']
    assert (judged['clean'], judged['is_well']) == (False, False)
    # The reload is not over, and a user's service fails nobody: both are left to people.
    assert judged['people_said'] == ['a.service: restart it', 'c.service: reload it', 'u.service: restart it']
    assert [entry['unit'] for entry in judged['left']] == ['a.service', 'c.service', 'u.service', 'b.service']


def test_a_users_service_alone_fails_nobody():
    before = plan(action('u.service', scope='user'))
    applied = {'failures': [], 'user_failures': [failure('u.service', scope='user')], 'message': '', 'restarted': []}
    judged = outcome.judge(decide(before), before, applied, {}, before)
    assert (judged['failures'], judged['is_well'], judged['clean']) == ([], True, False)
    assert judged['people_said'] == ['u.service: restart it']


def test_users_whose_processes_were_not_seen_are_named():
    owner = {'user': {'uid': 1001, 'name': 'b\x9b'}, 'kind': 'user', 'denied': 0, 'failed': 1, 'blocked': 2}
    before = dict(plan(), unseen_users=[owner])
    judged = outcome.judge(decide(before), before)
    said = 'processes of b\\u{9b} were not looked at (1 failed, 2 blocked): what they run on is not known'
    assert (judged['people_said'], judged['says'], judged['left'], judged['failures']) == ([said], True, [], [])


def test_what_failed_after_the_connection_was_made_anew_is_said_once():
    before = plan(action('a.service'), action('ssh.service', carries_caller=True))
    applied = {'failures': [failure('a.service')], 'message': 'a failed', 'restarted': []}
    both = {'failures': [failure('a.service'), failure('ssh.service')], 'message': 'a and ssh failed'}
    judged = outcome.judge(decide(before), before, applied, both, plan())
    assert (units(judged['failed']), judged['failures']) == (['a.service', 'ssh.service'], ['a failed', 'a and ssh failed'])
    judged = outcome.judge(decide(before), before, applied, {'failures': [failure('a.service')], 'message': 'again'}, plan())
    assert (units(judged['failed']), judged['failures']) == (['a.service'], ['a failed'])


def test_after_a_reboot():
    before = plan(action('a.service'), reboot_required=True, reboot_reasons=[KERNEL])
    decided = decide(before, READY, reboot=['when_required'])
    judged = outcome.judge(decided, before, {}, {}, plan(action('m.service', 'manual', argv=False)))
    assert (judged['rebooted'], judged['reboot_said'], judged['people_said']) == (True, [], ['m.service: see to it by hand'])
    judged = outcome.judge(decided, before, {}, {}, before)
    assert (judged['failures'], judged['clean']) == (['a.service still runs on /lib/x.so'], False)
    assert judged['reboot_said'] == ['kernel 6.2 is installed, and 6.1 runs'], 'the reboot was not enough'
    checked = outcome.judge(decided, before, check_mode=True)
    assert (checked['rebooted'], checked['left'], checked['clean']) == (False, [], None)
    assert checked['reboot_said'] == []


def test_what_was_restarted_earlier_and_is_failed_fails_a_host_on_which_nothing_is_done():
    applied = {'failures': [failure('old.service')], 'message': 'old failed', 'restarted': []}
    judged = outcome.judge(decide(plan()), plan(), applied)
    assert (judged['failures'], judged['clean'], judged['says']) == (['old failed'], False, True)
