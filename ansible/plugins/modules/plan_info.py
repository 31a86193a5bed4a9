#!/usr/bin/python
# -*- coding: utf-8 -*-
# SPDX-FileCopyrightText: 2026 the lib-users authors
# MIT License (see LICENSES/MIT.txt), which is compatible with the GNU General Public License v3.0+ of Ansible itself
# SPDX-License-Identifier: MIT

DOCUMENTATION = r'''
module: plan_info
short_description: What must be restarted, reloaded or rebooted on a host
version_added: 0.1.0
description:
  - Runs C(lib-users plan) once and returns the parts of its plan as keys.
  - It does nothing about it.
  - RV(services) alone are not all that is to be done. A gate should look at RV(clean).
  - In check mode, on a host without C(lib-users), the task is skipped, since nothing is known before it is installed.
extends_documentation_fragment:
  - lib_users.host.cli
  - lib_users.host.cli.scan
  - lib_users.host.cli.from_report
options:
  units:
    description: Plan only for units whose name matches one of these globs.
    type: list
    elements: str
  policy:
    description:
      - Rules that go before the host's own and the shipped ones; the first that matches wins.
      - They are handed over as configuration on standard input, and nothing is written on the host.
    type: list
    elements: dict
    suboptions:
      unit:
        description: Glob over the unit's name. With O(policy[].path) both must match, and one of them is required.
        type: str
      path:
        description: Glob over the file's whole path; C(*) crosses C(/).
        type: str
      action:
        description: What the plan says.
        type: str
        choices: [restart, reload, signal, manual, ignore, reboot]
        required: true
      signal:
        description: The signal of O(policy[].action=signal), as in V(HUP).
        type: str
      inferred:
        description:
          - Lets O(policy[].action=restart) also hold for a script that is likely outdated, and not only for files that are gone.
          - It needs a C(lib-users) that knows it.
        type: str
        choices: [restart]
      reason:
        description: Why; the plan repeats it.
        type: str
        required: true
  document:
    description: Return the whole document as RV(plan), and its parts not a second time.
    type: bool
    default: false
  allow_unseen_users:
    description:
      - Accept a host if nothing but processes of ordinary users could not be seen. They are returned as RV(unseen_users), and a
        warning names them, since every user can keep processes of his own from being looked at.
      - Processes of root and of services that could not be seen fail the task all the same, but for O(allow_incomplete).
    type: bool
    default: true
  record:
    description:
      - The file that keeps what M(lib_users.host.plan_apply) restarted last. With it RV(failed_since) is returned.
      - That module keeps it in V(/run/lib-users/restarted.json), which only root may read.
    type: path
author:
  - the lib-users authors (@lib-users)
'''

EXAMPLES = r'''
- name: Ask what must be done
  lib_users.host.plan_info:
    policy:
      - unit: "postgresql@*.service"
        action: manual
        reason: fails over by hand
  become: true
  register: lu

- name: Restart what must be restarted
  ansible.builtin.command:
    argv: "{{ item.argv }}"
  become: true
  changed_when: true
  loop: "{{ lu.actions | selectattr('action', 'in', ['daemon_reload', 'restart']) | selectattr('argv') }}"
  loop_control:
    label: "{{ item.argv | join(' ') }}"
  when: lu is not skipped

- name: Reboot if that is known to be needed
  ansible.builtin.reboot:
  become: true
  when:
    - lu is not skipped
    - lu.reboot_required
'''

RETURN = r'''
plan:
  description: The plan, as described by C(lib-users schema plan). Of the other keys only RV(reboot_required)
    and RV(reboot_unknown) come with it.
  returned: success and O(document=true)
  type: dict
  contains:
    kind:
      description: Always V(lib-users/plan).
      returned: success
      type: str
    schema_version:
      description: Version of the plan's schema.
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
      sample: "2026-11-23T07:40:13Z"
    host:
      description: The host's name, id and boot id.
      returned: success
      type: dict
    report:
      description: When the report that it follows from was made, and whether that was complete.
      returned: success
      type: dict
    complete:
      description: Whether the plan covers the whole host.
      returned: success
      type: bool
    services:
      description: As RV(services).
      returned: success
      type: list
      elements: str
    reload_services:
      description: As RV(reload_services).
      returned: success
      type: list
      elements: str
    user_services:
      description: As RV(user_services).
      returned: success
      type: list
      elements: dict
    daemon_reload:
      description: As RV(daemon_reload).
      returned: success
      type: bool
    daemon_reexec:
      description: As RV(daemon_reexec).
      returned: success
      type: bool
    unseen_users:
      description: As RV(unseen_users).
      returned: success
      type: list
      elements: dict
    clean:
      description: As RV(clean).
      returned: success
      type: bool
    reboot:
      description:
        - Whether a reboot is required (null if that cannot be known), and the reasons.
        - Its C(unknown_because) says why it is not known, with a code and a sentence.
        - Its C(kind) is that of RV(reboot_kind).
        - Its C(fixes) are the security fixes that only a reboot brings into memory, with C(count), C(cves), C(complete) and C(packages); null if they
          are not known.
      returned: success
      type: dict
    microcode:
      description:
        - The microcode of the processor. Its C(state) is C(current), C(pending) (a reason for a reboot), C(not_in_initrd), C(refused) or C(unknown).
        - Null in containers and virtual machines, on processors of others than Intel and AMD, and with a C(lib-users) that does not say it.
      returned: success
      type: dict
    actions:
      description: As RV(actions).
      returned: success
      type: list
      elements: dict
    fixes:
      description: The security fixes that all actions together bring into memory; null if nothing is known of them.
      returned: success
      type: dict
    held:
      description: As RV(held).
      returned: success
      type: list
      elements: dict
    ignored:
      description: What was found and needs nothing, each with its code and reason.
      returned: success
      type: list
      elements: dict
clean:
  description:
    - Whether nothing is left to do that is not the caller's own connection, its user manager or its session.
    - Null if that is not known, as on a host that could not be seen wholly, or with a C(lib-users) that does not say it.
  returned: success
  type: bool
services:
  description: The system's services to restart, in a safe order.
  returned: success
  type: list
  elements: str
  sample: [cron.service, nginx.service]
reload_services:
  description: The system's services to reload.
  returned: success
  type: list
  elements: str
user_services:
  description: The services of user managers to restart, each with RV(user_services[].user) and RV(user_services[].unit).
  returned: success
  type: list
  elements: dict
  contains:
    user:
      description: The user's C(uid) and C(name).
      returned: success
      type: dict
    unit:
      description: The name of the unit.
      returned: success
      type: str
actions:
  description:
    - Everything that is to be done, in order, what needs a person included.
    - RV(actions[].argv) is an argument list, or null if only a person can do it.
  returned: success
  type: list
  elements: dict
  contains:
    action:
      description: What to do, such as V(daemon_reload), V(restart), V(reload), V(signal), V(daemon_reexec), V(reboot) or V(manual).
      returned: success
      type: str
    unit:
      description: The unit, or null, as for V(daemon_reload), whose C(remarks) name the units.
      returned: success
      type: str
    argv:
      description: The command that does it, as an argument list, or null.
      returned: success
      type: list
      elements: str
    carries_caller:
      description: Whether the unit carries the connection that asked; such units come last.
      returned: success
      type: bool
    impact:
      description:
        - What a restart takes along, such as C(also_restarts), C(also_stops), C(listening) and C(may_reboot), by what systemd said; null for another
          action, and if systemd did not say it.
      returned: success
      type: dict
    covered_by:
      description: The unit whose restart in this plan restarts this one too. Then RV(actions[].argv) is null. Else null.
      returned: success
      type: str
    blocked_by:
      description:
        - What stands in the way of a restart, such as V(transient), V(terminals), V(unit_file_gone), V(outlives_restart) or
          V(no_unit), or null. With V(user_process) it is about what a user runs in the unit, and with V(not_own_files) about
          logs that somebody may have handed to it. With V(inferred) only a script that is likely outdated speaks for it.
      returned: success
      type: str
    callers_own:
      description: Whether it is about the caller's own connection, user manager or session, which RV(clean) leaves out.
      returned: success
      type: bool
    scope:
      description: Whose manager the unit is of, V(system) or V(user), or null.
      returned: success
      type: str
    user:
      description: The C(uid) and C(name) of whose manager or session it is; null for the system's own.
      returned: success
      type: dict
    session:
      description: The login session, with C(id) and C(user), or null.
      returned: success
      type: dict
    container:
      description: The container or virtual machine, with C(runtime), C(id), C(name) and C(user), or null.
      returned: success
      type: dict
    process:
      description: The one process that it is about, with C(pid), C(start_ticks), C(name) and C(executable), or null.
      returned: success
      type: dict
    policy:
      description: The rule that decided, with C(rule) and C(reason), or null.
      returned: success
      type: dict
    fixes:
      description: The security fixes that the action brings into memory, with C(count), C(cves) and C(complete); null if unknown.
      returned: success
      type: dict
    because:
      description: The files that it is for, each with its code and processes.
      returned: success
      type: list
      elements: dict
    remarks:
      description:
        - What to know before one does it, each with a C(code) to test for and a C(message). With V(takes_others) it names the units that are in
          the way of a restart, with V(cannot_start_again) those that would be started without success.
      returned: success
      type: list
      elements: dict
fixes:
  description:
    - The security fixes that RV(actions) bring into memory, with C(count), C(cves), C(complete) and C(packages).
    - Null if nothing is known of them, as without O(fixes=true).
  returned: success
  type: dict
cves:
  description:
    - The CVE ids of the security fixes that RV(actions) bring into memory, the newest first.
    - Empty only if it is known that there are none. Null if nothing is known. If RV(cves_unknown_because) is not null, there may
      be more.
  returned: success
  type: list
  elements: str
kernel_cves:
  description:
    - The CVE ids of the security fixes that only a reboot brings into memory, those of the kernel that the next boot starts.
      At most the newest 20. They are not among RV(cves).
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
      description: One of V(not_asked), V(nothing_said), V(not_everything_seen), V(fixes_unknown), V(fixes_incomplete) and V(list_cut).
        A plan lists the newest 20 ids; RV(lib_users.host.report_info#module:cves) has more.
      returned: success
      type: str
    message:
      description: The same in words.
      returned: success
      type: str
held:
  description:
    - What holds the space of gone files, most first, whether or not there is anything else to do about it.
    - Null with a C(lib-users) that does not say it.
  returned: success
  type: list
  elements: dict
ignored:
  description: What was found and needs nothing, each with its code and reason.
  returned: success
  type: list
  elements: dict
daemon_reload:
  description:
    - Whether systemd must first read its unit files again, because the file of a unit that is restarted or reloaded changed on disk. It is the first
      of RV(actions) then.
    - Null with a C(lib-users) that does not say it.
  returned: success
  type: bool
daemon_reexec:
  description: Whether systemd itself must be re-executed.
  returned: success
  type: bool
reboot_required:
  description: Whether a reboot is known to be required. Never null; see RV(reboot_unknown).
  returned: success
  type: bool
reboot_unknown:
  description: Whether it could not be known if a reboot is required.
  returned: success
  type: bool
reboot_kind:
  description:
    - V(full) if a reason is the kernel, microcode, an image, firmware or the boot loader; V(soft) if C(systemctl soft-reboot) is enough.
    - Null if that is not known, if no reboot is required, or with a C(lib-users) that does not say it.
  returned: success
  type: str
reboot_reasons:
  description: Why a reboot is required, each with a C(code) and what belongs to it.
  returned: success
  type: list
  elements: dict
failed_since:
  description: The units that were restarted last in this boot, as O(record) says, and that are failed now.
  returned: success and O(record) is set
  type: list
  elements: dict
  contains:
    unit:
      description: The name of the unit.
      returned: success
      type: str
    uid:
      description: Whose manager it is of, or null for the system's.
      returned: success
      type: int
unseen_users:
  description:
    - The ordinary users whose processes could not be seen, if all others could, each with C(user) and the numbers C(denied),
      C(failed) and C(blocked).
    - Null with a C(lib-users) that does not say it.
  returned: success
  type: list
  elements: dict
complete:
  description: Whether the plan covers the whole host but for RV(unseen_users). V(false) also if O(units) narrowed it.
  returned: success
  type: bool
'''

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.lib_users.host.plugins.module_utils._cli import COMMON_OPTIONS, Cli
from ansible_collections.lib_users.host.plugins.module_utils._fixes import kernel_cves, keys_of_plan
from ansible_collections.lib_users.host.plugins.module_utils._globs import glob_problems
from ansible_collections.lib_users.host.plugins.module_utils._restarts import failed_since, read_record
from ansible_collections.lib_users.host.plugins.module_utils._scan import (
    FROM_REPORT_OPTIONS,
    package_arguments,
    repeated,
    report_arguments,
    require_own_host,
    require_seen,
    unseen_in_report,
)

FLAT_KEYS = ('services', 'reload_services', 'user_services', 'actions', 'ignored', 'daemon_reexec', 'complete')
LATER_KEYS = ('daemon_reload', 'clean', 'held', 'unseen_users', 'fixes')


def policy_configuration(policy):
    """The option policy -> the configuration that the CLI reads on standard input, or None."""
    if not policy:
        return None
    rules = [{key: rule[key] for key in sorted(rule) if rule[key] is not None} for rule in policy]
    return {'kind': 'lib-users/config', 'schema_version': '1.0.0', 'policy': rules}


def is_seen(plan, params, warnings):
    unseen_users = plan.get('unseen_users') or []
    if unseen_users and not params['allow_unseen_users']:
        return False
    if not params['units']:
        return plan['complete']
    # A plan that was narrowed is never complete: then only the report can tell, or of a scan the CLI's warnings.
    if params['from_report'] is not None:
        return plan['report']['complete'] or bool(unseen_users) or unseen_in_report(params['from_report']) == []
    return not warnings or bool(unseen_users)


def main():
    module = AnsibleModule(
        argument_spec=dict(
            COMMON_OPTIONS,
            document=dict(type='bool', default=False),
            units=dict(type='list', elements='str'),
            ignore=dict(type='list', elements='str'),
            packages=dict(type='bool', default=False),
            fixes=dict(type='bool', default=False),
            allow_unseen_users=dict(type='bool', default=True),
            record=dict(type='path'),
            policy=dict(
                type='list',
                elements='dict',
                options=dict(
                    unit=dict(type='str'),
                    path=dict(type='str'),
                    action=dict(
                        type='str',
                        choices=['restart', 'reload', 'signal', 'manual', 'ignore', 'reboot'],
                        required=True,
                    ),
                    signal=dict(type='str'),
                    inferred=dict(type='str', choices=['restart']),
                    reason=dict(type='str', required=True),
                ),
                required_one_of=[('unit', 'path')],
                required_if=[('action', 'signal', ('signal',))],
            ),
            **FROM_REPORT_OPTIONS
        ),
        mutually_exclusive=[('from_report', 'ignore'), ('from_report', 'packages'), ('from_report', 'fixes')],
        supports_check_mode=True,
    )
    params = module.params
    arguments = report_arguments(params['from_report'])
    arguments += repeated('unit', params['units']) + repeated('ignore', params['ignore'])
    arguments += package_arguments(params)
    rules = [rule['unit'] for rule in params['policy'] or [] if rule['unit'] is not None]
    wrong = glob_problems({'units': params['units'], 'policy[].unit': rules})
    if wrong:
        module.fail_json(msg='; '.join(wrong))
    cli = Cli(module)
    answer = cli.ask('plan', 'plan', arguments, stdin=policy_configuration(params['policy']))
    plan = answer.document
    require_own_host(module, plan['host'])
    require_seen(module, is_seen(plan, params, answer.warnings), answer.warnings, {'complete': plan['complete']})
    cli.warn(answer.warnings)
    required = plan['reboot']['required']
    # Documents before version 1.1 say neither whether the host is clean nor what holds space, those before 1.2 nothing of
    # unseen users and of fixes, and those before 1.3 not which kind of reboot is needed.
    parts = {'plan': plan}
    if not params['document']:
        parts = dict({key: plan[key] for key in FLAT_KEYS}, reboot_reasons=plan['reboot']['reasons'])
        parts.update(reboot_kind=plan['reboot'].get('kind'))
        parts.update({key: plan.get(key) for key in LATER_KEYS})
        parts.update(keys_of_plan(plan, params['fixes'] if params['from_report'] is None else None))
        parts.update(kernel_cves=kernel_cves(plan['reboot'].get('fixes')))
    if params['record'] is not None:
        failed = failed_since(read_record(params['record']))
        parts['failed_since'] = [{'unit': state['unit'], 'uid': state['uid']} for state in failed]
    module.exit_json(
        changed=False,
        reboot_required=required is True,
        reboot_unknown=required is None,
        **parts
    )


if __name__ == '__main__':
    main()
