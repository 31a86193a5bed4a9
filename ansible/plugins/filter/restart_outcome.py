# -*- coding: utf-8 -*-
# SPDX-FileCopyrightText: 2026 the lib-users authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r'''
name: restart_outcome
short_description: What became of what the role restart decided
version_added: 0.1.0
description:
  - Takes what the role lib_users.host.restart decided and what its tasks returned, and says what failed and what is left to people.
  - It is made for that role.
options:
  _input:
    description: The result of P(lib_users.host.restart_decision#filter).
    type: dict
    required: true
  before:
    description: The result of M(lib_users.host.plan_info) before.
    type: dict
    required: true
  applied:
    description: The result of M(lib_users.host.plan_apply), empty if it did not run.
    type: dict
    default: {}
  again:
    description: The result of M(lib_users.host.plan_apply) after the connection was made anew, empty if it did not run.
    type: dict
    default: {}
  after:
    description: The result of M(lib_users.host.plan_info) afterwards, empty if it did not run.
    type: dict
    default: {}
  check_mode:
    description: Whether nothing was done.
    type: bool
    default: false
positional: before, applied, again, after, check_mode
author:
  - the lib-users authors (@lib-users)
'''

EXAMPLES = r'''
- name: Say what is left
  ansible.builtin.debug:
    msg: "{{ (decision | lib_users.host.restart_outcome(before, applied, again, after)).people_said }}"
'''

RETURN = r'''
_value:
  description:
    - C(restarted), C(left), C(rebooted) and C(clean), the facts of the role.
    - C(failed), what failed, and C(still), the actions that were done and are still to be done;
      C(is_well), whether neither fails the host.
    - C(people_said), C(reboot_said) and C(failures), the sentences for what is left to people, for a reboot that is required, and
      for what fails the host; C(says), whether there is one.
  type: dict
'''

from ansible_collections.lib_users.host.plugins.module_utils._outcome import judge


class FilterModule:
    def filters(self):
        return {'restart_outcome': judge}
