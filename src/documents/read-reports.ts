// Files, folders and standard input -> reports, one at a time: never more than one is in memory.

import { closeSync, openSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { LibUsersError } from '../errors.ts';
import { readBlock } from '../input.ts';
import type { UnreadableInput } from './generated/fleet.ts';
import type { Report } from './generated/report.ts';
import { validateReadDocument } from './newer-version.ts';
import { kindOf, parseJson } from './read.ts';
import { type Frame, splitDocuments } from './split-documents.ts';

/** `file` is the source without a line number. */
export type ReadReport = { source: string; file: string } & (
  | { report: Report }
  | { report: null; refused: UnreadableInput }
);

// Far more bytes than any report has, and fewer than a JavaScript string can hold.
const maxBytes = 256 * 1024 * 1024;
const block = Buffer.alloc(65536);
const blanks = new Set(Buffer.from(' \t\r\n'));
const [openingBrace, openingBracket] = Buffer.from('{[');
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Reads the sources in order; `-` is standard input. Errors are values: one broken input spoils no other. */
export async function* readReports(sources: readonly string[]): AsyncGenerator<ReadReport> {
  for (const source of sources) {
    if (source !== '-' && typeOf(source) === 'folder') yield* readFolder(source);
    else yield* readSource(source);
  }
}

/** 'missing' also if the kind cannot be told: opening the path will say why. */
function typeOf(path: string): 'file' | 'folder' | 'missing' | 'other' {
  try {
    const stat = statSync(path);
    return stat.isDirectory() ? 'folder' : stat.isFile() ? 'file' : 'other';
  } catch {
    return 'missing';
  }
}

/** Every file below the folder, in bytewise order, without hidden ones. A link to a folder is not followed, because it may lead in a circle. */
async function* readFolder(folder: string): AsyncGenerator<ReadReport> {
  try {
    const entries = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => !name.startsWith('.'));
    if (entries.length === 0) yield refuse(folder, folder, 'input_unreadable', 'the folder is empty');
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, entry.name);
      const type = typeOf(path);
      if (entry.isDirectory()) yield* readFolder(path);
      // Opening a FIFO or a device may wait for ever.
      else if (type === 'file' || type === 'missing') yield* readSource(path);
      else if (type === 'other') yield refuse(path, path, 'input_unreadable', 'neither a file nor a folder');
    }
  } catch (error) {
    yield unreadable(folder, error);
  }
}

async function* readSource(file: string): AsyncGenerator<ReadReport> {
  let fd: number | null = null;
  try {
    fd = file === '-' ? 0 : openSync(file, 'r');
    let empty = true;
    let foreign: Foreign | null = null;
    for (const frame of splitDocuments(readBlocks(fd), maxBytes)) {
      empty = false;
      if (isForeign(frame)) {
        foreign ??= { ...frame, bytes: Buffer.from(frame.bytes.subarray(0, 1)), lines: 0 };
        foreign.lines++;
        continue;
      }
      if (foreign !== null) yield refuseForeign(file, foreign);
      foreign = null;
      yield await readFrame(file, frame);
    }
    if (foreign !== null) yield refuseForeign(file, foreign);
    if (empty) yield refuse(file, file, 'invalid_document', 'it is empty');
  } catch (error) {
    yield unreadable(file, error);
  } finally {
    if (fd !== null && fd !== 0) closeSync(fd);
  }
}

function* readBlocks(fd: number): Generator<Buffer> {
  for (let length = readBlock(fd, block); length > 0; length = readBlock(fd, block)) yield block.subarray(0, length);
}

/** Consecutive lines that are no JSON objects. They are one frame, so that a text of another program is one broken input and not a thousand. */
interface Foreign extends Frame {
  lines: number;
}

function isForeign(frame: Frame): frame is Frame & { bytes: Buffer } {
  if (frame.bytes === null) return false;
  const first = frame.bytes.findIndex((byte) => !blanks.has(byte));
  if (frame.bytes[first] !== openingBrace) return true;
  // An object that is indented on a line of its own is a part of something else.
  return first > 0 && frame.bytes.subarray(first + 1).every((byte) => blanks.has(byte));
}

function refuseForeign(file: string, { line, bytes, lines }: Foreign): ReadReport {
  const isList = bytes?.[0] === openingBracket;
  const what = isList ? "a list, give the reports one by one (jq '.[]')" : 'not a JSON object';
  const message = lines === 1 ? `it is ${what}` : `its ${lines} lines from here are ${what}`;
  return refuse(file, sourceAt(file, line), 'invalid_document', message);
}

function sourceAt(file: string, line: number): string {
  return line === 1 ? file : `${file}:${line}`;
}

async function readFrame(file: string, { line, bytes }: Frame): Promise<ReadReport> {
  const source = sourceAt(file, line);
  if (bytes === null) return refuse(file, source, 'invalid_document', `longer than ${maxBytes} bytes`);
  try {
    const document = parseJson(decode(bytes), null, line);
    const kind = kindOf(document, 'it');
    if (kind !== 'report') return refuse(file, source, 'invalid_document', `it is a lib-users/${kind}, not a report`);
    const violation = await validateReadDocument('report', document);
    if (violation === null) return { source, file, report: document as Report };
    return refuse(file, source, 'invalid_document', `it is not valid at ${violation.where}: ${violation.message}`);
  } catch (error) {
    if (error instanceof LibUsersError) return refuse(file, source, 'invalid_document', error.message);
    throw error;
  }
}

function decode(bytes: Buffer): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new LibUsersError('invalid_document', 'it is not UTF-8 text');
  }
}

function unreadable(path: string, error: unknown): ReadReport {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  return refuse(path, path, 'input_unreadable', `cannot be read (${code})`);
}

function refuse(file: string, source: string, code: UnreadableInput['code'], message: string): ReadReport {
  return { source, file, report: null, refused: { source, code, message } };
}
