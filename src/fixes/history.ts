// The past of one package as its host keeps it: one interface for all package managers.

import type { Advisories } from './advisories.ts';
import type { Changelog } from './changelog.ts';
import type { ChangelogEntry } from './debian-changelog.ts';
import type { PackageLog } from './package-log.ts';
import type { PastUnknown } from './use.ts';

export interface PackageHistory {
  /** The name of the package's source; null if it is not known. */
  source: string | null;
  /** null if there is no changelog. Then `without` says why. */
  changelog: Changelog | null;
  without: PastUnknown | null;
  /** The installed version in the changelog's form; null if nothing tells it. */
  installed: string | null;
  /** Turns a version of the package into the changelog's form; null if nothing tells it. */
  toSource: (version: string) => string | null;
  /** Turns a version of the changelog into the package's form; null if nothing tells it. */
  toPackage: (version: string) => string | null;
  /** Compares two versions in the changelog's form; negative if the first is earlier. */
  compare: (a: string, b: string) => number;
  /** Returns whether a version contains all changes that the entry of an older version tells. */
  contains: (version: string, older: string) => boolean;
  /** Reads the advisories of the repositories. They are read once, and only if a caller asks for them. */
  advisories: () => Promise<Advisories>;
  /** Returns whether a file with that time (seconds since the epoch) was built from the entry. */
  hasTime: (entry: ChangelogEntry, seconds: number) => boolean;
}

export interface Manager {
  /** @param name the name of an installed package */
  historyOf: (name: string, version: string) => Promise<PackageHistory>;
  /** Returns the log of the package manager. It is read once, and only if a caller asks for it. */
  log: () => Promise<PackageLog>;
  close: () => Promise<void>;
}
