// The front of an initrd -> a file of its early part. The early part is one or more archives of the format newc, not compressed, which
// the kernel reads before it unpacks anything: find_cpio_data() of lib/earlycpio.c, buffer-format.rst of the kernel's documentation.

import { partOf, type Span } from './span.ts';

/** In bytes. */
const headerSize = 110;
/** A longer name is not one that is looked for. */
const mostName = 256;
const aligned = 4;
const zeroBlock = 4096;
/** Zeros between two archives, in bytes: writers pad to a block. */
const mostZeros = 1024 * 1024;
/** An initrd that is not compressed at all is one long archive. */
const mostMembers = 20_000;

const magic = /^07070[12]$/;
const hexadecimal = /^[0-9A-Fa-f]+$/;
const fileTypeMask = 0o170000;
const regularFile = 0o100000;

/** Returns none if the early part ends without the file, or there is no early part; unknown if it is damaged or too long to look at. */
export function findEarlyFile(initrd: Span, name: string): Span | 'none' | 'unknown' {
  let at = 0;
  for (let members = 0; members < mostMembers; members++) {
    const begin = skipZeros(initrd, at);
    if (begin === null) return 'unknown';
    const member = readMember(initrd, begin);
    if (typeof member === 'string') return member === 'end' ? 'none' : member;
    // The trailer of an archive is a member like any other: the next archive follows.
    if (member.isFile && member.name === name) return partOf(initrd, member.dataAt, member.size);
    at = member.next;
  }
  return 'unknown';
}

interface Member {
  name: string;
  isFile: boolean;
  dataAt: number;
  size: number;
  next: number;
}

function readMember(initrd: Span, begin: number): Member | 'end' | 'unknown' {
  const bytes = initrd.read(begin, headerSize + mostName);
  if (!magic.test(bytes.toString('latin1', 0, 6))) return 'end';
  const header = bytes.toString('latin1', 6, headerSize);
  if (header.length < headerSize - 6 || !hexadecimal.test(header)) return 'unknown';
  const field = (index: number) => Number.parseInt(header.slice(8 * index, 8 * index + 8), 16);
  const [mode, size, nameSize] = [field(1), field(6), field(11)];
  const dataAt = align(begin + headerSize + nameSize);
  if (nameSize === 0 || dataAt + size > initrd.size) return 'unknown';
  // A name ends with a zero byte.
  const name = bytes.toString('latin1', headerSize, headerSize + Math.min(nameSize, mostName) - 1);
  return { name, isFile: (mode & fileTypeMask) === regularFile, dataAt, size, next: align(dataAt + size) };
}

function align(at: number): number {
  return Math.ceil(at / aligned) * aligned;
}

/** Returns the place of the next header, or the end of the file; null if there are too many zeros. */
function skipZeros(initrd: Span, from: number): number | null {
  for (let block = from; block < from + mostZeros; block += zeroBlock) {
    const bytes = initrd.read(block, zeroBlock);
    for (let at = 0; at < bytes.length; at += aligned) if (bytes[at] !== 0) return block + at;
    if (bytes.length < zeroBlock) return block + bytes.length;
  }
  return null;
}
