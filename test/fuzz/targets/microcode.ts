// Microcode of Intel and AMD, and the early archives of initrds, damaged. The first line of an input names the reader, the rest is the
// file. No reader throws, reads outside of the file or takes long, and each revision of an answer stands in the file.

import assert from 'node:assert/strict';
import { findAmdRevision } from '../../../src/host/microcode/amd.ts';
import { findEarlyFile } from '../../../src/host/microcode/early-cpio.ts';
import { findIntelRevision } from '../../../src/host/microcode/intel.ts';
import { parseProcessor } from '../../../src/host/microcode/processor.ts';
import type { Revision, Span } from '../../../src/host/microcode/span.ts';
import type { Target } from '../engine.ts';

function spanOf(bytes: Buffer): Span {
  return {
    size: bytes.length,
    read(at, length) {
      assert.ok(Number.isSafeInteger(at) && at >= 0 && length <= 64 * 1024, `${length} bytes at ${at}`);
      return bytes.subarray(at, Math.min(bytes.length, at + length));
    },
  };
}

function standsIn(bytes: Buffer, revision: Revision): string {
  if (typeof revision === 'string') return revision;
  const word = Buffer.alloc(4);
  word.writeUInt32LE(revision);
  assert.ok(bytes.includes(word));
  return 'found';
}

/** Zen, and one before it. */
const amd = [
  { family: 0x17, model: 0x31, stepping: 0, signature: 0x830f10 },
  { family: 0x15, model: 2, stepping: 0, signature: 0x600f20 },
];
const intel = { signature: 0x906eb, platforms: 2 };

const readers: Readonly<Record<string, (bytes: Buffer) => unknown>> = {
  intel: (bytes) => standsIn(bytes, findIntelRevision(spanOf(bytes), intel)),
  amd: (bytes) => amd.map((processor) => standsIn(bytes, findAmdRevision(spanOf(bytes), processor))),
  early(bytes) {
    const found = findEarlyFile(spanOf(bytes), 'kernel/x86/microcode/GenuineIntel.bin');
    if (typeof found === 'string') return found;
    const content = found.read(0, 64 * 1024);
    assert.equal(content.length, Math.min(found.size, 64 * 1024), 'the file lies in the archive');
    return standsIn(content, findIntelRevision(found, intel));
  },
  cpuinfo(bytes) {
    const processor = parseProcessor(bytes.toString('latin1'));
    if (processor === null) return null;
    assert.ok(Number.isSafeInteger(processor.signature) && processor.signature >= 0);
    return processor.vendor;
  },
};

export const microcode: Target = {
  name: 'microcode',
  run(input) {
    const end = input.indexOf(10);
    const name = input.toString('latin1', 0, Math.max(end, 0));
    // A name such as __proto__ is no reader.
    const reader = Object.hasOwn(readers, name) ? readers[name] : undefined;
    return reader === undefined ? '' : `${name} ${JSON.stringify(reader(input.subarray(end + 1)))}`;
  },
};
