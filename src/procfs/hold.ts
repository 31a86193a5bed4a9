// A path or magic link -> a hold on its file (O_PATH) and what stat says of it. Opening so asks nothing of the file system, and
// the mount of what is held can no longer change; so it is known to be local before stat may ask. open(2), proc_pid_fdinfo(5).

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

/** Takes hold of a file; the caller closes `fd`. null where its mount is not local. Throws what node:fs throws. */
export function hold(path: Bytes, isLocalMount: IsLocalMount, flags = 0): Held | null {
  const fd = openSync(toBuffer(path), O_PATH | flags);
  try {
    const info = parseFdInfo(readBytes(`/proc/self/fdinfo/${fd}`));
    if (info !== null && isLocalMount(info.mountId)) {
      return { fd, mountId: info.mountId, stat: fstatSync(fd, { bigint: true }) };
    }
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

/** stat of what a magic link names; null where its mount is not local or node:fs refuses. */
export function statLocal(path: Bytes, isLocalMount: IsLocalMount): BigIntStats | null {
  const held = orNull(() => hold(path, isLocalMount));
  if (held === null) return null;
  closeSync(held.fd);
  return held.stat;
}
