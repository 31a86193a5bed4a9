// A cgroup -> the processes in it and in the cgroups below it. A restart of a unit ends them all. cgroups(7) cgroup.procs.

import { readdirSync } from 'node:fs';
import { type Bytes, toBuffer } from './bytes.ts';
import { cgroupFolders } from './cgroup-folders.ts';
import type { MountTable } from './mounts.ts';
import { readShared, troubleOf } from './reader.ts';

/** In a larger tree the processes count as not known. The owner of a delegated cgroup may make as many as he likes. */
const mostCgroups = 1000;
const mostProcesses = 4096;

/** ENOENT, ENODEV: the cgroup was removed meanwhile. EOPNOTSUPP: a cgroup of threads, whose processes are those of a cgroup above it. */
const empty = new Set(['ENOENT', 'ENODEV', 'EOPNOTSUPP', 'ENOTSUP']);

/**
 * The pids; null if they cannot be known. Only a helper may call it: the owner of a delegated cgroup can keep a reader of its folder
 * waiting.
 * @param cgroup path as in systemd's ControlGroup
 * @param member a process in it; a cgroup of another namespace with the same path does not have this process
 * @param mounts the scanner's own
 */
export function readCgroupTree(cgroup: Bytes, member: number, mounts: MountTable): number[] | null {
  for (const folder of cgroupFolders(cgroup, mounts)) {
    const pids = readTree(folder);
    if (pids?.includes(member)) return pids;
  }
  return null;
}

/** Each pid once, rising; null if there are too many, or one of them could not be read. */
export function readTree(top: Bytes): number[] | null {
  const folders = [top];
  const pids = new Set<number>();
  // The list grows while it is walked.
  for (const folder of folders) {
    const found = readOrNone(() => readPids(folder));
    const below = readOrNone(() => readFolders(folder));
    if (found === null || below === null) return null;
    for (const pid of found) pids.add(pid);
    for (const name of below) folders.push(`${folder}/${name}`);
    if (folders.length > mostCgroups || pids.size > mostProcesses) return null;
  }
  // The kernel prints 0 for a process that our PID namespace does not show.
  return pids.has(0) ? null : [...pids].sort((a, b) => a - b);
}

function readPids(folder: Bytes): number[] {
  const text = readShared(toBuffer(`${folder}/cgroup.procs`)).toString('latin1');
  return text.split('\n').filter(Boolean).map(Number);
}

function readFolders(folder: Bytes): Bytes[] {
  const entries = readdirSync(toBuffer(folder), { withFileTypes: true, encoding: 'latin1' });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** Returns an empty list for a cgroup without processes of its own, null if it could not be read. */
function readOrNone<T>(read: () => T[]): T[] | null {
  try {
    return read();
  } catch (error) {
    if (empty.has((error as NodeJS.ErrnoException).code ?? '')) return [];
    troubleOf(error);
    return null;
  }
}
