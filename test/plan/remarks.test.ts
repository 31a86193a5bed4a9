// The remarks of an action: the steps to take before it, and the sessions that end with it.

import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import type { SystemdFacts, Unit } from '../../src/documents/generated/report.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { facts, file, leads, libc, process, report, rotatedLog, unit } from '../support/reports.ts';

const alice = { uid: 1000, name: 'alice' };
const bob = { uid: 1001, name: 'bob' };
const job = { name: 'python3', executable: '/usr/bin/python3' };
const own = { name: 'a.service', scope: 'system', user: null, source: 'cgroup_v2' } as const;

function remarksOf(changed: Partial<SystemdFacts>, more: Partial<Unit> = {}, files = [libc], users = [alice]) {
  const processes = [{ uid: 0, name: 'root' }, ...users].map((user, index) =>
    process(100 + index, [libc], { user, unit: own }),
  );
  const members = file(
    'code',
    '/usr/lib/libc.so.6',
    processes.map(({ pid }) => pid),
  );
  const units = [unit('a.service', [...files, members], { systemd: { ...facts, ...changed }, ...more })];
  return buildPlan(report({ units, processes }), [], '').actions.flatMap(({ action, remarks }) =>
    remarks!.map(({ code, message }) => `${action}: ${code}: ${message}`),
  );
}

const reload = 'its unit file changed on disk: run systemctl daemon-reload first, or systemd uses the old one';

const rows: [name: string, said: string[], remarks: string[]][] = [
  ['nothing', remarksOf({}), []],
  ['an earlier report', remarksOf({}, { sessions: undefined as never }), []],
  [
    'a changed unit file',
    remarksOf({ need_daemon_reload: true }),
    [
      'daemon_reload: unit_files_changed: the unit file of a.service changed on disk',
      `restart: daemon_reload_first: ${reload}`,
    ],
  ],
  [
    'a changed unit file, a person',
    remarksOf({ need_daemon_reload: true, refuse_manual_stop: true }),
    [`manual: daemon_reload_first: ${reload}`],
  ],
  [
    'a start that systemd may refuse',
    remarksOf({ start_limit_burst: 1, start_limit_interval_seconds: 3600, starts_left: null }),
    [
      'restart: start_limit: systemd may refuse to start it again: it starts it once in 3600 s, and that time has not passed since its last start',
    ],
  ],
  ['a start that is left', remarksOf({ start_limit_burst: 1, start_limit_interval_seconds: 9, starts_left: 1 }), []],
  ['several starts', remarksOf({ start_limit_burst: 5, start_limit_interval_seconds: 9, starts_left: null }), []],
  ['no limit', remarksOf({ start_limit_burst: 1, start_limit_interval_seconds: 0, starts_left: null }), []],
  ['a report that does not know it', remarksOf({ start_limit_burst: 1, start_limit_interval_seconds: 9 }), []],
  ['a unit file that is gone', remarksOf({ need_daemon_reload: true, fragment_present: false }), []],
  [
    'the session of another user',
    remarksOf({}, { sessions: [leads(100), leads(101, { user: alice })] }),
    ['restart: ends_sessions: a session of its own ends with a restart: daemon of alice (process 101)'],
  ],
  [
    'sessions of another program',
    remarksOf({}, { sessions: [leads(100), leads(101, job), leads(102, { ...job, user: { uid: 1002, name: null } })] }),
    [
      'restart: ends_sessions: 2 sessions of their own end with a restart: python3 of root (process 101) and python3 of uid 1002 (process 102)',
    ],
  ],
  ['sessions of its own program and user', remarksOf({}, { sessions: [leads(100), leads(101), leads(102)] }), []],
  ['sessions that live on', remarksOf({ kill_mode: 'process' }, { sessions: [leads(100), leads(101, job)] }), []],
  [
    'KillMode=mixed',
    remarksOf({ kill_mode: 'mixed' }, { sessions: [leads(100), leads(101, job)] }),
    ['restart: ends_sessions: a session of its own ends with a restart: python3 of root (process 101)'],
  ],
  [
    'a terminal',
    remarksOf({}, { sessions: [leads(100), leads(101, { user: alice, terminal: 'pts/3' })] }),
    ['manual: ends_sessions: a session of its own ends with a restart: daemon of alice on pts/3 (process 101)'],
  ],
  ['no main process is known', remarksOf({ main_pid: null }, { sessions: [leads(101, job)] }), []],
  [
    'many',
    remarksOf({}, { sessions: [leads(100), ...[1, 2, 3, 4, 5, 6, 7].map((n) => leads(200 + n, job))] }),
    [
      `restart: ends_sessions: 7 sessions of their own end with a restart: ${[1, 2, 3, 4, 5].map((n) => `python3 of root (process 20${n})`).join(', ')} and 2 others`,
    ],
  ],
  ['one person', remarksOf({}, {}, [libc], [alice]), []],
  [
    'several people, as in the pools of PHP',
    remarksOf({}, {}, [libc], [alice, bob]),
    ['restart: several_users: its processes run as alice and bob: a restart ends the work of each'],
  ],
  [
    "the system's own users",
    remarksOf(
      {},
      {},
      [libc],
      [33, 106, 999, 61184, 65534].map((uid) => ({ uid, name: 'x' })),
    ),
    [],
  ],
];
for (const [name, said, remarks] of rows) {
  test(name, () => deepEqual(said, remarks));
}

test('a reload ends nothing, but reads the unit file', () => {
  const logging = { ...facts, can_reload: true, need_daemon_reload: true };
  const sessions = [leads(100), leads(101, job)];
  const { actions } = buildPlan(
    report({ units: [unit('a.service', [rotatedLog], { systemd: logging, sessions })] }),
    [],
    '',
  );
  deepEqual(
    actions.map(({ action, remarks }) => [action, remarks?.map(({ code }) => code)]),
    [
      ['daemon_reload', ['unit_files_changed']],
      ['reload', ['daemon_reload_first']],
    ],
  );
});

test('with --detail units the sessions are known all the same', () => {
  const sessions = [leads(100), leads(101, { terminal: 'pts/0' })];
  const { actions } = buildPlan(
    report({ units: [unit('a.service', [libc], { sessions })], scan: { detail: 'units' } }),
    [],
    '',
  );
  deepEqual(
    actions.map(({ action, blocked_by, remarks }) => [action, blocked_by, remarks?.length]),
    [['manual', 'terminals', 1]],
  );
});

test('with --detail units the main process is known by the session that it leads', () => {
  const messagesOf = (main: number | null) => {
    const sessions = [leads(100), leads(101), leads(102, job)];
    const systemd = { ...facts, main_pid: main };
    const units = [unit('a.service', [libc], { systemd, sessions })];
    const { actions } = buildPlan(report({ units, scan: { detail: 'units' } }), [], '');
    return actions[0]!.remarks!.map(({ message }) => message);
  };
  deepEqual(messagesOf(100), ['a session of its own ends with a restart: python3 of root (process 102)']);
  deepEqual(messagesOf(null), [], 'without a main process nobody knows which of them is the daemon');
});
