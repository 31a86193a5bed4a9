// A path -> the file at that path now, as a process sees it. A look never hangs, follows only symlinks that only root could have
// made, and never leaves the process's root. path_resolution(7), openat(2) O_PATH, proc_pid_root(5).

import { type BigIntStats, closeSync, constants, lstatSync, openSync, readSync } from 'node:fs';
import { keyMaker } from '../keys.ts';
import type { Bytes } from './bytes.ts';
import { isLayered } from './file-systems.ts';
import { type Held, hold, holdChild } from './hold.ts';
import type { LiveMounts } from './live-mounts.ts';
import type { MountTable } from './mounts.ts';
import { orNull, readLink } from './reader.ts';

export interface FileLook {
  kind: 'file';
  device: bigint;
  inode: bigint;
  /** Whether it is a regular file. */
  regular: boolean;
  directory: boolean;
  link: boolean;
  /** In bytes. */
  size: bigint;
  /** The path that it leads to, if it is a symlink that only root could have made; else null. */
  target: Bytes | null;
  /** ctime in nanoseconds since the epoch. */
  changedAtNs: bigint;
  /** When its content was last written, in nanoseconds since the epoch. */
  modifiedAtNs: bigint;
  /** When the file was made, in nanoseconds since the epoch; null if its file system does not tell. */
  bornAtNs: bigint | null;
  /** Uid of its owner. */
  ownerUid: number;
}

export type PathLook = FileLook | { kind: 'absent' } | { kind: 'unknown' };

const unknown = { kind: 'unknown' } as const;
const absent = { kind: 'absent' } as const;

/** `moved`: a folder on the way is a symlink now; `to` is the whole path that it leads to, from the process's root. */
type Directory = { kind: 'open'; at: Held } | { kind: 'moved'; to: Bytes } | { kind: 'absent' } | { kind: 'unknown' };

/** How many folders of one path may have become symlinks. */
const mostLinks = 8;

export class View {
  /** The process's root as the scanner's kernel prints it, without a trailing slash: '' for /. */
  readonly #prefix: Bytes;
  readonly live: Pick<LiveMounts, 'table' | 'mountOf' | 'close'>;
  /** The start of the walk; null if it could not be opened, or is not on a local file system. */
  readonly #root: Held | null;
  readonly #keyOf = keyMaker();
  readonly #looks = new Map<string, PathLook>();
  /** The directory of the last look stays open, because gone files come in groups. Only one stays open, however many processes. */
  #last: { key: Bytes; directory: Directory } | null = null;
  readonly #wholePaths: boolean;

  /**
   * @param rootPath a magic link to the process's root, as in /proc/9/root
   * @param root the text of that link
   * @param live the mounts of the process's own mountinfo; with `wholePaths` those of the scanner, because the unstripped
   * paths belong to them (in a chroot, the process's own mountinfo leaves out the mount that its root is on)
   */
  constructor(rootPath: string, root: Bytes, live: View['live'], wholePaths: boolean) {
    this.#prefix = root === '/' ? '' : root;
    this.live = live;
    this.#wholePaths = wholePaths;
    const start = wholePaths ? root : '/';
    this.#root = orNull(() => holdRoot(rootPath, root, live, start));
  }

  /** The mounts as they were read last. */
  get mounts(): MountTable {
    return this.live.table;
  }

  /**
   * Whether every process with this root has this view. false if the root is on no local mount that was read, or the process
   * ended or changed its root meanwhile: then nothing in the view can be known.
   */
  get isSettled(): boolean {
    return this.#root !== null;
  }

  /** Looks at the file that `path` (as the kernel prints it to the scanner) names in this view. Cached. */
  look(path: Bytes): PathLook {
    const key = this.#keyOf(path);
    let look = this.#looks.get(key);
    if (!look) {
      const below = this.#below(path);
      look = below === null ? unknown : this.#walk(below, mostLinks);
      this.#looks.set(key, look);
    }
    return look;
  }

  /**
   * Reads the first bytes of the regular file at `path`; null if there is none, or it cannot be read. A link is not followed, and a lease
   * on the file is not waited for: fcntl(2) F_SETLEASE.
   */
  readBeginning(path: Bytes, most: number): Bytes | null {
    const below = this.#below(path);
    let read: Bytes | null = null;
    if (below !== null) {
      this.#walk(below, mostLinks, (child) => {
        if (child.stat.isFile()) read = orNull(() => readStart(child.fd, most));
      });
    }
    return read;
  }

  /** The path as this view's mount table has it; null if it is not below the process's root. */
  mountPath(path: Bytes): Bytes | null {
    const below = this.#below(path);
    return below === null ? null : this.#wholePaths ? path : below;
  }

  close(): void {
    this.#forgetLast();
    if (this.#root !== null) closeSync(this.#root.fd);
  }

  #below(path: Bytes): Bytes | null {
    if (!path.startsWith('/')) return null;
    if (this.#prefix === '') return path;
    return path.startsWith(`${this.#prefix}/`) ? path.slice(this.#prefix.length) : null;
  }

  /**
   * @param below a path from the process's root
   * @param use gets the file while it is held
   */
  #walk(below: Bytes, linksLeft: number, use?: (child: Held) => void): PathLook {
    if (this.#root === null || linksLeft < 0) return unknown;
    if (!this.mounts.isLocalWalk(this.#wholePaths ? this.#prefix + below : below)) return unknown;
    const names = below.split('/').filter((name) => name !== '');
    const last = names.pop();
    if (last === undefined || names.includes('..') || last === '..') return unknown;
    const directory = this.#directory(names, this.#root);
    if (directory.kind === 'moved') {
      const look = this.#walk(`${directory.to}/${last}`, linksLeft - 1, use);
      // A link in a chroot may be meant for processes outside of it. If it leads to nothing in here, that proves nothing.
      return look.kind === 'absent' && this.#prefix !== '' ? unknown : look;
    }
    if (directory.kind !== 'open') return directory;
    const child = this.#hold(directory.at, last);
    if ('kind' in child) return child;
    use?.(child);
    closeSync(child.fd);
    const { dev, ino, ctimeNs, mtimeNs, size, uid } = child.stat;
    const target = readRootsLink(directory.at, last, child.stat);
    return {
      kind: 'file',
      device: dev,
      inode: ino,
      regular: child.stat.isFile(),
      directory: child.stat.isDirectory(),
      link: child.stat.isSymbolicLink(),
      size,
      target: target === null ? null : this.#prefix + resolveLink([...names, last], names.length, target),
      changedAtNs: ctimeNs,
      modifiedAtNs: mtimeNs,
      bornAtNs: birthOf(child),
      ownerUid: Number(uid),
    };
  }

  #directory(names: readonly Bytes[], root: Held): Directory {
    const key = names.join('/');
    if (this.#last?.key !== key) {
      this.#forgetLast();
      this.#last = { key, directory: this.#walkDirectories(names, root) };
    }
    return this.#last.directory;
  }

  /** Walks component by component. The kernel printed a resolved path, so a symlink on the way has replaced a folder since. */
  #walkDirectories(names: readonly Bytes[], root: Held): Directory {
    let parent = root;
    for (const [index, name] of names.entries()) {
      const child = this.#hold(parent, name);
      const target = 'kind' in child ? null : readRootsLink(parent, name, child.stat);
      if (parent !== root) closeSync(parent.fd);
      if ('kind' in child) return child;
      if (!child.stat.isDirectory()) {
        closeSync(child.fd);
        if (!child.stat.isSymbolicLink()) return absent;
        return target === null ? unknown : { kind: 'moved', to: resolveLink(names, index, target) };
      }
      parent = child;
    }
    return { kind: 'open', at: parent };
  }

  /** Returns `unknown` also for a mount that appeared after mountinfo was read, because no table has it. */
  #hold(directory: Held, name: Bytes): Held | typeof absent | typeof unknown {
    try {
      return holdChild(directory.fd, name, this.live.mountOf) ?? unknown;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      return code === 'ENOENT' || code === 'ENOTDIR' ? absent : unknown;
    }
  }

  #forgetLast(): void {
    const directory = this.#last?.directory;
    if (directory?.kind === 'open' && directory.at !== this.#root) closeSync(directory.at.fd);
    this.#last = null;
  }
}

/** The text of a symlink that only root could have made: root owns it, and only root may write to its folder. Else null. */
function readRootsLink(parent: Held, name: Bytes, link: BigIntStats): Bytes | null {
  if (!link.isSymbolicLink() || !isRoots(link) || !isRoots(parent.stat) || (parent.stat.mode & 0o022n) !== 0n)
    return null;
  return orNull(() => readLink(`/proc/self/fd/${parent.fd}/${name}`));
}

function readStart(held: number, most: number): Bytes {
  // The held file is regular, and its file system is local. So opening it again reaches no other file, and waits for nobody.
  const fd = openSync(`/proc/self/fd/${held}`, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    const buffer = Buffer.alloc(most);
    return buffer.toString('latin1', 0, readSync(fd, buffer, 0, most, 0));
  } finally {
    closeSync(fd);
  }
}

/** Without statx(2), Node tells the ctime for the birth. procfs keeps no births. */
let tellsBirths: boolean | undefined;

/** Files of overlays do not count, because a chmod copies the file up, and the copy is born then. */
function birthOf({ stat, mount }: Held): bigint | null {
  tellsBirths ??= lstatSync('/proc/self/stat', { bigint: true }).birthtimeNs === 0n;
  return tellsBirths && stat.birthtimeNs > 0n && !isLayered(mount.fsType) ? stat.birthtimeNs : null;
}

const isRoots = ({ uid }: BigIntStats): boolean => uid === 0n;

/**
 * The path, from the process's root, that a path leads to if its component `index` is a symlink. Leading dots in the link's text
 * go up from the folders before it, which are not symlinks. Later dots stay, and the walk refuses them.
 */
function resolveLink(names: readonly Bytes[], index: number, target: Bytes): Bytes {
  const before = target.startsWith('/') ? [] : names.slice(0, index);
  const steps = target.split('/').filter((step) => step !== '' && step !== '.');
  while (steps[0] === '..') {
    steps.shift();
    before.pop();
  }
  return `/${[...before, ...steps, ...names.slice(index + 1)].join('/')}`;
}

/** Holds the process's root; null if it is not the root that was read, or not on the mount that `live` has there. */
function holdRoot(rootPath: string, root: Bytes, live: View['live'], start: Bytes): Held | null {
  // The root is held before the table is read for the first time, so the table need not be read again for it.
  const held = hold(rootPath, live.mountOf, constants.O_DIRECTORY);
  if (held === null) return null;
  // If something is mounted over the root, processes that started before still see the lower mount.
  const { id, mountPoint } = held.mount;
  const fits = start === '/' ? mountPoint === '/' : live.table.of(start)?.id === id;
  if (fits && live.table.isLocalWalk(start) && orNull(() => readLink(`/proc/self/fd/${held.fd}`)) === root) return held;
  closeSync(held.fd);
  return null;
}
