// rpm's database and the logs of dnf and zypper -> the past of rpm's packages.

import type { Run } from '../spawn.ts';
import { Changelog } from './changelog.ts';
import type { ChangelogEntry } from './debian-changelog.ts';
import type { Manager, PackageHistory } from './history.ts';
import { joinLogs, type PackageLog, readLog } from './package-log.ts';
import { queryRpmChangelogs, type RpmPast } from './rpm-changelog.ts';
import { dnf4Log, dnf5Log, zypperLog } from './rpm-logs.ts';
import { compareRpmVersions } from './rpm-version.ts';
import type { Host } from './trusted-file.ts';

const logs = [
  { path: '/var/log/dnf.rpm.log', format: dnf4Log },
  { path: '/var/log/dnf5.log', format: dnf5Log },
  { path: '/var/log/zypp/history', format: zypperLog },
];

/**
 * @param names of the packages that will be asked for
 * @param since before this nobody will ask for the logs, in milliseconds since the epoch
 */
export function openRpm(host: Host, names: ReadonlySet<string>, since: number, run: Run): Manager {
  let pasts: Map<string, RpmPast> | null = null;
  let log: Promise<PackageLog> | null = null;
  return {
    historyOf: async (name, version) => {
      pasts ??= queryRpmChangelogs([...names], run);
      return pastOf(pasts.get(`${name} ${version}`) ?? null, version);
    },
    log: () => {
      log ??= Promise.all(logs.map(({ path, format }) => readLog(host, path, since, format))).then(joinLogs);
      return log;
    },
    close: async () => {},
  };
}

const day = 24 * 3600;

function pastOf(past: RpmPast | null, installed: string): PackageHistory {
  const first = past?.entries[0]?.version ?? null;
  const tag = first === null ? null : tagOf(first, installed);
  const toSource = (version: string): string => {
    const bare = tag !== null && tag !== '' && version.endsWith(tag) ? version.slice(0, -tag.length) : version;
    return bare.replace(/\.[a-z]+[0-9][\w.]*$/, '');
  };
  return {
    source: past?.source ?? null,
    changelog: past === null ? null : new Changelog(each(past.entries), { cut: false }, async () => {}),
    without: 'no_changelog',
    // An entry that names no version, or another one, is all that there is: then the first entry is taken for the newest.
    installed: tag === null ? null : toSource(installed),
    toSource,
    toPackage: () => null,
    compare,
    contains: (version, older) => compare(older, version) <= 0,
    hasTime: ({ date }, seconds) =>
      date !== null &&
      // A date alone stands for noon, and its build for the midnight before (rpm's SOURCE_DATE_EPOCH).
      (date === seconds || (date % day === day / 2 && date - day / 2 === seconds)),
  };
}

async function* each(entries: readonly ChangelogEntry[]): AsyncGenerator<ChangelogEntry> {
  yield* entries;
}

/** What the installed version has behind the entry's, as in `.el9`; null if it is another version. */
function tagOf(entry: string, installed: string): string | null {
  const [ours, theirs] = withEpochs(entry, installed);
  return theirs === ours || theirs.startsWith(`${ours}.`) ? theirs.slice(ours.length) : null;
}

function compare(a: string, b: string): number {
  return compareRpmVersions(...withEpochs(a, b));
}

/** Changelogs seldom name the epoch: then only what both have is compared. */
function withEpochs(a: string, b: string): [string, string] {
  const epoch = /^[0-9]+:/;
  return epoch.test(a) === epoch.test(b) ? [a, b] : [a.replace(epoch, ''), b.replace(epoch, '')];
}
