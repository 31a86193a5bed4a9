// Helpers that this scan or an earlier one gave up -> the processes that still block them, and must not block a second helper. The
// current folder of a helper is the process that it reads. A helper that is left behind becomes a child of PID 1.
// proc_pid_children(5).

import { readFileSync, readlinkSync } from 'node:fs';
import { fileName } from '../path-evidence.ts';
import { orNull } from '../procfs/reader.ts';
import { isOurs, readStatus, readVitals } from './vitals.ts';

/** The kernel keeps no longer name of a process. */
const longestName = 15;

/** A killed helper ends within this many milliseconds, if it can end at all. */
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

  /** Notes that a helper of an earlier scan waits for this process. */
  addEarlier(pid: number): void {
    this.#byEarlierScans.add(pid);
  }

  /** Notes that the helper was killed because this process blocked it. */
  add(helper: number, pid: number): void {
    this.#byThis.push({ helper, pid, at: this.#clock() });
  }

  /** Whether no helper of this scan was given up. */
  get isEmpty(): boolean {
    return this.#byThis.length === 0;
  }

  /** Whether no helper, of this or of an earlier scan, waits for any process. */
  get isNone(): boolean {
    return this.isEmpty && this.#byEarlierScans.size === 0;
  }

  /** Whether every helper that was given up for this process has had time to end. */
  hasSettled(pid: number): boolean {
    const since = this.#clock() - settleMs;
    return this.#byThis.every((each) => each.pid !== pid || each.at <= since);
  }

  /** Whether this process still blocks a helper. */
  isWaitedFor(pid: number): boolean {
    if (this.#byEarlierScans.has(pid)) return true;
    // The pid of a helper that has ended may belong to another process now.
    const waits = (helper: number) => isOurs(readStatus(helper)) && readVitals(helper)?.reads === pid;
    return this.#byThis.some((each) => each.pid === pid && waits(each.helper));
  }
}

/**
 * Lists processes that may be helpers of earlier scans. Only processes of our own uid count, so that no user can have another
 * user's processes left out. The list reads names and status only, which take no lock. Only a helper may ask which process they
 * wait for: a process in the middle of an exec(2) can keep a reader of its links waiting (fs/proc/base.c call_proc_get_link()).
 */
export function listLeftBehind(): number[] {
  const children = orNull(() => readFileSync('/proc/1/task/1/children', 'latin1')) ?? '';
  const names = [readName('self'), `${fileName(process.execPath).slice(0, longestName)}\n`];
  return children
    .split(' ')
    .filter((pid) => pid !== '' && names.includes(readName(pid)) && isOurs(readStatus(pid)))
    .map(Number);
}

function readName(pid: string): string | null {
  return orNull(() => readFileSync(`/proc/${pid}/comm`, 'latin1'));
}

/**
 * The process that blocks a killed helper; null if this pid is not such a helper. A killed helper that still exists is in a wait
 * that nothing ends. No other program has the folder of a process as its current folder. Only a helper may ask this.
 */
export function readWaitedFor(procPath: string, helper: number): number | null {
  const folder = orNull(() => readlinkSync(`/proc/${helper}/cwd`, 'latin1')) ?? '';
  // The link of an ended process's folder has a mark, and its pid may belong to another process now.
  const pid = folder.startsWith(`${procPath}/`) ? /^[0-9]+$/.exec(folder.slice(procPath.length + 1)) : null;
  return pid !== null && readVitals(helper)?.state === 'D' ? Number(pid[0]) : null;
}
