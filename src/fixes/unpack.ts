// A trusted file -> its text, piece by piece, unpacked if it is gzip or zstd. No more text comes out of a file than the caller allows
// (4 MiB if it does not say), even if more is packed into it. A file of its own, because few scans read packed files, and loading
// node:zlib takes a millisecond or two. gzip(1), zstd(1).

import { closeSync, readSync } from 'node:fs';
import { Readable, type Transform } from 'node:stream';
import zlib from 'node:zlib';
import { mostBytes, type TrustedFile } from '../host/trusted-file.ts';
import type { Bytes } from '../procfs/bytes.ts';

const blockBytes = 64 * 1024;

export interface Reading {
  /** Whether the text was cut: the file has more text, or the rest cannot be unpacked. */
  cut: boolean;
}

type Unpacker = () => Transform;

/** The most memory that a zstd file may ask for is 2 to this power. */
const zstdWindow = 25;

/** Node has zstd from version 22.15 on, and the oldest Node that is supported has not. */
const createZstd = (
  zlib as { createZstdDecompress?: (options: { chunkSize: number; params: Record<number, number> }) => Transform }
).createZstdDecompress;
const zstdWindowLogMax = 100;

const unpackers: readonly { packing: string; magic: readonly number[]; unpacker: Unpacker | null }[] = [
  { packing: 'gz', magic: [0x1f, 0x8b], unpacker: () => zlib.createGunzip({ chunkSize: blockBytes }) },
  {
    packing: 'zst',
    magic: [0x28, 0xb5, 0x2f, 0xfd],
    unpacker:
      createZstd === undefined
        ? null
        : () => createZstd({ chunkSize: blockBytes, params: { [zstdWindowLogMax]: zstdWindow } }),
  },
];

/** @param packing the end of a file's name, without the dot; null if the file is not packed */
export function canUnpack(packing: string | null): boolean {
  return packing === null || unpackers.some((each) => each.packing === packing && each.unpacker !== null);
}

function unpackerOf(fd: number): Unpacker | null {
  const start = Buffer.alloc(4);
  const length = readSync(fd, start, 0, 4, 0);
  const fits = ({ magic }: { magic: readonly number[] }) =>
    magic.length <= length && magic.every((byte, index) => start[index] === byte);
  return unpackers.find(fits)?.unpacker ?? null;
}

/**
 * Yields the text from the beginning, unpacked if it is gzip or zstd. Closes the file when all is read, or when the caller stops.
 * @param most the most bytes that are read from the file, and the most text that comes out of it
 */
export async function* readPieces(
  { fd }: TrustedFile,
  reading: Reading,
  most: { packed: number; text: number } = { packed: mostBytes, text: mostBytes },
): AsyncGenerator<Bytes> {
  try {
    const unpacker = unpackerOf(fd);
    const packed = blocks(fd, reading, most.packed);
    let length = 0;
    for await (const piece of unpacker === null ? packed : unpack(packed, unpacker, reading)) {
      const text = piece.toString('latin1', 0, most.text - length);
      length += piece.length;
      yield text;
      if (length > most.text) {
        reading.cut = true;
        return;
      }
    }
  } finally {
    closeSync(fd);
  }
}

function* blocks(fd: number, reading: Reading, most: number): Generator<Buffer> {
  for (let position = 0; position < most; position += blockBytes) {
    const block = Buffer.allocUnsafe(blockBytes);
    const count = readSync(fd, block, 0, blockBytes, position);
    if (count > 0) yield block.subarray(0, count);
    if (count < blockBytes) return;
  }
  reading.cut = true;
}

/** Unpacks only as much as the caller takes, because a short packed text may unpack to an endless text. */
async function* unpack(packed: Iterable<Buffer>, unpacker: Unpacker, reading: Reading): AsyncGenerator<Buffer> {
  const source = Readable.from(packed);
  const unpacked = unpacker();
  source.on('error', (error) => unpacked.destroy(error));
  source.pipe(unpacked);
  try {
    for await (const piece of unpacked) yield piece as Buffer;
  } catch (error) {
    // The packed file is damaged. The text before the damage counts.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    reading.cut = true;
  } finally {
    source.destroy();
  }
}
