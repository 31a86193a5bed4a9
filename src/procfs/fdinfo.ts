// /proc/PID/fdinfo/N -> how a descriptor is open, and on which mount. proc_pid_fdinfo(5).

import type { Bytes } from './bytes.ts';

export interface FdInfo {
  access: 'read' | 'write' | 'read_write' | 'path';
  append: boolean;
  mountId: number;
  /** Only newer kernels say (5.14). */
  inode: bigint | null;
}

// fcntl.h: the same on every architecture that Node runs on.
const O_ACCMODE = 0o3;
const O_APPEND = 0o2000;
const O_PATH = 0o10000000;
const accesses = ['read', 'write', 'read_write', 'read_write'] as const;

/** null where the flags or the mount are not said. */
export function parseFdInfo(text: Bytes): FdInfo | null {
  const flagsMatch = /^flags:\t([0-7]{1,11})$/m.exec(text);
  const mountMatch = /^mnt_id:\t([0-9]{1,10})$/m.exec(text);
  if (!flagsMatch || !mountMatch) return null;
  const flags = Number.parseInt(flagsMatch[1] ?? '', 8);
  const inodeMatch = /^ino:\t([0-9]{1,20})$/m.exec(text);
  return {
    access: flags & O_PATH ? 'path' : (accesses[flags & O_ACCMODE] ?? 'read'),
    append: (flags & O_APPEND) !== 0,
    mountId: Number(mountMatch[1]),
    inode: inodeMatch ? BigInt(inodeMatch[1] ?? 0) : null,
  };
}
