// After an affected process the next one is read without the quick look. Each kind of process must get the same result in both
// ways.

import assert from 'node:assert/strict';
import { closeSync, copyFileSync, existsSync, openSync, readdirSync, readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { shippedHideRules } from '../../src/deleted/hide-rules.ts';
import { type Inspection, Inspector } from '../../src/deleted/inspect.ts';
import { Views } from '../../src/procfs/views.ts';
import { startCreature } from '../support/hostile.ts';
import { sleepProgram, start, workFolder } from '../support/live.ts';
import { needs } from '../support/needs.ts';

type Include = { maps: boolean; fds: boolean };

function newInspector(t: TestContext, include: Include, onMany?: () => void): Inspector {
  const views = new Views();
  t.after(() => views.close());
  const task = { procPath: '/proc', include, rules: shippedHideRules, bootedAtNs: 0n, clockTicksPerSecond: 100 };
  return new Inspector(task, views, onMany);
}

/** The first child of kthreadd, whose pid is 2; null in a PID namespace without kernel threads, in which pid 2 may be any process. */
function someKernelThread(): number | null {
  const commOfTwo = existsSync('/proc/2/comm') ? readFileSync('/proc/2/comm', 'latin1') : '';
  if (commOfTwo !== 'kthreadd\n') return null;
  for (const name of readdirSync('/proc').filter((each) => /^[0-9]+$/.test(each))) {
    try {
      if (/^[0-9]+ \(.*\) . 2 /s.test(readFileSync(`/proc/${name}/stat`, 'latin1'))) return Number(name);
    } catch {}
  }
  return null;
}

/** Starts one process of every kind that the quick look distinguishes, by name. */
async function startKinds(t: TestContext): Promise<{ affected: number; kinds: Record<string, number> }> {
  const holder = await startCreature(t, 'holding', Buffer.from(join(workFolder(t), 'held.so')).toString('hex'));
  const leaderless = await startCreature(t, 'leaderless');
  unlinkSync(leaderless.library);
  const zombie = await startCreature(t, 'zombie');
  const sleeper = await start(t, ['/usr/bin/sleep', '600']);
  const kernelThread = someKernelThread();
  const affected = holder.child.pid;
  return {
    affected,
    kinds: {
      affected,
      leaderless: leaderless.child.pid,
      zombie: Number.parseInt(zombie.said, 10),
      healthy: sleeper.pid,
      gone: 4194304,
      ...(kernelThread === null ? {} : { kernelThread }),
    },
  };
}

const modes: [name: string, include: Include][] = [
  ['maps and fds', { maps: true, fds: true }],
  ['maps alone', { maps: true, fds: false }],
  ['fds alone', { maps: false, fds: true }],
];
for (const [name, include] of modes) {
  test(`after an affected process every kind is judged as it is alone: ${name}`, async (t) => {
    if (!needs(t, 'python3')) return;
    const { affected, kinds } = await startKinds(t);
    const outcomes: Record<string, Inspection['outcome']> = {};
    for (const [kind, pid] of Object.entries(kinds)) {
      const alone = newInspector(t, include).inspect(pid);
      const next = newInspector(t, include);
      assert.ok(next.inspect(affected).affected);
      assert.deepEqual(next.inspect(pid), alone, kind);
      outcomes[kind] = alone.outcome;
    }
    assert.deepEqual(outcomes, {
      affected: 'inspected',
      leaderless: 'inspected',
      zombie: 'inspected',
      healthy: 'inspected',
      gone: 'vanished',
      ...('kernelThread' in kinds ? { kernelThread: 'kernel_threads' } : {}),
    });
  });
}

test('in the folder of a process the same is read as by its path', async (t) => {
  if (!needs(t, 'python3')) return;
  const { kinds } = await startKinds(t);
  const before = process.cwd();
  t.after(() => process.chdir(before));
  for (const [kind, pid] of Object.entries(kinds)) {
    if (!existsSync(`/proc/${pid}`)) continue;
    const include = { maps: true, fds: true };
    const byPath = newInspector(t, include).inspect(pid);
    process.chdir(`/proc/${pid}`);
    assert.deepEqual(newInspector(t, include).inspect(pid, '.'), byPath, kind);
  }
});

test('a program outside of the folders of the system may be outdated only if a service runs it', async (t) => {
  const program = join(workFolder(t), 'sleep');
  copyFileSync(sleepProgram(), program);
  const { pid } = await start(t, [program, '600']);
  const { outcome, mayBeOutdated } = newInspector(t, { maps: true, fds: true }).inspect(pid);
  // The tests themselves may run in a service.
  const isInService = /\.service(?:\/|$)/m.test(readFileSync(`/proc/${pid}/cgroup`, 'latin1'));
  assert.deepEqual([outcome, mayBeOutdated], ['inspected', isInService]);
});

test('a process with hundreds of gone files is told of before they are judged, and one with a few is not', (t) => {
  const path = join(workFolder(t), 'gone');
  let told = 0;
  const inspector = newInspector(t, { maps: false, fds: true }, () => told++);
  const hold = (count: number) => {
    for (let i = 0; i < count; i++) {
      const fd = openSync(path, 'w');
      t.after(() => closeSync(fd));
      unlinkSync(path);
    }
  };
  hold(5);
  assert.ok((inspector.inspect(process.pid).affected?.fds.length ?? 0) >= 5);
  assert.equal(told, 0);
  hold(600);
  assert.ok((inspector.inspect(process.pid).affected?.fds.length ?? 0) >= 605);
  assert.equal(told, 1);
});
