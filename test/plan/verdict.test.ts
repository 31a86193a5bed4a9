// Every row of the verdict table: what is affected, and the actions that the plan has for it.

import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import type { Action } from '../../src/documents/generated/plan.ts';
import type { Report, SystemdFacts, Unit } from '../../src/documents/generated/report.ts';
import { buildPlan } from '../../src/plan/build.ts';
import type { UserPolicyRule } from '../../src/policy/rule.ts';
import {
  droppedTable,
  facts,
  file,
  jna,
  leads,
  libc,
  localeArchive,
  process,
  report,
  rotatedLog,
  unit,
} from '../support/reports.ts';

const deploy = { uid: 1000, name: 'deploy' };
const docker = { runtime: 'docker', id: '4f6c', name: null, user: null } as const;
const session = { id: '7', user: deploy };

/** `action unit`, with what blocks it and the rule that decided. */
function shown({ action, unit: name, process: one, blocked_by, policy }: Action): string {
  if (action === 'daemon_reload') return action;
  const what = name ?? (one === null ? 'container' : String(one.pid));
  const about = name !== null && one !== null ? `#${one.pid}` : '';
  return [action, what + about, blocked_by ?? policy?.rule].filter(Boolean).join(' ');
}

function withFacts(name: string, changed: Partial<SystemdFacts>, files = [libc], more: Partial<Unit> = {}): Report {
  return report({ units: [unit(name, files, { systemd: { ...facts, ...changed }, ...more })] });
}

function inUnit(name: string, files = [libc], more: Partial<Unit> = {}): Report {
  return report({ units: [unit(name, files, more)] });
}

function rule(entry: Partial<UserPolicyRule>): UserPolicyRule[] {
  return [{ unit: 'a.service', action: 'manual', reason: 'ours', file: 'c.yaml', line: 3, ...entry }];
}

const user = { scope: 'user', user: deploy, systemd: null } as const;
const cron = { kill_mode: 'process', main_pid: 100 } as const;
const shell = leads(101, { name: 'bash', executable: '/usr/bin/bash', terminal: 'pts/0' });
const jobs = [file('code', '/usr/lib/libc.so.6', [100, 101, 102])];

const rows: [name: string, of: Report, actions: string[], rules?: UserPolicyRule[]][] = [
  // nothing to do
  ['only scratch', inUnit('a.service', [jna]), []],
  ['only data maps', inUnit('a.service', [localeArchive]), []],
  ['scratch and data', inUnit('a.service', [jna, localeArchive]), []],
  ['only other held files', inUnit('a.service', [droppedTable]), []],
  [
    'held files of a unit that refuses a stop',
    withFacts('a.service', { refuse_manual_stop: true }, [droppedTable]),
    [],
  ],
  ['held files of a unit without facts', inUnit('a.service', [droppedTable], { systemd: null }), []],
  ['held files in a container', report({ processes: [process(9, [droppedTable], { container: docker })] }), []],
  ['held files in no unit', report({ processes: [process(9, [droppedTable])] }), []],

  // the user's policy
  ['policy restart', inUnit('a.service'), ['restart a.service c.yaml:3'], rule({ action: 'restart' })],
  ['policy manual', inUnit('a.service'), ['manual a.service c.yaml:3'], rule({})],
  ['policy reboot', inUnit('a.service'), ['reboot a.service c.yaml:3'], rule({ action: 'reboot' })],
  ['policy ignore', inUnit('a.service'), [], rule({ action: 'ignore' })],
  ['policy signal', inUnit('a.service'), ['signal a.service c.yaml:3'], rule({ action: 'signal', signal: 'USR1' })],
  [
    'policy reload',
    withFacts('a.service', { can_reload: true }),
    ['reload a.service c.yaml:3'],
    rule({ action: 'reload' }),
  ],
  [
    'policy reload of a unit that cannot reload',
    inUnit('a.service'),
    ['manual a.service c.yaml:3'],
    rule({ action: 'reload' }),
  ],
  [
    'policy reload without facts',
    inUnit('a.service', [libc], { systemd: null }),
    ['manual a.service no_facts'],
    rule({ action: 'reload' }),
  ],
  [
    'policy reload beats a refused stop',
    withFacts('a.service', { can_reload: true, refuse_manual_stop: true }),
    ['reload a.service c.yaml:3'],
    rule({ action: 'reload' }),
  ],
  [
    'policy restart without facts',
    inUnit('a.service', [libc], { systemd: null }),
    ['restart a.service c.yaml:3'],
    rule({ action: 'restart' }),
  ],
  [
    'policy restart of a unit that refuses a stop',
    withFacts('a.service', { refuse_manual_stop: true }),
    ['manual a.service refuse_manual_stop'],
    rule({ action: 'restart' }),
  ],
  [
    'policy for held files',
    inUnit('a.service', [droppedTable]),
    ['restart a.service c.yaml:3'],
    rule({ action: 'restart' }),
  ],
  ['policy for a unit leaves scratch alone', inUnit('a.service', [jna]), [], rule({ action: 'restart' })],
  [
    'policy for a path of data',
    inUnit('a.service', [localeArchive]),
    ['restart a.service c.yaml:3'],
    rule({ unit: undefined, path: '/usr/lib/locale/*', action: 'restart' }),
  ],
  [
    'policy for a path of scratch',
    inUnit('a.service', [jna]),
    ['restart a.service c.yaml:3'],
    rule({ path: '/tmp/*', action: 'restart' }),
  ],
  [
    'policy before the shipped',
    inUnit('dbus.service'),
    ['restart dbus.service c.yaml:3'],
    rule({ unit: 'dbus*.service', action: 'restart' }),
  ],
  [
    'policy restart of a session',
    inUnit('session-7.scope', [libc], { slice: 'user-1000.slice' }),
    ['end_session session-7.scope c.yaml:3'],
    rule({ unit: '*.scope', action: 'restart' }),
  ],
  [
    'policy signal to a scope',
    inUnit('a.scope'),
    ['manual a.scope unit_type'],
    rule({ unit: '*', action: 'signal', signal: 'HUP' }),
  ],
  [
    'policy for the path of a process',
    report({ processes: [process(9, [libc])] }),
    ['manual 9 c.yaml:3'],
    rule({ unit: undefined, path: '/usr/*', action: 'reboot' }),
  ],

  // managers, sessions, containers
  [
    'PID 1',
    inUnit('init.scope', [file('code', '/usr/lib/libc.so.6', [1])], { systemd: null, slice: null }),
    ['daemon_reexec init.scope'],
  ],
  ['PID 1 in no unit', report({ processes: [process(1, [libc])] }), ['daemon_reexec 1']],
  [
    'PID 1 of another init',
    report({ processes: [process(1, [libc])], host: { init: 'openrc' } }),
    ['manual 1 no_unit'],
  ],
  ['PID 1 with a held file only', report({ processes: [process(1, [droppedTable])] }), []],
  ['user manager', inUnit('init.scope', [libc], user), ['reexec_user_manager init.scope']],
  ['user manager as a unit of the system', inUnit('user@1000.service'), ['reexec_user_manager user@1000.service']],
  [
    'user manager and its helper',
    report({
      units: [unit('init.scope', [file('code', '/usr/lib/libc.so.6', [100, 101])], user)],
      processes: [process(100, [libc], { name: 'systemd' }), process(101, [libc], { name: '(sd-pam)' })].map(
        (each) => ({
          ...each,
          unit: { name: 'init.scope', scope: 'user', user: deploy, source: 'cgroup_v2' },
        }),
      ),
    }),
    ['reexec_user_manager init.scope', 'manual init.scope#101 outlives_restart'],
  ],
  [
    'login session',
    report({
      units: [unit('session-7.scope', [libc])],
      processes: [
        process(100, [libc], {
          session,
          unit: { name: 'session-7.scope', scope: 'system', user: null, source: 'cgroup_v2' },
        }),
      ],
    }),
    ['end_session session-7.scope'],
  ],
  [
    'login session without its processes',
    inUnit('session-7.scope', [libc], { slice: 'user-1000.slice' }),
    ['end_session session-7.scope'],
  ],
  [
    'a scope that only looks like a session',
    withFacts('session-7.scope', { can_start: false }),
    ['manual session-7.scope cannot_start'],
  ],
  [
    "a user's own session-7.scope",
    inUnit('session-7.scope', [libc], { ...user, slice: 'user-1000.slice' }),
    ['manual session-7.scope cannot_start'],
  ],
  ['container', report({ processes: [process(9, [libc], { container: docker })] }), ['restart_container container']],
  [
    'container of two processes',
    report({ processes: [9, 10].map((pid) => process(pid, [libc], { container: docker })) }),
    ['restart_container container'],
  ],
  [
    'two containers',
    report({
      processes: [
        process(9, [libc], { container: docker }),
        process(10, [libc], { container: { ...docker, id: 'ab' } }),
      ],
    }),
    ['restart_container container', 'restart_container container'],
  ],
  [
    'two containers that only their control groups tell apart',
    report({
      processes: ['/a/test', '/b/test', '/a/test'].map((cgroup, index) =>
        process(9 + index, [libc], { container: { ...docker, runtime: 'unknown', id: null, name: 'test', cgroup } }),
      ),
    }),
    ['restart_container container', 'restart_container container'],
  ],
  [
    'one container that two hierarchies name',
    report({
      processes: ['/docker/ab', '/system.slice/docker-ab.scope'].map((cgroup, index) =>
        process(9 + index, [libc], { container: { ...docker, cgroup } }),
      ),
    }),
    ['restart_container container'],
  ],
  [
    'the same name from a user',
    report({
      processes: [
        process(9, [libc], { container: docker }),
        process(10, [libc], { container: { ...docker, user: deploy } }),
      ],
    }),
    ['restart_container container', 'restart_container container'],
  ],
  [
    'virtual machine',
    report({ processes: [process(9, [libc], { container: { ...docker, runtime: 'libvirt' } })] }),
    ['restart_container container'],
  ],

  // the shipped policy
  ['message bus', inUnit('dbus.service'), ['reboot dbus.service message-bus']],
  [
    'message bus without facts',
    inUnit('dbus-broker.service', [libc], { systemd: null }),
    ['reboot dbus-broker.service message-bus'],
  ],
  ['message bus with a held file only', inUnit('dbus.service', [droppedTable]), []],
  ["a user's message bus", inUnit('dbus.service', [libc], user), ['manual dbus.service user-message-bus']],

  // reasons not to act
  ['no facts', inUnit('a.service', [libc], { systemd: null }), ['manual a.service no_facts']],
  ['no facts, logs only', inUnit('a.service', [rotatedLog], { systemd: null }), ['manual a.service no_facts']],
  ['not loaded', withFacts('a.service', { load_state: 'not-found' }), ['manual a.service not_loaded']],
  ['masked', withFacts('a.service', { load_state: 'masked' }), ['manual a.service masked']],
  [
    'refuses a start',
    withFacts('a.service', { refuse_manual_start: true, can_start: false }),
    ['manual a.service refuse_manual_start'],
  ],
  [
    'refuses a stop',
    withFacts('a.service', { refuse_manual_stop: true, can_stop: false }),
    ['manual a.service refuse_manual_stop'],
  ],
  ['cannot start', withFacts('a.service', { can_start: false }), ['manual a.service cannot_start']],
  ['cannot stop', withFacts('a.service', { can_stop: false }), ['manual a.service refuse_manual_stop']],
  ['scope', withFacts('a.scope', { can_start: false, type: null }), ['manual a.scope cannot_start']],
  ['mount', withFacts('a.mount', { type: null }), ['manual a.mount unit_type']],
  ['oneshot', withFacts('a.service', { type: 'oneshot' }), ['manual a.service oneshot']],
  [
    'oneshot that spares its processes',
    withFacts('a.service', { type: 'oneshot', kill_mode: 'process', main_pid: null }),
    ['manual a.service oneshot'],
  ],
  ['transient', withFacts('a.service', { transient: true }), ['manual a.service transient']],
  ['a transient scope', withFacts('a.scope', { transient: true, can_start: false }), ['manual a.scope cannot_start']],
  ['transient, logs only', withFacts('a.service', { transient: true }, [rotatedLog]), ['manual a.service transient']],
  [
    'transient, and the user says restart',
    withFacts('a.service', { transient: true }),
    ['restart a.service c.yaml:3'],
    rule({ action: 'restart' }),
  ],
  [
    'transient and refuses a stop, and the user says restart',
    withFacts('a.service', { transient: true, refuse_manual_stop: true }),
    ['manual a.service refuse_manual_stop'],
    rule({ action: 'restart' }),
  ],
  [
    'a daemon that the message bus started, in a transient unit',
    withFacts('dbus-:1.3-org.freedesktop.problems@0.service', { transient: true }),
    ['restart dbus-:1.3-org.freedesktop.problems@0.service'],
  ],
  ['unit file gone', withFacts('a@b.service', { fragment_present: false }), ['manual a@b.service unit_file_gone']],
  [
    'a program that a start runs is gone',
    withFacts('a.service', { programs_present: false }),
    ['manual a.service cannot_start_again'],
  ],
  [
    'a condition does not hold',
    withFacts('a.service', { conditions_met: false }),
    ['manual a.service cannot_start_again'],
  ],
  ['conditions that nobody knows about', withFacts('a.service', { conditions_met: null }), ['restart a.service']],
  [
    'a condition does not hold, and the user says restart',
    withFacts('a.service', { conditions_met: false }),
    ['restart a.service c.yaml:3'],
    rule({ action: 'restart' }),
  ],
  ['programs that nobody knows about', withFacts('a.service', { programs_present: null }), ['restart a.service']],
  [
    'a program is gone, and the user says restart',
    withFacts('a.service', { programs_present: false }),
    ['restart a.service c.yaml:3'],
    rule({ action: 'restart' }),
  ],
  ['unit file that nobody knows about', withFacts('a.service', { fragment_present: null }), ['restart a.service']],
  [
    'unit file gone, and the user says restart',
    withFacts('a.service', { fragment_present: false }),
    ['restart a.service c.yaml:3'],
    rule({ action: 'restart' }),
  ],
  ['unit file changed', withFacts('a.service', { need_daemon_reload: true }), ['daemon_reload', 'restart a.service']],
  [
    'a shell on a terminal',
    inUnit('a.service', jobs, { sessions: [leads(100), shell] }),
    ['manual a.service terminals'],
  ],
  [
    'a shell on a terminal, and the user says restart',
    inUnit('a.service', jobs, { sessions: [leads(100), shell] }),
    ['restart a.service c.yaml:3'],
    rule({ action: 'restart' }),
  ],
  [
    'the main process has the terminal',
    inUnit('a.service', [libc], { sessions: [leads(100, { terminal: 'tty1' })] }),
    ['restart a.service'],
  ],
  [
    'a shell on a terminal that lives on',
    withFacts('a.service', cron, jobs, { sessions: [leads(100), shell] }),
    ['restart a.service', 'manual a.service outlives_restart'],
  ],
  [
    "a shell on a terminal in a user's service",
    inUnit('a.service', jobs, { ...user, sessions: [leads(100), shell] }),
    ['manual a.service terminals'],
  ],
  [
    'workers that lead sessions, as those of PostgreSQL',
    inUnit('a.service', jobs, { sessions: [100, 101, 102].map((pid) => leads(pid)) }),
    ['restart a.service'],
  ],
  [
    'jobs of others without a terminal',
    inUnit('a.service', jobs, { sessions: [leads(100), leads(101, { user: deploy })] }),
    ['restart a.service'],
  ],
  ['a name that no unit can have', inUnit('a b.service'), ['manual a b.service not_loaded']],
  ['template', inUnit('a@.service'), ['manual a@.service not_loaded']],
  ['name with glob characters', inUnit('*.service'), ['manual *.service not_loaded']],
  ["a user's scope", inUnit('app-1.scope', [libc], user), ['manual app-1.scope cannot_start']],
  ["a user's socket", inUnit('a.socket', [libc], user), ['manual a.socket unit_type']],
  ['nobody knows which user', inUnit('a.service', [libc], { ...user, user: null }), ['manual a.service no_facts']],

  // processes that outlive a restart
  ['KillMode=process', withFacts('a.service', cron, jobs), ['restart a.service', 'manual a.service outlives_restart']],
  [
    'KillMode=none',
    withFacts('a.service', { ...cron, kill_mode: 'none' }, jobs),
    ['restart a.service', 'manual a.service outlives_restart'],
  ],
  ['KillMode=mixed', withFacts('a.service', { ...cron, kill_mode: 'mixed' }, jobs), ['restart a.service']],
  [
    'only jobs',
    withFacts('a.service', cron, [file('code', '/usr/lib/libc.so.6', [101])]),
    ['manual a.service outlives_restart'],
  ],
  [
    'control process',
    withFacts('a.service', { ...cron, control_pid: 101 }, [file('code', '/usr/lib/libc.so.6', [101])]),
    ['restart a.service'],
  ],
  [
    'left over from a stopped service',
    withFacts('a.service', { active_state: 'failed', main_pid: null }),
    ['manual a.service outlives_restart'],
  ],
  [
    'each job that is known by itself',
    report({
      units: [unit('a.service', jobs, { systemd: { ...facts, ...cron } })],
      processes: [100, 101, 102].map((pid) =>
        process(pid, [libc], { unit: { name: 'a.service', scope: 'system', user: null, source: 'cgroup_v2' } }),
      ),
    }),
    ['restart a.service', 'manual a.service#101 outlives_restart', 'manual a.service#102 outlives_restart'],
  ],

  // services
  ['executable', withFacts('a.service', {}, [{ ...libc, kind: 'executable' }]), ['restart a.service']],
  [
    'library that was removed',
    withFacts('a.service', {}, [file('code', '/usr/lib/a.so', [100], 'removed')]),
    ['restart a.service'],
  ],
  [
    'library that nobody could look at',
    withFacts('a.service', {}, [file('code', '/mnt/a.so', [100], 'unknown')]),
    ['restart a.service'],
  ],
  ['code in a unit that can reload', withFacts('a.service', { can_reload: true }), ['restart a.service']],
  ['code and logs', withFacts('a.service', { can_reload: true }, [libc, rotatedLog]), ['restart a.service']],
  ['only logs, can reload', withFacts('a.service', { can_reload: true }, [rotatedLog]), ['reload a.service']],
  ['only logs, a signal is known', inUnit('rsyslog.service', [rotatedLog]), ['signal rsyslog.service rsyslog-hup']],
  [
    'only logs, a signal is known, but it can reload',
    withFacts('rsyslog.service', { can_reload: true }, [rotatedLog]),
    ['reload rsyslog.service'],
  ],
  [
    'only logs, a signal is known, but code too',
    inUnit('rsyslog.service', [libc, rotatedLog]),
    ['restart rsyslog.service'],
  ],
  ['only logs, nothing is known', inUnit('a.service', [rotatedLog]), ['restart a.service']],
  [
    'logs and a held file',
    withFacts('a.service', { can_reload: true }, [rotatedLog, droppedTable]),
    ['reload a.service'],
  ],
  ["a user's service", inUnit('a.service', [libc], user), ['restart a.service']],
  ["a user's service with logs", inUnit('a.service', [rotatedLog], user), ['restart a.service']],

  // no unit
  [
    'no unit',
    report({ processes: [process(9, [libc]), process(10, [rotatedLog])] }),
    ['manual 9 no_unit', 'manual 10 no_unit'],
  ],
];

for (const [name, of, actions, rules] of rows) {
  test(name, () => {
    deepEqual(buildPlan(of, rules ?? [], '2026-11-23T07:40:13Z').actions.map(shown), actions);
  });
}
