#!/usr/bin/python
# -*- coding: utf-8 -*-
# SPDX-FileCopyrightText: 2026 the lib-users authors
# MIT License (see LICENSES/MIT.txt), which is compatible with the GNU General Public License v3.0+ of Ansible itself
# SPDX-License-Identifier: MIT

DOCUMENTATION = r'''
module: reboot_info
short_description: What speaks against rebooting a host now
version_added: 0.1.0
description:
  - Tells which units run now that must never be restarted, and what would keep the host from coming back as it was.
  - It asks C(sshd -t), unless no sshd is installed and none runs.
  - It asks C(systemd-analyze verify) about active units whose files were changed since the host was booted.
options:
  never:
    description: Globs of units that must never be restarted. A reboot restarts them too.
    type: list
    elements: str
    default: []
  despite:
    description: Globs of units for which a reboot is allowed though O(never) names them.
    type: list
    elements: str
    default: []
attributes:
  check_mode:
    description: Can run in check mode without changing anything.
    support: full
    details:
      - It never changes anything, and runs the same in check mode.
  diff_mode:
    description: Returns details on what has changed in diff mode.
    support: N/A
    details:
      - It never changes anything.
  platform:
    description: The systems that it works on.
    support: full
    platforms: linux
notes:
  - Run it with C(become=true).
seealso:
  - module: lib_users.host.plan_info
author:
  - the lib-users authors (@lib-users)
'''

EXAMPLES = r'''
- name: Ask what speaks against a reboot
  lib_users.host.reboot_info:
    never: ["postgresql@*.service"]
  become: true
  register: ready

- name: Reboot if nothing does
  ansible.builtin.reboot:
  become: true
  when: (ready.forbidden + ready.problems) | length == 0
'''

RETURN = r'''
forbidden:
  description: The units that run now and match O(never), by any of their names, and match no glob of O(despite).
  returned: success
  type: list
  elements: str
  sample: [postgresql@15-main.service]
problems:
  description: What would keep the host from coming back as it was, or could not be asked, each as a sentence.
  returned: success
  type: list
  elements: str
  sample: ["sshd would not start again: /etc/ssh/sshd_config line 124: unsupported option \"maybe\"."]
'''

import os

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.lib_users.host.plugins.module_utils._globs import any_matches, glob_problems
from ansible_collections.lib_users.host.plugins.module_utils._systemd import (
    find_program,
    is_sshd,
    parse_blocks,
    run,
    sshd_problem,
)
from ansible_collections.lib_users.host.plugins.module_utils._visible import visible

# A unit that has ended is inactive or failed.
RUNNING = ('active', 'activating', 'reloading', 'deactivating')
USER_SLICES = ('/sys/fs/cgroup/user.slice', '/sys/fs/cgroup/systemd/user.slice', '/sys/fs/cgroup/unified/user.slice')


def loaded_units():
    """The system's units: a list of dicts with Id, Names, ActiveState, FragmentPath and DropInPaths, or None."""
    properties = 'Id,Names,ActiveState,FragmentPath,DropInPaths'
    answer = run(['systemctl', 'show', '--property=' + properties, '--', '*'], 60)
    return parse_blocks(answer.out) if answer.rc == 0 else None


def names_of(unit):
    """Every name of a unit, as the plan counts them: a rule for mysql.service is about mariadb.service if that has this alias."""
    return [unit['Id']] + [name for name in unit.get('Names', '').split() if name != unit['Id']]


def user_units(slices=USER_SLICES):
    """The names of the units of users that have processes, by their cgroups: their managers need not be asked."""
    names = set()
    for top in slices:
        for _folder, folders, _files in os.walk(top):
            names.update(name for name in folders if '.' in name)
    return names


def boot_seconds():
    """When the first process was started, in seconds since 1970: in a container that is later than the kernel's boot."""
    with open('/proc/1/stat', 'rb') as stream:
        ticks = int(stream.read().rpartition(b')')[2].split()[19])
    with open('/proc/stat', 'rb') as stream:
        booted = next(int(line.split()[1]) for line in stream if line.startswith(b'btime '))
    return booted + ticks // os.sysconf('SC_CLK_TCK')


def changed_since(path, seconds):
    try:
        return os.stat(path).st_ctime > seconds
    except OSError:
        # systemd names a file that is gone: the unit cannot be started again as it is.
        return True


def files_of(unit):
    return [path for path in [unit.get('FragmentPath', '')] + unit.get('DropInPaths', '').split() if path.startswith('/')]


def unit_problems(units):
    """The complaints of systemd-analyze about active units whose files were changed since the host was booted."""
    booted = boot_seconds()
    changed = [
        unit for unit in units
        if unit.get('ActiveState') in RUNNING and any(changed_since(path, booted) for path in files_of(unit))
        # systemd makes its own files anew.
        and not unit.get('FragmentPath', '').startswith('/run/')
    ]
    problems = ['%s runs, and its file %s is gone' % (unit['Id'], unit['FragmentPath']) for unit in changed
                if unit.get('FragmentPath') and not os.path.exists(unit['FragmentPath'])]
    paths = sorted({unit['FragmentPath'] for unit in changed if os.path.exists(unit.get('FragmentPath', ''))})
    if not paths or find_program('systemd-analyze') is None:
        return problems
    verify = ['systemd-analyze', 'verify', '--man=no']
    answer = run(verify + ['--recursive-errors=no'] + paths, 120)
    if answer.rc != 0 and 'recursive-errors' in answer.err:
        # systemd before 250 does not know it.
        answer = run(verify + paths, 120)
    if answer.rc is None:
        return problems + ['changed units could not be verified: %s' % answer.said]
    if answer.rc != 0:
        problems.append('systemd-analyze verify refuses a changed unit: %s' % ' / '.join(answer.said.splitlines()[:5]))
    return problems


def forbidden_of(active, never, despite):
    """Lists of the names of running units -> the first name of each that must never be restarted."""
    return sorted({
        names[0] for names in active
        if any(any_matches(never, name) for name in names) and not any(any_matches(despite, name) for name in names)
    })


def main():
    module = AnsibleModule(
        argument_spec=dict(
            never=dict(type='list', elements='str', default=[]),
            despite=dict(type='list', elements='str', default=[]),
        ),
        supports_check_mode=True,
    )
    never, despite = module.params['never'], module.params['despite']
    wrong = glob_problems({'never': never, 'despite': despite})
    if wrong:
        module.fail_json(msg='; '.join(wrong))
    units = loaded_units()
    problems = []
    if units is None:
        problems.append('systemd could not be asked which units run')
        units = []
    running = [unit for unit in units if unit.get('Id') and unit.get('ActiveState') in RUNNING]
    active = [names_of(unit) for unit in running] + [[name] for name in user_units()]
    # If no sshd is installed and none runs, nobody connects by it.
    wants_sshd = find_program('sshd') is not None or any(is_sshd(name) for names in active for name in names)
    broken = sshd_problem() if wants_sshd else None
    if broken is not None:
        problems.append('sshd would not start again: %s' % broken)
    module.exit_json(
        changed=False,
        forbidden=forbidden_of(active, never, despite),
        problems=[visible(problem) for problem in problems + unit_problems(units)],
    )


if __name__ == '__main__':
    main()
