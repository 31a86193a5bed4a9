// Helpers that were given up, by this scan and by earlier ones -> the processes that block them still, which need no second helper
// to be blocked. A helper is in the folder of the process that it reads, and who is left behind becomes a child of PID 1.
// proc_pid_children(5).

import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { orNull } from '../procfs/reader.ts';
import { isOurs, readStatus, readVitals } from './vitals.ts';

/** Longer no name of a process is. */
const longestName = 15;

/** A helper that was killed ends within so many milliseconds, if it can end at all. */
const settleMs = 200;

interface GivenUp {
  helper: number;
  pid: number;
  at: number;
}

export class LeftWaiting {
  readonly #clock: () => number;
  readonly #byEarlierScans = new Set<number>();
  readonly #byThis: GivenUp[] = [];

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** A helper of an earlier scan waits for this process. */
  addEarlier(pid: number): void {
    this.#byEarlierScans.add(pid);
  }

  /** The helper was killed, and this process blocked it. */
  add(helper: number, pid: number): void {
    this.#byThis.push({ helper, pid, at: this.#clock() });
  }

  get isEmpty(): boolean {
    return this.#byThis.length === 0;
  }

  /** Whether each helper that was given up for this process had time to end, if it can. */
  hasSettled(pid: number): boolean {
    const since = this.#clock() - settleMs;
    return this.#byThis.every((each) => each.pid !== pid || each.at <= since);
  }

  /** Whether a helper is still blocked by this process. */
  isWaitedFor(pid: number): boolean {
    if (this.#byEarlierScans.has(pid)) return true;
    // The number of a helper that has ended may be another's by now.
    const waits = (helper: number) => isOurs(readStatus(helper)) && readVitals(helper)?.reads === pid;
    return this.#byThis.some((each) => each.pid === pid && waits(each.helper));
  }
}

/**
 * Processes that may be helpers of earlier scans. Only what runs as we do counts, so that nobody can have another's processes left
 * out. What they wait for only a helper may ask: who is in the middle of an exec(2) can keep whoever reads its links waiting
 * (fs/proc/base.c call_proc_get_link()). Its name and its status take no such lock.
 */
export function listLeftBehind(): number[] {
  const children = orNull(() => readFileSync('/proc/1/task/1/children', 'latin1')) ?? '';
  const names = [readName('self'), `${basename(process.execPath).slice(0, longestName)}\n`];
  return children
    .split(' ')
    .filter((pid) => pid !== '' && names.includes(readName(pid)) && isOurs(readStatus(pid)))
    .map(Number);
}

function readName(pid: string): string | null {
  return orNull(() => readFileSync(`/proc/${pid}/comm`, 'latin1'));
}

/**
 * The process that this one waits for, if it is a helper that was killed: if it is there still, it is in a wait that nothing ends.
 * Nobody else has the folder of a process for its current folder. To be asked in a helper.
 */
export function readWaitedFor(procPath: string, helper: number): number | null {
  const folder = orNull(() => readlinkSync(`/proc/${helper}/cwd`, 'latin1')) ?? '';
  // The folder of a process that has ended bears a mark, and its number may be another's by now.
  const pid = folder.startsWith(`${procPath}/`) ? /^[0-9]+$/.exec(folder.slice(procPath.length + 1)) : null;
  return pid !== null && readVitals(helper)?.state === 'D' ? Number(pid[0]) : null;
}
