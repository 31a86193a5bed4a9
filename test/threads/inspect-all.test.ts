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
const pids = Array.from({ length: 100 }, (_, index) => index + 1);
const inspections = pids.map((pid) => ({ outcome: 'inspected', affected: null, hidden: [], cut: null, pid }));
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

/** @param slow the processes that take 100 ms each; others take none */
async function run(slow: readonly number[], startThreads: StartThreads, threads: Spread | null = null) {
  const told: number[] = [];
  let now = 0n;
  const inspect = (pid: number) => {
    if (slow.includes(pid)) now += 100_000_000n;
    return byPid(pid);
  };
  const team = { inspect, threads, startThreads, clock: () => now, onProgress: (done: number) => told.push(done) };
  assert.deepEqual(await inspectAll({ pids, task }, team), inspections);
  return told;
}

test('work that is long is shared from then on', async () => {
  const { threads, given } = fakeThreads();
  const told = await run([7, 70], async () => threads);
  assert.deepEqual(given, [pids.slice(70)]);
  assert.deepEqual(told, [64, 71, 100]);
});

test('one long process cannot be shared, and after the last there is nothing to share', async () => {
  await run([7], () => assert.fail('threads were started'));
  await run([7, 100], () => assert.fail('threads were started'));
});

test('where there are no other threads it is done alone, and they are asked for once', async () => {
  let asked = 0;
  const told = await run([7, 70, 71], async () => {
    asked++;
    return null;
  });
  assert.equal(asked, 1);
  assert.deepEqual(told, [64, 100]);
});

test('threads that are there already share all of it', async () => {
  const { threads, given } = fakeThreads();
  threads.give({ pids, task });
  await run([7, 70], () => assert.fail('threads were started'), threads);
  assert.deepEqual(given, [pids]);
});
