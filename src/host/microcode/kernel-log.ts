// The kernel's log of this boot -> whether the kernel refused a revision of microcode. Since 2025 it takes a patch of AMD on an old BIOS only
// if it knows the patch's digest (arch/x86/kernel/cpu/microcode/amd.c). Documentation/ABI/testing/dev-kmsg of the kernel.

import { closeSync, constants, openSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** No record is longer. */
const longestRecord = 8192;
/** The processor is looked after before almost everything else is, so that the records stand at the front of the log. */
const mostRecords = 1024;

/** A record begins with its priority; the kernel's own are those below 8. */
const refusal =
  /^[0-7],[^;]*;microcode: (?:No sha256 digest for patch ID: |Patch )0x([0-9a-f]{1,8})(?: found| SHA256 digest mismatch!)$/;

/** Returns false also if the log does not reach back to the start, or cannot be read. */
export function wasRefused(root: string, revision: number): boolean {
  return readRecords(join(root, 'dev/kmsg')).some((record) => {
    const hex = refusal.exec(record)?.[1];
    return hex !== undefined && Number.parseInt(hex, 16) === revision;
  });
}

/** Returns lines; each read gives one record, and fails if there is none left, or if the kernel has overwritten it. */
function readRecords(path: string): string[] {
  const records: string[] = [];
  let fd: number | null = null;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW | constants.O_NOCTTY);
    const buffer = Buffer.alloc(longestRecord);
    for (let count = 0; count < mostRecords; count++) {
      const length = readRecord(fd, buffer);
      if (length === 0) break;
      if (length !== null) records.push(...buffer.toString('latin1', 0, length).split('\n'));
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  } finally {
    if (fd !== null) closeSync(fd);
  }
  return records;
}

/** Returns null for a record that was overwritten. */
function readRecord(fd: number, buffer: Buffer): number | null {
  try {
    return readSync(fd, buffer, 0, buffer.length, null);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return null;
    throw error;
  }
}
