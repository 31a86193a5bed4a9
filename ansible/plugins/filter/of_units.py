# -*- coding: utf-8 -*-
# SPDX-FileCopyrightText: 2026 the lib-users authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r'''
name: of_units
short_description: The actions of a plan that are about certain units
version_added: 0.1.0
description:
  - Selects those actions whose unit matches one of some globs, in their order.
  - The action V(daemon_reload) is kept if the file of such a unit changed.
options:
  _input:
    description: Actions, as RV(lib_users.host.plan_info#module:actions).
    type: list
    elements: dict
    required: true
  globs:
    description: Globs over the whole name of the unit.
    type: list
    elements: str
    required: true
positional: globs
author:
  - the lib-users authors (@lib-users)
'''

EXAMPLES = r'''
- name: Name what must be done to the web tier
  ansible.builtin.debug:
    msg: "{{ lu.actions | lib_users.host.of_units(['nginx*', 'haproxy.service']) | map(attribute='unit') }}"
'''

RETURN = r'''
_value:
  description: The actions that are about such a unit.
  type: list
  elements: dict
'''

from ansible_collections.lib_users.host.plugins.module_utils._decision import daemon_reload
from ansible_collections.lib_users.host.plugins.module_utils._globs import any_matches


def of_units(actions, globs):
    ours = [action for action in actions if any_matches(globs, action['unit'])]
    return daemon_reload(actions, ours) + ours


class FilterModule:
    def filters(self):
        return {'of_units': of_units}
