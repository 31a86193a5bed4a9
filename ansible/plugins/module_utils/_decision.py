# -*- coding: utf-8 -*-
# SPDX-FileCopyrightText: 2026 the lib-users authors
# SPDX-License-Identifier: MIT

"""The plan of a host and the options of the role restart -> what the role does there, in which order. Which unit needs what is
the plan's to say, never this file's."""

import re

from ansible_collections.lib_users.host.plugins.module_utils._fixes import known_count
from ansible_collections.lib_users.host.plugins.module_utils._globs import any_matches
from ansible_collections.lib_users.host.plugins.module_utils._sentences import (
    along,
    command_sentence,
    fixes_note,
    has_changed_file,
    restarted_units,
    sentence,
    unaccepted_stops,
)

# The values of restart_reboot. If it is set twice, the more careful value counts.
CAREFUL_FIRST = ('never', 'for_kernel', 'when_required')
# The flag file names the packages that asked for a reboot.
KERNEL_PACKAGE = re.compile('linux-image|linux-base|kernel')


def decide(plan, options, ready=None):
    """The result of plan_info, the options, and the result of reboot_info if it was asked -> the actions to do."""
    ready = ready or {}
    wants_reboot = is_reboot_wanted(plan, options)
    forbidden = ready.get('forbidden') or []
    # If a unit forbids the reboot, nobody needs to know what else speaks against it.
    problems = [] if forbidden else list(ready.get('problems') or [])
    asks = wants_reboot and not options['is_local'] and not ready
    # A reboot does everything else as well. It would end a play that runs on the host itself.
    reboots = wants_reboot and not options['is_local'] and not asks and not forbidden and not problems
    wanted = wanted_actions(plan['actions'], options)
    # The restart of a unit that carries the play would end the play that waits for it.
    carrying = [action for action in wanted if action['carries_caller'] and action['action'] in ('restart', 'reload')]
    attached = [] if reboots else last_at_the_end(without(wanted, carrying), options['last'])
    # systemd does it while nobody is connected. If the play runs on the host itself, there is no such moment: it is left to people.
    detached = [] if reboots or options['is_local'] else carrying
    attached = daemon_reload(plan['actions'], attached + detached) + attached
    return {
        'asks': asks,
        'reboots': reboots,
        'acts': bool(reboots or attached or detached),
        'attached': attached,
        'detached': detached,
        'shown': ['reboot'] + [sentence(reason) for reason in plan['reboot_reasons']] if reboots
        else [command_sentence(action) for action in attached + detached],
        'runs_play': carrying if options['is_local'] else [],
        'only': list(options['only']),
        'only_fixes': options['only_fixes'],
        'accept_stops': list(options['accept_stops']),
        'problems': ['not rebooted, since %s' % problem for problem in problems],
        'reboot_notes': reboot_notes(plan, options, wants_reboot, forbidden),
    }


def is_reboot_wanted(plan, options):
    # A reboot restarts everything, what restart_only leaves out as well.
    if not plan['reboot_required'] or options['only'] or (options['only_fixes'] and not closed_by_reboot(plan)):
        return False
    mode = reboot_mode(options)
    return mode == 'when_required' or (mode == 'for_kernel' and any(is_for_kernel(reason) for reason in plan['reboot_reasons']))


def closed_by_reboot(plan):
    """The number of fixes that a reboot alone brings into memory, or None if it is not known. It is never known of a kernel."""
    counts = [known_count(action.get('fixes')) for action in plan['actions'] if action['action'] == 'reboot']
    most = max([count for count in counts if count is not None] or [0])
    is_known = None not in counts and all(reason['code'] == 'unit' for reason in plan['reboot_reasons'])
    return most if most > 0 or is_known else None


def reboot_mode(options):
    return next(mode for mode in CAREFUL_FIRST if mode in options['reboot'])


def is_for_kernel(reason):
    packages = reason.get('packages') or []
    if reason['code'] == 'system_switched':
        return any(part.startswith('kernel') for part in reason['parts'])
    return reason['code'].startswith('kernel_') or any(KERNEL_PACKAGE.match(package) for package in packages)


def wanted_actions(actions, options):
    """The actions that the options want done. Without a command an action is left to people."""
    names = ['restart']
    names += ['reload', 'signal'] if options['reload'] else []
    names += ['daemon_reexec'] if options['daemon_reexec'] else []
    names += ['reexec_user_manager'] if options['user_services'] else []
    scopes = ('system', 'user') if options['user_services'] else ('system',)
    wanted = [
        action for action in actions
        if action['action'] in names and action['scope'] in scopes
        and (not options['only'] or any_matches(options['only'], action['unit']))
        and (not options['only_fixes'] or known_count(action.get('fixes')))
        and not unaccepted_stops(action, options['accept_stops'])
    ]
    done = restarted_units(action for action in wanted if action['argv'] is not None)
    return [action for action in (with_command(each, done) for each in wanted) if action['argv'] is not None]


def daemon_reload(actions, done):
    """The action that has systemd read its unit files, if the file of a unit that is restarted or reloaded changed."""
    acting = [action for action in done if action['action'] in ('restart', 'reload') and action['scope'] == 'system']
    units = [unit for action in acting for unit in [action['unit']] + along(action)]
    changed = [action for action in actions if action['scope'] == 'system' and action['unit'] in units and has_changed_file(action)]
    return [action for action in actions if action['action'] == 'daemon_reload'] if changed else []


def with_command(action, done):
    """Another restart covers the action. If that one is not done, the action needs the command that it would have without it."""
    cover = action.get('covered_by')
    if not cover or cover in done:
        return action
    return dict(action, argv=['systemctl', 'try-restart', '--', action['unit']])


def without(actions, others):
    """The actions but those whose command is that of one of the others."""
    commands = [other['argv'] for other in others]
    return [action for action in actions if action['argv'] not in commands]


def last_at_the_end(actions, globs):
    last = [action for action in actions if any(any_matches(globs, unit) for unit in [action['unit']] + along(action))]
    return [action for action in actions if action not in last] + last


def reboot_notes(plan, options, wants_reboot, forbidden):
    """Why the role does not do a reboot that is required."""
    notes = []
    if forbidden:
        notes.append(
            'not rebooted, since restart_never names what runs here: %s. A person has to do it, or restart_reboot_despite'
            % ', '.join(forbidden)
        )
    if wants_reboot and options['is_local']:
        notes.append('not rebooted, since this play runs on the host itself')
    if reboot_mode(options) != 'never' and options['only']:
        notes.append('not rebooted, since restart_only is set')
    elif reboot_mode(options) != 'never' and options['only_fixes'] and not closed_by_reboot(plan):
        notes.append('not rebooted, since ' + fixes_note(closed_by_reboot(plan)))
    return notes
