// Scanners that do not see everything: hidden processes make the report incomplete, but never wrong. The counts add up.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Report } from '../../src/documents/generated/report.ts';
import { startCreature } from '../support/hostile.ts';
import { processOf, workFolder } from '../support/live.ts';
import { needs } from '../support/needs.ts';
import { commandLine, copyProgram } from '../support/program.ts';

const nobody = ['/usr/bin/setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];

/** Scans from behind `wrapper`, with a copy of the program that every user may read. */
function scanBehind(t: TestContext, wrapper: readonly string[], ...flags: string[]): Report {
  const scan = ['scan', '--no-config', '--format', 'json', '--no-systemctl', ...flags];
  const [file = '', ...args] = [...wrapper, ...commandLine(scan, copyProgram(workFolder(t)))];
  const options = { encoding: 'utf8', cwd: '/', maxBuffer: 1 << 28, timeout: 60_000, killSignal: 'SIGKILL' } as const;
  const { status, stdout, stderr } = spawnSync(file, args, options);
  assert.equal(status, 0, stderr);
  const report = JSON.parse(stdout) as Report;
  const { seen, ...parts } = report.scan.processes;
  const sum = Object.values(parts).reduce((total, count) => total + count, 0);
  assert.equal(seen, sum, 'the counts add up');
  return report;
}

const codes = (report: Report) => report.warnings.map(({ code }) => code);

/** Runs the rest of the arguments in their own mount namespace, after a script that may mount; $1 is a folder. */
const inMountNamespace = (script: string, folder: string) => [
  '/usr/bin/unshare',
  '-m',
  '/bin/sh',
  '-ec',
  `${script}; shift; exec "$@"`,
  'sh',
  folder,
];

for (const [hidepid, sees] of Object.entries({ '1': true, '2': false, invisible: false, ptraceable: false })) {
  test(`hidepid=${hidepid}: the report is incomplete and says why`, async (t) => {
    if (!needs(t, 'python3', 'mounts', 'another user')) return;
    const { child, library } = await startCreature(t, 'plain');
    unlinkSync(library);
    const proc = join(workFolder(t), 'proc');
    mkdirSync(proc);
    const mounted = inMountNamespace(`mount -t proc -o hidepid=${hidepid} proc "$1"`, proc);
    const blind = scanBehind(t, [...mounted, ...nobody], '--proc', proc);
    assert.equal(blind.scan.complete, false);
    assert.ok(codes(blind).includes('hidepid'));
    assert.equal(processOf(blind, child.pid), undefined);
    if (sees) assert.ok(blind.scan.processes.denied > 0);
    else assert.equal(blind.scan.processes.denied, 0, 'a process that cannot be seen is not counted as denied');
    const root = scanBehind(t, mounted, '--proc', proc);
    assert.equal(processOf(root, child.pid)?.maps[0]?.path, library, 'root sees through it');
    assert.ok(!codes(root).includes('hidepid'));
  });
}

test('hidepid in a user namespace: the capabilities there are none here', async (t) => {
  if (!needs(t, 'mounts', 'another user')) return;
  const proc = join(workFolder(t), 'proc');
  mkdirSync(proc);
  const mounted = inMountNamespace('mount -t proc -o hidepid=2 proc "$1"', proc);
  const report = scanBehind(t, [...mounted, ...nobody, '/usr/bin/unshare', '-U', '-r'], '--proc', proc);
  assert.equal(report.scan.complete, false);
  assert.ok(codes(report).includes('hidepid'));
});

test('root without CAP_SYS_PTRACE: the others are denied, not clean', async (t) => {
  if (!needs(t, 'python3', 'setpriv', 'CAP_SYS_PTRACE')) return;
  const { child, library } = await startCreature(t, 'plain');
  unlinkSync(library);
  // Newer kernels also show maps to CAP_PERFMON, and so to CAP_SYS_ADMIN.
  const dropped = '-sys_ptrace,-perfmon,-sys_admin';
  const report = scanBehind(t, ['/usr/bin/setpriv', '--bounding-set', dropped, '--inh-caps', dropped]);
  assert.equal(report.scan.effective_uid, 0);
  assert.equal(report.scan.complete, false);
  assert.ok(report.scan.processes.denied > 0);
  assert.ok(codes(report).includes('not_everything_seen'));
  assert.equal(processOf(report, child.pid), undefined);
});

test('a scanner in a mount namespace of its own sees what others do', async (t) => {
  if (!needs(t, 'python3', 'mounts')) return;
  const { child, library } = await startCreature(t, 'plain');
  unlinkSync(library);
  // The scanner has an empty folder of its own there: the new file is in the other processes' view, not in its own.
  writeFileSync(library, 'replaced');
  const report = scanBehind(t, inMountNamespace('mount -t tmpfs none "$1"', dirname(library)));
  assert.deepEqual(
    processOf(report, child.pid)?.maps.map(({ path, state }) => [path, state]),
    [[library, 'replaced']],
  );
  assert.equal(processOf(report, child.pid)?.container, null);
});

test('a scanner in a PID namespace of its own: with the procfs of the host it sees the host, with its own itself', async (t) => {
  if (!needs(t, 'python3', 'PID namespace')) return;
  const { child, library } = await startCreature(t, 'plain');
  unlinkSync(library);
  const here = scanBehind(t, []);
  const outer = scanBehind(t, ['/usr/bin/unshare', '-p', '-f']);
  assert.equal(processOf(outer, child.pid)?.maps[0]?.path, library);
  const itself = ({ scan: { carriers, caller } }: Report) => ({ carriers, caller });
  assert.deepEqual(itself(outer), itself(here), 'it knows itself there');
  const inner = scanBehind(t, ['/usr/bin/unshare', '-p', '-f', '-m', '--mount-proc']);
  assert.deepEqual([inner.scan.processes.seen, inner.summary.processes], [1, 0]);
});

test('a scanner in a cgroup namespace of its own', async (t) => {
  if (!needs(t, 'python3', 'cgroup namespace')) return;
  const { child, library } = await startCreature(t, 'plain');
  unlinkSync(library);
  const report = scanBehind(t, ['/usr/bin/unshare', '-C']);
  const found = processOf(report, child.pid);
  assert.equal(found?.maps[0]?.path, library);
  assert.equal(found.unit, null);
});
