#!/usr/bin/python
# -*- coding: utf-8 -*-
# SPDX-FileCopyrightText: 2026 the lib-users authors
# MIT License (see LICENSES/MIT.txt), which is compatible with the GNU General Public License v3.0+ of Ansible itself
# SPDX-License-Identifier: MIT

DOCUMENTATION = r'''
module: drift_info
short_description: Whether a host is worse than it was
version_added: 0.1.0
description:
  - Runs C(lib-users check) once and returns its judgement of the host against a baseline.
  - The task does not fail for what was found. Test RV(verdict).
  - It changes nothing but the file that O(write_baseline) names.
  - In check mode, on a host without C(lib-users), the task is skipped, since nothing is known before it is installed.
extends_documentation_fragment:
  - lib_users.host.cli
  - lib_users.host.cli.from_report
options:
  baseline:
    description:
      - A report or drift document on the managed host to compare with. Without one everything is new.
    type: path
  write_baseline:
    description:
      - Keep what is known now as the next baseline, in this file on the managed host, if the gate is open or with
        O(fail_on=never). Its folder is made if it is missing, for root alone.
      - Nothing is written in check mode, nor if the gate is closed.
    type: path
  fail_on:
    description:
      - Which findings make RV(verdict) V(drift). The CLI's default is V(new) with O(baseline), and V(any) without.
    type: str
    choices: [new, any, never]
  units:
    description: Only findings of units whose name matches one of these globs, on both sides.
    type: list
    elements: str
  roles:
    description: Only findings of these roles, on both sides.
    type: list
    elements: str
    choices: [code, data, log, file, scratch]
  kinds:
    description: Only findings of these kinds, on both sides.
    type: list
    elements: str
    choices: [executable, library, data, regular, directory, unknown, script, snap, store, deployment]
  reboot:
    description:
      - How a reboot that is known to be required changes RV(verdict). With V(fail) it closes the gate.
      - It needs a C(lib-users) that knows it. If this option is not set, the default of C(lib-users) counts.
    type: str
    choices: [ok, warning, fail]
  fixes_only:
    description:
      - Only findings of packages whose installed version has security fixes that the running one does not have.
      - If that is not known of a finding that would count, RV(verdict) is V(incomplete) at best.
      - It needs a C(lib-users) that knows C(--fixes-only).
    type: bool
    default: false
  inferred:
    description:
      - Count scripts that are likely outdated too. What is certain counts in any case, and a hint never.
      - It needs a C(lib-users) that knows C(--inferred).
    type: bool
    default: false
  allow_unseen_users:
    description:
      - Judge a host as if it had been seen wholly if nothing but processes of ordinary users could not be seen; they are returned as
        RV(unseen_users), and a warning names them.
      - Every user can keep processes of his own from being looked at. A gate stays shut for them unless told otherwise.
      - It wants a C(lib-users) that knows it.
    type: bool
    default: false
  document:
    description: Return the whole document as RV(drift), and its parts not a second time.
    type: bool
    default: false
  ignore:
    description: Globs over the whole path of files that are not reported; C(*) crosses C(/).
    type: list
    elements: str
attributes:
  check_mode:
    description: Can run in check mode without changing anything.
    support: full
    details:
      - It judges the same in check mode, and does not write O(write_baseline).
author:
  - the lib-users authors (@lib-users)
'''

EXAMPLES = r'''
- name: Keep what is known now
  lib_users.host.drift_info:
    write_baseline: /var/lib/lib-users/baseline.json
    fail_on: never
  become: true

- name: Compare the host with what was known then
  lib_users.host.drift_info:
    baseline: /var/lib/lib-users/baseline.json
    roles: [code]
  become: true
  register: lu

- name: Let nothing new through
  ansible.builtin.assert:
    that: lu.verdict == 'pass'
    fail_msg: "{{ lu.counts.new }} new findings"
  when: lu is not skipped
'''

RETURN = r'''
drift:
  description: The judgement, as described by C(lib-users schema drift). The other keys but for RV(complete) and
    RV(baseline_written) are then in it alone.
  returned: success and O(document=true)
  type: dict
  contains:
    kind:
      description: Always V(lib-users/drift).
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
    host:
      description: The host's name, id and boot id.
      returned: success
      type: dict
    baseline:
      description: When and on which host the baseline was made; null without one.
      returned: success
      type: dict
    report:
      description: When the report that was judged was made, and whether that was complete.
      returned: success
      type: dict
    fail_on:
      description: Which findings counted.
      returned: success
      type: str
    allow_incomplete:
      description: Whether the gate may be open even if not everything could be seen. Since version 1.3 of the document.
      returned: success
      type: bool
    allow_unseen_users:
      description: Whether the gate may be open even if processes of users could not be seen. Since version 1.3 of the document.
      returned: success
      type: bool
    fixes_only:
      description: Whether only findings counted that have security fixes on disk and not in memory. Since version 1.4 of the document.
      returned: success
      type: bool
    inferred:
      description: Whether findings counted that are only likely. Since version 1.4 of the document.
      returned: success
      type: bool
    verdict:
      description: As RV(verdict).
      returned: success
      type: str
    counts:
      description: As RV(counts).
      returned: success
      type: dict
    findings:
      description: The findings of this report, each with its change V(new) or V(remaining).
      returned: success
      type: list
      elements: dict
    resolved:
      description: Findings of the baseline that are gone.
      returned: success
      type: list
      elements: dict
    unseen:
      description: Findings of the baseline that could not be looked at.
      returned: success
      type: list
      elements: dict
    unseen_users:
      description: As RV(unseen_users). Since version 1.3 of the document.
      returned: success
      type: list
      elements: dict
    reboot:
      description: As RV(reboot). Since version 1.2 of the document.
      returned: success
      type: dict
    fixes:
      description: The security fixes that are on disk and not in the memory of the findings; null if nobody asked for them. Since
        version 1.4 of the document.
      returned: success
      type: dict
    accepted:
      description: Findings that the configuration accepts, with C(reason) and C(until). Since version 1.1 of the document.
      returned: success
      type: list
      elements: dict
    expired:
      description: The acceptances of the configuration whose last day had passed. Since version 1.3 of the document.
      returned: success
      type: list
      elements: dict
findings:
  description: The findings of this report, each with its change V(new) or V(remaining).
  returned: success
  type: list
  elements: dict
resolved:
  description: Findings of the baseline that are gone.
  returned: success
  type: list
  elements: dict
unseen:
  description: Findings of the baseline that could not be looked at.
  returned: success
  type: list
  elements: dict
accepted:
  description: Findings that the configuration accepts, with C(reason) and C(until). Null with a C(lib-users) that does not say it.
  returned: success
  type: list
  elements: dict
reboot:
  description:
    - Whether a reboot is required (null if that is not known), and the reasons.
    - Null itself with a C(lib-users) that does not say it.
  returned: success
  type: dict
unseen_users:
  description:
    - The ordinary users whose processes could not be seen, if all others could, each with C(user) and the numbers C(denied),
      C(failed) and C(blocked). RV(verdict) counts them as seen with O(allow_unseen_users=true).
    - Null with a C(lib-users) that does not say it.
  returned: success
  type: list
  elements: dict
baseline_written:
  description: Whether O(write_baseline) was written.
  returned: success
  type: bool
verdict:
  description: V(pass), V(drift), or V(incomplete) if nothing counted was found but not everything could be seen.
  returned: success
  type: str
  sample: pass
counts:
  description: How many findings are new, remaining, resolved and unseen.
  returned: success
  type: dict
  contains:
    new:
      description: Found now and not in the baseline.
      returned: success
      type: int
    remaining:
      description: Found now and in the baseline.
      returned: success
      type: int
    resolved:
      description: In the baseline and gone.
      returned: success
      type: int
    unseen:
      description: In the baseline, and it could not be looked whether they are gone.
      returned: success
      type: int
complete:
  description: Whether the whole host was seen.
  returned: success
  type: bool
'''

import os

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.lib_users.host.plugins.module_utils._cli import COMMON_OPTIONS, Cli
from ansible_collections.lib_users.host.plugins.module_utils._globs import glob_problems
from ansible_collections.lib_users.host.plugins.module_utils._scan import (
    FROM_REPORT_OPTIONS,
    repeated,
    report_arguments,
    require_own_host,
    require_seen,
)

# check ends with 5 if the gate is closed and with 4 if it cannot tell. It gives its document in both cases.
EXIT_CODES = {'pass': 0, 'incomplete': 4, 'drift': 5}
FLAT_KEYS = ('verdict', 'counts', 'findings', 'resolved', 'unseen')


class Baseline(object):
    """The file that the CLI writes, unless in check mode or the gate is closed."""

    def __init__(self, module):
        path = None if module.check_mode else module.params['write_baseline']
        self.path = None if path is None else os.path.abspath(path)
        self.arguments = []
        if self.path is None:
            return
        self.arguments = ['--write-baseline=' + self.path]
        folder = os.path.dirname(self.path)
        try:
            if not os.path.isdir(folder):
                os.makedirs(folder, 0o700)
        except OSError as error:
            module.fail_json(msg='write_baseline: the folder %s cannot be made: %s' % (folder, error.strerror))
        self.before = self.identity()

    def identity(self):
        try:
            status = os.stat(self.path)
        except OSError:
            return None
        return status.st_ino, status.st_mtime, status.st_size

    def is_written(self):
        return self.path is not None and self.identity() != self.before


def main():
    module = AnsibleModule(
        argument_spec=dict(
            COMMON_OPTIONS,
            baseline=dict(type='path'),
            fail_on=dict(type='str', choices=['new', 'any', 'never']),
            units=dict(type='list', elements='str'),
            roles=dict(type='list', elements='str', choices=['code', 'data', 'log', 'file', 'scratch']),
            kinds=dict(
                type='list',
                elements='str',
                choices=['executable', 'library', 'data', 'regular', 'directory', 'unknown', 'script', 'snap', 'store', 'deployment'],
            ),
            reboot=dict(type='str', choices=['ok', 'warning', 'fail']),
            fixes_only=dict(type='bool', default=False),
            inferred=dict(type='bool', default=False),
            allow_unseen_users=dict(type='bool', default=False),
            write_baseline=dict(type='path'),
            document=dict(type='bool', default=False),
            ignore=dict(type='list', elements='str'),
            **FROM_REPORT_OPTIONS
        ),
        mutually_exclusive=[('from_report', 'ignore')],
        supports_check_mode=True,
    )
    params = module.params
    wrong = glob_problems({'units': params['units']})
    if wrong:
        module.fail_json(msg='; '.join(wrong))
    arguments = report_arguments(params['from_report'])
    if params['baseline'] is not None:
        arguments.append('--baseline=' + os.path.abspath(params['baseline']))
    if params['fail_on'] is not None:
        arguments.append('--fail-on=' + params['fail_on'])
    arguments += repeated('unit', params['units']) + repeated('role', params['roles'])
    arguments += repeated('kind', params['kinds']) + repeated('ignore', params['ignore'])
    if params['reboot'] is not None:
        arguments.append('--reboot=' + params['reboot'])
    arguments += ['--fixes-only'] if params['fixes_only'] else []
    arguments += ['--inferred'] if params['inferred'] else []
    kept = Baseline(module)
    arguments += kept.arguments
    arguments += ['--allow-incomplete'] if params['allow_incomplete'] else []
    arguments += ['--allow-unseen-users'] if params['allow_unseen_users'] else []
    cli = Cli(module)
    answer = cli.ask('drift', 'check', arguments, exit_codes=EXIT_CODES.values())
    drift, complete = answer.document, answer.document['report']['complete']
    if EXIT_CODES.get(drift['verdict']) != answer.rc:
        problem = 'the verdict %r came with exit code %d' % (drift['verdict'], answer.rc)
        cli.fail(problem, 'lib-users on this host is not a release', answer.rc)
    require_own_host(module, drift['host'])
    written = kept.is_written()
    seen = complete or (params['allow_unseen_users'] and bool(drift.get('unseen_users')))
    require_seen(module, seen, answer.warnings, {'complete': complete, 'verdict': drift['verdict']})
    cli.warn(answer.warnings)
    parts = {'drift': drift}
    if not params['document']:
        # accepted is of version 1.1 of the document, reboot of version 1.2, unseen_users of version 1.3.
        parts = dict({key: drift[key] for key in FLAT_KEYS}, accepted=drift.get('accepted'), reboot=drift.get('reboot'))
        parts.update(unseen_users=drift.get('unseen_users'))
    module.exit_json(changed=written, complete=complete, baseline_written=written, **parts)


if __name__ == '__main__':
    main()
