// What the threads of one scan share: the processes, and counters in shared memory by which each takes the next that nobody has.

import type { MessagePort } from 'node:worker_threads';
import type { Inspection, InspectTask } from '../deleted/inspect.ts';

/** What a worker is started with (workerData). */
export interface Start {
  /** The counters, by Counter. */
  counters: Int32Array;
  /** Brings the Work, once Counter.given is 1; takes the Answer. */
  port: MessagePort;
}

/** What there is to do, for all threads the same. */
export interface Work {
  task: InspectTask;
  pids: readonly number[];
}

/** What a worker answers, once: which inspection belongs to which index of pids, or what went wrong. */
export type Answer = { inspections: [index: number, inspection: Inspection][] } | { defect: string };

export const Counter = { next: 0, done: 1, busyWorkers: 2, given: 3 } as const;

export function newCounters(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(Object.keys(Counter).length * Int32Array.BYTES_PER_ELEMENT));
}

/** Inspects what is left, one after the other, until nothing is. */
export function inspectRest(
  pids: readonly number[],
  counters: Int32Array,
  inspect: (pid: number) => Inspection,
  keep: (index: number, inspection: Inspection) => void,
): void {
  for (;;) {
    const index = Atomics.add(counters, Counter.next, 1);
    const pid = pids[index];
    if (pid === undefined) return;
    keep(index, inspect(pid));
    Atomics.add(counters, Counter.done, 1);
  }
}
