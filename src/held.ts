// Gone files as a report has them -> the bytes that they hold, each file once, and how many of those bytes are memory and not disk.

import type { Report } from './documents/generated/report.ts';
import { keyMaker } from './keys.ts';

/** File systems whose files lie in memory. tmpfs(5), filesystems(5), Documentation/filesystems/ramfs-rootfs-initramfs.rst. */
const inMemory = new Set(['devtmpfs', 'hugetlbfs', 'ramfs', 'rootfs', 'tmpfs']);

export function isInMemory(fsType: string | null): boolean {
  return fsType !== null && inMemory.has(fsType);
}

interface HeldFile {
  device: string | null;
  inode: string | null;
  /** null if it is not known; a report of an earlier minor version lacks it for mapped files. */
  held_bytes?: number | null;
  fs_type?: string | null;
}

/** @returns memory: null if it is not known for one of the files */
export function sumHeld(files: Iterable<HeldFile>): { bytes: number; memory: number | null } {
  const keyOf = keyMaker();
  const counted = new Set<string>();
  let bytes = 0;
  let memory: number | null = 0;
  for (const { device, inode, held_bytes, fs_type = null } of files) {
    if (!held_bytes) continue;
    const key = keyOf(device, inode);
    if (counted.has(key)) continue;
    // A file without an identity counts for itself, since it cannot be told apart from others.
    if (device !== null && inode !== null) counted.add(key);
    bytes = add(bytes, held_bytes);
    if (fs_type === null || memory === null) memory = null;
    else if (isInMemory(fs_type)) memory = add(memory, held_bytes);
  }
  return { bytes, memory };
}

/** The bytes that scratch files hold. A file that is both mapped and open counts twice: a unit's files do not say which is which. */
export function sumScratch({ units, processes }: Pick<Report, 'units' | 'processes'>): number {
  const inUnits = units.flatMap(({ files }) => files.filter(({ role }) => role === 'scratch'));
  const loose = processes
    .filter(({ unit }) => unit === null)
    .flatMap(({ maps, fds }) => [...maps, ...fds].filter(({ role }) => role === 'scratch'));
  return inUnits.reduce((sum, { held_bytes }) => add(sum, held_bytes ?? 0), sumHeld(loose).bytes);
}

/** Adds, but never beyond the largest safe integer: the numbers of a report that lies may be that large. */
function add(a: number, b: number): number {
  return Math.min(a + b, Number.MAX_SAFE_INTEGER);
}
