// A file in use -> whether it is gone, and what is at its path now. The kernel's mark is only a hint.

import type { Bytes } from '../procfs/bytes.ts';
import type { FileLook, PathLook } from '../procfs/view.ts';
import type { Marked } from './mark.ts';

export interface GoneState {
  state: 'replaced' | 'removed' | 'unknown';
  /** When the file in use lost its last name; if that is not known, the ctime of the file that is at its path now; or null. */
  replacedAtNs: bigint | null;
}

/** The facts that classifyGone() judges by. */
export interface GoneQuestion {
  /** The name as the kernel printed it, with the mark. */
  name: Bytes;
  marked: Marked;
  /** Hard links of the file in use; 0 means that no path leads to it, whatever its name says. null if that is not known. */
  links: number | null;
  /** When the file in use lost its last name, in nanoseconds since the epoch; null if that is not known. */
  unlinkedAtNs: bigint | null;
  /** Whether the file system is one whose client renames files that are unlinked while open. */
  renamesOpenFiles: boolean;
  /** Looks at a path in the process's own view now. */
  look(path: Bytes): PathLook;
  /** Whether the file at the path is the file in use; null if the identity of the file in use is not known. */
  isSame(file: FileLook): boolean | null;
}

/**
 * Returns null if the file is not gone. The first row that matches wins:
 *
 * | mark                    | what is known                                          | state    |
 * | ----------------------- | ------------------------------------------------------ | -------- |
 * | a rename by NFS or FUSE | the file is on such a file system                      | unknown  |
 * |                         | it is elsewhere: a name like any other                 | not gone |
 * | deleted                 | the file itself is at the name with the mark           | not gone |
 * |                         | nothing is at the path                                 | removed  |
 * |                         | the path cannot be looked at                           | unknown  |
 * |                         | the file itself is at the path: it was renamed back    | not gone |
 * |                         | a file is there, and which file is in use is not known | unknown  |
 * |                         | another file is at the path                            | replaced |
 */
export function classifyGone(question: GoneQuestion): GoneState | null {
  const { name, marked, links, unlinkedAtNs, look, isSame } = question;
  if (marked.mark === 'nfs' || marked.mark === 'fuse') {
    return question.renamesOpenFiles ? { state: 'unknown', replacedAtNs: null } : null;
  }
  const literal = links === 0 ? null : look(name);
  if (literal?.kind === 'file' && isSame(literal)) return null;
  const now = look(marked.path);
  if (now.kind === 'absent') return { state: 'removed', replacedAtNs: unlinkedAtNs };
  if (now.kind === 'unknown') return { state: 'unknown', replacedAtNs: unlinkedAtNs };
  const same = isSame(now);
  if (same) return null;
  if (same === null) return { state: 'unknown', replacedAtNs: unlinkedAtNs };
  return { state: 'replaced', replacedAtNs: unlinkedAtNs ?? now.changedAtNs };
}
