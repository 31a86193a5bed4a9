// /proc/PID/maps -> the mappings whose file may be gone. proc_pid_maps(5); fs/proc/task_mmu.c show_map_vma().
// All of it is searched before any of it is parsed: a healthy process costs three searches.

import type { Bytes } from './bytes.ts';

export interface Mapping {
  /** `start-end` in hexadecimal without leading zeros, as the names in map_files have it. */
  range: string;
  sizeBytes: number;
  executable: boolean;
  /** major:minor in hexadecimal, as printed. */
  device: string;
  inode: bigint;
  /** All of the rest of the line, mark included; newlines still escaped as \012. */
  path: Bytes;
}

/** The mappings of the lines that may name a gone file, in order; `odd` counts those of them that could not be parsed. */
export interface SuspiciousMappings {
  mappings: Mapping[];
  odd: number;
}

const newline = 0x0a;
// What a mapping of a gone file holds: the kernel's mark, or the name that NFS and FUSE give a file unlinked while open. Of those
// names as much as is found fastest: a search stops at each byte that a needle begins with, and a path is full of slashes.
const needles = ['(deleted)', '.nfs', '.fuse_'];
const line =
  /^([0-9a-f]{1,16})-([0-9a-f]{1,16}) [r-][w-]([x-])[ps] [0-9a-f]+ ([0-9a-f]{2,8}:[0-9a-f]{2,8}) ([0-9]{1,20}) +([^ ].*)$/s;

/** Whether any line may name a gone file; whatever the encoding, the needles are ASCII. */
export function mayNameGoneFile(maps: string): boolean {
  return needles.some((needle) => maps.includes(needle));
}

/** One line without its newline; null where it is not of the format or names no file. */
export function parseMapping(text: Bytes): Mapping | null {
  const match = line.exec(text);
  if (!match) return null;
  const [, start = '', end = '', execute, device = '', inode = '', path = ''] = match;
  const from = BigInt(`0x${start}`);
  const to = BigInt(`0x${end}`);
  // No mapping is empty or runs backwards, and none of a process of ours is longer than a number can tell.
  if (to <= from || to - from > Number.MAX_SAFE_INTEGER) return null;
  return {
    range: `${from.toString(16)}-${to.toString(16)}`,
    sizeBytes: Number(to - from),
    executable: execute === 'x',
    device,
    inode: BigInt.asUintN(64, BigInt(inode)),
    path,
  };
}

export function parseSuspiciousMappings(maps: Buffer): SuspiciousMappings {
  const mappings: Mapping[] = [];
  let odd = 0;
  for (const start of suspiciousLines(maps)) {
    const end = maps.indexOf(newline, start);
    const mapping = parseMapping(maps.toString('latin1', start, end === -1 ? maps.length : end));
    if (mapping) mappings.push(mapping);
    else odd++;
  }
  return { mappings, odd };
}

function suspiciousLines(maps: Buffer): Iterable<number> {
  const starts = new Set<number>();
  for (const needle of needles) {
    let at = maps.indexOf(needle, 0, 'latin1');
    while (at !== -1) {
      starts.add(at === 0 ? 0 : maps.lastIndexOf(newline, at) + 1);
      const end = maps.indexOf(newline, at);
      at = end === -1 ? -1 : maps.indexOf(needle, end, 'latin1');
    }
  }
  return [...starts].sort((a, b) => a - b);
}
