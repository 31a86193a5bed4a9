# -*- coding: utf-8 -*-
# SPDX-FileCopyrightText: 2026 the lib-users authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r'''
name: sentences
short_description: Actions of a plan, or reasons for a reboot, in words
version_added: 0.1.0
description:
  - Makes a sentence of each action that is left to people, and of each reason for a reboot.
options:
  _input:
    description: Actions, as RV(lib_users.host.plan_info#module:actions), or RV(lib_users.host.plan_info#module:reboot_reasons).
    type: list
    elements: dict
    required: true
  style:
    description:
      - V(words) says what is to be done and why it is left to people.
      - V(command) says the command and the files that it is for.
      - V(stale) says that it still runs on those files.
    type: str
    choices: [words, command, stale]
    default: words
positional: style
author:
  - the lib-users authors (@lib-users)
'''

EXAMPLES = r'''
- name: Say what is to be done
  ansible.builtin.debug:
    msg: "{{ (lu.actions + lu.reboot_reasons) | lib_users.host.sentences }}"
'''

RETURN = r'''
_value:
  description: One sentence for each.
  type: list
  elements: str
  sample: ["session 7 of alice: log out and in again"]
'''

from ansible_collections.lib_users.host.plugins.module_utils._sentences import STYLES


def sentences(things, style='words'):
    return [STYLES[style](thing) for thing in things]


class FilterModule:
    def filters(self):
        return {'sentences': sentences}
