// Gone or not, and what is at the path now: the kernel's mark is only a hint.

import type { Bytes } from '../procfs/bytes.ts';
import type { PathLook } from '../procfs/view.ts';
import type { Marked } from './gone.ts';

export interface GoneState {
  state: 'replaced' | 'removed' | 'unknown';
  replacedAtNs: bigint | null;
}

/** The look at a path of which nothing can be known. */
export const unknownLook: PathLook = { kind: 'unknown' };

/**
 * null where the file is not gone: a file that is really named `x (deleted)`, or one that is back at its path.
 *
 * @param name what the kernel printed, mark included
 * @param look what a path names in the process's own view now
 * @param isSame whether that is the very file in use; null where the file's own identity is not known
 * @param links of the file in use: without one it is at no path, whatever its name; null where that is not known
 * @param sillyRename whether the file system is one whose client renames files that are unlinked while open
 */
export function classifyGone(
  name: Bytes,
  { mark, path }: Marked,
  look: (path: Bytes) => PathLook,
  isSame: (file: PathLook & { kind: 'file' }) => boolean | null,
  links: number | null,
  sillyRename: boolean,
): GoneState | null {
  if (mark === 'nfs' || mark === 'fuse') return sillyRename ? { state: 'unknown', replacedAtNs: null } : null;
  const literal = links === 0 ? null : look(name);
  if (literal?.kind === 'file' && isSame(literal)) return null;
  const now = look(path);
  if (now.kind === 'absent') return { state: 'removed', replacedAtNs: null };
  if (now.kind === 'unknown') return { state: 'unknown', replacedAtNs: null };
  const same = isSame(now);
  if (same) return null;
  return same === null
    ? { state: 'unknown', replacedAtNs: null }
    : { state: 'replaced', replacedAtNs: now.changedAtNs };
}
