// Results -> standard output and files. A file is written beside its place, synced and renamed, so that a reader sees the
// old content or the new and never half of it; all files are ready before the first is renamed. If another user's file, FIFO or
// link stands at the place, it is refused, since root writes into folders of others. rename(2), open(2).

import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readlinkSync,
  renameSync,
  type Stats,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { LibUsersError } from './errors.ts';
import { untilReady } from './nonblocking.ts';

/** One text, or its pieces. Each piece is made when those before it were written, because the whole result may be too long for a string. */
export type Text = string | Iterable<string>;

export interface Output {
  /** null and `-` are standard output. */
  path: string | null;
  text: Text;
  /** The mode of a new file, less the umask; a file that exists keeps its own mode. 0666 unless said otherwise. */
  mode?: number;
}

interface Prepared {
  commit(): void;
  discard(): void;
}

// Such a path is the descriptor itself. Opening it anew would write at the start of a file to which a shell appends.
const descriptorPath = /^\/(?:dev|proc\/self)\/fd\/(\d+)$/;

/** Writes every output or none. Standard output comes last; only it can still fail when the files are in place. */
export function writeOutputs(outputs: readonly Output[]): void {
  const prepared: Prepared[] = [];
  try {
    for (const { path, text, mode = 0o666 } of outputs) {
      if (!isStdout(path)) prepared.push(guard(path, () => prepare(path, text, mode)));
    }
    for (const file of prepared) file.commit();
  } finally {
    for (const file of prepared) file.discard();
  }
  for (const { path, text } of outputs) if (isStdout(path)) writeStdout(text);
}

function isStdout(path: string | null): path is null {
  return path === null || path === '-' || path === '/dev/stdout' || descriptorPath.exec(path)?.[1] === '1';
}

/** The name of an output in messages; two outputs with one name are the same. Fails if the working directory is gone. */
export function targetName(path: string): string {
  return isStdout(path) ? 'standard output' : guard(path, () => resolve(path));
}

/** A reader that has gone (`| head -1`) has seen enough: that is no error. */
export function writeStdout(text: Text): void {
  try {
    writeFully(1, text);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return;
    throw unwritable('standard output', error);
  }
}

/** Never fails: if stderr is closed or full, there is nobody left to tell. */
export function writeStderr(text: string): void {
  try {
    writeFully(2, text);
  } catch {}
}

// A second copy of a big result, as bytes, would double the memory that the result takes.
const sliceLength = 1 << 18;

/** Joins small pieces and cuts large ones. */
function writeFully(fd: number, text: Text): void {
  let block = Buffer.alloc(0);
  const write = (piece: string) => {
    // No UTF-16 unit takes more than three bytes.
    const most = Math.min(piece.length, sliceLength + 1) * 3;
    if (block.length < most) block = Buffer.allocUnsafe(most);
    for (let start = 0; start < piece.length; ) {
      const end = start + sliceLength;
      // A surrogate pair is one character. If the pair is cut in two, neither half has bytes of its own.
      const whole = (piece.charCodeAt(end - 1) & 0xfc00) === 0xd800 ? end + 1 : end;
      writeBytes(fd, block.subarray(0, block.write(piece.slice(start, whole))));
      start = whole;
    }
  };
  let gathered = '';
  for (const piece of typeof text === 'string' ? [text] : text) {
    gathered += piece;
    if (gathered.length < sliceLength) continue;
    write(gathered);
    gathered = '';
  }
  write(gathered);
}

function writeBytes(fd: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) done += untilReady(() => writeSync(fd, bytes, done));
}

function prepare(path: string, text: Text, mode: number): Prepared {
  const target = followLinks(resolve(path));
  const descriptor = descriptorPath.exec(target);
  if (descriptor) return direct(Number(descriptor[1]), false, text, path);
  const old = statOrNull(target);
  if (old) refuseForeign(target, old);
  // A FIFO or /dev/null cannot be replaced, only written to.
  if (old && !old.isFile()) return direct(openInPlace(target), true, text, path);
  return beside(target, old, { text, mode }, path);
}

/**
 * Opens a FIFO or a device. The owner of the folder can exchange it meanwhile, so the descriptor is judged and not the name:
 * a link is not followed, and nothing is written into a regular file. O_NONBLOCK, because a FIFO without a reader would block.
 */
function openInPlace(target: string): number {
  const { O_WRONLY, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const fd = openSync(target, O_WRONLY | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const opened = fstatSync(fd);
    refuseForeign(target, opened);
    if (opened.isFile()) throw new LibUsersError('output_unwritable', `${target} was exchanged while it was opened`);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

const isOurs = ({ uid }: Stats): boolean => uid === 0 || uid === process.geteuid?.();

/** The owner of a file or a FIFO can read everything that is written into it. Only root makes devices, so their owner does not matter. */
function refuseForeign(path: string, stat: Stats): void {
  if (isOurs(stat)) return;
  if (stat.isFile()) throw foreign(path, 'file', stat.uid, 'remove it, or name another file');
  if (stat.isFIFO()) throw foreign(path, 'FIFO', stat.uid, 'leave out --output, and pipe standard output into it');
}

function foreign(path: string, kind: string, uid: number, remedy: string): LibUsersError {
  return new LibUsersError('output_unwritable', `${path} is a ${kind} of another user (uid ${uid})`, remedy);
}

function direct(fd: number, owned: boolean, text: Text, path: string): Prepared {
  return {
    commit: () => guard(path, () => writeFully(fd, text)),
    discard: () => {
      if (owned) closeSync(fd);
    },
  };
}

function beside(
  target: string,
  old: Stats | null,
  { text, mode }: { text: Text; mode: number },
  path: string,
): Prepared {
  const temporary = join(dirname(target), `.lib-users-${process.pid}-${Math.random().toString(36).slice(2)}.tmp`);
  let pending = true;
  const discard = () => {
    if (pending) unlinkSync(temporary);
    pending = false;
  };
  // wx never opens a file that exists; node:crypto for a better name would cost 4 ms at every start.
  const fd = openSync(temporary, 'wx', mode);
  try {
    if (old) keepOwnerAndMode(fd, old);
    writeFully(fd, text);
    fsyncSync(fd);
  } catch (error) {
    discard();
    throw error;
  } finally {
    closeSync(fd);
  }
  const commit = () => {
    guard(path, () => renameSync(temporary, target));
    pending = false;
  };
  return { commit, discard };
}

function keepOwnerAndMode(fd: number, old: Stats): void {
  let mode = old.mode & 0o777;
  const made = fstatSync(fd);
  if (made.uid !== old.uid || made.gid !== old.gid) {
    try {
      fchownSync(fd, old.uid, old.gid);
    } catch {
      // Only root may give files away. A new group then gets no more access than everybody has.
      mode = (mode & 0o707) | ((mode & 0o007) << 3);
    }
  }
  fchmodSync(fd, mode);
}

/**
 * Follows a link to the file that it means, as a shell's > does, but only if root or the caller has made the link: any
 * user can plant a link in /tmp, and rename(2) knows nothing of fs.protected_symlinks.
 */
function followLinks(path: string): string {
  for (let hops = 0; hops < 40; hops++) {
    const stat = descriptorPath.test(path) ? null : statOrNull(path);
    if (!stat?.isSymbolicLink()) return path;
    if (!isOurs(stat)) {
      throw foreign(path, 'symbolic link', stat.uid, 'remove it, or name the file that it points to');
    }
    path = resolve(dirname(path), readlinkSync(path));
  }
  throw Object.assign(new Error('too many symbolic links'), { code: 'ELOOP' });
}

function statOrNull(path: string): Stats | null {
  return lstatSync(path, { throwIfNoEntry: false }) ?? null;
}

function guard<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw error instanceof LibUsersError ? error : unwritable(path, error);
  }
}

const remedies: Record<string, string> = {
  EACCES: 'name a folder that you may write to',
  EPERM: 'name a folder that you may write to',
  EROFS: 'the file system is mounted read-only; name another folder',
  ENOENT: 'the folder does not exist; make it first',
  ENOTDIR: 'a part of the path is no folder',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
  EISDIR: 'name a file, not a folder',
  EBUSY: 'it is a mount point; name a file that can be replaced',
  ENXIO: 'nobody reads from this FIFO',
  EBADF: 'that file descriptor is not open for writing',
};

function unwritable(path: string, error: unknown): LibUsersError {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  return new LibUsersError('output_unwritable', `cannot write to ${path} (${code})`, remedies[code] ?? null);
}
