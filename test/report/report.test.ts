// Findings, attributions and facts -> the report: grouping, sums, order, times and omissions.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FdFinding, MapFinding } from '../../src/deleted/finding.ts';
import type { Report, Scan } from '../../src/documents/generated/report.ts';
import { ownerKind } from '../../src/owner-kind.ts';
import type { AttributedProcess, ReportFacts } from '../../src/report/facts.ts';
import { buildReport } from '../../src/report/report.ts';
import type { Attribution } from '../../src/systemd/attribution.ts';
import { readGolden } from '../support/golden.ts';

const golden = readGolden<Report>('report');
const second = 1_000_000_000n;

const map = (path: string, more: Partial<MapFinding> = {}): MapFinding => ({
  ...{
    path,
    state: 'replaced',
    role: 'code',
    kind: 'library',
    replacedAtNs: 100n * second,
    device: 'fe:00',
    inode: 7n,
  },
  ...{
    links: 0,
    heldBytes: 4096,
    onHost: true,
    fsType: 'ext4',
    bornAtNs: null,
    ownerUid: 0,
    modifiedAtNs: null,
    unlinkedAtNs: null,
    pathSource: 'kernel',
  },
  ...{ mappings: 1, mappedBytes: 4096, executable: true },
  ...more,
});
const fd = (number: number, path: string, more: Partial<FdFinding> = {}): FdFinding => ({
  ...{
    fd: number,
    path,
    state: 'removed',
    role: 'log',
    kind: 'regular',
    replacedAtNs: null,
    device: 'fe:00',
    inode: 9n,
  },
  ...{
    links: 0,
    heldBytes: 512,
    bornAtNs: null,
    ownerUid: 0,
    unlinkedAtNs: null,
    pathSource: 'kernel',
    sizeBytes: 5,
    access: 'write',
    append: true,
  },
  ...{ mountPoint: '/', onHost: true, fsType: 'ext4', modifiedAtNs: null, ownerUid: null },
  ...more,
});
const named = (name: string, scope: 'system' | 'user' = 'system', uid: number | null = null): Attribution['unit'] => ({
  ...{ name, scope, uid, source: 'cgroup_v2' },
});
function process(pid: number, unit: Attribution['unit'], more: Partial<AttributedProcess> = {}): AttributedProcess {
  const stat = {
    ...{ name: 'x', state: 'S', ppid: 1, session: pid === 30 ? 30 : 1, terminal: pid === 30 ? 'pts/3' : null },
    ...{ threads: 1, startTicks: 250, kernelThread: false, exiting: false, onlyForked: false },
  };
  return {
    pid,
    identity: {
      ...{ stat, effectiveUid: 0, commandLine: '/bin/my title\0--password=x\0', commandTruncated: false },
      ...{ cgroup: '', namespaces: { pid: null, cgroup: null } },
    },
    ...{ executable: { path: '/bin/x', pathSource: 'kernel', deleted: false }, maps: [], fds: [] },
    attribution: { cgroup: '/', unit, slice: null, session: null, container: null },
    ...more,
  };
}
const build = (processes: AttributedProcess[], scan: Partial<Scan> = {}, more: Partial<ReportFacts> = {}): Report =>
  buildReport({
    ...{ now: new Date(1_000_999), host: golden.host, scan: { ...golden.scan, ...scan }, processes },
    ...{ systemd: new Map(), leaders: new Map(), packages: new Map(), userName: () => null, ownerKind, warnings: [] },
    ...{
      bootTimeSeconds: 1000,
      clockTicksPerSecond: 100,
      kernelHeld: null,
      cuts: new Map(),
      fixes: null,
      kernelFixes: null,
    },
    ...{ sockets: new Map(), related: null, outdated: new Map() },
    ...more,
  });

test('one unit a scope, uid and name, in that order; processes by pid', () => {
  const report = build([
    process(30, named('b.service')),
    process(9, named('b.service')),
    process(5, named('a.service', 'user', 1000)),
    process(4, named('a.service', 'user', 999)),
    process(3, null),
    process(2, named('a.service')),
  ]);
  assert.deepEqual(
    report.units.map(({ name, scope, user, pids }) => [name, scope, user?.uid ?? null, pids]),
    [
      ['a.service', 'system', null, [2]],
      ['b.service', 'system', null, [9, 30]],
      ['a.service', 'user', 999, [4]],
      ['a.service', 'user', 1000, [5]],
    ],
  );
  assert.deepEqual(
    report.processes.map(({ pid }) => pid),
    [2, 3, 4, 5, 9, 30],
  );
  assert.equal(report.processes[0]?.started_at, '1970-01-01T00:16:42Z');
  assert.equal(report.generated_at, '1970-01-01T00:16:40Z');
});

test('held bytes count a file once, over processes and over maps and fds; unknown is null only where all is', () => {
  const both = { maps: [map('/l.so')], fds: [fd(3, '/l.so', { inode: 7n, heldBytes: 4096 }), fd(4, '/x.log')] };
  const blind = { fds: [fd(3, '/far', { device: null, inode: null, heldBytes: null })] };
  const report = build([process(2, named('a.service'), both), process(3, named('b.service'), { ...both, ...blind })]);
  assert.equal(report.summary.held_bytes, 4096 + 512);
  assert.deepEqual([report.summary.maps, report.summary.fds], [2, 3]);
  assert.deepEqual(
    report.units.map((unit) => unit.held_bytes),
    [4096 + 512, 4096],
  );
  assert.deepEqual(
    report.units[1]?.files.map(({ path, held_bytes }) => [path, held_bytes]),
    [
      ['/far', null],
      ['/l.so', 4096],
    ],
  );
});

test('one entry a file and way of use, bytewise; stale since the earliest code, not the earliest file', () => {
  const maps = [
    map('/z.so', { replacedAtNs: 300n * second }),
    map('/a.so', { replacedAtNs: 200n * second + 1n }),
    map('/archive', { role: 'data', kind: 'data', replacedAtNs: 50n * second }),
  ];
  const fds = [fd(8, '/a.so', { role: 'file' })];
  const [unit] = build([process(2, named('a.service'), { maps, fds }), process(3, named('a.service'), { maps })]).units;
  assert.deepEqual(
    unit?.files.map(({ path, via, pids }) => [path, via, pids]),
    [
      ['/a.so', 'map', [2, 3]],
      ['/a.so', 'fd', [2]],
      ['/archive', 'map', [2, 3]],
      ['/z.so', 'map', [2, 3]],
    ],
  );
  assert.equal(unit?.stale_since, '1970-01-01T00:03:20Z');
});

test('detail units leaves out the processes and nothing else', () => {
  const processes = [process(2, named('a.service'), { maps: [map('/l.so')] })];
  const [whole, short] = [build(processes), build(processes, { detail: 'units' })];
  assert.deepEqual(short.processes, []);
  assert.deepEqual([short.units, short.summary], [whole.units, whole.summary]);
});

test('the sessions of a unit are those that affected processes lead, and those that systemd would end with them', () => {
  const maps = [map('/l.so')];
  const leader = { name: 'bash', effectiveUid: 1000, executable: '/bin/bash', terminal: 'pts/7' };
  const leaders = new Map([
    [
      'a.service',
      [
        { pid: 40, ...leader },
        { pid: 4, ...leader, executable: null },
      ],
    ],
  ]);
  const processes = [
    process(2, named('a.service'), { maps }),
    process(30, named('a.service'), { maps }),
    process(31, named('a.service', 'user', 1000), { maps }),
  ];
  const [a, users] = build(processes, {}, { leaders }).units;
  const shown = a?.sessions?.map(({ pid, user, name, executable, terminal }) => [
    pid,
    user?.uid,
    name,
    executable,
    terminal,
  ]);
  assert.deepEqual(shown, [
    [4, 1000, 'bash', null, 'pts/7'],
    [30, 0, 'x', '/bin/x', 'pts/3'],
    [40, 1000, 'bash', '/bin/bash', 'pts/7'],
  ]);
  assert.deepEqual(users?.sessions, [], "another unit of that name is a user's own");
});

test("the sockets are those of the system's service, and not of a user's unit of the same name", () => {
  const sockets = { listening: [{ protocol: 'tcp' as const, address: '::', port: 80 }], unlisted: 0, established: 3 };
  const units = [named('a.service'), named('a.service', 'user', 1000), named('b.service')];
  const report = build(
    units.map((unit, index) => process(index + 2, unit)),
    {},
    { sockets: new Map([['a.service', sockets]]) },
  );
  assert.deepEqual(
    report.units.map((unit) => unit.sockets),
    [sockets, null, null],
  );
});

const commands: [mode: Scan['command_line'], command: string[]][] = [
  ['full', ['/bin/my title', '--password=x']],
  ['program', ['/bin/my']],
  ['none', []],
];
for (const [mode, command] of commands) {
  test(`command line: ${mode}`, () =>
    assert.deepEqual(build([process(2, null)], { command_line: mode }).processes[0]?.command, command));
}

test('bytes that are no text keep their raw form', () => {
  const [found] = build([process(2, null, { maps: [map('/bad\xff.so')] })]).processes;
  assert.equal(found?.maps[0]?.path, '/bad\ufffd.so');
  assert.equal(found?.maps[0]?.path_base64, Buffer.from('/bad\xff.so', 'latin1').toString('base64'));
});

test('files of one path are told apart by their owner, and a unit says as whom its processes run', () => {
  const as = (pid: number, effectiveUid: number, fds: FdFinding[]) => {
    const made = process(pid, named('a.service'), { fds });
    return { ...made, identity: { ...made.identity, effectiveUid } };
  };
  const { units, processes } = build([
    as(9, 33, [fd(3, '/a.log', { ownerUid: 33 }), fd(4, '/a.log', { ownerUid: null })]),
    as(4, 1000, [fd(3, '/a.log', { ownerUid: 1000 })]),
    as(3, 0, [fd(3, '/a.log', { ownerUid: 33 })]),
  ]);
  const www = { uid: 33, name: null, kind: 'service' };
  assert.deepEqual(
    units[0]?.files.map(({ owner, pids }) => [owner, pids]),
    [
      [null, [9]],
      [www, [3, 9]],
      [{ uid: 1000, name: null, kind: 'user' }, [4]],
    ],
  );
  assert.deepEqual(units[0]?.users, [
    { uid: 0, name: null, kind: 'root', pids: [3] },
    { ...www, pids: [9] },
    { uid: 1000, name: null, kind: 'user', pids: [4] },
  ]);
  assert.deepEqual(processes[0]?.fds[0]?.owner, www);
});

test("a file that is not on the host has no package, even if the host's package has the same path", () => {
  const owner = { manager: 'dpkg', name: 'libx1', version: '2' } as const;
  const packages = new Map([['/usr/lib/libx.so.1', owner]]);
  const own = map('/usr/lib/libx.so.1');
  const other = map('/usr/lib/libx.so.1', { onHost: false, device: '00:42' });
  const processes = [
    process(2, named('a.service'), { maps: [own] }),
    process(3, named('b.service'), { maps: [other] }),
    process(4, named('c.service'), { maps: [own] }),
    process(5, named('c.service'), { maps: [other] }),
  ];
  const report = build(processes, {}, { packages });
  const shown = { ...owner, running_version: null };
  assert.deepEqual(
    report.processes.map(({ maps }) => maps[0]?.package),
    [shown, null, shown, null],
  );
  // One line of a unit stands for the files of both processes.
  assert.deepEqual(
    report.units.map(({ files }) => files.map((file) => file.package)),
    [[shown], [null], [null]],
  );
});
