// A cgroup -> the kernel sessions that its processes lead. A restart of a unit ends these sessions, even if nothing in them is
// gone. cgroups(7) cgroup.procs, setsid(2).

import { type Bytes, toBuffer } from './bytes.ts';
import { cgroupFolders } from './cgroup-folders.ts';
import type { MountTable } from './mounts.ts';
import { OpenProcess } from './process.ts';
import { orNull, readShared } from './reader.ts';

export interface SessionLeader {
  pid: number;
  name: Bytes;
  effectiveUid: number;
  /** The text of the exe link, or null. */
  executable: Bytes | null;
  /** As in pts/3, or null. */
  terminal: string | null;
}

/**
 * The pids of a cgroup in the kernel's order, without those of the cgroups below it; empty if they cannot be known. Only a
 * helper may call it: the owner of a delegated cgroup can keep a reader of its folder waiting.
 * @param cgroup path as in systemd's ControlGroup
 * @param member a process in it; a cgroup of another namespace with the same path does not have this process
 * @param mounts the scanner's own
 */
export function readCgroupMembers(cgroup: Bytes, member: number, mounts: MountTable): number[] {
  for (const folder of cgroupFolders(cgroup, mounts)) {
    const text = orNull(() => readShared(toBuffer(`${folder}/cgroup.procs`)).toString('latin1')) ?? '';
    const pids = text.split('\n').filter(Boolean).map(Number);
    if (pids.includes(member)) return pids;
  }
  return [];
}

/** Returns null if the process leads no session, or is gone. */
export function readSessionLeader(procPath: string, pid: number): SessionLeader | null {
  return orNull(() => {
    const process = new OpenProcess(procPath, pid);
    try {
      const { name, session, terminal } = process.readStat();
      if (session !== pid) return null;
      const executable = process.readExecutable();
      return { pid, name, terminal, executable, effectiveUid: process.readEffectiveUid() };
    } finally {
      process.close();
    }
  });
}
