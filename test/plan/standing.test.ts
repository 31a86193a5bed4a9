// The owners of a unit's gone files and the users of its processes -> the actions of a machine, the actions that are left to
// people, and the notes.

import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import type { Owner, Process, Report, UnitFile } from '../../src/documents/generated/report.ts';
import { validateDocument } from '../../src/documents/validate.ts';
import { buildPlan } from '../../src/plan/build.ts';
import type { UserPolicyRule } from '../../src/policy/rule.ts';
import { facts, file, process, report, root, rotatedLog, unit } from '../support/reports.ts';

const www: Owner = { uid: 33, name: 'www-data', kind: 'service' };
const syslog: Owner = { uid: 104, name: 'syslog', kind: 'service' };
const dynamic: Owner = { uid: 61234, name: null, kind: 'service' };
const bob: Owner = { uid: 1001, name: 'bob', kind: 'user' };
const carol: Owner = { uid: 1002, name: 'carol', kind: 'user' };
const nobody: Owner = { uid: 65534, name: 'nobody', kind: 'user' };

type Member = [pid: number, runsAs: Owner, program?: string];

interface Case {
  name?: string;
  members: Member[];
  files: UnitFile[];
  detail?: 'units';
  facts?: Partial<typeof facts>;
}

/** A unit of the system with its processes, in a report as it is now written. The main process is 100. */
function reportOf({ name = 'a.service', members, files, detail, facts: changed }: Case): Report {
  const uids = [...new Map(members.map(([, owner]) => [owner.uid, owner])).values()].sort((a, b) => a.uid - b.uid);
  const users = uids.map((owner) => ({
    ...owner,
    pids: members.flatMap(([pid, { uid }]) => (uid === owner.uid ? [pid] : [])),
  }));
  const processes: Process[] = members.map(([pid, { uid, name: login }, program = '/usr/sbin/daemon']) =>
    process(
      pid,
      files.filter(({ pids }) => pids.includes(pid)),
      {
        user: { uid, name: login },
        unit: { name, scope: 'system', user: null, source: 'cgroup_v2' },
        executable: { path: program, path_base64: null, deleted: false },
      },
    ),
  );
  const pids = members.map(([pid]) => pid);
  return report({
    units: [unit(name, files, { pids, users, systemd: { ...facts, can_reload: true, ...changed } })],
    ...(detail === undefined ? { processes } : { scan: { detail }, summary: { processes: processes.length } }),
  });
}

const log = (owner: Owner | null, pids = [100]): UnitFile => ({ ...rotatedLog, owner, pids });
const held = (owner: Owner | null): UnitFile => ({ ...file('file', '/srv/x', [100]), owner });
const evil = (owner: Owner | null, pids: number[]): UnitFile => ({
  ...file('code', '/home/bob/evil.so', pids),
  owner,
});
const openSsl = (pids: number[]): UnitFile => ({ ...file('code', '/usr/lib/libssl.so.3', pids), owner: root });

/** `action unit#pid` with what blocks it or the rule that decided, then `note code`. */
function told(of: Report, rules: readonly UserPolicyRule[] = []): string[] {
  const { actions, ignored } = buildPlan(of, rules, '');
  return [
    ...actions.map(({ action, unit: name, process: one, blocked_by, policy }) => {
      const about = `${name}${one === null ? '' : `#${one.pid}`}`;
      return [action, about, blocked_by ?? policy?.rule].filter(Boolean).join(' ');
    }),
    ...ignored.map(({ code }) => `note ${code}`),
  ];
}

const nginx: Member[] = [
  [100, root, '/usr/sbin/nginx'],
  [101, www, '/usr/sbin/nginx'],
];
const custom: Member[] = [
  [100, root, '/usr/sbin/nginx'],
  [101, carol, '/usr/sbin/nginx'],
];

const rows: [what: string, of: Case, told: string[]][] = [
  // logs as they are after a wrong logrotate
  ['a log of root', { members: [[100, root]], files: [log(root)] }, ['reload a.service']],
  ["a log of the unit's own user", { members: [[100, syslog]], files: [log(syslog)] }, ['reload a.service']],
  ['a log of a dynamic user', { members: [[100, dynamic]], files: [log(dynamic)] }, ['reload a.service']],
  [
    'a log of an ordinary user as whom the unit runs',
    { members: [[100, bob]], files: [log(bob)] },
    ['reload a.service'],
  ],
  ['a log of the workers', { members: nginx, files: [log(www, [100, 101])] }, ['reload a.service']],
  [
    'the same, and the main process alone holds it',
    { members: nginx, files: [log(www), openSsl([101])] },
    ['restart a.service'],
  ],
  [
    'a log of workers that are an ordinary user',
    { members: custom, files: [log(carol, [100, 101])] },
    ['reload a.service'],
  ],
  [
    'without processes: a log of the workers',
    { members: nginx, files: [log(www, [100, 101])], detail: 'units' },
    ['reload a.service'],
  ],

  // logs that somebody may have handed over
  ['a log of a user', { members: [[100, root]], files: [log(bob)] }, ['note log_held']],
  ['a log of nobody', { members: [[100, root]], files: [log(nobody)] }, ['note log_held']],
  [
    'a log of a user at a message bus',
    { name: 'dbus.service', members: [[100, syslog]], files: [log(bob)] },
    ['note log_held'],
  ],
  [
    'a log that an FTP session of its owner holds',
    {
      members: [
        [100, root],
        [101, bob],
      ],
      files: [log(bob, [101])],
    },
    ['note log_held'],
  ],
  [
    'a log that the main process and another program of its owner hold',
    {
      members: [
        [100, root],
        [101, bob, '/home/bob/cgi'],
      ],
      files: [log(bob, [100, 101])],
    },
    ['note log_held'],
  ],
  ['a log of another service', { members: [[100, root]], files: [log(www)] }, ['manual a.service not_own_files']],
  ['a log of an unknown owner', { members: [[100, root]], files: [log(null)] }, ['manual a.service not_own_files']],
  [
    'a log of a user and a log of root',
    { members: [[100, root]], files: [{ ...log(root), path: '/var/log/b' }, log(bob)] },
    ['reload a.service', 'note log_held'],
  ],
  [
    'a log of an unknown owner, and code',
    { members: [[100, root]], files: [log(null), openSsl([100])] },
    ['restart a.service'],
  ],
  [
    'a log of an unknown owner, and a signal is known',
    { name: 'rsyslog.service', members: [[100, root]], files: [log(null)], facts: { can_reload: false } },
    ['manual rsyslog.service not_own_files'],
  ],
  [
    'other held files',
    { members: [[100, root]], files: [held(bob), held(null)] },
    ['note file_held', 'note file_held'],
  ],

  // a reboot wants code
  [
    'a message bus with code',
    { name: 'dbus.service', members: [[100, syslog]], files: [openSsl([100])] },
    ['reboot dbus.service message-bus'],
  ],
  [
    'a message bus with a log of its own',
    { name: 'dbus.service', members: [[100, syslog]], files: [log(syslog)] },
    ['manual dbus.service session-keepers'],
  ],
  [
    'logind with a log of root',
    { name: 'systemd-logind.service', members: [[100, root]], files: [log(root)] },
    ['manual systemd-logind.service session-keepers'],
  ],
  [
    'a message bus with a descriptor of code',
    { name: 'dbus.service', members: [[100, syslog]], files: [{ ...openSsl([100]), via: 'fd', kind: 'regular' }] },
    ['manual dbus.service session-keepers'],
  ],

  // processes of users in a unit
  [
    "a user's program on his own files",
    {
      members: [
        [100, root],
        [101, bob],
      ],
      files: [evil(bob, [101])],
    },
    ['manual a.service#101 user_process'],
  ],
  [
    "on another user's files",
    {
      members: [
        [100, root],
        [101, bob],
      ],
      files: [evil(carol, [101])],
    },
    ['manual a.service#101 user_process'],
  ],
  [
    'on files of an unknown owner',
    {
      members: [
        [100, root],
        [101, bob],
      ],
      files: [evil(null, [101])],
    },
    ['manual a.service#101 user_process'],
  ],
  [
    "on the system's files",
    {
      members: [
        [100, root],
        [101, bob],
      ],
      files: [openSsl([101])],
    },
    ['restart a.service'],
  ],
  [
    'on both',
    {
      members: [
        [100, root],
        [101, bob],
      ],
      files: [evil(bob, [101]), openSsl([100, 101])],
    },
    ['restart a.service', 'manual a.service#101 user_process'],
  ],
  [
    'two of them',
    {
      members: [
        [100, root],
        [101, bob],
        [102, carol],
      ],
      files: [evil(bob, [101]), evil(carol, [102])],
    },
    ['manual a.service#101 user_process', 'manual a.service#102 user_process'],
  ],
  [
    'a CGI program of nobody',
    {
      members: [
        [100, root],
        [101, nobody],
      ],
      files: [evil(nobody, [101])],
    },
    ['manual a.service#101 user_process'],
  ],
  [
    'without processes',
    {
      members: [
        [100, root],
        [101, bob],
      ],
      files: [evil(bob, [101])],
      detail: 'units',
    },
    ['manual a.service user_process'],
  ],
  [
    "a user's file that the unit itself runs, too",
    {
      members: [
        [100, root],
        [101, bob],
      ],
      files: [evil(bob, [100, 101])],
    },
    ['restart a.service'],
  ],
  ["a deployer's file in a service", { members: [[100, www]], files: [evil(bob, [100])] }, ['restart a.service']],
  ["a worker's file of another service", { members: nginx, files: [evil(www, [101])] }, ['restart a.service']],
  ['a unit that runs as a user', { members: [[100, bob]], files: [evil(bob, [100])] }, ['restart a.service']],
  [
    'a log and code of a user',
    {
      members: [
        [100, root],
        [101, bob],
      ],
      files: [evil(bob, [101]), log(bob, [101])],
    },
    ['manual a.service#101 user_process', 'note log_held'],
  ],
  [
    'a process that lives on when its unit restarts',
    {
      members: [
        [100, root],
        [101, bob],
      ],
      files: [evil(bob, [101])],
      facts: { kill_mode: 'process' },
    },
    ['manual a.service#101 outlives_restart'],
  ],
];
for (const [what, of, wanted] of rows) {
  test(`${what}: ${wanted.join(', ')}`, async () => {
    deepEqual(told(reportOf(of)), wanted);
    equal(await validateDocument('plan', buildPlan(reportOf(of), [], '2026-11-23T07:40:13Z')), null);
  });
}

test('managers and units of users: their own user, and root', () => {
  const deploy = { uid: 1000, name: 'deploy' };
  const own = (owner: Owner | null) => unit('a.service', [log(owner)], { scope: 'user', user: deploy, systemd: null });
  const manager = (owner: Owner | null) => unit('user@1000.service', [log(owner)], { systemd: null });
  const said = (owner: Owner | null) => told(report({ units: [own(owner), manager(owner)] }));
  const done = ['reexec_user_manager user@1000.service', 'restart a.service'];
  deepEqual(said({ ...deploy, kind: 'user' }), done);
  deepEqual(said(root), done);
  deepEqual(said(bob), ['note log_held', 'note log_held']);
  deepEqual(said(null), ['manual a.service not_own_files', 'manual user@1000.service not_own_files']);
});

test('PID 1: a log that is handed over does not re-execute systemd', () => {
  const first = (owner: Owner | null) => unit('init.scope', [log(owner, [1])], { systemd: null });
  const said = (owner: Owner | null) => told(report({ units: [first(owner)] }));
  deepEqual(said(root), ['daemon_reexec init.scope']);
  deepEqual(said(bob), ['note log_held']);
  deepEqual(said(null), ['manual init.scope not_own_files']);
});

test('a report of an earlier minor names no owners of files, and is judged as before', () => {
  const { owner: _, ...unsaid } = rotatedLog;
  deepEqual(told(report({ units: [unit('a.service', [unsaid])] })), ['restart a.service']);
});

const rule = (more: Partial<UserPolicyRule>): UserPolicyRule[] => [
  { unit: 'a.service', action: 'restart', reason: 'ours', file: 'c.yaml', line: 3, ...more },
];
const handed: [what: string, rules: UserPolicyRule[], told: string[]][] = [
  ['restart the unit', rule({}), ['note file_held', 'note log_held']],
  ['reboot for the unit', rule({ action: 'reboot' }), ['note file_held', 'note log_held']],
  ['leave the unit to people', rule({ action: 'manual' }), ['manual a.service c.yaml:3']],
  ['ignore the unit', rule({ action: 'ignore' }), ['note policy', 'note policy']],
  ['a path is named', rule({ unit: undefined, path: '/var/log/a*' }), ['restart a.service c.yaml:3', 'note file_held']],
];
for (const [what, rules, wanted] of handed) {
  test(`files that a user may have handed over, and a rule of the host: ${what}`, () => {
    deepEqual(told(reportOf({ members: [[100, root]], files: [log(bob), held(bob)] }), rules), wanted);
  });
}
test('a rule of the host for a unit says nothing of what users run in it, but ignores it or leaves it to people', () => {
  const of = reportOf({
    members: [
      [100, root],
      [101, bob],
    ],
    files: [evil(bob, [101])],
  });
  deepEqual(told(of, rule({ action: 'reboot' })), ['manual a.service#101 user_process']);
  deepEqual(told(of, rule({ action: 'ignore' })), ['note policy']);
});

test('the plan names the user, and says why nothing is done for a log', () => {
  const of = reportOf({
    members: [
      [100, root],
      [101, bob],
    ],
    files: [evil(bob, [101]), log(bob)],
  });
  const { actions, ignored, clean, reboot } = buildPlan(of, [], '');
  deepEqual(actions[0]!.remarks, [
    {
      code: 'users_own_files',
      message: "runs as bob on files that are not the system's: a.service is not restarted for it",
    },
  ]);
  deepEqual(
    actions[0]!.because.map(({ path, pids }) => [path, pids]),
    [['/home/bob/evil.so', [101]]],
  );
  match(ignored[0]!.reason, /^a log of bob, .* handed it over/);
  deepEqual([clean, reboot.required], [false, false]);
});
