# -*- coding: utf-8 -*-
# SPDX-FileCopyrightText: 2026 the lib-users authors
# SPDX-License-Identifier: MIT

"""The states of a unit before and after its restart -> why it is not well, as systemctl is-active would say: systemctl(1),
systemd.service(5), systemd.unit(5)."""

from ansible_collections.lib_users.host.plugins.module_utils._restarts import is_failed, states

# LoadState of a unit that systemd would not start.
UNUSABLE = ('masked', 'not-found', 'bad-setting', 'error')


def active_problem(state, before):
    """Why a unit is worse than before, or None. before is None if that is not known; a unit with a job is on its way."""
    if is_failed(state):
        return 'it is %s' % state['active']
    was_active = before is not None and before['active'] in ('active', 'reloading')
    if not was_active or state['active'] != 'inactive' or state['job'] or has_done_its_work(state):
        return None
    why = ', since a condition of its unit file does not hold' if has_failed_condition(state) else ''
    return 'it was active and is inactive' + why


def has_done_its_work(state):
    """Whether a oneshot ran to its end, after which it is inactive."""
    is_passing = state['type'] == 'oneshot' and state['remains'] == 'no'
    return is_passing and state['result'] == 'success' and not has_failed_condition(state)


def has_failed_condition(state):
    """systemd forgets a unit that is inactive and that no other unit names, and then says no of a condition that it has not checked."""
    return state['condition'] == 'no' and state['checked'] not in (None, '', '0')


class Watch(object):
    """Looks at units of the system before and after their restarts, all of them at each look: a service may fail a moment later."""

    def __init__(self, units):
        self.entries = [{'unit': unit, 'uid': None} for unit in units]
        self.before = {}
        self.look()

    def look(self):
        self.now = {state['unit']: state for state in states(self.entries)} if self.entries else {}

    def begin(self, units):
        """Keeps how the units are before their first restart."""
        for unit in units:
            self.before.setdefault(unit, self.now.get(unit))

    def unusable(self, units):
        """The first of the units that systemd would not start, with the reason, or None."""
        for unit in units:
            load = self.now.get(unit, {}).get('load')
            if load in UNUSABLE:
                return '%s is %s' % (unit, load)
        return None

    def problem(self, unit):
        return active_problem(self.now[unit], self.before.get(unit))
