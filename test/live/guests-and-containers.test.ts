// The program over made-up procfs trees: a guest without its own cgroup namespace, and containers that no path names.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Plan } from '../../src/documents/generated/plan.ts';
import type { Report } from '../../src/documents/generated/report.ts';
import { runCli } from '../support/live.ts';
import { makeTree, type Tree } from '../support/tree.ts';

interface Fake {
  cgroup: string;
  pid?: string;
  cgroupNamespace?: string;
  ppid?: number;
}

/** Processes that map a gone library, by PID. The PID and cgroup namespaces are 1, the scanner is process 40, and its helper 41. */
function procOf(fakes: Readonly<Record<number, Fake>>): Tree {
  const maps = '7f0000000000-7f0000001000 r-xp 00000000 fd:01 4242 /usr/lib/libgone.so.1 (deleted)\n';
  const entries = Object.entries(fakes).flatMap(([id, { cgroup, pid = '1', cgroupNamespace = '1', ppid = 1 }]) => [
    [`${id}/exe`, { link: '/usr/bin/a' }],
    [`${id}/fd`, null],
    [`${id}/maps`, maps],
    [`${id}/stat`, `${id} (${id === '1' ? 'systemd' : 'a'}) S ${ppid} ${'0 '.repeat(15)}1 0 100 0\n`],
    [`${id}/cgroup`, cgroup],
    [`${id}/ns/pid`, { link: `pid:[${pid}]` }],
    [`${id}/ns/cgroup`, { link: `cgroup:[${cgroupNamespace}]` }],
  ]);
  // The process that reads is the scanner's helper, so /proc/self names the helper.
  const helper = `41 (a) S 40 ${'0 '.repeat(15)}1 0 100 0\n`;
  return { ...Object.fromEntries(entries), '1/comm': 'systemd\n', self: { link: '41' }, '41/stat': helper };
}

function run<D>(command: string, proc: string, ...flags: string[]): D {
  const args = [command, '--no-config', '--no-systemctl', '--proc', proc, ...flags];
  const { status, stdout, stderr } = runCli(args);
  assert.equal(status, 0, stderr);
  return (flags.includes('text') ? stdout : JSON.parse(stdout)) as D;
}

const id = '4f6c0e1d2b3a'.repeat(6).slice(0, 64);

test('in a guest without a cgroup namespace: its units, its PID 1, what carries the scan, and containers in it', (t) => {
  const prefix = `/docker/${id}`;
  const v1 = (path: string) => `5:memory:${prefix}\n1:name=systemd:${prefix}${path}\n0::/\n`;
  const proc = makeTree(
    t,
    procOf({
      1: { cgroup: v1('/init.scope'), ppid: 0 },
      30: { cgroup: v1('/system.slice/ssh.service') },
      40: { cgroup: v1('/system.slice/ci.service') },
      50: { cgroup: v1('/user.slice/user-1000.slice/session-3.scope') },
      60: { cgroup: v1('/docker/abababababab'), pid: '2' },
    }),
  );
  const report = run<Report>('scan', proc, '--json');
  assert.deepEqual(
    report.units.map(({ name, pids }) => [name, pids]),
    [
      ['init.scope', [1]],
      ['session-3.scope', [50]],
      ['ssh.service', [30]],
    ],
  );
  assert.deepEqual(report.scan.carriers, ['ci.service', 'init.scope']);
  const { actions } = run<Plan>('plan', proc, '--json');
  assert.deepEqual(
    actions.map(({ action, unit, session, container }) => [action, unit ?? session?.id ?? container?.id]),
    [
      ['restart_container', 'abababababab'],
      ['end_session', 'session-3.scope'],
      ['manual', 'ssh.service'],
      ['daemon_reexec', 'init.scope'],
    ],
  );
});

test('five containers that no runtime names are five things to do, each with a name', (t) => {
  const task = '36e8ad9b-4f6c-4e1d-92b3-a4f6c0e1d2b3';
  const other = 'ab'.repeat(32);
  const paths = [
    `/ecs/${task}/${id}`,
    `/actions_job/${other}`,
    `/nomad/${task}.web`,
    '/test',
    '/other/test',
    '/batch.slice',
  ];
  const fakes = paths.flatMap((path, index) => [
    [100 + index, { cgroup: `0::${path}\n`, pid: String(7 + index) }],
    // A second process of the same container.
    [200 + index, { cgroup: `0::${path}/system.slice/cron.service\n`, pid: String(7 + index) }],
  ]);
  const proc = makeTree(t, procOf({ 1: { cgroup: '0::/init.scope\n', ppid: 0 }, ...Object.fromEntries(fakes) }));
  const { actions } = run<Plan>('plan', proc, '--json');
  const containers = actions.filter(({ action }) => action === 'restart_container');
  assert.deepEqual(
    containers
      .map(({ container, because }) => [container?.id ?? container?.name, container?.cgroup, because[0]?.pids])
      .sort(),
    [
      [null, '/batch.slice', [105]],
      [other, `/actions_job/${other}`, [101, 201]],
      ['test', '/other/test', [104, 204]],
      ['test', '/test', [103, 203]],
      [`${task}.web`, `/nomad/${task}.web`, [102, 202]],
      [id, `/ecs/${task}/${id}`, [100, 200]],
    ].sort(),
  );
  for (const text of [run<string>('scan', proc, '--format', 'text'), run<string>('plan', proc, '--format', 'text')]) {
    for (const name of ['4f6c0e1d2b3a', 'abababababab', `${task}.web`, 'test', '/batch.slice']) {
      assert.match(text, new RegExp(`^(?:  \\[ \\] )?container ${name}(?:  |$)`, 'm'));
    }
  }
});

test('a container in a session is no session to end, and one below its runtime restarts no service', (t) => {
  const session = '/user.slice/user-1000.slice/session-48.scope';
  const proc = makeTree(
    t,
    procOf({
      1: { cgroup: '0::/init.scope\n', ppid: 0 },
      10: { cgroup: `0::${session}\n`, pid: '2', cgroupNamespace: '2' },
      11: { cgroup: `0::${session}/${id}\n`, pid: '3' },
      12: { cgroup: `0::/system.slice/containerd.service/cpuset/${id}\n`, pid: '4' },
    }),
  );
  const { actions } = run<Plan>('plan', proc, '--json');
  assert.deepEqual(
    actions
      .filter(({ action }) => action !== 'daemon_reexec')
      .map(({ action, container }) => [action, container?.id ?? container?.cgroup, container?.user?.uid]),
    [
      ['restart_container', id, undefined],
      ['restart_container', id, 1000],
      ['restart_container', session, 1000],
    ],
  );
});
