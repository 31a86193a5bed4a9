// stat of a file in use -> the file's identity, the bytes that it holds, when it was made and when it lost its name.
// inode(7), stat(2), statx(2).

import type { BigIntStats } from 'node:fs';
import { formatStatDevice } from '../procfs/file-systems.ts';

/** Times are nanoseconds since the epoch. Each is null if it is not known. */
export interface FileFacts {
  /** major:minor in hexadecimal. */
  device: string | null;
  inode: bigint | null;
  /** Hard links; 0 means that the file has no name any more. */
  links: number | null;
  /** Bytes on disk that go free with the last user: blocks * 512 if no link is left, else 0. */
  heldBytes: number | null;
  bornAtNs: bigint | null;
  /** Time when its content was last written. */
  modifiedAtNs: bigint | null;
  /** Uid of its owner. */
  ownerUid: number | null;
  /** Time when the file lost its last name, see unlinkedAt(); null also while a name is left. */
  unlinkedAtNs: bigint | null;
}

const noFacts: FileFacts = {
  device: null,
  inode: null,
  links: null,
  heldBytes: null,
  bornAtNs: null,
  modifiedAtNs: null,
  ownerUid: null,
  unlinkedAtNs: null,
};

const secondNs = 1_000_000_000n;

/** @param layer facts about the user, if the file system may show the stat of a file in a layer below; else null */
export function factsOf(stat: BigIntStats | null, layer: { startedAtNs: bigint | null } | null): FileFacts {
  if (stat === null) return noFacts;
  return {
    device: formatStatDevice(stat.dev),
    inode: stat.ino,
    links: Number(stat.nlink),
    heldBytes: stat.nlink === 0n ? Number(stat.blocks) * 512 : 0,
    // File systems that keep no birth time give 0.
    bornAtNs: stat.birthtimeNs > 0n ? stat.birthtimeNs : null,
    modifiedAtNs: stat.mtimeNs,
    ownerUid: Number(stat.uid),
    unlinkedAtNs: unlinkedAt(stat, layer),
  };
}

/**
 * The last unlink(2), rename(2) or rmdir(2) of a file sets its ctime. After that, only three things give it a later ctime:
 * - A chmod or chown through a descriptor. That is rare, and the schema says that it counts.
 * - A write. It sets mtime to the same moment, so a ctime that equals mtime proves nothing. It does prove something for a
 * directory, which nobody can write to any more, and for a file whose whole life fits into one second.
 * - overlayfs, which may show the ctime of a file in a lower layer that nobody unlinked. Such a ctime is older than the process.
 */
function unlinkedAt(stat: BigIntStats, layer: { startedAtNs: bigint | null } | null): bigint | null {
  const { ctimeNs, mtimeNs, birthtimeNs } = stat;
  if (stat.nlink !== 0n) return null;
  if (layer !== null && (layer.startedAtNs === null || ctimeNs < layer.startedAtNs)) return null;
  // If the clock was set back in between, the birth is later, and the file may be of any age.
  const young = birthtimeNs > 0n && ctimeNs >= birthtimeNs && ctimeNs - birthtimeNs < secondNs;
  return ctimeNs !== mtimeNs || young || stat.isDirectory() ? ctimeNs : null;
}
