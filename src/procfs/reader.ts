// Files and links of the scanned procfs -> bytes, or text if bytes do not matter; errors -> values. Nothing else reads it.
// proc(5). One read(2) of a procfs file returns at most a page, and a read of 0 bytes is its end. So a short read is not the end.

import { closeSync, constants, openSync, readdirSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import { isExecutable } from '../program.ts';
import type { Bytes } from './bytes.ts';

/** Why something of a process could not be read. */
export type Trouble = 'vanished' | 'denied' | 'failed';

/** open(2)'s O_PATH, which node:fs does not name; the same number on x86-64 and arm64. */
export const O_PATH = 0o10000000;

const troubles: Record<string, Trouble> = { ENOENT: 'vanished', ESRCH: 'vanished', EACCES: 'denied', EPERM: 'denied' };

/** Translates an exception of node:fs to an outcome; throws any other exception again. */
export function troubleOf(error: unknown): Trouble {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === undefined) throw error;
  return troubles[code] ?? 'failed';
}

let buffer = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * Reads a whole file into the shared buffer and returns the filled part, valid until the next call.
 * Stops at `limit` bytes. Throws what node:fs throws.
 */
export function readShared(path: string | Buffer, limit = Number.POSITIVE_INFINITY): Buffer {
  const fd = openSync(path, constants.O_RDONLY);
  try {
    return readToEnd(fd, limit, () => null);
  } finally {
    closeSync(fd);
  }
}

/** Like readShared(), of a maps: the last line that is known to be the last saves the read that finds the end. */
export function readSharedMaps(path: string): Buffer {
  const fd = openSync(path, constants.O_RDONLY);
  try {
    return readToEnd(fd, Number.POSITIVE_INFINITY, () => null, isWholeMaps);
  } finally {
    closeSync(fd);
  }
}

/**
 * The last line on x86-64, in the kernel's half of the addresses, in which no process can map anything. A path in maps has no newline,
 * so no name of a file looks like it. arch/x86/entry/vsyscall/vsyscall_64.c, fs/proc/task_mmu.c
 */
const lastLine = '\nffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]\n';

function isWholeMaps(bytes: Buffer, length: number): boolean {
  return length > lastLine.length && bytes.toString('latin1', length - lastLine.length, length) === lastLine;
}

/** Reads an open file from its beginning; the kernel then writes a procfs file anew. */
export function readAgain(fd: number): Buffer {
  return readToEnd(fd, Number.POSITIVE_INFINITY, (length) => length);
}

/** Reads the fdinfo of a descriptor as a byte string, at least to the inode; throws what node:fs throws. */
export function readFdInfoText(path: string): Bytes {
  const fd = openSync(path, constants.O_RDONLY);
  try {
    return readToEnd(fd, Number.POSITIVE_INFINITY, () => null, endsWithInode).toString('latin1');
  } finally {
    closeSync(fd);
  }
}

/** The open fdinfo of our own descriptors by their numbers, the one unused for longest first. */
const ownFdInfos = new Map<number, number>();
/** A look needs the same few numbers again and again. */
const mostOwnFdInfos = 4;

/**
 * Reads the fdinfo of one of our own descriptors, at least to the inode. An fdinfo belongs to a number and not to a file: each time it
 * is read from its beginning, the kernel writes it for the file that has the number then (fs/proc/fd.c seq_show()). So it stays open,
 * which saves three of four system calls. Throws what node:fs throws.
 */
export function readOwnFdInfoText(fd: number): Bytes {
  const known = ownFdInfos.get(fd);
  const info = known ?? openSync(`/proc/self/fdinfo/${fd}`, constants.O_RDONLY);
  ownFdInfos.delete(fd);
  ownFdInfos.set(fd, info);
  const [oldest] = ownFdInfos;
  if (ownFdInfos.size > mostOwnFdInfos && oldest !== undefined) {
    ownFdInfos.delete(oldest[0]);
    closeSync(oldest[1]);
  }
  return readToEnd(info, Number.POSITIVE_INFINITY, (length) => length, endsWithInode).toString('latin1');
}

const newline = 0x0a;

/** Whether the last line is that of the inode (Linux 5.14 and newer). What comes after it is of no interest: locks, and the driver's lines. */
function endsWithInode(bytes: Buffer, length: number): boolean {
  if (length < 5 || bytes[length - 1] !== newline) return false;
  const start = bytes.lastIndexOf(newline, length - 2) + 1;
  return bytes.toString('latin1', start, start + 5) === 'ino:\t';
}

function readToEnd(
  fd: number,
  limit: number,
  positionAt: (length: number) => number | null,
  isWhole: (bytes: Buffer, length: number) => boolean = () => false,
): Buffer {
  let length = 0;
  while (length < limit) {
    if (length === buffer.length) {
      const larger = Buffer.allocUnsafeSlow(buffer.length * 2);
      buffer.copy(larger, 0, 0, length);
      buffer = larger;
    }
    const count = readSync(fd, buffer, length, Math.min(buffer.length, limit) - length, positionAt(length));
    if (count === 0) break;
    length += count;
    if (isWhole(buffer, length)) break;
  }
  return buffer.subarray(0, length);
}

/**
 * Reads a whole file if only its ASCII matters: bytes that are not UTF-8 are lost. It takes one call into Node, readShared() six.
 * Throws what node:fs throws, and ERR_STRING_TOO_LONG from half a gigabyte on.
 */
export function readAsText(path: string): string {
  return readFileSync(path, 'utf8');
}

/**
 * Reads a whole file to search it for ASCII, in the cheaper way: the executable searches bytes several times as fast as text, and in
 * Node the calls cost more than the search. The result is valid until the next call. Throws what readShared() and readAsText() throw.
 */
export const readToSearch: (path: string) => string | Buffer = isExecutable ? readSharedMaps : readAsText;

/** Reads a whole file as a byte string; throws what node:fs throws. */
export function readBytes(path: string, limit?: number): Bytes {
  return readShared(path, limit).toString('latin1');
}

/** Reads a link as a byte string; throws what node:fs throws. */
export function readLink(path: string): Bytes {
  return readlinkSync(path, 'latin1');
}

/** Returns the value of `read`, or null if node:fs refuses. */
export function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    troubleOf(error);
    return null;
  }
}

/** The positive numbers among the names in a directory, rising; throws what node:fs throws. */
export function readNumbers(path: string): number[] {
  const numbers: number[] = [];
  let isRising = true;
  for (const name of readdirSync(path, 'latin1')) {
    if (!/^[1-9][0-9]*$/.test(name)) continue;
    const number = Number(name);
    isRising &&= !(number < numbers[numbers.length - 1]!);
    numbers.push(number);
  }
  // A procfs lists processes and threads in their order, as a rule.
  return isRising ? numbers : numbers.sort((a, b) => a - b);
}
