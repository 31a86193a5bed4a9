// The pid of a helper -> the process that it reads, whether it runs, and for how long it has run. Nobody but the helper itself can
// hold a lock that these reads take, and it holds such a lock only while it is started: fs/proc/base.c call_proc_get_link(),
// fs/proc/array.c do_task_stat(). proc_pid_cwd(5).

import { readFileSync, readlinkSync } from 'node:fs';
import { orNull, readBytes } from '../procfs/reader.ts';
import { parseUids } from '../procfs/status.ts';

export interface Vitals {
  /** The process whose folder is the helper's current folder; null if there is none, or it cannot be read. */
  reads: number | null;
  /** State of its main thread, as in stat: R, S, D, T, Z … */
  state: string;
  /** Processor time of its main thread, in clock ticks. */
  ticks: number;
}

/** If /proc belongs to another PID namespace, its pids are not our pids. */
const isOwnProc = orNull(() => readlinkSync('/proc/self')) === String(process.pid);

/**
 * Whether all uids in the status of a process are ours. A set-uid program that a user has started keeps the user's uid as its real
 * one. Nobody can keep a reader of the status waiting.
 */
export function isOurs(status: string): boolean {
  const uids = parseUids(status);
  return uids.length > 0 && uids.every((uid) => uid === process.geteuid?.());
}

/** Returns '' if the process is gone. */
export const readStatus = (pid: number | string): string => orNull(() => readBytes(`/proc/${pid}/status`)) ?? '';

/** Returns null if the helper is gone, or cannot be seen. */
export function readVitals(pid: number): Vitals | null {
  if (!isOwnProc) return null;
  const stat = orNull(() => readFileSync(`/proc/${pid}/task/${pid}/stat`, 'latin1'));
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ', 13);
  if (fields?.[0] === undefined) return null;
  // utime and stime are fields 14 and 15 of proc_pid_stat(5); fields[0] here is the third.
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { reads: readFolder(pid), state: fields[0], ticks };
}

/** The link may have the kernel's mark, because the process has ended meanwhile. */
function readFolder(pid: number): number | null {
  const folder = orNull(() => readlinkSync(`/proc/${pid}/cwd`, 'latin1')) ?? '';
  const match = /\/([0-9]+)(?: \(deleted\))?$/.exec(folder);
  return match === null ? null : Number(match[1]);
}
