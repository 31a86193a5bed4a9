// Processes inspected on several threads: the same inspections in the same order, and none lost whatever becomes of a worker.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { type Inspection, Inspector, type InspectTask } from '../../src/deleted/inspect.ts';
import { shippedRules } from '../../src/deleted/rules.ts';
import { Views } from '../../src/procfs/views.ts';
import { Spread } from '../../src/threads/spread.ts';
import { npmFile } from '../support/program.ts';
import { temporaryFolder } from '../support/temporary.ts';

const task: InspectTask = {
  procPath: '/proc',
  include: { maps: true, fds: true },
  rules: shippedRules,
  bootedAtNs: 0n,
  clockTicksPerSecond: 100,
};

// Processes of our own, so that none ends meanwhile, one pid many times over.
const sleepers: ChildProcess[] = [];
before(() => {
  for (let i = 0; i < 4; i++) sleepers.push(spawn('sleep', ['600'], { stdio: 'ignore' }));
});
after(() => {
  for (const sleeper of sleepers) sleeper.kill();
});
const somePids = (): number[] => Array.from({ length: 400 }, (_, index) => sleepers[index % 4]?.pid ?? 0);

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** Inspects as the scan does, but slowly, so that a worker gets its share. */
function slowly(milliseconds: number): { inspect: (pid: number) => Inspection; calls: () => number } {
  const inspector = new Inspector(task, new Views());
  let calls = 0;
  const inspect = (pid: number) => {
    calls++;
    pause(milliseconds);
    return inspector.inspect(pid);
  };
  return { inspect, calls: () => calls };
}

function spread(pids: number[], worker: string, inspect: (pid: number) => Inspection, onProgress = (_: number) => {}) {
  const threads = new Spread(worker);
  threads.give({ pids, task });
  return threads.inspect(inspect, onProgress);
}

test('workers take their share, and every inspection is at its place', () => {
  const pids = somePids();
  const alone = new Inspector(task, new Views());
  const { inspect, calls } = slowly(2);
  let told = 0;
  const inspections = spread(pids, npmFile, inspect, (done) => {
    told = Math.max(told, done);
  });
  assert.deepEqual(
    inspections,
    pids.map((pid) => alone.inspect(pid)),
  );
  assert.ok(calls() < pids.length, 'no worker took anything');
  assert.ok(told > 0 && told <= pids.length);
});

test('workers that are there before their work wait for it', () => {
  const pids = somePids();
  const threads = new Spread(npmFile);
  pause(300);
  threads.give({ pids, task });
  const { inspect, calls } = slowly(2);
  assert.equal(threads.inspect(inspect, () => {}).length, pids.length);
  assert.ok(calls() < pids.length, 'no worker took anything');
});

// What a worker of src/threads/worker.ts sees, and the counters of share.ts: 0 is the next index, 2 the busy workers.
const share = `const { workerData: share } = require('node:worker_threads'); const { counters, port } = share;`;
const taken = `${share} Atomics.add(counters, 2, 1); const index = Atomics.add(counters, 0, 1);`;
const leave = 'Atomics.sub(counters, 2, 1); Atomics.notify(counters, 2);';

function workerOf(t: TestContext, source: string): string {
  return join(temporaryFolder(t, { 'worker.cjs': source }), 'worker.cjs');
}

test('a worker that cannot start has taken nothing', (t) => {
  const pids = somePids().slice(0, 50);
  const { inspect, calls } = slowly(1);
  assert.equal(spread(pids, workerOf(t, 'this is no JavaScript'), inspect).length, 50);
  assert.equal(calls(), 50);
});

test('a worker with a defect says so', (t) => {
  const source = `${taken} port.postMessage({ defect: 'out of luck' }); ${leave}`;
  const { inspect } = slowly(2);
  assert.throws(() => spread(somePids(), workerOf(t, source), inspect), /out of luck/);
});

test('a worker that loses a process is found out', (t) => {
  const source = `${taken} port.postMessage({ inspections: [] }); ${leave}`;
  const { inspect } = slowly(2);
  assert.throws(() => spread(somePids(), workerOf(t, source), inspect), /has lost a process/);
});
