// A mapped file -> the note in which its build says which package it belongs to. Distributions put the note into programs and
// libraries. elf(5) (PT_NOTE); systemd.io/ELF_PACKAGE_METADATA: owner FDO, type 0xcafe1a7e, JSON up to a NUL.

import { closeSync, constants, openSync, readSync } from 'node:fs';
import { hold } from './hold.ts';
import type { MountOf } from './live-mounts.ts';
import { orNull } from './reader.ts';

export interface BuildNote {
  /** deb, rpm, or another type that the build names. */
  type: string;
  /** The source package. */
  name: string;
  version: string;
}

const noteType = 0xcafe1a7e;
const loaderNotes = 4;
/** More than any real program has: a dozen headers, and notes of a few hundred bytes. */
const mostHeaders = 128;
const mostNoteBytes = 64 * 1024;

/** The file whose note is wanted, as stat describes it. */
export interface MeantFile {
  inode: bigint;
  modifiedAtNs: bigint;
}

/**
 * @param path a magic link, which may lead to another file by now. Nothing is read of a file on a mount that is not local, or
 * of a file that belongs to another user than root
 * @returns undefined if the file could not be read
 */
export function readBuildNote(path: string, meant: MeantFile, mountOf: MountOf): BuildNote | null | undefined {
  const held = orNull(() => hold(path, mountOf));
  if (held === null) return undefined;
  try {
    const { ino, mtimeNs, uid } = held.stat;
    if (ino !== meant.inode || mtimeNs !== meant.modifiedAtNs || uid !== 0n || !held.stat.isFile()) return undefined;
    return orNull(() => parseOpened(held.fd));
  } finally {
    closeSync(held.fd);
  }
}

function parseOpened(held: number): BuildNote | null {
  const fd = openSync(`/proc/self/fd/${held}`, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    return parseBuildNote((offset, length) => {
      const buffer = Buffer.alloc(length);
      return buffer.subarray(0, readSync(fd, buffer, 0, length, offset));
    });
  } finally {
    closeSync(fd);
  }
}

/** @param read returns fewer bytes than asked for if the file ends */
export function parseBuildNote(read: (offset: number, length: number) => Buffer): BuildNote | null {
  const head = read(0, 64);
  if (head.length < 64 || head.readUInt32BE(0) !== 0x7f454c46) return null;
  const is64 = head[4] === 2;
  const isLittle = head[5] === 1;
  const short = (from: Buffer, at: number) => (isLittle ? from.readUInt16LE(at) : from.readUInt16BE(at));
  const word = (from: Buffer, at: number) => (isLittle ? from.readUInt32LE(at) : from.readUInt32BE(at));
  const long = (from: Buffer, at: number) => Number(isLittle ? from.readBigUInt64LE(at) : from.readBigUInt64BE(at));
  const begin = is64 ? long(head, 32) : word(head, 28);
  const size = short(head, is64 ? 54 : 42);
  const count = Math.min(short(head, is64 ? 56 : 44), mostHeaders);
  if (size < (is64 ? 56 : 32) || size > 1024 || !Number.isSafeInteger(begin)) return null;
  const headers = read(begin, size * count);
  for (let at = 0; at + size <= headers.length; at += size) {
    if (word(headers, at) !== loaderNotes) continue;
    const offset = is64 ? long(headers, at + 8) : word(headers, at + 4);
    const length = is64 ? long(headers, at + 32) : word(headers, at + 16);
    if (!Number.isSafeInteger(offset) || length > mostNoteBytes) continue;
    const found = findNote(read(offset, length), word);
    if (found !== null) return found;
  }
  return null;
}

function findNote(notes: Buffer, word: (from: Buffer, at: number) => number): BuildNote | null {
  for (let at = 0; at + 12 <= notes.length; ) {
    const nameSize = word(notes, at);
    const size = word(notes, at + 4);
    const name = notes.toString('latin1', at + 12, at + 12 + Math.min(nameSize, 8));
    const start = at + 12 + padded(nameSize);
    if (start + size > notes.length) return null;
    if (word(notes, at + 8) === noteType && name === 'FDO\0')
      return parseNote(notes.toString('utf8', start, start + size));
    at = start + padded(size);
  }
  return null;
}

const padded = (size: number): number => Math.ceil(size / 4) * 4;

function parseNote(text: string): BuildNote | null {
  let value: unknown;
  try {
    value = JSON.parse(text.split('\0')[0]!);
  } catch {
    return null;
  }
  const { type, name, version } = (value ?? {}) as Record<string, unknown>;
  const isWord = (part: unknown): part is string => typeof part === 'string' && /^[\x21-\x7e]{1,256}$/.test(part);
  return isWord(type) && isWord(name) && isWord(version) ? { type, name, version } : null;
}
