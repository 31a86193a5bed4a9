// A file or standard input -> its text. Standard input is read only if the command line says `-`.

import { closeSync, openSync, readSync } from 'node:fs';
import { LibUsersError } from './errors.ts';
import { untilReady } from './nonblocking.ts';

// As many characters as a JavaScript string holds; a device like /dev/zero has no end.
const maxMebibytes = 511;

const remedies: Record<string, string> = {
  ENOENT: 'there is no such file',
  EACCES: 'you may not read it',
  EISDIR: 'it is a folder; name a file',
  ENOTDIR: 'a part of the path is a file and not a folder',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'no file has so long a name',
  EFBIG: `it is longer than ${maxMebibytes} MiB, as no document is`,
};

/** The name of a source in messages. */
export function sourceName(source: string): string {
  return source === '-' ? 'standard input' : source || "''";
}

/** Throws usage if two of the sources are standard input. */
export function assertStdinOnce(sources: readonly (string | undefined)[]): void {
  if (sources.filter((source) => source === '-').length < 2) return;
  throw new LibUsersError('usage', '- is given twice', 'standard input can be read only once');
}

/** The whole text, without a byte order mark. `-` is standard input. Throws input_unreadable. */
export function readInput(source: string): string {
  const name = sourceName(source);
  let bytes: Buffer;
  try {
    bytes = source === '-' ? readDescriptor(0) : readFile(source);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new LibUsersError('input_unreadable', `cannot read ${name} (${code})`, remedies[code] ?? null);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new LibUsersError('input_unreadable', `${name} is not UTF-8 text`, 'write it as UTF-8');
  }
}

function readFile(path: string): Buffer {
  const fd = openSync(path, 'r');
  try {
    return readDescriptor(fd);
  } finally {
    closeSync(fd);
  }
}

function readDescriptor(fd: number): Buffer {
  const chunks: Buffer[] = [];
  let chunk = Buffer.allocUnsafe(65536);
  let total = 0;
  for (let length = readBlock(fd, chunk); length > 0; length = readBlock(fd, chunk)) {
    chunks.push(chunk.subarray(0, length));
    total += length;
    if (total > maxMebibytes << 20) throw Object.assign(new Error('too long'), { code: 'EFBIG' });
    chunk = Buffer.allocUnsafe(Math.min(chunk.length * 2, 1 << 24));
  }
  return Buffer.concat(chunks);
}

/** Returns the number of bytes read, 0 at the end. Unlike readFileSync(fd) this waits if another program has set the pipe to O_NONBLOCK. */
export function readBlock(fd: number, block: Buffer): number {
  return untilReady(() => readSync(fd, block));
}
