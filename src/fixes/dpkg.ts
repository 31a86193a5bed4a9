// dpkg's database, dpkg's log and /usr/share/doc -> the past of dpkg's packages.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from '../host/trusted-file.ts';
import { noAdvisories } from './advisories.ts';
import type { Changelog } from './changelog.ts';
import { type DpkgSource, findSources, openDpkgChangelog } from './dpkg-changelog.ts';
import { parseDpkgLog, timeOfLine } from './dpkg-log.ts';
import { compareDpkgVersions, withoutRebuild } from './dpkg-version.ts';
import type { Manager, PackageHistory } from './history.ts';
import { type PackageLog, readLog } from './package-log.ts';

/**
 * @param names the packages that the caller will ask for
 * @param since the earliest time of the log that the caller needs, in milliseconds since the epoch
 */
export function openDpkg(host: Host, names: ReadonlySet<string>, since: number): Manager {
  const sources = readSources(host, names);
  /** By source, because packages of one source have the same changelog, and only some of them may contain it. */
  const opened = new Map<string, Changelog>();
  let log: Promise<PackageLog> | null = null;
  return {
    historyOf: async (name, version) => {
      const source = sources.get(name) ?? null;
      if (source === null) return unknownPast;
      const key = `${source.name} ${source.version}`;
      const changelog = opened.get(key) ?? (await openDpkgChangelog(host, name, source));
      if (changelog !== null) opened.set(key, changelog);
      return pastOf(source, version, changelog);
    },
    log: () => {
      log ??= readLog(host, '/var/log/dpkg.log', since, { timeOf: timeOfLine, parse: parseDpkgLog });
      return log;
    },
    close: async () => {
      for (const changelog of opened.values()) await changelog.close();
    },
  };
}

function readSources(host: Host, names: ReadonlySet<string>): Map<string, DpkgSource> {
  try {
    return findSources(readFileSync(join(host.root, 'var/lib/dpkg/status'), 'latin1'), names);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return new Map();
  }
}

/** Maps versions to the changelog's. If package and source have different versions, no version of the package can be mapped. */
function pastOf(source: DpkgSource, installed: string, changelog: Changelog | null): PackageHistory {
  const isSame = withoutRebuild(installed) === withoutRebuild(source.version);
  return {
    ...unknownPast,
    source: source.name,
    changelog,
    installed: withoutRebuild(source.version),
    toSource: (version) => (isSame ? withoutRebuild(version) : null),
    toPackage: (version) => (isSame ? version : null),
  };
}

function compareSources(a: string, b: string): number {
  return compareDpkgVersions(withoutRebuild(a), withoutRebuild(b));
}

/** Returns the version that an update of a release, or a backport, was made from: 1.2-1 for 1.2-1~deb12u1. */
function withoutRelease(version: string): string {
  return withoutRebuild(version).replace(/~(?:deb|bpo)[0-9]+[^~]*$/, '');
}

const unknownPast: PackageHistory = {
  source: null,
  changelog: null,
  without: 'no_changelog',
  installed: null,
  toSource: () => null,
  toPackage: () => null,
  compare: compareSources,
  contains: (version, older) => compareSources(older, version) <= 0 || older === withoutRelease(version),
  advisories: async () => noAdvisories,
  hasTime: ({ date }, seconds) => date === seconds,
};
