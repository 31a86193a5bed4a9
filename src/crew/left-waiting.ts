// Helpers that earlier scans gave up -> the processes that block them still, which need no second helper to be blocked. A helper
// is in the folder of the process that it reads, and who is left behind becomes a child of PID 1. proc_pid_children(5).

import { lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { orNull } from '../procfs/reader.ts';
import { readVitals } from './vitals.ts';

/**
 * The pids that are known to block their readers. Only what runs as we do counts, so that nobody can have another's processes left
 * out; and it is asked only of what has a process for its current folder, which nobody else has.
 * @param procPath where the scanned procfs is mounted
 */
export function readLeftWaiting(procPath: string): Set<number> {
  const children = orNull(() => readFileSync('/proc/1/task/1/children', 'latin1')) ?? '';
  const own = process.geteuid?.();
  const waiting = new Set<number>();
  for (const child of children.split(' ').filter(Boolean)) {
    const folder = orNull(() => readlinkSync(`/proc/${child}/cwd`, 'latin1')) ?? '';
    // The folder of a process that has ended bears a mark, and its number may be another's by now.
    const pid = folder.startsWith(`${procPath}/`) ? /^[0-9]+$/.exec(folder.slice(procPath.length + 1)) : null;
    if (pid === null) continue;
    // It was killed: if it is there still, it is in a wait that nothing ends.
    const isOwn = orNull(() => lstatSync(`/proc/${child}`).uid) === own;
    if (isOwn && readVitals(Number(child))?.state === 'D') waiting.add(Number(pid[0]));
  }
  return waiting;
}
