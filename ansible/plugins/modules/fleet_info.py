#!/usr/bin/python
# -*- coding: utf-8 -*-
# SPDX-FileCopyrightText: 2026 the lib-users authors
# MIT License (see LICENSES/MIT.txt), which is compatible with the GNU General Public License v3.0+ of Ansible itself
# SPDX-License-Identifier: MIT

DOCUMENTATION = r'''
module: fleet_info
short_description: What the reports of many hosts say together
version_added: 0.1.0
description:
  - Hands reports to C(lib-users fleet) and returns its document.
  - It runs on any host that has C(lib-users), as on one of those that were asked. Nothing is written there but a file of text
    in the task's own temporary folder.
options:
  reports:
    description: The reports, as RV(lib_users.host.report_info#module:report) of each host.
    type: list
    elements: dict
    required: true
  cve:
    description:
      - Ask which hosts still run code without the fix of this CVE id, although it is on disk. RV(fleet.cve) has the answer.
      - It is about reports of O(lib_users.host.report_info#module:fixes=true). Of another it says that it cannot be known.
    type: str
  expected:
    description:
      - The names of the hosts that should report. RV(fleet.never_reported) has those of which there is no report.
      - A host may be known by its full name or by the first label of it.
    type: list
    elements: str
  page:
    description: Whether to return RV(page), the document as one HTML file.
    type: bool
    default: false
  executable:
    description:
      - The C(lib-users) to run.
      - Without it C(lib-users) is looked for in E(PATH), C(/usr/bin), C(/usr/local/bin) and C(/opt/lib-users/current).
    type: path
  timeout:
    description: Seconds after which C(lib-users) is ended and the task fails.
    type: int
    default: 300
attributes:
  check_mode:
    description: Can run in check mode without changing anything.
    support: full
    details:
      - It never changes anything, and runs the same in check mode. If C(lib-users) is not installed, the task is skipped then.
  diff_mode:
    description: Returns details on what has changed in diff mode.
    support: N/A
    details:
      - It never changes anything.
  platform:
    description: The systems that it works on.
    support: full
    platforms: linux
  action_group:
    description: Use C(group/lib_users.host.all) in C(module_defaults) to set options for all modules.
    support: full
    membership:
      - lib_users.host.all
seealso:
  - module: lib_users.host.report_info
author:
  - the lib-users authors (@lib-users)
'''

EXAMPLES = r'''
- name: Look what runs on files that are gone
  lib_users.host.report_info:
  become: true
  register: lu

- name: Fold the reports of all hosts
  lib_users.host.fleet_info:
    reports: "{{ ansible_play_hosts | map('extract', hostvars, ['lu', 'report']) }}"
  run_once: true
  register: fleet
'''

RETURN = r'''
fleet:
  description: The document, as described by C(lib-users schema fleet).
  returned: success
  type: dict
  contains:
    kind:
      description: Always V(lib-users/fleet).
      returned: success
      type: str
    schema_version:
      description: Version of the document's schema.
      returned: success
      type: str
    tool:
      description: The name and version of what made it.
      returned: success
      type: dict
    generated_at:
      description: When it was made, UTC.
      returned: success
      type: str
    summary:
      description: How many hosts, affected ones, incomplete ones and so on there are.
      returned: success
      type: dict
    fail_on:
      description: What closes the gate; nothing unless C(lib-users fleet) was asked. Since version 1.1 of the document.
      returned: success
      type: list
      elements: str
    verdict:
      description: Whether the gate is open. Since version 1.1 of the document.
      returned: success
      type: str
    hosts:
      description: The hosts, each with what its newest report says.
      returned: success
      type: list
      elements: dict
    units:
      description: The affected units, each with its hosts.
      returned: success
      type: list
      elements: dict
    files:
      description: The files that are gone, each with its hosts.
      returned: success
      type: list
      elements: dict
    cves:
      description: The security fixes that are on disk and not in memory, with their packages, hosts and units, and what brings them into memory (C(closed_by)).
        At most 500 that a restart brings, and 100 that only a reboot brings.
      returned: success
      type: list
      elements: dict
    cve:
      description:
        - The answer to O(cve), with C(verdict), C(hosts) that lack the fix, and C(unknown) hosts, each with the reason; null without it.
        - C(verdict) is V(drift) if a host lacks it, V(incomplete) if none is known to but of some it cannot be known, else V(pass).
      returned: success
      type: dict
    never_reported:
      description: The hosts of O(expected) of which there is no report; null without it. Since version 1.3 of the document.
      returned: success
      type: list
      elements: str
    unreadable_inputs:
      description: The reports that could not be read, each with the reason.
      returned: success
      type: list
      elements: dict
text:
  description: The same for a person, as lines.
  returned: success
  type: list
  elements: str
page:
  description: The same as one HTML file that needs nothing else, to be kept or served.
  returned: if O(page=true)
  type: str
'''

import os

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.lib_users.host.plugins.module_utils._cli import COMMON_OPTIONS, Cli

# 4: some reports say that not everything could be seen; the document names them. 5: a host lacks the fix of cve.
EXIT_CODES = (0, 4, 5)


def read_file(path):
    with open(path, 'rb') as stream:
        return stream.read().decode('utf-8', 'backslashreplace')


def main():
    module = AnsibleModule(
        argument_spec=dict(
            executable=COMMON_OPTIONS['executable'],
            timeout=COMMON_OPTIONS['timeout'],
            reports=dict(type='list', elements='dict', required=True),
            cve=dict(type='str'),
            expected=dict(type='list', elements='str'),
            page=dict(type='bool', default=False),
        ),
        supports_check_mode=True,
    )
    reports = module.params['reports']
    if not reports:
        module.fail_json(msg='reports is empty: no host gave a report')
    text = os.path.join(module.tmpdir, 'fleet.txt')
    arguments = ['--also=text=' + text, '-'] + ([] if module.params['cve'] is None else ['--cve=' + module.params['cve']])
    if module.params['expected'] is not None:
        expected = os.path.join(module.tmpdir, 'expected.txt')
        with open(expected, 'wb') as stream:
            stream.write(''.join(name + '\n' for name in module.params['expected']).encode('utf-8', 'surrogateescape'))
        arguments.append('--expect=' + expected)
    page = os.path.join(module.tmpdir, 'fleet.html') if module.params['page'] else None
    if page is not None:
        arguments.append('--also=html=' + page)
    cli = Cli(module)
    answer = cli.ask('fleet', 'fleet', arguments, exit_codes=EXIT_CODES, reports=reports)
    result = dict(text=read_file(text).splitlines())
    if page is not None:
        result['page'] = read_file(page)
    # Ansible would return the reports among the options a second time.
    options = dict(module.params, reports='%d reports' % len(reports))
    module.exit_json(changed=False, fleet=answer.document, invocation={'module_args': options}, **result)


if __name__ == '__main__':
    main()
