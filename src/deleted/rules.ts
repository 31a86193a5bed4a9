// The shipped false-positive rules: gone names that never were, or need not be, files on disk.
// Matched against the whole path (fnmatch globs, * crosses /) after the kernel's mark was taken off.

import type { Bytes } from '../procfs/bytes.ts';

export interface Rule {
  id: string;
  /** A path is hidden when any of these globs matches all of it. */
  patterns: readonly Bytes[];
  /** What it applies to. */
  via: readonly ('map' | 'fd')[];
  reason: string;
  /** Where the fact comes from. */
  source: string;
}
