// An open file, or a part of one -> the bytes at a place in it. pread(2)

import { readSync } from 'node:fs';

export interface Span {
  size: number;
  /** Returns fewer bytes if the span ends before `at + length`. */
  read(at: number, length: number): Buffer;
}

/** Answer of a search for a revision: a number, none if nothing fits the processor, unknown if the bytes do not follow the format. */
export type Revision = number | 'none' | 'unknown';

/** The file may be cut while it is read: then the bytes end early. */
export function spanOfFile(fd: number, size: number): Span {
  return {
    size,
    read(at, length) {
      const buffer = Buffer.alloc(Math.max(0, Math.min(length, size - at)));
      return buffer.subarray(0, readSync(fd, buffer, 0, buffer.length, at));
    },
  };
}

/** The caller knows that the part ends inside the span. */
export function partOf(span: Span, start: number, size: number): Span {
  return { size, read: (at, length) => span.read(start + at, Math.max(0, Math.min(length, size - at))) };
}

/** The newer of two revisions of one processor, if both are known. */
export function newest(a: Revision, b: number): number {
  return typeof a === 'number' ? Math.max(a, b) : b;
}
