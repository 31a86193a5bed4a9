# -*- coding: utf-8 -*-
# SPDX-FileCopyrightText: 2026 the lib-users authors
# SPDX-License-Identifier: MIT

"""The codes of a plan -> words for the screen. A test holds the tables to the plan's schema."""

VERBS = {
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
    'transient': 'its unit is transient, and a restart would do its work again from the start',
}


def sentence(thing):
    """An action of a plan, or a reason for a reboot -> a sentence."""
    return reason_sentence(thing) if 'code' in thing else action_sentence(thing)


def user_name(user):
    return '' if not user else ' of %s' % (user.get('name') or 'uid %s' % user['uid'])


def target(action):
    """What an action is about."""
    container, session, process = action.get('container'), action.get('session'), action.get('process')
    if container:
        names = [container['runtime'], 'container', container.get('name') or (container.get('id') or '')[:12]]
        return ' '.join(word for word in names if word and word != 'unknown')
    if session:
        return 'session %s%s' % (session['id'], user_name(session.get('user')))
    place = '%s%s' % (action['unit'], user_name(action.get('user'))) if action.get('unit') else ''
    if not process:
        return place or 'systemd itself'
    what = 'process %d (%s)' % (process['pid'], process.get('executable') or process['name'])
    return '%s in %s' % (what, place) if place else what


def action_sentence(action):
    why = [action.get('note')]
    if action.get('blocked_by'):
        why.append(OBSTACLES.get(action['blocked_by'], action['blocked_by']))
    if action.get('policy'):
        why.append('%s (policy %s)' % (action['policy']['reason'], action['policy']['rule']))
    verb = VERBS.get(action['action'], action['action'])
    return '%s: %s%s' % (target(action), verb, ''.join(', since %s' % reason for reason in why if reason))


def reason_sentence(reason):
    code = reason['code']
    if code == 'kernel_outdated':
        return 'kernel %s is installed, and %s runs' % (reason['installed'], reason['running'])
    if code == 'kernel_modules_missing':
        return 'the modules of the running kernel %s are gone' % reason['running']
    if code == 'reboot_required_file':
        return '%s is there%s' % (reason['path'], ', for ' + ', '.join(reason['packages']) if reason['packages'] else '')
    if code == 'reboot_needed_file':
        return '%s is there' % reason['path']
    if code == 'unit':
        return '%s cannot be restarted safely' % reason['unit']
    return code


def is_about_kernel(reason):
    """Whether a reason for a reboot is the kernel."""
    if reason['code'].startswith('kernel_'):
        return True
    return any(package.startswith(('linux-image', 'linux-base', 'kernel')) for package in reason.get('packages', []))
