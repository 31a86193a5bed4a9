# -*- coding: utf-8 -*-
# SPDX-FileCopyrightText: 2026 the lib-users authors
# SPDX-License-Identifier: MIT

"""The codes of a plan -> words for the screen, of which nothing can drive a terminal. A test holds the tables to the plan's schema."""

from ansible_collections.lib_users.host.plugins.module_utils._fixes import known_count
from ansible_collections.lib_users.host.plugins.module_utils._globs import any_matches
from ansible_collections.lib_users.host.plugins.module_utils._visible import visible

VERBS = {
    'daemon_reload': 'have it read the unit files again (systemctl daemon-reload)',
    'restart': 'restart it',
    'reload': 'reload it',
    'signal': 'send it the signal of the policy',
    'daemon_reexec': 're-execute systemd',
    'reexec_user_manager': "re-execute the user's systemd",
    'end_session': 'log out and in again',
    'restart_container': 'restart the container',
    'reboot': 'only a reboot is safe',
    'manual': 'see to it by hand',
}

OBSTACLES = {
    'not_loaded': 'systemd has no such unit',
    'masked': 'its unit is masked and could not be started again',
    'refuse_manual_start': 'systemd refuses to start it by hand',
    'refuse_manual_stop': 'systemd refuses to stop it by hand',
    'cannot_start': 'systemd cannot start it again',
    'unit_type': 'it is no service',
    'oneshot': 'it is a oneshot, and a restart would do its work again',
    'outlives_restart': 'it outlives a restart of its unit and has to be ended by itself',
    'no_facts': 'systemd could not be asked about it',
    'no_unit': 'it is in no unit that systemd could restart',
    'transient': 'it was started by a call, as by systemd-run, and a restart would do its work again from the start',
    'terminals': 'somebody works on a terminal in it, and a restart ends what runs there',
    'unit_file_gone': 'its unit file is gone, and it may not start again as it was',
    'cannot_start_again': 'what its start needs is gone or stopped, or a condition of its unit file does not hold, and it would not start again',
    'user_process': 'it is what a user runs in this unit, and no part of it',
    'not_own_files': 'only logs speak for it, and they are not known to be its own',
    'may_reboot': 'systemd ends or reboots the host if it fails',
    'inferred': 'its script is likely outdated, which is inferred and not seen',
    'takes_others': 'a restart of it takes a unit along that is not to be restarted, or that would not start again',
}


UNTRIED = 'not tried after a failure'


def sentence(thing):
    """An action of a plan, or a reason for a reboot -> a sentence."""
    return visible(reason_sentence(thing)) if 'code' in thing else action_sentence(thing)


def user_name(user):
    return '' if not user else ' of %s' % (user.get('name') or 'uid %s' % user['uid'])


def target(action):
    """The subject of an action, in words."""
    container, session, process = action.get('container'), action.get('session'), action.get('process')
    if container:
        names = [container['runtime'], 'container', container.get('name') or (container.get('id') or '')[:12]]
        return ' '.join(word for word in names if word and word != 'unknown')
    if session:
        return 'session %s%s' % (session['id'], user_name(session.get('user')))
    place = '%s%s' % (action['unit'], user_name(action.get('user'))) if action.get('unit') else ''
    if not process:
        return place or 'systemd itself'
    what = 'process %d %s' % (process['pid'], process['name'])
    return '%s in %s' % (what, place) if place else what


def action_sentence(action, note=None):
    """The action and why a person has to do it; a note says why the play did not do it."""
    why = []
    if action.get('blocked_by'):
        why.append(OBSTACLES.get(action['blocked_by'], action['blocked_by']))
        # A remark with the code of the obstacle names what is in the way.
        why += [remark['message'] for remark in action.get('remarks') or [] if remark['code'] == action['blocked_by']]
    if action.get('policy'):
        # A rule of the play itself needs no place.
        place = action['policy']['rule']
        why.append(action['policy']['reason'] + ('' if place.startswith('standard input') else ' (policy %s)' % place))
    verb = VERBS.get(action['action'], action['action'])
    noted = ' (%s)' % note if note else ''
    return visible('%s: %s%s%s' % (target(action), verb, ''.join(', since %s' % reason for reason in why), noted))


def files_of(action):
    return ', '.join(sorted({because['path'] for because in action['because']}))


def command_sentence(action):
    # The action is for no file that is gone, but for unit files, and its remark names their units.
    why = ', since %s' % messages_of(action) if action['action'] == 'daemon_reload' else ', because of %s' % files_of(action)
    return visible('%s%s%s' % (' '.join(action['argv']), why, impact_words(action)))


def messages_of(action):
    return '; '.join(remark['message'] for remark in action.get('remarks') or [])


def impact_words(action):
    """The other things that the restart does, or nothing."""
    impact = action.get('impact') or {}
    words = []
    if along(action):
        words.append('restarts %s as well' % ', '.join(along(action)))
    if impact.get('restarts_again'):
        words.append('restarts %s for a second time' % ', '.join(impact['restarts_again']))
    if impact.get('also_starts'):
        words.append('starts %s' % ', '.join(impact['also_starts']))
    if impact.get('also_stops'):
        words.append('stops %s for good' % ', '.join(impact['also_stops']))
    said = '; it ' + ' and '.join(words) if words else ''
    return said + ('; systemd did not say all that it takes along' if impact.get('complete') is False else '')


def along(action):
    """The units that restart with the action. Plans before 1.3 do not know them."""
    return (action.get('impact') or {}).get('also_restarts', [])


def has_changed_file(action):
    """Whether systemd would use an old unit file for the action, unless it reads the files again before."""
    return any(remark['code'] == 'daemon_reload_first' for remark in action.get('remarks') or [])


def restarted_units(actions):
    """The units of the system that the actions restart by their commands."""
    return [action['unit'] for action in actions if action['action'] == 'restart' and action['scope'] == 'system']


def stale_sentence(action):
    return visible('%s still runs on %s' % (target(action), files_of(action)))


def reason_sentence(reason):
    since = reason.get('since')
    return reason_words(reason) + (' (since %s)' % since[:len('2026-11-23')] if since else '')


def reason_words(reason):
    code = reason['code']
    if code == 'kernel_outdated':
        return 'kernel %s is installed, and %s runs' % (reason['installed'], reason['running'])
    if code == 'kernel_modules_missing':
        return 'the modules of the running kernel %s are gone' % reason['running']
    if code == 'reboot_required_file':
        return '%s is there%s' % (reason['path'], ', for ' + ', '.join(reason['packages']) if reason['packages'] else '')
    if code == 'reboot_needed_file':
        return '%s is there' % reason['path']
    if code == 'image_staged':
        return 'a newer image waits for the next boot: %s is there' % reason['path']
    if code == 'system_switched':
        return 'the current system has another %s than was booted' % ', '.join(reason['parts'])
    if code == 'microcode_outdated':
        return 'microcode %s is in %s, and %s runs' % (reason['installed'], reason['path'], reason['running'])
    if code == 'unit':
        return '%s cannot be restarted safely' % reason['unit']
    return code


def unseen_sentence(owner):
    """An entry of unseen_users -> a sentence."""
    counts = ['%d %s' % (owner[outcome], outcome) for outcome in ('denied', 'failed', 'blocked') if owner[outcome]]
    return visible('processes%s were not looked at (%s): what they run on is not known' % (user_name(owner['user']), ', '.join(counts)))


def fixes_note(count):
    """Why restart_only_fixes leaves out what closes so many fixes: none, or None if that is not known."""
    what = 'it is not known whether it brings a security fix into memory' if count is None else 'it brings no security fix into memory'
    return 'restart_only_fixes leaves it out: ' + what


def unaccepted_stops(action, accepted):
    """The units that the action stops for good and that no glob accepts. Plans before 1.3 do not know what a restart takes along."""
    return [unit for unit in (action.get('impact') or {}).get('also_stops', []) if not any_matches(accepted, unit)]


def note_of(action, decision):
    """Why the role did not do an action that has a command, or that another restart covers; else None."""
    if action['argv'] is None and not action.get('covered_by'):
        return None
    if any(action['argv'] == each['argv'] for each in decision['runs_play']):
        return 'this play runs in it'
    if decision['only'] and not any_matches(decision['only'], action['unit']):
        return 'restart_only leaves it out'
    fixes = known_count(action.get('fixes'))
    if decision['only_fixes'] and not fixes:
        return fixes_note(fixes)
    stops = unaccepted_stops(action, decision['accept_stops'])
    if stops:
        return 'it would stop %s for good, and restart_accept_stops does not name that' % ', '.join(stops)
    if action.get('covered_by'):
        return 'it restarts with %s' % action['covered_by']
    return None


def left_over(actions, decision=None, untried=()):
    """Actions that nobody did -> {unit, action, why, fixes} of each. The decision says why the role did not do them, and untried has
    the commands that it did not come to."""
    return [
        {
            'unit': action['unit'], 'action': action['action'], 'fixes': known_count(action.get('fixes')),
            'why': action_sentence(action, UNTRIED if action['argv'] in untried else None if decision is None else note_of(action, decision)),
        }
        for action in actions
    ]


STYLES = {'words': sentence, 'command': command_sentence, 'stale': stale_sentence}
