// A path that is too long to be reported -> a text that says where it begins.

import type { Bytes } from '../procfs/bytes.ts';

/** A path of more bytes is not reported. Path calls of the kernel take 4096, and a mount may lie as deep as a file below it. */
export const longestPath = 8192;
/** So much of a longer one says where it is. */
const shownOfLongPath = 200;

/** The text that stands for a path that is too long. */
export function shortenPath(path: Bytes, inode: bigint | null, device: string | null): Bytes {
  // No character is cut in two.
  const start = path.slice(0, shownOfLongPath).replace(/[\xc0-\xff]?[\x80-\xbf]{0,3}$/, '');
  const which = inode === null ? '' : `, inode ${inode}${device === null ? '' : ` on ${device}`}`;
  return `(path of ${path.length} bytes${which}: ${start}…)`.replace('…', '\xe2\x80\xa6');
}
