// Users' processes whose readers wait for ever, most of them beyond SIGKILL: a scan ends in bounded time, names those processes,
// finds everything else, and holds nobody's pipe.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { unlinkSync } from 'node:fs';
import { test } from 'node:test';
import type { Report } from '../../src/documents/generated/report.ts';
import { blockerUid, helpersLeft, kinds, startBlockers } from '../support/blockers.ts';
import { cgroupFolder } from '../support/cgroup-folder.ts';
import { startCreature } from '../support/hostile.ts';
import { processOf, runCli } from '../support/live.ts';
import { needs } from '../support/needs.ts';
import { commandLine } from '../support/program.ts';
import { until } from '../support/until.ts';

const [program, ...argv] = commandLine();
const scanFlags = ['scan', '--no-config', '--no-systemctl', '--format', 'json'];
const user = { uid: blockerUid, name: null };

/** What is left of helpers once those that can end have ended. */
async function stuckHelpers(): Promise<number[]> {
  await until('every helper that can end has ended', () => helpersLeft().every(({ state }) => state === 'D'));
  return helpersLeft().map(({ pid }) => pid);
}

for (const kind of kinds) {
  test(`${kind}: a process that keeps its readers waiting is named, and everything else is seen`, async (t) => {
    if (!needs(t, 'python3', "another user's FUSE")) return;
    const { child, library } = await startCreature(t, 'plain');
    unlinkSync(library);
    const [pid] = await startBlockers(t, [kind]);
    const answer = runCli(scanFlags);
    assert.equal(answer.status, 0, answer.stderr);
    const { scan, warnings, ...report } = JSON.parse(answer.stdout) as Report;
    assert.deepEqual(
      scan.blocked?.map((each) => [each.pid, each.user]),
      [[pid, user]],
    );
    assert.equal(scan.processes.blocked, 1);
    assert.equal(scan.complete, false);
    assert.deepEqual(
      scan.unseen?.filter((owner) => owner.user?.uid === blockerUid),
      [{ user, kind: 'user', denied: 0, failed: 0, blocked: 1 }],
    );
    assert.match(warnings.find(({ code }) => code === 'blocked')?.message ?? '', new RegExp(`\\b${pid} \\(`));
    assert.ok(
      report.processes.some((process) => process.pid === child.pid),
      'the stale process of root is found',
    );
    assert.match(answer.stderr, /keeps its readers waiting/);
    await stuckHelpers();
  });
}

test('twenty of them beside a stale service: the scan ends within ten seconds and finds the service', async (t) => {
  if (!needs(t, 'python3', "another user's FUSE", 'cgroups')) return;
  const cgroup = cgroupFolder(t, 'system.slice/lib-users-zoo.service');
  const { child, library } = await startCreature(t, 'plain');
  cgroup.enter(child.pid);
  unlinkSync(library);
  const pids = await startBlockers(t, Array.from({ length: 5 }, () => kinds).flat());
  const answer = spawnSync(program, [...argv, ...scanFlags], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    timeout: 10_000,
    killSignal: 'SIGKILL',
  });
  assert.equal(answer.signal, null, 'it did not end');
  assert.equal(answer.status, 0, answer.stderr);
  const report = JSON.parse(answer.stdout) as Report;
  assert.deepEqual(
    report.scan.blocked?.map(({ pid }) => pid),
    [...pids].sort((a, b) => a - b),
  );
  assert.equal(processOf(report, child.pid)?.unit?.name, 'lib-users-zoo.service');
  const left = await stuckHelpers();

  // Those that wait still are known to the next scan, which leaves no more of them behind for the same processes.
  assert.equal(runCli([...scanFlags, '--require-complete']).status, 4);
  assert.equal(runCli(['check', '--no-config', '--no-systemctl', '--unit', 'none.service', '--json']).status, 4);
  const pipeline = spawnSync('/bin/sh', ['-c', '"$0" "$@" | cat', program, ...argv, ...scanFlags], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    timeout: 20_000,
    killSignal: 'SIGKILL',
  });
  assert.equal(pipeline.signal, null, 'a pipeline ends when the scan does');
  assert.equal((JSON.parse(pipeline.stdout) as Report).scan.processes.blocked, 20);
  const after = await stuckHelpers();
  assert.ok(after.length <= pids.length, `${after.length} helpers wait for ${pids.length} processes`);
  assert.ok(left.every((pid) => after.includes(pid)));
});
