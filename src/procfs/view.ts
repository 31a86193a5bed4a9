// A process's view of the file system: what a path names there now. Looking never hangs, never follows a symlink and never
// leaves the process's root. path_resolution(7), openat(2) O_PATH, proc_pid_root(5).

import { closeSync, constants } from 'node:fs';
import type { Bytes } from './bytes.ts';
import { type Held, hold, holdChild } from './hold.ts';
import type { MountTable } from './mounts.ts';
import { orNull, readLink } from './reader.ts';

export interface FileLook {
  kind: 'file';
  device: bigint;
  inode: bigint;
  /** ctime in nanoseconds since the epoch. */
  changedAtNs: bigint;
}

export type PathLook = FileLook | { kind: 'absent' } | { kind: 'unknown' };

const unknown = { kind: 'unknown' } as const;
const absent = { kind: 'absent' } as const;

type Directory = { kind: 'open'; fd: number } | { kind: 'absent' } | { kind: 'unknown' };

export class View {
  /** The process's root as the scanner's kernel prints it, without a trailing slash: '' for /. */
  readonly #prefix: Bytes;
  readonly mounts: MountTable;
  /** Where the walk starts, or null where it could not be opened or is on no local file system. */
  readonly #rootFd: number | null;
  readonly #looks = new Map<Bytes, PathLook>();
  /** The directory of the last look stays open, since gone files come in groups; never more, however many processes. */
  #last: { key: Bytes; directory: Directory } | null = null;
  readonly #wholePaths: boolean;

  /**
   * @param rootPath a magic link to the process's root, as in /proc/9/root
   * @param root what that link says
   * @param mounts the mounts of the process's own mountinfo; with `wholePaths` those of the scanner, to which the
   *   unstripped paths belong (a chroot: its own mountinfo leaves out the mount that it is on)
   */
  constructor(rootPath: string, root: Bytes, mounts: MountTable, wholePaths: boolean) {
    this.#prefix = root === '/' ? '' : root;
    this.mounts = mounts;
    this.#wholePaths = wholePaths;
    const start = wholePaths ? root : '/';
    this.#rootFd = mounts.isLocalWalk(start) ? orNull(() => holdRoot(rootPath, root, mounts, start)) : null;
  }

  /**
   * Whether the view is that of every process with this root: false where its root is on no local mount that was read, or the
   * process ended or changed it meanwhile, so that nothing in it can be known.
   */
  get isSettled(): boolean {
    return this.#rootFd !== null;
  }

  /** What `path` (as the kernel prints it to the scanner) names in this view. Cached. */
  look(path: Bytes): PathLook {
    let look = this.#looks.get(path);
    if (!look) {
      look = this.#walk(path);
      this.#looks.set(path, look);
    }
    return look;
  }

  /** The path as this view's mount table knows it, or null where it is not below the process's root. */
  mountPath(path: Bytes): Bytes | null {
    const below = this.#below(path);
    return below === null ? null : this.#wholePaths ? path : below;
  }

  close(): void {
    this.#forgetLast();
    if (this.#rootFd !== null) closeSync(this.#rootFd);
  }

  #below(path: Bytes): Bytes | null {
    if (!path.startsWith('/')) return null;
    if (this.#prefix === '') return path;
    return path.startsWith(`${this.#prefix}/`) ? path.slice(this.#prefix.length) : null;
  }

  #walk(path: Bytes): PathLook {
    const below = this.#below(path);
    if (below === null || this.#rootFd === null) return unknown;
    if (!this.mounts.isLocalWalk(this.#wholePaths ? path : below)) return unknown;
    const names = below.split('/').filter((name) => name !== '');
    const last = names.pop();
    if (last === undefined || names.includes('..') || last === '..') return unknown;
    const directory = this.#directory(names, this.#rootFd);
    if (directory.kind !== 'open') return directory;
    const child = this.#hold(directory.fd, last);
    if ('kind' in child) return child;
    closeSync(child.fd);
    const { dev, ino, ctimeNs } = child.stat;
    return { kind: 'file', device: dev, inode: ino, changedAtNs: ctimeNs };
  }

  #directory(names: readonly Bytes[], rootFd: number): Directory {
    const key = names.join('/');
    if (this.#last?.key !== key) {
      this.#forgetLast();
      this.#last = { key, directory: this.#walkDirectories(names, rootFd) };
    }
    return this.#last.directory;
  }

  /** Component by component; a symlink on the way is `unknown`, since the kernel printed a resolved path. */
  #walkDirectories(names: readonly Bytes[], rootFd: number): Directory {
    let fd = rootFd;
    for (const name of names) {
      const child = this.#hold(fd, name);
      if (fd !== rootFd) closeSync(fd);
      if ('kind' in child) return child;
      if (!child.stat.isDirectory()) {
        closeSync(child.fd);
        return child.stat.isSymbolicLink() ? unknown : absent;
      }
      fd = child.fd;
    }
    return { kind: 'open', fd };
  }

  /** A mount that appeared after mountinfo was read is in no table, and so is `unknown` too. */
  #hold(directory: number, name: Bytes): Held | typeof absent | typeof unknown {
    try {
      return holdChild(directory, name, this.mounts.isLocalId) ?? unknown;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      return code === 'ENOENT' || code === 'ENOTDIR' ? absent : unknown;
    }
  }

  #forgetLast(): void {
    const directory = this.#last?.directory;
    if (directory?.kind === 'open' && directory.fd !== this.#rootFd) closeSync(directory.fd);
    this.#last = null;
  }
}

/** The process's root, or null where it is another one than was read, or on another mount than the one that `mounts` has there. */
function holdRoot(rootPath: string, root: Bytes, mounts: MountTable, start: Bytes): number | null {
  const held = hold(rootPath, mounts.isLocalId, constants.O_DIRECTORY);
  if (held === null) return null;
  // Of a root that is mounted over, all that began before still see the lower one.
  const fits = start === '/' ? mounts.byId(held.mountId)?.mountPoint === '/' : mounts.of(start)?.id === held.mountId;
  if (fits && orNull(() => readLink(`/proc/self/fd/${held.fd}`)) === root) return held.fd;
  closeSync(held.fd);
  return null;
}
