// What a host keeps of the past of one package, whatever its package manager.

import type { Changelog } from './changelog.ts';
import type { ChangelogEntry } from './debian-changelog.ts';
import type { PackageLog } from './package-log.ts';
import type { UnknownBecause } from './use.ts';

export interface PackageHistory {
  /** The name of the source; null if it is not known. */
  source: string | null;
  /** null if there is none, and then `without` says why. */
  changelog: Changelog | null;
  without: UnknownBecause | null;
  /** The installed version, as the changelog would name it; null if that cannot be told. */
  installed: string | null;
  /** A version of the package, as the changelog names it; null if that cannot be told. */
  toSource: (version: string) => string | null;
  /** A version of the changelog, as the package has it; null if that cannot be told. */
  toPackage: (version: string) => string | null;
  /** Negative if the first is earlier; both are versions of the changelog. */
  compare: (a: string, b: string) => number;
  /** Whether a version of the changelog has everything that the entry of an older one tells. */
  contains: (version: string, older: string) => boolean;
  /** Whether a file of that time (seconds since the epoch) was built from the entry. */
  hasTime: (entry: ChangelogEntry, seconds: number) => boolean;
}

export interface Manager {
  /** @param name of an installed package */
  historyOf: (name: string, version: string) => Promise<PackageHistory>;
  /** The log of the package manager; read once, and only if it is wanted. */
  log: () => Promise<PackageLog>;
  close: () => Promise<void>;
}
