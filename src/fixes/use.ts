// One use of a gone file of a package by one process: the facts of file and process that tell the version in use.

import type { Package } from '../documents/generated/report.ts';
import type { BuildNote } from '../procfs/build-note.ts';

export interface Use {
  pid: number;
  /** The package that owns the file's path now. */
  owner: Pick<Package, 'manager' | 'name' | 'version'>;
  /** When the gone file was last written, in nanoseconds since the epoch; null if the file cannot be inspected safely. */
  modifiedAtNs: bigint | null;
  /** The uid of the gone file's owner; null if it is not known. */
  fileOwner: number | null;
  /** When the gone file lost its last name, in nanoseconds since the epoch; null if that is not known. */
  unlinkedAtNs: bigint | null;
  /** When the process began, in milliseconds since the epoch; null if that is not known. */
  startedAt: number | null;
  /** The note about its package in the gone file; null if the file has none. */
  note: BuildNote | null;
}

/** The tolerance for times of a log: it has whole seconds, and a line is written a little before or after the event. */
export const toleranceMs = 2000;

/** The kinds of evidence that a process uses a version, the strongest first. */
export const evidences = ['file_time', 'build_note', 'upgrade_log', 'first_upgrade'] as const;
export type VersionEvidence = (typeof evidences)[number];

/** Why the past of one package does not tell its fixes. */
export type PastUnknown = 'no_running_version' | 'no_changelog' | 'no_source_version' | 'not_kept';

export type UnknownBecause = PastUnknown | 'too_many_packages';

export interface Fixes {
  /** All ids, the newest first. */
  cves: readonly string[];
  /** Why there may be more fixes; null if all since the running version are known. */
  incompleteBecause: IncompleteBecause | null;
}

export type IncompleteBecause = 'changelog_too_short' | 'advisories_alone' | 'advisories_unread';
