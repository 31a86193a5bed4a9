// A file that root's programs wrote -> the open file, or all of its text. No file can block the program or fill its memory: a link
// counts only if root owns it and it stays below its folder, and only a regular file of root is read. open(2). unpack.ts reads files
// that may be packed.

import {
  closeSync,
  constants,
  type Dir,
  fstatSync,
  lstatSync,
  opendirSync,
  openSync,
  readFileSync,
  readlinkSync,
  readSync,
  type Stats,
} from 'node:fs';
import { join, resolve } from 'node:path/posix';
import type { Bytes } from '../procfs/bytes.ts';

/** The most text that comes out of one file, and the most bytes that are read from one file, if the caller does not say. */
export const mostBytes = 4 * 1024 * 1024;

/** The most links that one path may have. */
const mostLinks = 8;

export interface Host {
  /** The folder below which the host's files are. The owner of this folder is trusted. */
  root: string;
  /** Returns whether the path is on file systems that cannot hang. */
  isLocal: (path: Bytes) => boolean;
}

/** Returns the owner of the host's root folder: 0, or another number in a user namespace. */
export function trustedOwner({ root }: Host): number {
  return lstatSync(root).uid;
}

export interface TrustedFile {
  fd: number;
  size: number;
}

/**
 * Opens a regular file, which the caller closes. Returns null if there is no file or it is not trusted.
 * @param folder no link may lead out of this folder, for example /usr/share/doc
 */
export function openTrusted(host: Host, folder: string, name: string): TrustedFile | null {
  try {
    const owner = trustedOwner(host);
    const path = resolveBelow(host, folder, name, owner);
    return path === null ? null : openRegular(join(host.root, path), owner);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return null;
  }
}

/** The same for a file of configuration. If a group or everybody may write to it, others than root may have written it: null. */
export function openConfiguration(host: Host, folder: string, name: string): TrustedFile | null {
  const file = openTrusted(host, folder, name);
  if (file === null || (fstatSync(file.fd).mode & 0o022) === 0) return file;
  closeSync(file.fd);
  return null;
}

/** Returns the path without links; null if one of the links is not trusted. */
function resolveBelow(host: Host, folder: string, name: string, owner: number): string | null {
  let path = join(folder, name);
  for (let links = 0; links <= mostLinks; links++) {
    if (!path.startsWith(`${folder}/`) || !host.isLocal(path)) return null;
    const next = firstLink(host, folder, path, owner);
    if (next === null) return path;
    if (next === 'distrusted') return null;
    path = next;
  }
  return null;
}

/** Returns the target of the first link in the path, with the rest of the path; null if the path has no link. */
function firstLink(host: Host, folder: string, path: string, owner: number): string | 'distrusted' | null {
  const names = path.slice(folder.length + 1).split('/');
  let at = folder;
  for (const [index, name] of names.entries()) {
    if (!isTrustedFolder(lstatSync(join(host.root, at)), owner)) return 'distrusted';
    at = join(at, name);
    const stat = lstatSync(join(host.root, at));
    if (!stat.isSymbolicLink()) continue;
    if (stat.uid !== owner) return 'distrusted';
    const target = readlinkSync(join(host.root, at), 'latin1');
    return join(resolve(join(at, '..'), target), ...names.slice(index + 1));
  }
  return null;
}

function isTrustedFolder(stat: Stats, owner: number): boolean {
  return stat.isDirectory() && stat.uid === owner && (stat.mode & 0o022) === 0;
}

function openRegular(path: string, owner: number): TrustedFile | null {
  // O_NONBLOCK, because open(2) would wait for a writer of a pipe.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY);
  const stat = fstatSync(fd);
  if (stat.isFile() && stat.uid === owner) return { fd, size: stat.size };
  closeSync(fd);
  return null;
}

/** Opens a file at a path that only root can change. Returns null if there is no regular file; a link does not count. */
export function openLog(host: Host, path: string): TrustedFile | null {
  if (!host.isLocal(path)) return null;
  try {
    return openRegular(join(host.root, path), trustedOwner(host));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return null;
  }
}

export interface Listing {
  /** In bytewise order. */
  names: string[];
  /** Whether the folder may hold more than these: it is not trusted, cannot be read, has too many names, or one that is not UTF-8. */
  isPartial: boolean;
}

/**
 * Lists a folder that only root can change. A folder that is not there has no names, and that is all.
 * @param most the number of entries that are looked at
 */
export function listTrusted(host: Host, folder: string, most: number): Listing {
  const listing: Listing = { names: [], isPartial: true };
  if (!host.isLocal(folder)) return listing;
  try {
    const path = join(host.root, folder);
    if (!isTrustedFolder(lstatSync(path), trustedOwner(host))) return listing;
    const directory = opendirSync(path);
    try {
      listing.isPartial = !fill(listing.names, directory, most);
    } finally {
      directory.closeSync();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    listing.isPartial = code !== 'ENOENT' && code !== 'ENOTDIR';
  }
  return listing;
}

/** Returns whether these are all names. */
function fill(names: string[], directory: Dir, most: number): boolean {
  let isAll = true;
  for (let looked = 0; ; looked++) {
    const entry = directory.readSync();
    if (entry === null) break;
    isAll &&= looked < most && !entry.name.includes('\ufffd');
    if (looked >= most) break;
    if (!entry.name.includes('\ufffd')) names.push(entry.name);
  }
  names.sort();
  return isAll;
}

/** Returns the text of a file that is not packed, and closes the file. Returns null if the file is longer than `most` bytes. */
export function readWhole({ fd, size }: TrustedFile, most: number): Bytes | null {
  try {
    return size > most ? null : readFileSync(fd, 'latin1');
  } finally {
    closeSync(fd);
  }
}

/** Returns the last 4 MiB of a file that is not packed, and closes the file. */
export function readTail({ fd, size }: TrustedFile): Bytes {
  try {
    const buffer = Buffer.alloc(mostBytes);
    const count = readSync(fd, buffer, 0, mostBytes, Math.max(0, size - mostBytes));
    return buffer.toString('latin1', 0, count);
  } finally {
    closeSync(fd);
  }
}
