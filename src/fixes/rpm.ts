// rpm's database, the logs of dnf and zypper, and the advisories that they keep -> the past of rpm's packages.

import type { Host } from '../host/trusted-file.ts';
import type { Run } from '../spawn.ts';
import { type Advisories, readAdvisories } from './advisories.ts';
import { Changelog } from './changelog.ts';
import type { ChangelogEntry } from './debian-changelog.ts';
import type { Manager, PackageHistory } from './history.ts';
import { joinLogs, type PackageLog, readLog } from './package-log.ts';
import { queryRpmChangelogs, type RpmPast } from './rpm-changelog.ts';
import { dnf4Log, dnf5Log, zypperLog } from './rpm-logs.ts';
import { compareRpmVersions } from './rpm-version.ts';

const logs = [
  { path: '/var/log/dnf.rpm.log', format: dnf4Log },
  { path: '/var/log/dnf5.log', format: dnf5Log },
  { path: '/var/log/zypp/history', format: zypperLog },
];

/**
 * @param names the packages that the caller will ask for
 * @param since the earliest time of the logs that the caller needs, in milliseconds since the epoch
 */
export function openRpm(host: Host, names: ReadonlySet<string>, since: number, run: Run): Manager {
  let pasts: Map<string, RpmPast> | null = null;
  let log: Promise<PackageLog> | null = null;
  let advisories: Promise<Advisories> | null = null;
  const readAll = () => {
    advisories ??= readAdvisories(host, names);
    return advisories;
  };
  return {
    historyOf: async (name, version) => {
      pasts ??= queryRpmChangelogs([...names], run);
      return pastOf(pasts.get(`${name} ${version}`) ?? null, version, readAll);
    },
    log: () => {
      log ??= Promise.all(logs.map(({ path, format }) => readLog(host, path, since, format))).then(joinLogs);
      return log;
    },
    close: async () => {},
  };
}

const day = 24 * 3600;

function pastOf(past: RpmPast | null, installed: string, advisories: PackageHistory['advisories']): PackageHistory {
  const first = past?.entries[0]?.version ?? null;
  const mapping = first === null ? null : mappingOf(first, installed);
  const toSource = mapping ?? withoutTag;
  return {
    source: past?.source ?? null,
    changelog: past === null ? null : new Changelog(each(past.entries), { cut: false }, async () => {}),
    without: 'no_changelog',
    // null if the first entry names no version or another one. Then the first entry counts as the newest.
    installed: mapping === null ? null : toSource(installed),
    toSource,
    toPackage: () => null,
    compare,
    advisories,
    contains: (version, older) => compare(older, version) <= 0,
    hasTime: ({ date }, seconds) =>
      date !== null &&
      // An entry with a date alone has the time of noon, and its build has the midnight before (rpm's SOURCE_DATE_EPOCH).
      (date === seconds || (date % day === day / 2 && date - day / 2 === seconds)),
  };
}

async function* each(entries: readonly ChangelogEntry[]): AsyncGenerator<ChangelogEntry> {
  yield* entries;
}

/** Returns 1.2-60.7 for 1.2-60.el9_2.7: the number behind the distribution's tag counts updates, and the tag does not. */
function withoutTag(version: string): string {
  return version.replace(/(-[^-]*?)\.[a-z]+[0-9]\w*((?:\.[0-9]+)*)$/, '$1$2');
}

/** Returns how a version is turned into the form of the entries, by the first entry; null if that is not of the installed version. */
function mappingOf(entry: string, installed: string): ((version: string) => string) | null {
  const [ours, theirs] = withEpochs(entry, installed);
  if (theirs === ours) return (version) => version;
  if (withoutTag(theirs) === ours) return withoutTag;
  if (!theirs.startsWith(`${ours}.`)) return null;
  const tag = theirs.slice(ours.length);
  return (version) => (version.endsWith(tag) ? version.slice(0, -tag.length) : withoutTag(version));
}

function compare(a: string, b: string): number {
  return compareRpmVersions(...withEpochs(a, b));
}

/** Removes the epoch if only one of the versions has it, because changelogs seldom name the epoch. */
function withEpochs(a: string, b: string): [string, string] {
  const epoch = /^[0-9]+:/;
  return epoch.test(a) === epoch.test(b) ? [a, b] : [a.replace(epoch, ''), b.replace(epoch, '')];
}
