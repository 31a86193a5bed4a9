// Gone files as a report has them -> the bytes that they hold, each file once, and how much of that is memory and no disk.

import { keyMaker } from './keys.ts';

/** Whose files lie in memory. tmpfs(5), filesystems(5), Documentation/filesystems/ramfs-rootfs-initramfs.rst. */
const inMemory = new Set(['devtmpfs', 'hugetlbfs', 'ramfs', 'rootfs', 'tmpfs']);

export function isInMemory(fsType: string | null): boolean {
  return fsType !== null && inMemory.has(fsType);
}

interface HeldFile {
  device: string | null;
  inode: string | null;
  /** null if it is not known; a report of an earlier minor does not have it of what is mapped. */
  held_bytes?: number | null;
  fs_type?: string | null;
}

/** @returns memory null if it is not known of one of them */
export function sumHeld(files: Iterable<HeldFile>): { bytes: number; memory: number | null } {
  const keyOf = keyMaker();
  const counted = new Set<string>();
  let bytes = 0;
  let memory: number | null = 0;
  for (const { device, inode, held_bytes, fs_type = null } of files) {
    if (!held_bytes) continue;
    const key = keyOf(device, inode);
    if (counted.has(key)) continue;
    // What cannot be told apart from others counts for itself.
    if (device !== null && inode !== null) counted.add(key);
    bytes = add(bytes, held_bytes);
    if (fs_type === null || memory === null) memory = null;
    else if (isInMemory(fs_type)) memory = add(memory, held_bytes);
  }
  return { bytes, memory };
}

/** A sum of what a report that lies says stays a count. */
function add(a: number, b: number): number {
  return Math.min(a + b, Number.MAX_SAFE_INTEGER);
}
