#!/usr/bin/python
# -*- coding: utf-8 -*-
# SPDX-FileCopyrightText: 2026 the lib-users authors
# MIT License (see LICENSES/MIT.txt), which is compatible with the GNU General Public License v3.0+ of Ansible itself
# SPDX-License-Identifier: MIT

DOCUMENTATION = r'''
module: plan_apply
short_description: Does actions of a plan, one after the other
version_added: 0.1.0
description:
  - Runs the commands of actions that M(lib_users.host.plan_info) returned, in their order, and says of each how it went.
  - It decides nothing. What has no command in the plan is refused, and so is any command that no plan holds.
  - If systemd cannot read unit files that changed on disk (the action V(daemon_reload)), nothing is done after that, whatever O(keep_going) says.
  - Before sshd is restarted or reloaded, by itself or with another unit, C(sshd -t) is asked. If it objects, the action is refused.
  - After each restart the unit, and all that were restarted before, must be active, as by C(systemctl is-active). A unit that C(systemctl) was
    content with and that failed, or that was active and is inactive, counts as failed, also if it restarted with another one. A oneshot that ran
    to its end may be inactive.
  - A unit that is masked, not found or not valid by now, as after the unit files were read again, is refused.
  - A unit that the last run restarted in this boot and that is failed now is a failure too, whatever O(actions) say. What
    was restarted last is kept in O(record).
options:
  actions:
    description: The actions to do, as in RV(lib_users.host.plan_info#module:actions).
    type: list
    elements: dict
    default: []
  detached:
    description:
      - Actions that would end the connection that asked for them. systemd does them a second after the module has ended.
    type: list
    elements: dict
    default: []
  keep_going:
    description:
      - Whether the others are done after a failure. Otherwise the first failure of a unit of the system ends it, because what failed one service may
        fail the next one too. The task fails in either case, but for O(ignore_failures).
    type: bool
    default: false
  ignore_failures:
    description: Return RV(failures) and RV(message) without failing the task, for a play that sees to something else first.
    type: bool
    default: false
  wait_for:
    description: What is waited for after units were restarted, before the next one is. An entry counts if it matches the unit, or one that restarted with it.
    type: list
    elements: dict
    default: []
    suboptions:
      unit:
        description: Glob over the name of the unit that was restarted.
        type: str
        required: true
      port:
        description: A TCP port that must accept a connection. Either this or O(wait_for[].active).
        type: int
      host:
        description: The address of the port.
        type: str
        default: 127.0.0.1
      active:
        description: A unit that must be active.
        type: str
      timeout:
        description: Seconds that may pass until then.
        type: int
        default: 60
  timeout:
    description: Seconds that one command may take.
    type: int
    default: 300
  user_timeout:
    description:
      - Seconds that one command to the manager of a user may take. If one takes longer, the other actions of that user are not tried.
      - What fails for a user is in RV(user_failures) and a warning, and never fails the task, since users could have it fail at will.
    type: int
    default: 30
  record:
    description: The file that keeps what was restarted last. It should be below C(/run), so that it ends with the boot.
    type: path
    default: /run/lib-users/restarted.json
attributes:
  check_mode:
    description: Can run in check mode without changing anything.
    support: full
    details:
      - Each action is returned with the status V(planned).
  diff_mode:
    description: Returns details on what has changed in diff mode.
    support: none
  platform:
    description: The systems that it works on.
    support: full
    platforms: linux
seealso:
  - module: lib_users.host.plan_info
author:
  - the lib-users authors (@lib-users)
'''

EXAMPLES = r'''
- name: Ask what must be done
  lib_users.host.plan_info:
  become: true
  register: lu

- name: Restart what must be restarted
  lib_users.host.plan_apply:
    actions: "{{ lu.actions | selectattr('action', 'in', ['daemon_reload', 'restart']) | selectattr('argv') | rejectattr('carries_caller') }}"
    wait_for:
      - unit: nginx.service
        port: 80
  become: true
  when: lu is not skipped
'''

RETURN = r'''
outcomes:
  description: What became of each action, in the order in which they were done.
  returned: always
  type: list
  elements: dict
  contains:
    action:
      description: What was to be done.
      returned: always
      type: str
    unit:
      description: The name of the unit, or null.
      returned: always
      type: str
    user:
      description: Whose manager was asked, with C(uid) and C(name); null for the system's.
      returned: always
      type: dict
    argv:
      description: The command.
      returned: always
      type: list
      elements: str
    status:
      description:
        - V(done), V(failed), V(detached) (systemd will do it in a second), V(refused) (it would not start again), V(not_tried)
          (an earlier one failed and O(keep_going) is false, systemd could not read changed unit files, or that user's manager did not answer in
          time), or V(planned) in check mode.
      returned: always
      type: str
    said:
      description: What went wrong, or null.
      returned: always
      type: str
    journal:
      description: The last lines of the journal of the unit that failed, which may be one that restarted with it, else null.
      returned: always
      type: str
restarted:
  description: The names of the units that were restarted or are about to be, by O(detached).
  returned: always
  type: list
  elements: str
message:
  description: RV(failures) in words, empty if there is none.
  returned: always
  type: str
failures:
  description: Those of RV(outcomes) that failed, and the units of an earlier run that are failed now. Only units of the system.
  returned: always
  type: list
  elements: dict
user_failures:
  description: The same of the units of users.
  returned: always
  type: list
  elements: dict
'''

import socket
import time

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.lib_users.host.plugins.module_utils._active import Watch
from ansible_collections.lib_users.host.plugins.module_utils._globs import glob_problem, matches
from ansible_collections.lib_users.host.plugins.module_utils._restarts import (
    RECORD,
    failed_since,
    read_record,
    states,
    write_record,
)
from ansible_collections.lib_users.host.plugins.module_utils._sentences import along
from ansible_collections.lib_users.host.plugins.module_utils._systemd import is_planned, is_sshd, journal, run, show, sshd_problem
from ansible_collections.lib_users.host.plugins.module_utils._visible import visible_lines

# A program that cannot be executed fails a moment after systemd called its service started.
SETTLE_SECONDS = 1
FAILED = ('failed', 'refused')
UNREAD = 'systemd could not read the changed unit files'
TIMER = ['systemd-run', '--quiet', '--collect', '--on-active=1s', '--timer-property=AccuracySec=100ms']


def uid_of(action):
    return action['user']['uid'] if action.get('scope') == 'user' and action.get('user') else None


def result_of(action, status):
    kept = {key: action.get(key) for key in ('action', 'unit', 'user', 'scope', 'argv')}
    return dict(kept, status=status, said=None, journal=None)


def fail(result, said):
    result.update(status='failed', said=said)


def refuse_broken_sshd(result, action):
    """Marks the restart of an sshd that would not start again as refused -> whether it did."""
    changed = [action['unit']] + along(action) if changes_state(result) else []
    problem = sshd_problem() if any(is_sshd(unit) for unit in changed) else None
    if problem is not None:
        result.update(status='refused', said='not tried, since ' + problem)
    return problem is not None


def is_of_user(result):
    return result['scope'] == 'user'


def has_failed(results):
    """Whether a unit of the system failed; a user could have its own units fail at will."""
    return any(result['status'] in FAILED and not is_of_user(result) for result in results)


def has_not_read(result):
    """Whether systemd still has the old unit files, with which nothing must be restarted."""
    return result['action'] == 'daemon_reload' and result['status'] in FAILED


def changes_state(result):
    return result['action'] in ('restart', 'reload') and result['unit'] is not None


def wait_problem(entry, uid, seconds):
    """Waits until a port accepts a connection, or a unit is active -> why not in time, or None."""
    deadline = time.time() + seconds
    while True:
        if entry['port'] is not None:
            what = 'port %d of %s accepts no connection' % (entry['port'], entry['host'])
            is_there = is_open(entry['host'], entry['port'])
        else:
            state = (show(uid, [entry['active']], ('ActiveState',)) or [{}])[0].get('ActiveState')
            what = '%s is %s' % (entry['active'], state or 'not known to systemd')
            is_there = state == 'active'
        if is_there:
            return None
        if time.time() >= deadline:
            return '%s %d seconds after the restart' % (what, seconds)
        time.sleep(0.2)


def is_open(host, port):
    try:
        socket.create_connection((host, port), timeout=2).close()
        return True
    except OSError:
        return False


def apply(actions, params, watch):
    """Does the actions -> their results."""
    results = []
    silent = set()
    for action in actions:
        result = result_of(action, 'done')
        results.append(result)
        uid = uid_of(action)
        if uid in silent:
            result.update(status='not_tried', said='the manager of that user did not answer in time')
            continue
        if stops_here(results, params):
            result.update(status='not_tried', said=UNREAD if any(has_not_read(each) for each in results) else None)
            continue
        if refuse_unusable(result, action, watch) or refuse_broken_sshd(result, action):
            continue
        watch.begin(watched_units([action]))
        answer = run(action['argv'], params['timeout'] if uid is None else params['user_timeout'])
        if answer.timed_out and uid is not None:
            silent.add(uid)
        if answer.rc != 0:
            fail(result, answer.said)
            continue
        wait(result, action, params)
        if uid is None and (changes_state(result) or action['action'] == 'daemon_reload'):
            look_after(results, actions, watch)
    return results


def stops_here(results, params):
    """Whether a failure ends the run."""
    return any(has_not_read(result) for result in results) or (not params['keep_going'] and has_failed(results))


def wait(result, action, params):
    """Waits for what wait_for names for the unit, or for one that restarts with it."""
    changed = [result['unit']] + along(action)
    for entry in params['wait_for']:
        if result['status'] == 'done' and changes_state(result) and any(matches(entry['unit'], unit) for unit in changed):
            seconds = entry['timeout'] if not is_of_user(result) else min(entry['timeout'], params['user_timeout'])
            problem = wait_problem(entry, uid_of(action), seconds)
            if problem is not None:
                fail(result, problem)


def watched_units(actions):
    """The units of the system that the actions restart or reload, with those that restart with them, each once."""
    changing = [action for action in actions if changes_state(action) and action.get('scope') != 'user']
    return sorted({unit for action in changing for unit in [action['unit']] + along(action)})


def refuse_unusable(result, action, watch):
    """Marks the restart of a unit that systemd would not start again as refused -> whether it did."""
    problem = watch.unusable(watched_units([action]))
    if problem is not None:
        result.update(status='refused', said='not tried, since %s now' % problem)
    return problem is not None


def judge_all(results, actions, watch):
    """Finds units that systemctl was content with and that are not active now. A program that cannot run fails a moment later, so
    that each look is at all units so far."""
    for result, action in done_to_units(results, actions):
        others = [unit for unit in along(action) if watch.problem(unit) is not None]
        problem = watch.problem(result['unit'])
        if problem is not None:
            fail(result, problem)
        elif others:
            fail(result, said_of_others(others, watch))
            result['journal'] = journal(None, others[0])


def done_to_units(results, actions):
    """The results that look well, each with its action, of units of the system that were restarted or reloaded."""
    pairs = zip(results, actions)
    return [pair for pair in pairs if pair[0]['status'] == 'done' and changes_state(pair[0]) and not is_of_user(pair[0])]


def said_of_others(units, watch):
    """Units that restarted with another one and are not well -> a sentence."""
    ended = [unit for unit in units if watch.now[unit]['active'] == 'inactive']
    failed = [unit for unit in units if unit not in ended]
    parts = ['%s restarted with it and failed' % ', '.join(failed)] if failed else []
    parts += ['%s stopped with it and did not start again' % ', '.join(ended)] if ended else []
    return '; '.join(parts)


def look_after(results, actions, watch):
    """Judges the units after a restart. If one of them is not well, it has a moment: systemd may be about to start it once more."""
    watch.look()
    units = [unit for result, action in done_to_units(results, actions) for unit in [result['unit']] + along(action)]
    if any(watch.problem(unit) is not None for unit in units):
        time.sleep(SETTLE_SECONDS)
        watch.look()
        judge_all(results, actions, watch)


def detach(actions, params, results):
    """Has systemd do the actions in a second -> their results."""
    detached = []
    for number, action in enumerate(actions):
        result = result_of(action, 'detached')
        detached.append(result)
        if stops_here(results + detached, params):
            result.update(status='not_tried', said=UNREAD if any(has_not_read(each) for each in results) else None)
            continue
        if refuse_broken_sshd(result, action):
            continue
        answer = run(TIMER + ['--unit=lib-users-restart-%d' % number, '--'] + action['argv'], params['timeout'])
        if answer.rc != 0:
            fail(result, answer.said)
    return detached


def judge(results, actions, watch):
    """Judges the units once more a moment after the last restart."""
    asked = [result for result in results if result['status'] == 'done' and changes_state(result)]
    if not asked:
        return
    time.sleep(SETTLE_SECONDS)
    watch.look()
    judge_all(results, actions, watch)
    # A user can keep its manager from answering, so it is asked only once. Its units have no others that are known to restart with them.
    theirs = {(state['unit'], state['uid']): state for state in states([entry_of(result) for result in asked if is_of_user(result)])}
    for result in asked:
        state = theirs.get((result['unit'], uid_of(result))) if is_of_user(result) else watch.now.get(result['unit'])
        # It is still starting, or over and over again.
        if result['status'] == 'done' and state is not None and state['active'] in ('failed', 'activating'):
            fail(result, 'it is %s' % state['active'])


def entry_of(result):
    return {'unit': result['unit'], 'uid': uid_of(result)}


def entries_of(result, action):
    """The unit and those that restart with it."""
    return [entry_of(result)] + [{'unit': unit, 'uid': uid_of(result)} for unit in along(action) if changes_state(result)]


def failed_before(record, results):
    """The units of an earlier run that are failed now, as results."""
    now = [entry_of(result) for result in results]
    return [
        {
            'action': 'restart', 'unit': state['unit'], 'user': None if state['uid'] is None else {'uid': state['uid']},
            'scope': 'system' if state['uid'] is None else 'user', 'argv': None, 'status': 'failed', 'journal': None,
            'said': 'it was restarted by an earlier run and is %s now: mend it and start it, or make systemd forget it with '
            'systemctl reset-failed' % ('failed' if state['active'] == 'failed' else 'begun again and again'),
        }
        for state in failed_since([entry for entry in record if entry not in now])
    ]


def keep(module, record, results, actions, failed):
    """Records the units that were restarted, and failed units that an earlier run restarted."""
    restarted = [
        entry for result, action in zip(results, actions)
        if changes_state(result) and result['status'] in ('done', 'detached', 'failed') for entry in entries_of(result, action)
    ]
    if not restarted:
        return
    still = [entry_of(result) for result in failed if entry_of(result) in record]
    try:
        write_record(module.params['record'], restarted + [entry for entry in still if entry not in restarted])
    except OSError as error:
        module.warn('what was restarted could not be kept in %s: %s' % (module.params['record'], error))


def check_options(module):
    params = module.params
    for name in ('actions', 'detached'):
        for action in params[name]:
            argv = action.get('argv')
            if not is_planned(argv):
                module.fail_json(
                    msg='%s: %s of %s has no command of a plan (argv is %r): leave it to a person'
                    % (name, action.get('action'), action.get('unit'), argv)
                )
    for entry in params['wait_for']:
        problem = glob_problem(entry['unit'])
        if problem is not None:
            module.fail_json(msg='wait_for: "%s": %s' % (entry['unit'], problem))
    for name in ('timeout', 'user_timeout'):
        if params[name] < 1:
            module.fail_json(msg='%s must be at least 1 second, and is %d' % (name, params[name]))


def name_failures(failed):
    lines = []
    for result in failed:
        what = ' '.join(result['argv']) if result['unit'] is None else '%s of %s' % (result['action'], result['unit'])
        lines.append('%s failed: %s' % (what, result['said']))
        if result['journal']:
            lines += ['Its last journal lines:', result['journal']]
    return visible_lines('\n'.join(lines))


def main():
    module = AnsibleModule(
        argument_spec=dict(
            actions=dict(type='list', elements='dict', default=[]),
            detached=dict(type='list', elements='dict', default=[]),
            keep_going=dict(type='bool', default=False),
            ignore_failures=dict(type='bool', default=False),
            wait_for=dict(
                type='list',
                elements='dict',
                default=[],
                options=dict(
                    unit=dict(type='str', required=True),
                    port=dict(type='int'),
                    host=dict(type='str', default='127.0.0.1'),
                    active=dict(type='str'),
                    timeout=dict(type='int', default=60),
                ),
                required_one_of=[('port', 'active')],
                mutually_exclusive=[('port', 'active')],
            ),
            timeout=dict(type='int', default=300),
            user_timeout=dict(type='int', default=30),
            record=dict(type='path', default=RECORD),
        ),
        supports_check_mode=True,
    )
    check_options(module)
    params = module.params
    record = read_record(params['record'])
    if module.check_mode:
        results = [result_of(action, 'planned') for action in params['actions'] + params['detached']]
        failed = failed_before(record, results)
    else:
        watch = Watch(watched_units(params['actions']))
        results = apply(params['actions'], params, watch)
        judge(results, params['actions'], watch)
        results += detach(params['detached'], params, results)
        failed = [result for result in results if result['status'] in FAILED] + failed_before(record, results)
        keep(module, record, results, params['actions'] + params['detached'], failed)
    for result in failed:
        if result['unit'] is not None and result['journal'] is None:
            result['journal'] = journal(uid_of(result), result['unit'])
    answer = dict(
        changed=any(result['status'] not in ('not_tried', 'refused') for result in results),
        outcomes=results,
        restarted=[result['unit'] for result in results if result['action'] == 'restart' and result['status'] in ('done', 'detached')],
        failures=[result for result in failed if not is_of_user(result)],
        user_failures=[result for result in failed if is_of_user(result)],
    )
    message = name_failures(answer['failures'])
    if answer['user_failures']:
        module.warn(name_failures(answer['user_failures']))
    if answer['failures'] and not params['ignore_failures']:
        module.fail_json(msg=message, message=message, **answer)
    module.exit_json(message=message, **answer)


if __name__ == '__main__':
    main()
