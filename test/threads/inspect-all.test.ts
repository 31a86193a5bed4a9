// When other threads are called for, and that what was done before they were is neither lost nor done twice.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Inspection } from '../../src/deleted/inspect.ts';
import { inspectAll, type StartThreads } from '../../src/threads/inspect-all.ts';
import type { Spread } from '../../src/threads/spread.ts';

const task = {
  procPath: '/proc',
  include: { maps: true, fds: true },
  rules: [],
  bootedAtNs: null,
  clockTicksPerSecond: 100,
};
const pids = Array.from({ length: 50 }, (_, index) => index + 1);
const inspections = pids.map((pid) => ({ outcome: 'inspected', affected: null, hidden: [], pid }));
const byPid = (pid: number) => inspections[pid - 1] as Inspection;

/** Threads that do what they are given. */
function fakeThreads() {
  const given: number[][] = [];
  const threads = {
    give: (work: { pids: readonly number[] }) => given.push([...work.pids]),
    inspect: (inspect: (pid: number) => Inspection, onProgress: (done: number) => void) => {
      onProgress(1);
      return given.at(-1)?.map(inspect) ?? [];
    },
  } as unknown as Spread;
  return { threads, given };
}

async function run(slow: ReadonlySet<number>, startThreads: StartThreads, threads: Spread | null = null) {
  const told: number[] = [];
  const inspect = (pid: number) => {
    if (slow.has(pid)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    return byPid(pid);
  };
  const onProgress = (done: number) => told.push(done);
  assert.deepEqual(await inspectAll({ pids, task }, { inspect, threads, startThreads, onProgress }), inspections);
  return told;
}

test('work that is long is shared from then on', async () => {
  const { threads, given } = fakeThreads();
  const told = await run(new Set([7]), async () => threads);
  assert.deepEqual(given, [pids.slice(7)]);
  assert.deepEqual(told, [8, 50]);
});

test('where the last process was the long one there is nothing to share', async () => {
  await run(new Set([50]), () => assert.fail('threads were started'));
});

test('without other threads it is done alone', async () => {
  let asked = 0;
  await run(new Set([7]), async () => {
    asked++;
    return null;
  });
  assert.ok(asked > 0);
});

test('threads that are there already share all of it', async () => {
  const { threads, given } = fakeThreads();
  threads.give({ pids, task });
  await run(new Set([7]), () => assert.fail('threads were started'), threads);
  assert.deepEqual(given, [pids]);
});
