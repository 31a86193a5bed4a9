// A process -> the uid of whoever started it. proc_pid_status(5): the real uid. No read here takes a lock that anybody can hold:
// fs/proc/array.c proc_pid_status(), fs/proc/base.c pid_getattr().

import { lstatSync } from 'node:fs';
import { orNull, readBytes } from './reader.ts';
import { parseUids } from './status.ts';

/**
 * Returns the real uid, because only the starter decides what a set-uid program holds, and a service that acts for a user stays a
 * service. If the status cannot be read, the owner of the folder stands in for it, who is the effective user. Returns null if
 * the process is gone.
 */
export function readStarter(procPath: string, pid: number): number | null {
  const [real] = parseUids(orNull(() => readBytes(`${procPath}/${pid}/status`)) ?? '');
  return real ?? orNull(() => lstatSync(`${procPath}/${pid}`).uid);
}
