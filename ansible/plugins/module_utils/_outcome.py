# -*- coding: utf-8 -*-
# SPDX-FileCopyrightText: 2026 the lib-users authors
# SPDX-License-Identifier: MIT

"""The decision of the role restart for a host, and its results -> the failures, the work for people, and the words for the screen."""

from ansible_collections.lib_users.host.plugins.module_utils._sentences import (
    left_over,
    restarted_units,
    sentence,
    stale_sentence,
    unseen_sentence,
)


def judge(decision, before, applied=None, again=None, after=None, check_mode=False):
    """The decision, the plan before, the results of plan_apply (and of its run after the connection was made anew), the plan after.

    What did not run is none of them, or has none of their keys."""
    applied, again = applied or {}, again or {}
    looked_again = after is not None and 'actions' in after
    plan = after if looked_again else before
    failed = failures_of(applied, again)
    untried = [result['argv'] for result in applied.get('outcomes') or [] if result['status'] == 'not_tried']
    still = still_to_do(decision, before['actions'], after['actions'], failed, untried) if looked_again else []
    # A user could have its own services fail at will: they are left to people, and do not fail the host.
    stale = [action for action in still if action['scope'] != 'user']
    skipped = left_to_people(decision, plan, looked_again, stale, untried)
    people = left_over(skipped, decision, untried)
    failures = words_of(applied, again, failed) + decision['problems'] + [stale_sentence(action) for action in stale]
    # Nobody looked whether the reboot was enough.
    reboot_is_due = plan['reboot_required'] and not (decision['reboots'] and not looked_again)
    reboot_said = [sentence(reason) for reason in plan['reboot_reasons']] + decision['reboot_notes'] if reboot_is_due else []
    # A plan of an earlier lib-users says nothing of them.
    people_said = [entry['why'] for entry in people] + [unseen_sentence(owner) for owner in plan.get('unseen_users') or []]
    return {
        'failed': failed,
        'still': still,
        'is_well': not failed and not stale,
        'left': people + left_over(stale),
        'restarted': [] if check_mode else list(applied.get('restarted') or []),
        'rebooted': decision['reboots'] and not check_mode,
        'clean': is_clean(decision, plan, looked_again, failed + stale),
        'people_said': people_said,
        'reboot_said': reboot_said,
        'failures': failures,
        'says': bool(people_said or reboot_said or failures),
    }


def failures_of(applied, again):
    """The units that failed now, those that failed once the connection was made anew, and failed units that an earlier run restarted."""
    first = list(applied.get('failures') or [])
    units = [failure['unit'] for failure in first]
    return first + [failure for failure in again.get('failures') or [] if failure['unit'] not in units]


def words_of(applied, again, failed):
    known = applied.get('failures') or []
    return ([applied['message']] if known else []) + ([again['message']] if len(failed) > len(known) else [])


def still_to_do(decision, before, actions, failed, untried):
    """The actions that were done and are still to be done. A reloaded service lets go of its logs once its clients are served."""
    if decision['reboots']:
        return [action for action in actions if action['action'] in ('restart', 'reboot')]
    tried = [action for action in decision['attached'] + decision['detached'] if action['argv'] not in untried]
    done = [action['argv'] for action in tried]
    restarted = restarted_units(tried)
    covered = [action['unit'] for action in before if action.get('covered_by') in restarted]
    units = [failure['unit'] for failure in failed]
    return [
        action for action in actions
        if action['action'] not in ('daemon_reload', 'reload', 'signal') and action['unit'] not in units
        and (action['argv'] in done or (action['unit'] in covered and restarted_units([action])))
    ]


def left_to_people(decision, plan, looked_again, stale, untried):
    """The actions that are neither done nor failed. A run that a failure ended did not try some."""
    if looked_again:
        return [action for action in plan['actions'] if action not in stale]
    done = [action for action in decision['attached'] + decision['detached'] if action['argv'] not in untried]
    if decision['reboots']:
        return []
    units = restarted_units(done)
    return [action for action in plan['actions'] if action not in done and not is_covered(action, units)]


def is_covered(action, restarted):
    """Whether another restart did the action as well, or the role gave it a command of its own."""
    cover = action.get('covered_by')
    return bool(cover) and (cover in restarted or action['unit'] in restarted)


def is_clean(decision, plan, looked_again, wrong):
    """Whether the host is clean now, or None if that is not known."""
    if wrong:
        return False
    return None if decision['acts'] and not looked_again else plan.get('clean')
