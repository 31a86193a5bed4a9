// /proc/PID/fdinfo/N -> the mount of a descriptor, and whether the descriptor appends; the mode of /proc/PID/fd/N -> how the
// descriptor is open. proc_pid_fdinfo(5), proc_pid_fd(5).

import type { Bytes } from './bytes.ts';

export type Access = 'read' | 'write' | 'read_write' | 'path';

export interface FdInfo {
  append: boolean;
  mountId: number;
  /** Only Linux 5.14 and newer prints it; else null. */
  inode: bigint | null;
}

// fcntl.h: the same on every architecture that Node runs on.
const O_APPEND = 0o2000;

/** Returns null if the flags or the mount are missing. */
export function parseFdInfo(text: Bytes): FdInfo | null {
  const flagsMatch = /^flags:\t([0-7]{1,11})$/m.exec(text);
  const mountMatch = /^mnt_id:\t([0-9]{1,10})$/m.exec(text);
  if (!flagsMatch || !mountMatch) return null;
  const flags = Number.parseInt(flagsMatch[1] ?? '', 8);
  const inodeMatch = /^ino:\t([0-9]{1,20})$/m.exec(text);
  return {
    append: (flags & O_APPEND) !== 0,
    mountId: Number(mountMatch[1]),
    inode: inodeMatch ? BigInt(inodeMatch[1] ?? 0) : null,
  };
}

/** Reads the owner's bits of the link's mode: 4 to read, 2 to write. A descriptor with O_PATH has neither. */
export function accessOf(mode: number): Access {
  return accesses[(mode >> 7) & 3] ?? 'path';
}

const accesses: readonly Access[] = ['path', 'write', 'read', 'read_write'];
