# -*- coding: utf-8 -*-
# SPDX-FileCopyrightText: 2026 the lib-users authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r'''
name: restart_decision
short_description: What the role restart does on a host
version_added: 0.1.0
description:
  - Takes the plan of a host and says what the role lib_users.host.restart does there, in which order, and what it shows.
  - It is made for that role.
options:
  _input:
    description: The result of M(lib_users.host.plan_info).
    type: dict
    required: true
  options:
    description: The options of the role.
    type: dict
    required: true
    suboptions:
      only:
        description: Globs of the units that alone are restarted. Empty if all are.
        type: list
        elements: str
        required: true
      only_fixes:
        description: Whether nothing is done but what is known to bring a security fix into memory.
        type: bool
        required: true
      last:
        description: Globs of the units that come after the others.
        type: list
        elements: str
        required: true
      accept_stops:
        description: Globs of the units that may stop and stay so with what is restarted.
        type: list
        elements: str
        required: true
      reload:
        description: Whether services are told to open new logs.
        type: bool
        required: true
      user_services:
        description: Whether the managers and services of users are restarted.
        type: bool
        required: true
      daemon_reexec:
        description: Whether systemd itself is re-executed.
        type: bool
        required: true
      reboot:
        description: V(never), V(for_kernel) or V(when_required), from each place that says it. The more careful one counts.
        type: list
        elements: str
        required: true
      is_local:
        description: Whether the play runs on the host itself.
        type: bool
        required: true
  ready:
    description: The result of M(lib_users.host.reboot_info). Without it a reboot that is wanted is C(asks), and not C(reboots).
    type: dict
positional: options, ready
author:
  - the lib-users authors (@lib-users)
'''

EXAMPLES = r'''
- name: Decide what is done
  ansible.builtin.set_fact:
    decision: "{{ before | lib_users.host.restart_decision(options) }}"
'''

RETURN = r'''
_value:
  description:
    - C(asks), whether it must first be asked what speaks against a reboot; C(reboots); C(acts), whether anything is done.
    - C(attached) and C(detached), the actions to do, and those that systemd does while nobody is connected.
    - C(shown), what check mode shows; C(problems) and C(reboot_notes), why a reboot that is required is not done.
    - C(runs_play), the actions that would end the play, C(only), C(only_fixes) and C(accept_stops), for P(lib_users.host.restart_outcome#filter).
  type: dict
'''

from ansible_collections.lib_users.host.plugins.module_utils._decision import decide


class FilterModule:
    def filters(self):
        return {'restart_decision': decide}
