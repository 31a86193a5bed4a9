// A path that is too long for the report -> a text that shows its beginning.

import type { Bytes } from '../procfs/bytes.ts';

/** Longest path in a report, in bytes. Path calls of the kernel take 4096, and a mount may lie as deep as a file below it. */
export const longestPath = 8192;
/** Length of the shown beginning of a longer path. */
const shownOfLongPath = 200;

/** The text that stands for a path that is too long. */
export function shortenPath(path: Bytes, inode: bigint | null, device: string | null): Bytes {
  // Leaves out the start of a UTF-8 character that was cut in two.
  const start = path.slice(0, shownOfLongPath).replace(/[\xc0-\xff]?[\x80-\xbf]{0,3}$/, '');
  const which = inode === null ? '' : `, inode ${inode}${device === null ? '' : ` on ${device}`}`;
  return `(path of ${path.length} bytes${which}: ${start}…)`.replace('…', '\xe2\x80\xa6');
}
