// One use of a gone file of a package by one process: what the file and the process tell of the version that is still used.

import type { Package } from '../documents/generated/report.ts';
import type { BuildNote } from '../procfs/build-note.ts';

export interface Use {
  pid: number;
  /** The package that owns the file's path now. */
  owner: Pick<Package, 'manager' | 'name' | 'version'>;
  /** When the gone file was last written, in nanoseconds since the epoch; null if it may not be looked at. */
  modifiedAtNs: bigint | null;
  /** Whose the gone file is; null if that is not known. */
  fileOwner: number | null;
  /** When it lost its last name, in nanoseconds since the epoch. */
  unlinkedAtNs: bigint | null;
  /** When the process began, in milliseconds since the epoch. */
  startedAt: number | null;
  /** What the gone file says of itself; null if it says nothing. */
  note: BuildNote | null;
}

/** Why it is believed that a process uses a version, the strongest first. */
export const evidences = ['file_time', 'build_note', 'upgrade_log', 'first_upgrade'] as const;
export type Evidence = (typeof evidences)[number];

export type UnknownBecause =
  | 'no_running_version'
  | 'no_changelog'
  | 'no_source_version'
  | 'not_kept'
  | 'too_many_packages';

export interface Fixes {
  /** All of them, the newest first. */
  cves: readonly string[];
  /** Whether the changelog tells of everything since the running version. */
  complete: boolean;
}
