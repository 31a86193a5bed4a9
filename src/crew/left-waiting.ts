// Helpers that were given up, by this scan and by earlier ones -> the processes that block them still, which need no second helper
// to be blocked. A helper is in the folder of the process that it reads, and who is left behind becomes a child of PID 1.
// proc_pid_children(5).

import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { orNull, readBytes } from '../procfs/reader.ts';
import { parseState } from '../procfs/status.ts';
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
  readonly #byEarlierScans: ReadonlySet<number>;
  readonly #byThis: GivenUp[] = [];

  /** @param procPath where the scanned procfs is mounted */
  constructor(procPath: string, clock: () => number) {
    this.#clock = clock;
    this.#byEarlierScans = readLeftWaiting(procPath);
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
 * The processes that helpers of earlier scans wait for. Only what runs as we do counts, so that nobody can have another's processes
 * left out; and it is asked only of what has a process for its current folder, which nobody else has.
 */
function readLeftWaiting(procPath: string): Set<number> {
  const children = orNull(() => readFileSync('/proc/1/task/1/children', 'latin1')) ?? '';
  const isHelper = helperTest();
  const waiting = new Set<number>();
  for (const child of children.split(' ').filter(Boolean)) {
    if (!isHelper(child)) continue;
    const folder = orNull(() => readlinkSync(`/proc/${child}/cwd`, 'latin1')) ?? '';
    // The folder of a process that has ended bears a mark, and its number may be another's by now.
    const pid = folder.startsWith(`${procPath}/`) ? /^[0-9]+$/.exec(folder.slice(procPath.length + 1)) : null;
    if (pid !== null) waiting.add(Number(pid[0]));
  }
  return waiting;
}

/**
 * Whether a process looks like a helper that was killed and is there still, because it is in a wait that nothing ends. Its name
 * and its status alone tell that: the owner of a process amid an exec keeps those waiting who read its links or its stat (Linux 6.18).
 */
function helperTest(): (pid: string) => boolean {
  const readName = (pid: string) => orNull(() => readBytes(`/proc/${pid}/comm`))?.trimEnd() ?? '';
  const names = [basename(process.execPath).slice(0, longestName), readName('self')];
  return (pid) => {
    // Few bear the name: of most nothing else need be read.
    if (!names.includes(readName(pid))) return false;
    const status = readStatus(pid);
    return parseState(status) === 'D' && isOurs(status);
  };
}
