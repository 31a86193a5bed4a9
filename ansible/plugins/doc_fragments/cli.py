# -*- coding: utf-8 -*-
# SPDX-FileCopyrightText: 2026 the lib-users authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The common part of the modules' documentation."""


class ModuleDocFragment:
    DOCUMENTATION = r'''
options:
  executable:
    description:
      - The C(lib-users) to run on the managed host.
      - Without it C(lib-users) is looked for in E(PATH), C(/usr/bin), C(/usr/local/bin) and C(/opt/lib-users/current).
    type: path
  config:
    description:
      - Configuration files on the managed host that go in front of those in C(/etc/lib-users), which stay in force.
    type: list
    elements: path
  allow_incomplete:
    description:
      - Accept a host that could not be seen wholly.
      - By default the task fails then, since an empty list would look like a clean host.
    type: bool
    default: false
  timeout:
    description: Seconds after which C(lib-users) is ended and the task fails.
    type: int
    default: 300
requirements:
  - C(lib-users) on the managed host
notes:
  - Run it with C(become=true). Without it only the processes of one user can be seen.
  - C(lib-users) runs in C(/), without Node's environment variables and in the C(C.UTF-8) locale.
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
  action_group:
    description: Use C(group/lib_users.host.all) in C(module_defaults) to set options for all modules.
    support: full
    membership:
      - lib_users.host.all
'''

    SCAN = r'''
options:
  ignore:
    description: Globs over the whole path of files that are not reported; C(*) crosses C(/).
    type: list
    elements: str
  packages:
    description: Name the package that owns each file's path now.
    type: bool
    default: false
  fixes:
    description:
      - Name the security fixes that are on disk and not in memory, by the changelogs of the installed packages. Implies O(packages).
      - It needs a C(lib-users) that knows C(--fixes).
    type: bool
    default: false
'''

    FROM_REPORT = r'''
options:
  from_report:
    description:
      - A report on the managed host to start from, in place of a scan.
      - It is refused if it was made on another host.
    type: path
  any_host:
    description: Accept a report that was made on another host.
    type: bool
    default: false
'''
