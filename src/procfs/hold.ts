// A path or magic link -> a hold on its file (O_PATH) and what stat says of it. Opening so asks nothing of the file system, and
// the mount of what is held can no longer change; so a mount is known to be local before stat may ask (see live-mounts.ts).
// open(2), proc_pid_fdinfo(5).

import { type BigIntStats, closeSync, constants, fstatSync, lstatSync, openSync } from 'node:fs';
import { type Bytes, toBuffer } from './bytes.ts';
import { type Access, accessOf, parseFdInfo } from './fdinfo.ts';
import type { MountOf } from './live-mounts.ts';
import type { Mount } from './mountinfo.ts';
import { O_PATH, orNull, readBytes, readLink } from './reader.ts';

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

/** As hold, but without following a symlink as the last component. */
export function holdChild(directory: number, name: Bytes, mountOf: MountOf): Held | null {
  return hold(`/proc/self/fd/${directory}/${name}`, mountOf, constants.O_NOFOLLOW);
}

/** What can be said of a file without the risk of a hang. */
export interface Glimpse {
  /** null if no table that can be read has it. */
  mount: Mount | null;
  /** null if the mount is not local. */
  stat: BigIntStats | null;
}

/** What an open file says of itself, read while the file is held; so all but `access` is of one file, whatever its user does. */
export interface OpenFile extends Glimpse {
  /** As the kernel prints it; null if the path is too long for that. */
  link: Bytes | null;
  /** null if the kernel does not say. */
  mountId: number | null;
  /** Read of the process's own descriptor. */
  access: Access | null;
  /** Only newer kernels say (5.14), without asking the file system. */
  inode: bigint | null;
}

/** A glimpse of the file that a magic link names; null if node:fs refuses. */
export function glimpse(path: Bytes, mountOf: MountOf): Glimpse | null {
  return whileHeld(path, (fd) => look(fd, mountOf));
}

/** The same of a descriptor, with what its link says. */
export function glimpseOpenFile(path: Bytes, mountOf: MountOf): OpenFile | null {
  return whileHeld(path, (fd) => ({
    link: readFdLink(`/proc/self/fd/${fd}`),
    access: readAccess(path),
    ...look(fd, mountOf),
  }));
}

/** The mode of the link itself says how the file is open (fs/proc/fd.c tid_fd_update_inode()). */
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

/** The link of a descriptor, null if the kernel cannot print so long a path; throws what node:fs throws. */
export function readFdLink(path: Bytes): Bytes | null {
  try {
    return readLink(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENAMETOOLONG') return null;
    throw error;
  }
}

/** The driver of a foreign file is not asked: fdinfo of a descriptor with O_PATH has nothing of it (fs/proc/fd.c seq_show()). */
function look(fd: number, mountOf: MountOf): Omit<OpenFile, 'link' | 'access'> {
  const info = parseFdInfo(readBytes(`/proc/self/fdinfo/${fd}`));
  const known = info === null ? null : mountOf(fd, info.mountId);
  const stat = known?.local ? fstatSync(fd, { bigint: true }) : null;
  return { mount: known?.mount ?? null, stat, mountId: info?.mountId ?? null, inode: info?.inode ?? null };
}
