// A path -> when the file came to disk, or when it was first written. statx(2), stx_btime, stx_mtime and stx_ctime. A link is not followed.

import { type BigIntStats, lstatSync } from 'node:fs';
import { earliest } from '../documents/time.ts';
import { isToCome } from './clock.ts';

/** The birth of the file in nanoseconds since the epoch; null if there is no file, or its file system does not know births. */
export function readBirthNs(path: string): bigint | null {
  const stat = look(path);
  return stat === null ? null : plausible(stat.birthtimeNs);
}

/** The earlier of birth and last change of content: a flag file is written again by each package that wants a reboot. */
export function readFirstWrittenNs(path: string): bigint | null {
  const stat = look(path);
  if (stat === null) return null;
  return earliest([plausible(stat.birthtimeNs), plausible(stat.mtimeNs)]);
}

/** The last change of the file or link itself. */
export function readChangedNs(path: string): bigint | null {
  const stat = look(path);
  return stat === null ? null : plausible(stat.mtimeNs);
}

/** The last change of the file's place, owner or content (ctime). */
export function readStatusChangedNs(path: string): bigint | null {
  const stat = look(path);
  return stat === null ? null : plausible(stat.ctimeNs);
}

function look(path: string): BigIntStats | null {
  try {
    return lstatSync(path, { bigint: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return null;
  }
}

/** A time that is not known is 0, and a time to come is of a clock that was wrong. */
function plausible(ns: bigint): bigint | null {
  return ns > 0n && !isToCome(ns) ? ns : null;
}
