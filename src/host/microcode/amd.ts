// AMD's containers of microcode patches, one after the other -> the newest revision that fits a processor.
// arch/x86/kernel/cpu/microcode/amd.c of Linux.

import { newest, type Revision, type Span } from './span.ts';

export interface AmdProcessor {
  family: number;
  model: number;
  stepping: number;
  /** CPUID.1:EAX. */
  signature: number;
}

/** "DMA" and a zero byte. */
const magic = 0x00414d44;
const containerHeaderSize = 12;
const sectionHeaderSize = 8;
const patchHeaderSize = 64;
const equivalenceType = 0;
const patchType = 1;
const equivalenceSize = 16;
/** In bytes; real tables have some 60 entries. */
const mostTable = 64 * 1024;
/** Debian's five files have 41 patches. */
const mostSections = 10_000;
const firstZen = 0x17;
const baseFamily = 0xf;

export function findAmdRevision(containers: Span, processor: AmdProcessor): Revision {
  let found: Revision = 'none';
  let equivalent: number | null = null;
  let at = 0;
  for (let count = 0; at < containers.size; count++) {
    if (count === mostSections) return 'unknown';
    const header = containers.read(at, containerHeaderSize);
    if (header.length < containerHeaderSize) return 'unknown';
    if (header.readUInt32LE(0) === magic) {
      const size = header.readUInt32LE(8);
      const table = readTable(containers, at + containerHeaderSize, header.readUInt32LE(4), size);
      if (table === null) return 'unknown';
      equivalent = equivalentOf(table, processor);
      at += containerHeaderSize + size;
      continue;
    }
    const size = header.readUInt32LE(4);
    const patch = containers.read(at + sectionHeaderSize, patchHeaderSize);
    const isPatch = at > 0 && header.readUInt32LE(0) === patchType && size >= patchHeaderSize;
    if (!isPatch || size > containers.size - at - sectionHeaderSize || patch.length < patchHeaderSize) return 'unknown';
    if (fits(patch, processor, equivalent)) found = newest(found, patch.readUInt32LE(4));
    at += sectionHeaderSize + size;
  }
  return found;
}

/** Whether revisions can be compared with this one: since Zen each revision names its processor. */
export function isRevisionOf(revision: number, { family, model, stepping }: AmdProcessor): boolean {
  if (family < firstZen) return true;
  const named = {
    family: baseFamily + (revision >>> 24),
    model: (((revision >>> 20) & 0xf) << 4) | ((revision >>> 12) & 0xf),
    stepping: (revision >>> 8) & 0xf,
  };
  return named.family === family && named.model === model && named.stepping === stepping;
}

/** Returns null if it is no table. */
function readTable(containers: Span, at: number, type: number, size: number): Buffer | null {
  if (type !== equivalenceType || size === 0 || size > mostTable) return null;
  const table = containers.read(at, size);
  return table.length < size ? null : table;
}

/** Returns the number that stands for the processor in the patches of this container. */
function equivalentOf(table: Buffer, { signature }: AmdProcessor): number | null {
  for (let entry = 0; entry + equivalenceSize <= table.length; entry += equivalenceSize) {
    const installed = table.readUInt32LE(entry);
    if (installed === 0) return null;
    if (installed === signature) return table.readUInt16LE(entry + 12);
  }
  return null;
}

/** Since Zen the kernel looks at the revision and not at the table of equivalents. */
function fits(patch: Buffer, processor: AmdProcessor, equivalent: number | null): boolean {
  const [northBridge, southBridge] = [patch.readUInt32LE(16), patch.readUInt32LE(20)];
  // The kernel takes no patch that is for one chipset alone.
  if (northBridge !== 0 || southBridge !== 0) return false;
  const named = patch.readUInt16LE(24);
  if (baseFamily + (named >> 12) !== processor.family) return false;
  return processor.family < firstZen ? named === equivalent : isRevisionOf(patch.readUInt32LE(4), processor);
}
