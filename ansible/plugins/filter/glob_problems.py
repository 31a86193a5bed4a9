# -*- coding: utf-8 -*-
# SPDX-FileCopyrightText: 2026 the lib-users authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r'''
name: glob_problems
short_description: Which globs can match no unit name
version_added: 0.1.0
description:
  - Names each glob that can match no unit name, the variable that holds it, and what was likely meant.
  - Such a glob would do nothing, and what it was to protect would not be protected.
options:
  _input:
    description: The variables by name, each with its list of globs.
    type: dict
    required: true
author:
  - the lib-users authors (@lib-users)
'''

EXAMPLES = r'''
- name: Every glob can match a unit
  ansible.builtin.assert:
    that: problems | length == 0
    fail_msg: "{{ problems | join('; ') }}"
  vars:
    problems: "{{ {'restart_never': restart_never} | lib_users.host.glob_problems }}"
'''

RETURN = r'''
_value:
  description: One sentence for each such glob.
  type: list
  elements: str
  sample: ['restart_never: "nginx": it can match no unit name: did you mean nginx.service?']
'''

from ansible_collections.lib_users.host.plugins.module_utils._globs import glob_problems


class FilterModule:
    def filters(self):
        return {'glob_problems': glob_problems}
