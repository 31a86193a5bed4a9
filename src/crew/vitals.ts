// What a helper is doing, seen from outside: which process it reads, whether it runs, and how much it has run. Neither of the two
// reads takes a lock that anybody but the helper itself can hold, and that one only while it is started: fs/proc/base.c
// call_proc_get_link(), fs/proc/array.c do_task_stat(). proc_pid_cwd(5).

import { readFileSync, readlinkSync } from 'node:fs';
import { orNull, readBytes } from '../procfs/reader.ts';
import { parseUids } from '../procfs/status.ts';

export interface Vitals {
  /** The process in whose folder it is; null if it is in no such folder, or that cannot be read. */
  reads: number | null;
  /** Of its main thread, as stat has it: R, S, D, T, Z … */
  state: string;
  /** The processor time of its main thread, in clock ticks. */
  ticks: number;
}

/** A procfs of another PID namespace at /proc has other processes under the same numbers. */
const isOwnProc = orNull(() => readlinkSync('/proc/self')) === String(process.pid);

/**
 * Whether all uids of a process are ours, by its status, for which nobody can keep us waiting. A set-uid program that a user has
 * started keeps the user's as its real one.
 */
export function isOurs(status: string): boolean {
  const uids = parseUids(status);
  return uids.length > 0 && uids.every((uid) => uid === process.geteuid?.());
}

/** '' if the process is gone. */
export const readStatus = (pid: number | string): string => orNull(() => readBytes(`/proc/${pid}/status`)) ?? '';

/** null if it is gone, or cannot be seen. */
export function readVitals(pid: number): Vitals | null {
  if (!isOwnProc) return null;
  const stat = orNull(() => readFileSync(`/proc/${pid}/task/${pid}/stat`, 'latin1'));
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ', 13);
  if (fields?.[0] === undefined) return null;
  // utime and stime, fields 14 and 15 of proc_pid_stat(5); the first here is the third.
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { reads: readFolder(pid), state: fields[0], ticks };
}

/** The folder of a process that ended meanwhile bears the kernel's mark. */
function readFolder(pid: number): number | null {
  const folder = orNull(() => readlinkSync(`/proc/${pid}/cwd`, 'latin1')) ?? '';
  const match = /\/([0-9]+)(?: \(deleted\))?$/.exec(folder);
  return match === null ? null : Number(match[1]);
}
