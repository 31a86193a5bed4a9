// A path or magic link -> a hold on its file (O_PATH) and what stat says of it. Opening so asks nothing of the file system, and
// the mount of what is held can no longer change; so a mount is known to be local before stat may ask. open(2), proc_pid_fdinfo(5).

import { type BigIntStats, closeSync, constants, fstatSync, openSync } from 'node:fs';
import { type Bytes, toBuffer } from './bytes.ts';
import { parseFdInfo } from './fdinfo.ts';
import { O_PATH, orNull, readBytes } from './reader.ts';

/** Whether a mount, by its id, is one that answers without reaching out. */
export type IsLocalMount = (mountId: number) => boolean;

export interface Held {
  fd: number;
  mountId: number;
  stat: BigIntStats;
}

/** Takes hold of a file; the caller closes `fd`. null if the file's mount is not local. Throws what node:fs throws. */
export function hold(path: Bytes, isLocalMount: IsLocalMount, flags = 0): Held | null {
  const fd = openSync(toBuffer(path), O_PATH | flags);
  try {
    const seen = look(fd, isLocalMount);
    if (seen !== null && seen.stat !== null) return { fd, mountId: seen.mountId, stat: seen.stat };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  closeSync(fd);
  return null;
}

/** As hold, but without following a symlink as the last component. */
export function holdChild(directory: number, name: Bytes, isLocalMount: IsLocalMount): Held | null {
  return hold(`/proc/self/fd/${directory}/${name}`, isLocalMount, constants.O_NOFOLLOW);
}

/** What can be said of a file without the risk of a hang: its mount, and stat if that mount is local. */
export interface Glimpse {
  mountId: number;
  stat: BigIntStats | null;
}

/** A glimpse of the file that a magic link names; null if node:fs refuses. */
export function glimpse(path: Bytes, isLocalMount: IsLocalMount): Glimpse | null {
  return orNull(() => {
    const fd = openSync(toBuffer(path), O_PATH);
    try {
      return look(fd, isLocalMount);
    } finally {
      closeSync(fd);
    }
  });
}

function look(fd: number, isLocalMount: IsLocalMount): Glimpse | null {
  const info = parseFdInfo(readBytes(`/proc/self/fdinfo/${fd}`));
  if (info === null) return null;
  const { mountId } = info;
  return { mountId, stat: isLocalMount(mountId) ? fstatSync(fd, { bigint: true }) : null };
}
