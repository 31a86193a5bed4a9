// The scanned procfs -> facts about the scanner itself: its pid there, its ancestors, its privileges.

import { statSync } from 'node:fs';
import type { Bytes } from './bytes.ts';
import { type CgroupLine, parseCgroup } from './cgroup.ts';
import type { Viewer } from './hidepid.ts';
import { orNull, readBytes, readLink } from './reader.ts';
import { parseStat } from './stat.ts';
import { parseEffectiveCapabilities, parseGroups } from './status.ts';

/** Texts of the links in /proc/PID/ns, as in `pid:[4026531836]`; null if they could not be read. */
export interface Namespaces {
  pid: Bytes | null;
  cgroup: Bytes | null;
}

export interface Lineage {
  pid: number;
  cgroup: CgroupLine[];
  namespaces: Namespaces;
}

/** A process and its ancestors, itself first; empty if the scanned procfs does not know it. */
export function readLineage(procPath: string, self: number): Lineage[] {
  const lineage: Lineage[] = [];
  let pid = self;
  while (pid > 0 && lineage.length < 1024) {
    const directory = `${procPath}/${pid}`;
    const stat = orNull(() => parseStat(readBytes(`${directory}/stat`)));
    if (!stat) break;
    const cgroup = parseCgroup(orNull(() => readBytes(`${directory}/cgroup`)) ?? '');
    lineage.push({ pid, cgroup, namespaces: readNamespaces(directory) });
    pid = stat.ppid;
  }
  return lineage;
}

/** @param directory of a process, as in /proc/1; each link is null if it could not be read */
export function readNamespaces(directory: string): Namespaces {
  return {
    pid: orNull(() => readLink(`${directory}/ns/pid`)),
    cgroup: orNull(() => readLink(`${directory}/ns/cgroup`)),
  };
}

/** Whether a procfs shows the processes of our own PID namespace, so that its pids are those of cgroup.procs. */
export function hasOwnPids(procPath: string): boolean {
  return orNull(() => readLink(`${procPath}/self`)) === String(process.pid);
}

/** The initial PID namespace always has this number: PROC_PID_INIT_INO in linux/proc_ns.h. */
export const initialPidNamespace = 'pid:[4026531836]';

/**
 * About how many processes the host has, without a list of them; 0 if that is not known. A procfs has one link for each process
 * (fs/proc/root.c proc_root_getattr()), in all PID namespaces. So the number fits the list only in the initial PID namespace.
 */
export function countHostProcesses(procPath: string): number {
  if (procPath !== '/proc' || orNull(() => readLink('/proc/self/ns/pid')) !== initialPidNamespace) return 0;
  return orNull(() => statSync(procPath).nlink) ?? 0;
}

export function readViewer(): Viewer {
  const status = orNull(() => readBytes('/proc/self/status')) ?? '';
  return {
    effectiveCapabilities: parseEffectiveCapabilities(status),
    userNamespace: orNull(() => readLink('/proc/self/ns/user')),
    groups: parseGroups(status),
  };
}
