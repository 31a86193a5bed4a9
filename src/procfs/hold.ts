// A path or magic link -> a hold on its file (O_PATH), and the file's stat. Opening with O_PATH does not ask the file system, and
// a held file cannot change its mount. So the mount is known to be local before stat asks (see live-mounts.ts).
// open(2), proc_pid_fdinfo(5).

import { type BigIntStats, closeSync, constants, fstatSync, lstatSync, openSync } from 'node:fs';
import { type Bytes, toBuffer } from './bytes.ts';
import { type Access, accessOf, parseFdInfo } from './fdinfo.ts';
import type { MountOf } from './live-mounts.ts';
import type { Mount } from './mountinfo.ts';
import { O_PATH, orNull, readLink, readOwnFdInfoText } from './reader.ts';

export interface Held {
  fd: number;
  mount: Mount;
  stat: BigIntStats;
}

/** Takes hold of a file; the caller closes `fd`. null if the file's mount is not local. Throws what node:fs throws. */
export function hold(path: Bytes, mountOf: MountOf, flags = 0): Held | null {
  const fd = openSync(toBuffer(path), O_PATH | flags);
  try {
    const { mount, stat } = look(fd, mountOf);
    if (mount !== null && stat !== null) return { fd, mount, stat };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  closeSync(fd);
  return null;
}

/** Like hold(), but does not follow a symlink that is the last component. */
export function holdChild(directory: number, name: Bytes, mountOf: MountOf): Held | null {
  return hold(`/proc/self/fd/${directory}/${name}`, mountOf, constants.O_NOFOLLOW);
}

/** Facts about a file that can be read without the risk of a hang. */
export interface Glimpse {
  /** null if the mount is in no table that can be read. */
  mount: Mount | null;
  /** null if the mount is not local. */
  stat: BigIntStats | null;
}

/** An open file, read while the file is held. So all fields but `access` describe one file, whatever the file's user does. */
export interface OpenFile extends Glimpse {
  /** The link as the kernel prints it; null if the path is too long to print. */
  link: Bytes | null;
  /** null if the kernel does not print it. */
  mountId: number | null;
  /** Read from the process's own descriptor. */
  access: Access | null;
  /** Linux 5.14 and newer prints it without asking the file system; else null. */
  inode: bigint | null;
}

/** A glimpse of the file that a magic link names; null if node:fs refuses. */
export function glimpse(path: Bytes, mountOf: MountOf): Glimpse | null {
  return whileHeld(path, (fd) => look(fd, mountOf));
}

/** A glimpse of the file that a descriptor's link names, with the text of the link; null if node:fs refuses. */
export function glimpseOpenFile(path: Bytes, mountOf: MountOf): OpenFile | null {
  return whileHeld(path, (fd) => ({
    link: readFdLink(`/proc/self/fd/${fd}`),
    access: readAccess(path),
    ...look(fd, mountOf),
  }));
}

/** Reads how the file is open from the mode of the link (fs/proc/fd.c tid_fd_update_inode()). */
function readAccess(path: Bytes): Access | null {
  return orNull(() => accessOf(lstatSync(toBuffer(path)).mode));
}

function whileHeld<T>(path: Bytes, read: (fd: number) => T): T | null {
  return orNull(() => {
    const fd = openSync(toBuffer(path), O_PATH);
    try {
      return read(fd);
    } finally {
      closeSync(fd);
    }
  });
}

/** Reads the link of a descriptor; null if the path is too long for the kernel to print. Throws what node:fs throws. */
export function readFdLink(path: Bytes): Bytes | null {
  try {
    return readLink(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENAMETOOLONG') return null;
    throw error;
  }
}

/** Never asks the driver of a foreign file: fdinfo of our own O_PATH descriptor has no lines of the driver (fs/proc/fd.c seq_show()). */
function look(fd: number, mountOf: MountOf): Omit<OpenFile, 'link' | 'access'> {
  const info = parseFdInfo(readOwnFdInfoText(fd));
  const known = info === null ? null : mountOf(fd, info.mountId);
  const stat = known?.local ? fstatSync(fd, { bigint: true }) : null;
  return { mount: known?.mount ?? null, stat, mountId: info?.mountId ?? null, inode: info?.inode ?? null };
}
