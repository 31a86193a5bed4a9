// Intel's microcode updates, one after the other -> the newest revision that fits a processor. asm/microcode_intel.h and
// arch/x86/kernel/cpu/microcode/intel.c of Linux; README.md of intel/Intel-Linux-Processor-Microcode-Data-Files.

import { newest, type Revision, type Span } from './span.ts';

export interface IntelProcessor {
  /** CPUID.1:EAX. */
  signature: number;
  /** One bit is set: that of the platform id. 0 on processors that have none. */
  platforms: number;
}

const headerSize = 48;
/** Updates of old processors do not say their sizes. */
const oldDataSize = 2000;
const oldTotalSize = 2048;
const tableHeaderSize = 20;
const entrySize = 12;
/** In bytes; the largest real one has 15 entries. */
const mostTable = 64 * 1024;
/** All updates that Intel ever published are some 230. */
const mostUpdates = 10_000;

interface Update {
  revision: number;
  fits: boolean;
  totalSize: number;
}

/** The sums are left to the kernel, because it refuses an update with a wrong sum. */
export function findIntelRevision(updates: Span, processor: IntelProcessor): Revision {
  let found: Revision = 'none';
  let at = 0;
  for (let count = 0; at < updates.size; count++) {
    const update = count < mostUpdates ? readUpdate(updates, at, processor) : null;
    if (update === null) return 'unknown';
    if (update.fits) found = newest(found, update.revision);
    at += update.totalSize;
  }
  return found;
}

/** Returns null if the bytes are no update. */
function readUpdate(updates: Span, at: number, processor: IntelProcessor): Update | null {
  const header = updates.read(at, headerSize);
  if (header.length < headerSize) return null;
  const word = (offset: number) => header.readUInt32LE(offset);
  const saysSizes = word(28) !== 0;
  const dataSize = saysSizes ? word(28) : oldDataSize;
  const totalSize = saysSizes ? word(32) : oldTotalSize;
  const isUpdate = word(0) === 1 && word(20) === 1;
  const tableAt = headerSize + dataSize;
  if (!isUpdate || dataSize % 4 !== 0 || tableAt > totalSize || totalSize > updates.size - at) return null;
  const fitsHeader = fits(word(12), word(24), processor);
  const fitsTable = fitsExtended(updates, at + tableAt, totalSize - tableAt, processor);
  return fitsTable === null ? null : { revision: word(4), fits: fitsHeader || fitsTable, totalSize };
}

/** Whether the table of further processors names this one; null if it is damaged. An update without a table names none. */
function fitsExtended(updates: Span, at: number, size: number, processor: IntelProcessor): boolean | null {
  if (size === 0) return false;
  if (size < tableHeaderSize || size > mostTable) return null;
  const table = updates.read(at, size);
  if (table.length < size || table.readUInt32LE(0) * entrySize + tableHeaderSize !== size) return null;
  for (let entry = tableHeaderSize; entry < size; entry += entrySize) {
    if (fits(table.readUInt32LE(entry), table.readUInt32LE(entry + 4), processor)) return true;
  }
  return false;
}

/** A revision counts only with both, because several processors with one signature have revisions of their own. */
function fits(signature: number, platforms: number, processor: IntelProcessor): boolean {
  if (signature !== processor.signature) return false;
  return (platforms & processor.platforms) !== 0 || (platforms === 0 && processor.platforms === 0);
}
