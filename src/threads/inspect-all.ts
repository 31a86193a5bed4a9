// All processes -> their inspections: by this thread alone where that is soon done, else by several.

import type { Inspection } from '../deleted/inspect.ts';
import type { Work } from './share.ts';
import type { Spread } from './spread.ts';

/** Below so many processes another thread would most likely have started when all is done. */
export const manyProcesses = 600;

/**
 * Few processes may be much work too, as with thousands of descriptors each: after so long others are called for. The longest
 * does not count, since one process cannot be shared.
 */
const longWorkNs = 60_000_000n;

export type StartThreads = () => Promise<Spread | null>;

/** @param workerFile a program that runs worker.ts if it is started as a thread; null for no threads */
export function threadsOf(workerFile: string | null): StartThreads {
  return async () => {
    if (workerFile === null) return null;
    const { Spread } = await import('./spread.ts');
    return new Spread(workerFile);
  };
}

export interface Team {
  /** What this thread does for one process. */
  inspect: (pid: number) => Inspection;
  /** Threads that were given `work` already; null where there are none yet. */
  threads: Spread | null;
  /** Asked once, where the work turns out to be long. */
  startThreads: StartThreads;
  /** Nanoseconds, from anywhere. */
  clock: () => bigint;
  /** Told now and then how many are done. */
  onProgress: (done: number) => void;
}

/** @returns the inspections of all pids, in their order */
export async function inspectAll({ pids, task }: Work, team: Team): Promise<Inspection[]> {
  const { inspect, startThreads, clock, onProgress } = team;
  let { threads } = team;
  const alone: Inspection[] = [];
  const began = clock();
  let before = began;
  let longest = 0n;
  let asked = false;
  for (const pid of pids) {
    if (threads !== null) break;
    alone.push(inspect(pid));
    if ((alone.length & 63) === 0) onProgress(alone.length);
    const now = clock();
    if (now - before > longest) longest = now - before;
    before = now;
    if (asked || alone.length === pids.length || now - began - longest < longWorkNs) continue;
    asked = true;
    threads = await startThreads();
    threads?.give({ pids: pids.slice(alone.length), task });
  }
  const shared = threads?.inspect(inspect, (done) => onProgress(alone.length + done)) ?? [];
  onProgress(pids.length);
  return [...alone, ...shared];
}
