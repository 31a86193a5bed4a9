// Users' processes whose readers wait for ever, most of them beyond SIGKILL. A scan still ends in bounded time, names those
// processes, finds everything else, and keeps nobody's pipe open.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Report } from '../../src/documents/generated/report.ts';
import {
  type Blocker,
  blockerUid,
  certainKinds,
  type Helper,
  helpersLeft,
  kinds,
  startBlockers,
} from '../support/blockers.ts';
import { cgroupFolder } from '../support/cgroup-folder.ts';
import { startCreature } from '../support/hostile.ts';
import { processOf, runCli } from '../support/live.ts';
import { needs } from '../support/needs.ts';
import { commandLine } from '../support/program.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { until } from '../support/until.ts';

const [program, ...argv] = commandLine();
const scanFlags = ['scan', '--no-config', '--no-systemctl', '--format', 'json'];
const user = { uid: blockerUid, name: null };
const isCertain = ({ kind }: Blocker) => certainKinds.some((each) => each === kind);

/** Runs a script as a shell does, for ten seconds at most. */
function runForTenSeconds(script: string, words: readonly string[]) {
  const answer = spawnSync('/bin/sh', ['-c', script, program, ...argv, ...words], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    timeout: 10_000,
    killSignal: 'SIGKILL',
  });
  assert.equal(answer.signal, null, 'it did not end');
  assert.equal(answer.status, 0, answer.stderr);
  return answer;
}

/** Each blocker is named as a process that could not be read; or it was read, and then its gone files are found. */
function assertNamedOrSeen({ scan, processes, warnings }: Report, blockers: readonly Blocker[]): number[] {
  const named = new Map((scan.blocked ?? []).map((each) => [each.pid, each.user]));
  for (const blocker of blockers) {
    const { pid, kind } = blocker;
    if (named.has(pid)) assert.deepEqual(named.get(pid), user);
    else {
      assert.ok(!isCertain(blocker), `${kind} ${pid} cannot have been read`);
      const seen = processes.find((process) => process.pid === pid);
      assert.ok(seen !== undefined && seen.maps.length + seen.fds.length > 0, `${kind} ${pid} is lost`);
    }
  }
  const ours = blockers.map(({ pid }) => pid).filter((pid) => named.has(pid));
  assert.deepEqual(
    [...named.keys()],
    ours.toSorted((a, b) => a - b),
    'nobody else is blocked',
  );
  assert.equal(scan.processes.blocked, named.size);
  assert.deepEqual(
    scan.unseen?.filter((owner) => owner.user?.uid === blockerUid),
    named.size === 0 ? [] : [{ user, kind: 'user', denied: 0, failed: 0, blocked: named.size }],
  );
  if (named.size > 0) {
    assert.equal(scan.complete, false);
    const message = warnings.find(({ code }) => code === 'blocked')?.message ?? '';
    assert.match(message, new RegExp(`\\b${Math.min(...ours)} \\(`));
  }
  return ours;
}

/**
 * Only helpers that cannot end are left, and each waits for a blocker. An idle helper may have been asked the same question: then two
 * helpers wait for one process, or one waits for it although the other one has read it, between two of its waits.
 */
async function assertOnlyStuckHelpers(blockers: readonly Blocker[]): Promise<Helper[]> {
  await until('every helper that can end has ended', () => helpersLeft().every(({ state }) => state === 'D'));
  const left = helpersLeft();
  const read = left.map(({ reads }) => reads);
  assert.deepEqual(
    read.filter((pid) => blockers.every((blocker) => blocker.pid !== pid)),
    [],
    'a helper waits for a process that keeps nobody waiting',
  );
  for (const { kind, pid } of blockers) {
    const count = read.filter((each) => each === pid).length;
    assert.ok(count <= 2, `${count} helpers wait for ${kind} ${pid}`);
  }
  return left;
}

for (const kind of kinds) {
  test(`${kind}: a process that keeps its readers waiting is named or seen, and everything else is seen`, async (t) => {
    if (!needs(t, 'python3', "another user's FUSE")) return;
    const { child, library } = await startCreature(t, 'plain');
    unlinkSync(library);
    const blockers = await startBlockers(t, [kind]);
    const answer = runForTenSeconds('exec "$0" "$@"', scanFlags);
    const report = JSON.parse(answer.stdout) as Report;
    const named = assertNamedOrSeen(report, blockers);
    assert.equal(/keeps its readers waiting/.test(answer.stderr), named.length > 0);
    assert.equal(processOf(report, child.pid)?.maps[0]?.state, 'removed', 'the stale process of root is found');
    await assertOnlyStuckHelpers(blockers);
  });
}

test('twenty of them beside a stale service: the scan ends within ten seconds and finds the service', async (t) => {
  if (!needs(t, 'python3', "another user's FUSE", 'cgroups')) return;
  const cgroup = cgroupFolder(t, 'system.slice/lib-users-zoo.service');
  const { child, library } = await startCreature(t, 'plain');
  cgroup.enter(child.pid);
  unlinkSync(library);
  const folder = temporaryFolder(t);
  const blockers = await startBlockers(t, Array.from({ length: 4 }, () => kinds).flat());
  const isService = (report: Report) => processOf(report, child.pid)?.unit?.name === 'lib-users-zoo.service';

  const first = JSON.parse(runForTenSeconds('exec "$0" "$@"', scanFlags).stdout) as Report;
  assertNamedOrSeen(first, blockers);
  assert.ok(isService(first), 'the service is found');
  const left = await assertOnlyStuckHelpers(blockers);

  // The next scan knows the helpers that still wait, and does not leave a second one behind for the same process.
  const piped = join(folder, 'piped.json');
  runForTenSeconds('"$0" "$@" | cat >"$REPORT"'.replace('$REPORT', piped), scanFlags);
  const second = JSON.parse(readFileSync(piped, 'utf8')) as Report;
  assertNamedOrSeen(second, blockers);
  const after = await assertOnlyStuckHelpers(blockers);
  const isNew = (helper: Helper) => left.every(({ pid }) => pid !== helper.pid);
  const added = after.filter((helper) => isNew(helper) && left.some(({ reads }) => reads === helper.reads));
  assert.deepEqual(added, [], 'one more helper waits for a process that another one waits for');
  assert.ok(isService(second), 'the service is found');

  // The exit codes are those for an incomplete report.
  assert.equal(runCli([...scanFlags, '--require-complete']).status, 4);
  const check = ['check', piped, '--no-config', '--unit', 'none.service', '--json'];
  assert.equal(runCli(check).status, 4);
  const othersUnseen = second.scan.unseen?.some((owner) => owner.kind !== 'user');
  assert.equal(runCli([...check, '--allow-unseen-users']).status, othersUnseen ? 4 : 0);
  const plan = runCli(['plan', piped, '--no-config', '--format', 'json']);
  assert.equal(plan.status, 0, plan.stderr);
});
