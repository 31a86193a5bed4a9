// What the threads of one scan share: the processes, and counters in shared memory by which each takes the next that nobody has.

import type { Inspection, InspectTask } from '../deleted/inspect.ts';

/** What a worker is given (workerData). */
export interface Share {
  task: InspectTask;
  pids: readonly number[];
  /** The counters, by Counter. */
  counters: Int32Array;
}

/** What a worker answers, once: which inspection belongs to which index of pids, or what went wrong. */
export type Answer = { inspections: [index: number, inspection: Inspection][] } | { defect: string };

export const Counter = { next: 0, done: 1, busyWorkers: 2 } as const;

export function newCounters(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(Object.keys(Counter).length * Int32Array.BYTES_PER_ELEMENT));
}

/** Inspects what is left, one after the other, until nothing is. */
export function inspectRest(
  { pids, counters }: Pick<Share, 'pids' | 'counters'>,
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
