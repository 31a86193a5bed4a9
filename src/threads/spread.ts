// Many processes -> their inspections, on several threads: most of the time goes into the kernel's printing of maps, which goes
// on on every processor. This thread works as well and need not wait for the others to start; what they have begun it waits for.

import { availableParallelism } from 'node:os';
import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  Worker,
  type WorkerOptions,
} from 'node:worker_threads';
import type { Inspection } from '../deleted/inspect.ts';
import { type Answer, Counter, inspectRest, newCounters, type Start, type Work } from './share.ts';

/** More threads than this would wait for each other, and each takes 10 MB. */
const mostThreads = 4;

/** So long may a worker take for one process before it is given up, in milliseconds. A deleted file takes some 60 µs. */
const patience = 600_000;

/** Threads that are starting, which takes as long as some hundred processes: what they are to do may come later. */
export class Spread {
  readonly #counters = newCounters();
  readonly #ports: MessagePort[];
  #pids: readonly number[] = [];

  /** @param workerFile a program that runs worker.ts if it is started as a thread */
  constructor(workerFile: string) {
    const workers = Math.min(availableParallelism(), mostThreads) - 1;
    this.#ports = Array.from({ length: workers }, () => startWorker(workerFile, this.#counters));
  }

  /** The threads that are there begin. */
  give(work: Work): void {
    this.#pids = work.pids;
    for (const port of this.#ports) port.postMessage(work);
    Atomics.store(this.#counters, Counter.given, 1);
    Atomics.notify(this.#counters, Counter.given);
  }

  /**
   * Works with them until nothing is left.
   * @param inspect of this thread
   * @param onProgress told now and then how many are done
   * @returns the inspections of all pids that were given, in their order
   */
  inspect(inspect: (pid: number) => Inspection, onProgress: (done: number) => void): Inspection[] {
    const pids = this.#pids;
    const inspections: Inspection[] = new Array(pids.length);
    let kept = 0;
    const keep = (index: number, inspection: Inspection) => {
      inspections[index] = inspection;
      if ((++kept & 15) === 0) onProgress(Atomics.load(this.#counters, Counter.done));
    };
    inspectRest(pids, this.#counters, inspect, keep);
    waitForWorkers(this.#counters);
    for (const port of this.#ports) takeAnswer(port, inspections);
    // Of what a worker took and lost nobody would know.
    if (inspections.includes(undefined as never)) throw new Error('a thread of the scan has lost a process');
    return inspections;
  }
}

// pthread_create(3), mmap(2); Node's own words for the same.
const noRoom = new Set(['EAGAIN', 'ENOMEM', 'ERR_WORKER_INIT_FAILED', 'ERR_WORKER_OUT_OF_MEMORY']);

/** Where it will answer; a host without room for another thread is scanned all the same. */
function startWorker(file: string, counters: Int32Array): MessagePort {
  const { port1, port2 } = new MessageChannel();
  const options: WorkerOptions = {
    workerData: { counters, port: port2 } satisfies Start,
    transferList: [port2],
    // Nothing of the caller's, such as NODE_OPTIONS, is meant for it.
    env: {},
    execArgv: [],
    // What is found is small; a large young generation would only be touched, and then count as ours.
    resourceLimits: { maxYoungGenerationSizeMb: 2 },
  };
  try {
    const worker = new Worker(file, options);
    // A worker that could not be started has taken nothing.
    worker.on('error', () => {});
    worker.unref();
  } catch (error) {
    if (!noRoom.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
  return port1;
}

function waitForWorkers(counters: Int32Array): void {
  for (;;) {
    const busy = Atomics.load(counters, Counter.busyWorkers);
    if (busy === 0) return;
    const done = Atomics.load(counters, Counter.done);
    const waited = Atomics.wait(counters, Counter.busyWorkers, busy, patience);
    if (waited === 'timed-out' && Atomics.load(counters, Counter.done) === done) {
      throw new Error('a thread of the scan hangs');
    }
  }
}

/** Each inspection to its place; a worker that took nothing may not have answered. */
function takeAnswer(port: MessagePort, inspections: Inspection[]): void {
  const answer = receiveMessageOnPort(port)?.message as Answer | undefined;
  port.close();
  if (answer === undefined) return;
  if ('defect' in answer) throw new Error(`in a thread of the scan: ${answer.defect}`);
  for (const [index, inspection] of answer.inspections) inspections[index] = inspection;
}
