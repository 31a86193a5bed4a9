// /proc/PID/maps -> the mappings whose file may be gone. proc_pid_maps(5); fs/proc/task_mmu.c show_map_vma().
// The whole file is searched before a line is parsed, so a healthy process costs only three searches.

import type { Bytes } from './bytes.ts';

export interface Mapping {
  /** `start-end` in hexadecimal without leading zeros, like the file names in map_files. */
  range: string;
  sizeBytes: number;
  executable: boolean;
  /** major:minor in hexadecimal, as printed. */
  device: string;
  inode: bigint;
  /** The rest of the line, with the kernel's mark; newlines are still escaped as \012. */
  path: Bytes;
}

/** Mappings of the lines that may name a gone file, in order. `odd` counts such lines that could not be parsed. */
export interface SuspiciousMappings {
  mappings: Mapping[];
  odd: number;
}

const newline = 0x0a;
// Texts in the line of a gone file: the kernel's mark, or the name that NFS and FUSE give to a file unlinked while open. Each
// needle leaves out the leading slash, because the search stops at each first byte of a needle, and a path is full of slashes.
const needles = ['(deleted)', '.nfs', '.fuse_'];
const line =
  /^([0-9a-f]{1,16})-([0-9a-f]{1,16}) [r-][w-]([x-])[ps] [0-9a-f]+ ([0-9a-f]{2,8}:[0-9a-f]{2,8}) ([0-9]{1,20}) +([^ ].*)$/s;

/** Whether a line may name a gone file. The encoding of a text does not matter, because the needles are ASCII. */
export function mayNameGoneFile(maps: string | Buffer): boolean {
  for (const needle of needles) if (maps.includes(needle)) return true;
  return false;
}

/** Parses one line without its newline; null if it does not have the format or names no file. */
export function parseMapping(text: Bytes): Mapping | null {
  const match = line.exec(text);
  if (!match) return null;
  const [, start = '', end = '', execute, device = '', inode = '', path = ''] = match;
  const from = BigInt(`0x${start}`);
  const to = BigInt(`0x${end}`);
  // Refuses a range that is empty, runs backwards, or is longer than a number can hold exactly; no real mapping is like that.
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
    const mapping = parseLine(maps, start);
    if (mapping) mappings.push(mapping);
    else odd++;
  }
  return { mappings, odd };
}

/** Returns the first mapping that fits, of the lines that have the text; null if there is none. */
export function findMapping(maps: Buffer, text: string, fits: (mapping: Mapping) => boolean): Mapping | null {
  for (const start of linesWith(maps, text)) {
    const mapping = parseLine(maps, start);
    if (mapping !== null && fits(mapping)) return mapping;
  }
  return null;
}

function suspiciousLines(maps: Buffer): Iterable<number> {
  const starts = new Set(needles.flatMap((needle) => [...linesWith(maps, needle)]));
  return [...starts].sort((a, b) => a - b);
}

/** Yields where the lines begin that have the text. */
function* linesWith(maps: Buffer, text: string): Generator<number> {
  let at = maps.indexOf(text, 0, 'latin1');
  while (at !== -1) {
    yield at === 0 ? 0 : maps.lastIndexOf(newline, at) + 1;
    const end = maps.indexOf(newline, at);
    at = end === -1 ? -1 : maps.indexOf(text, end, 'latin1');
  }
}

function parseLine(maps: Buffer, start: number): Mapping | null {
  const end = maps.indexOf(newline, start);
  return parseMapping(maps.toString('latin1', start, end === -1 ? maps.length : end));
}
