#!/usr/bin/python
# -*- coding: utf-8 -*-
# SPDX-FileCopyrightText: 2026 the lib-users authors
# MIT License (see LICENSES/MIT.txt), which is compatible with the GNU General Public License v3.0+ of Ansible itself
# SPDX-License-Identifier: MIT

DOCUMENTATION = r'''
module: report_info
short_description: What a host still runs on files that are gone
version_added: 0.1.0
description:
  - Runs C(lib-users scan) once and returns its report, by systemd unit, session and container.
  - To learn what to do about it use M(lib_users.host.plan_info).
  - In check mode, on a host without C(lib-users), the task is skipped, since nothing is known before it is installed.
extends_documentation_fragment:
  - lib_users.host.cli
  - lib_users.host.cli.scan
options:
  detail:
    description:
      - How much to return. V(units) leaves out the list of processes, which is long after an upgrade of the C library.
    type: str
    choices: [units, processes]
    default: units
  units:
    description: Report only units whose name matches one of these globs.
    type: list
    elements: str
  labels:
    description: Labels of the host, copied into the report.
    type: dict
  allow_unseen_users:
    description:
      - Accept a host if nothing but processes of ordinary users could not be seen. They are returned as RV(unseen_users), and a
        warning names them, since every user can keep processes of his own from being looked at.
      - Processes of root and of services that could not be seen fail the task all the same, but for O(allow_incomplete).
    type: bool
    default: true
  command_line:
    description:
      - How much of the command lines to return with O(detail=processes).
      - Results are often stored, and command lines can hold secrets, so they are left out unless asked for.
      - V(program) is the first word alone.
    type: str
    choices: [none, program, full]
    default: none
author:
  - the lib-users authors (@lib-users)
'''

EXAMPLES = r'''
- name: Look what runs on files that are gone
  lib_users.host.report_info:
  become: true
  register: lu

- name: Name the units
  ansible.builtin.debug:
    msg: "{{ lu.report.units | map(attribute='name') | list }}"

- name: Ask which security fixes are on disk and not in memory
  lib_users.host.report_info:
    fixes: true
  become: true
  register: lu

- name: Keep the report on the controller
  ansible.builtin.copy:
    content: "{{ lu.report | to_nice_json }}"
    dest: "reports/{{ inventory_hostname }}.json"
    mode: "0600"
  delegate_to: localhost
  when: lu is not skipped
'''

RETURN = r'''
report:
  description: The report, as described by C(lib-users schema report).
  returned: success
  type: dict
  contains:
    kind:
      description: Always V(lib-users/report).
      returned: success
      type: str
    schema_version:
      description: Version of the report's schema.
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
      sample: "2026-11-23T07:40:12Z"
    host:
      description: Name, id, system, kernel and its security fixes, labels and known reasons for a reboot.
      returned: success
      type: dict
    scan:
      description: What was looked at, whether that was everything, and what the rules left out.
      returned: success
      type: dict
    summary:
      description: How many processes, units, maps and descriptors are affected, and how much disk is held.
      returned: success
      type: dict
    units:
      description: The affected units with their files and what systemd knows of them.
      returned: success
      type: list
      elements: dict
    processes:
      description: The affected processes; empty unless O(detail=processes).
      returned: success
      type: list
      elements: dict
    packages:
      description:
        - Each version of each package that affected processes still run, with the security fixes of the installed version since.
        - Null if the scan was not told to look for fixes.
      returned: success
      type: list
      elements: dict
    related_units:
      description:
        - Units of the system that are not affected, and that a restart of an affected one reaches, or that stand between two of them in the
          order of a start.
        - Null if systemd was not asked.
      returned: success
      type: list
      elements: dict
    kernel_held:
      description: Gone files that the kernel itself holds, as for a loop device; null if that was not looked at.
      returned: success
      type: list
      elements: dict
    warnings:
      description:
        - What kept the report from being better, each with a code.
        - They are warnings of the task as well, but for V(unit_facts_unavailable), which every user unit has.
      returned: success
      type: list
      elements: dict
unseen_users:
  description:
    - The ordinary users whose processes could not be seen, if all others could, each with C(user) and the numbers C(denied),
      C(failed) and C(blocked).
  returned: success
  type: list
  elements: dict
cves:
  description:
    - The CVE ids of the security fixes that are on disk and not in memory, the newest first.
    - Empty only if it is known that there are none. Null if nothing is known. If RV(cves_unknown_because) is not null, there may
      be more.
  returned: success
  type: list
  elements: str
kernel_cves:
  description:
    - The CVE ids of the security fixes that only a reboot brings into memory, those of the kernel that the next boot starts, the newest
      first. They are not among RV(cves).
    - Empty only if it is known that there are none. Null if they are not known, as without O(fixes=true), and in a container.
  returned: success
  type: list
  elements: str
cves_unknown_because:
  description: Why RV(cves) is null or may lack some; null if it has all of them.
  returned: success
  type: dict
  contains:
    code:
      description: One of V(not_asked), V(not_everything_seen), V(no_package), V(fixes_unknown), V(fixes_incomplete) and V(list_cut).
        RV(report.packages) says of each package what is not known.
      returned: success
      type: str
    message:
      description: The same in words.
      returned: success
      type: str
complete:
  description: Whether the whole host was seen. V(false) also if O(units) narrowed the scan.
  returned: success
  type: bool
  sample: true
'''

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.lib_users.host.plugins.module_utils._cli import COMMON_OPTIONS, Cli
from ansible_collections.lib_users.host.plugins.module_utils._fixes import kernel_cves, keys_of_report
from ansible_collections.lib_users.host.plugins.module_utils._globs import glob_problems
from ansible_collections.lib_users.host.plugins.module_utils._scan import (
    UNSEEN,
    USUAL,
    label_arguments,
    messages,
    package_arguments,
    repeated,
    require_seen,
    unseen_users,
)


def main():
    module = AnsibleModule(
        argument_spec=dict(
            COMMON_OPTIONS,
            detail=dict(type='str', choices=['units', 'processes'], default='units'),
            units=dict(type='list', elements='str'),
            ignore=dict(type='list', elements='str'),
            packages=dict(type='bool', default=False),
            fixes=dict(type='bool', default=False),
            labels=dict(type='dict'),
            allow_unseen_users=dict(type='bool', default=True),
            command_line=dict(type='str', choices=['none', 'program', 'full'], default='none'),
        ),
        supports_check_mode=True,
    )
    params = module.params
    wrong = glob_problems({'units': params['units']})
    if wrong:
        module.fail_json(msg='; '.join(wrong))
    arguments = ['--detail=' + params['detail'], '--command-line=' + params['command_line']]
    arguments += repeated('unit', params['units']) + repeated('ignore', params['ignore'])
    arguments += label_arguments(params['labels']) + package_arguments(params)
    cli = Cli(module)
    report = cli.ask('report', 'scan', arguments).document
    unseen = messages(report, UNSEEN)
    # A scan that units narrowed calls itself incomplete too; its warnings tell the two apart.
    complete = report['scan']['complete']
    users = unseen_users(report)
    seen = params['allow_unseen_users'] if users else not unseen and (complete or bool(params['units']))
    require_seen(module, seen, unseen, {'complete': complete})
    cli.warn(messages(report, without=USUAL))
    # kernel_fixes is of version 1.5 of the document.
    kernel = (report['host'].get('kernel_fixes') or {}).get('fixes')
    parts = dict(keys_of_report(report), kernel_cves=kernel_cves(kernel))
    module.exit_json(changed=False, report=report, complete=complete, unseen_users=users, **parts)


if __name__ == '__main__':
    main()
