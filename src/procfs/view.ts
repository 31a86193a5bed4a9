// A process's view of the file system: what a path names there now. Looking never hangs, never follows a symlink and never
// leaves the process's root. path_resolution(7), openat(2) O_PATH, proc_pid_root(5).

import { type BigIntStats, closeSync, constants, fstatSync, openSync } from 'node:fs';
import { type Bytes, toBuffer } from './bytes.ts';
import { parseMountinfo } from './mountinfo.ts';
import { MountTable } from './mounts.ts';
import { O_PATH, orNull, readBytes } from './reader.ts';

export type PathLook =
  | { kind: 'file'; device: bigint; inode: bigint; changedAtNs: bigint }
  | { kind: 'absent' }
  | { kind: 'unknown' };

const unknown = { kind: 'unknown' } as const;
const absent = { kind: 'absent' } as const;

type Directory = { kind: 'open'; fd: number } | { kind: 'absent' } | { kind: 'unknown' };

export class View {
  /** The process's root as the scanner's kernel prints it, without a trailing slash: '' for /. */
  readonly #prefix: Bytes;
  readonly mounts: MountTable;
  /** Where the walk starts: a path that leads to the process's root, or null where it could not be opened. */
  readonly #rootFd: number | null;
  readonly #looks = new Map<Bytes, PathLook>();
  readonly #directories = new Map<Bytes, Directory>();
  readonly #wholePaths: boolean;

  /**
   * @param rootPath a magic link to the process's root, as in /proc/self/fd/9/root
   * @param root what that link says
   * @param mounts the mounts of the process's own mountinfo; with `wholePaths` those of the scanner, to which the
   *   unstripped paths belong (a chroot: its own mountinfo leaves out the mount that it is on)
   */
  constructor(rootPath: string, root: Bytes, mounts: MountTable, wholePaths: boolean) {
    this.#prefix = root === '/' ? '' : root;
    this.mounts = mounts;
    this.#wholePaths = wholePaths;
    const local = mounts.isLocalWalk(wholePaths ? root : '/');
    this.#rootFd = local ? orNull(() => openSync(rootPath, O_PATH | constants.O_DIRECTORY)) : null;
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
    for (const directory of this.#directories.values()) if (directory.kind === 'open') closeSync(directory.fd);
    this.#directories.clear();
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
    const directory = this.#directory(names);
    if (directory.kind !== 'open') return directory;
    return openChild(directory.fd, last, (_fd, stat) => ({
      kind: 'file',
      device: stat.dev,
      inode: stat.ino,
      changedAtNs: stat.ctimeNs,
    }));
  }

  /** Opens a directory component by component; a symlink on the way is `unknown`, since the kernel printed a resolved path. */
  #directory(names: readonly Bytes[]): Directory {
    if (names.length === 0) return { kind: 'open', fd: this.#rootFd ?? -1 };
    const key = names.join('/');
    const known = this.#directories.get(key);
    if (known) return known;
    const parent = this.#directory(names.slice(0, -1));
    const directory =
      parent.kind === 'open'
        ? openChild<Directory>(
            parent.fd,
            names.at(-1) ?? '',
            (fd, stat) =>
              stat.isDirectory() ? { kind: 'open', fd } : stat.isSymbolicLink() ? unknown : { kind: 'absent' },
            (result) => result.kind === 'open',
          )
        : parent;
    // A bound on open descriptors; past it the oldest half goes.
    if (this.#directories.size >= 256) this.#forgetDirectories(128);
    this.#directories.set(key, directory);
    return directory;
  }

  #forgetDirectories(count: number): void {
    let left = count;
    for (const [key, directory] of this.#directories) {
      if (left-- === 0) break;
      if (directory.kind === 'open') closeSync(directory.fd);
      this.#directories.delete(key);
    }
  }
}

/** Opens `name` below the directory without following it, and gives what `use` makes of it; errors become looks. */
function openChild<T>(
  directory: number,
  name: Bytes,
  use: (fd: number, stat: BigIntStats) => T,
  keep: (result: T) => boolean = () => false,
): T | { kind: 'absent' } | { kind: 'unknown' } {
  let fd: number;
  try {
    fd = openSync(toBuffer(`/proc/self/fd/${directory}/${name}`), O_PATH | constants.O_NOFOLLOW);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return absent;
    if (code === undefined) throw error;
    return unknown;
  }
  let kept = false;
  try {
    if (!ownMountIsLocal(fd)) return unknown;
    const result = use(fd, fstatSync(fd, { bigint: true }));
    kept = keep(result);
    return result;
  } finally {
    if (!kept) closeSync(fd);
  }
}

let ownMounts: MountTable | null = null;
const localMountIds = new Map<number, boolean>();

/**
 * A last guard against a mount that appeared after mountinfo was read: the mount id of what we opened (fdinfo needs no
 * answer from the file system). An id that our own mountinfo does not list belongs to another namespace and was judged there.
 */
function ownMountIsLocal(fd: number): boolean {
  const text = orNull(() => readBytes(`/proc/self/fdinfo/${fd}`));
  const id = Number(/^mnt_id:\t([0-9]+)$/m.exec(text ?? '')?.[1] ?? -1);
  let known = localMountIds.get(id);
  if (known === undefined) {
    ownMounts ??= readOwnMounts();
    let mount = ownMounts.byId(id);
    if (!mount) {
      ownMounts = readOwnMounts();
      mount = ownMounts.byId(id);
    }
    known = mount === null || ownMounts.isLocalDevice(mount.device);
    localMountIds.set(id, known);
  }
  return known;
}

/** The scanner's own mounts. */
export function readOwnMounts(): MountTable {
  return new MountTable(parseMountinfo(orNull(() => readBytes('/proc/self/mountinfo')) ?? ''));
}
