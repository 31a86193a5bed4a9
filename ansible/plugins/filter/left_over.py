# -*- coding: utf-8 -*-
# SPDX-FileCopyrightText: 2026 the lib-users authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r'''
name: left_over
short_description: What of a plan is left to people, and why
version_added: 0.1.0
description:
  - Makes an entry of each action that nobody did, with a sentence.
options:
  _input:
    description: The actions that are left, as RV(lib_users.host.plan_info#module:actions).
    type: list
    elements: dict
    required: true
  runs_play:
    description: Those actions that would end the play itself.
    type: list
    elements: dict
    default: []
  only:
    description: The globs of the units that alone were restarted. Empty where all were.
    type: list
    elements: str
    default: []
author:
  - the lib-users authors (@lib-users)
'''

EXAMPLES = r'''
- name: Say what is left
  ansible.builtin.debug:
    msg: "{{ lu.actions | lib_users.host.left_over | map(attribute='why') }}"
'''

RETURN = r'''
_value:
  description: One entry for each action, with C(unit) (or null), C(action) and C(why), a sentence.
  type: list
  elements: dict
'''

from ansible_collections.lib_users.host.plugins.module_utils._sentences import left_over


class FilterModule:
    def filters(self):
        return {'left_over': left_over}
