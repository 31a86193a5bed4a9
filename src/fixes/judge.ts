// A use of a gone file and the past of its package -> the version that is used, and the fixes since that version.

import { compareCves, yearOf } from '../cves.ts';
import type { Changelog } from './changelog.ts';
import type { ChangelogEntry } from './debian-changelog.ts';
import type { PackageHistory } from './history.ts';
import type { Change, PackageLog } from './package-log.ts';
import { findStanding } from './reverts.ts';
import { type Fixes, type PastUnknown, toleranceMs, type Use, type VersionEvidence } from './use.ts';

export interface Running {
  /** The version in the package's form; null if it is not known. */
  version: string | null;
  /** The version in the changelog's form; null if it is not known. */
  sourceVersion: string | null;
  /** The entry of the changelog that the file was built from; null if none was found. */
  entry: ChangelogEntry | null;
  /** null if nothing tells the version. */
  evidence: VersionEvidence | null;
}

/** For the fixes since a version, it does not matter what the evidence of the version is. */
type RunningVersion = Omit<Running, 'evidence'> & { evidence: string | null };

const nothing: Running = { version: null, sourceVersion: null, entry: null, evidence: null };

/** How far to look past a date, because the dates of a changelog need not fall from entry to entry. */
const marginSeconds = 400 * 24 * 3600;

/** @param log is called only if the file itself does not tell the version */
export async function findRunning(
  use: Use,
  history: PackageHistory,
  log: () => Promise<PackageLog>,
  trustedOwner: number,
): Promise<Running> {
  // A user may have put a file at a path of the package, as in a mount namespace of the user. Such a file may have any time.
  if (use.fileOwner !== null && use.fileOwner !== trustedOwner) return nothing;
  const entry = await findEntry(use, history);
  if (entry !== null) {
    const named = entry.version === null ? null : history.toPackage(entry.version);
    const version = named ?? (await versionInLog(use, entry, history, log));
    return { version, sourceVersion: entry.version, entry, evidence: 'file_time' };
  }
  const noted = ofNote(use, history);
  if (noted !== null) return noted;
  const found = findChange(use, await log());
  if (found === null) return nothing;
  const version = found.change.from;
  return { version, sourceVersion: history.toSource(version), entry: null, evidence: found.evidence };
}

/** The type of the notes in the packages of each package manager. systemd.io/ELF_PACKAGE_METADATA */
const noteTypes: Readonly<Record<Use['owner']['manager'], string>> = {
  dpkg: 'deb',
  rpm: 'rpm',
  pacman: 'alpm',
  apk: 'apk',
};

/** Reads the version from the note. A note names the source, and counts only if the package is of that source. */
function ofNote({ note, owner }: Use, { source, toSource, toPackage }: PackageHistory): Running | null {
  if (note === null || note.type !== noteTypes[owner.manager] || note.name !== (source ?? owner.name)) return null;
  return {
    version: owner.manager === 'dpkg' ? toPackage(note.version) : note.version,
    sourceVersion: toSource(note.version),
    entry: null,
    evidence: 'build_note',
  };
}

/** Returns the entry that the file was built from, by the file's own time; null if no entry or several entries have that time. */
export async function findEntry(
  { modifiedAtNs }: Pick<Use, 'modifiedAtNs'>,
  { changelog, hasTime }: PackageHistory,
): Promise<ChangelogEntry | null> {
  // A build gives its files whole seconds, so a time with a fraction is not from a build.
  if (changelog === null || modifiedAtNs === null || modifiedAtNs % 1_000_000_000n !== 0n) return null;
  const seconds = Number(modifiedAtNs / 1_000_000_000n);
  const isFarBehind = ({ date }: ChangelogEntry) => date !== null && date < seconds - marginSeconds;
  const entries = await changelog.upTo(isFarBehind);
  const [entry = null, ...others] = entries.filter((each) => hasTime(each, seconds));
  return others.length === 0 ? entry : null;
}

/** Finds the package's version in the log, for an entry whose version cannot be turned into it; null if entry and log disagree. */
async function versionInLog(
  use: Use,
  entry: ChangelogEntry,
  { toSource, compare }: PackageHistory,
  log: () => Promise<PackageLog>,
): Promise<string | null> {
  const version = findChange(use, await log())?.change.from ?? null;
  const source = version === null ? null : toSource(version);
  const isSame = source === null || entry.version === null || compare(source, entry.version) === 0;
  return isSame ? version : null;
}

function findChange(use: Use, log: PackageLog): { change: Change; evidence: VersionEvidence } | null {
  const changes = log.changes.filter(({ name }) => name === use.owner.name);
  if (use.unlinkedAtNs !== null) {
    const at = Number(use.unlinkedAtNs / 1_000_000n);
    const fitting = changes.filter(
      ({ beganAt, endedAt }) => beganAt - toleranceMs <= at && at <= endedAt + 1000 + toleranceMs,
    );
    const [change] = fitting;
    const isOne = change !== undefined && fitting.every(({ from }) => from === change.from);
    // The log has no change that replaced the file, or several with different versions before.
    return isOne ? { change, evidence: 'upgrade_log' } : null;
  }
  const since = use.startedAt === null ? null : changesSince(log, use.owner.name, use.startedAt);
  const [change] = since ?? [];
  if (since === null || change === undefined) return null;
  return { change, evidence: since.length === 1 ? 'upgrade_log' : 'first_upgrade' };
}

/** Returns the changes of a package since a process began, the oldest first; null if the log may lack the first of them. */
export function changesSince(log: PackageLog, name: string, startedAt: number): Change[] | null {
  if (log.beginsAt === null || log.beginsAt > startedAt) return null;
  return log.changes.filter((change) => change.name === name && change.endedAt + 1000 >= startedAt);
}

/**
 * Returns the fixes since the running version, by the changelog and by the advisories.
 * @param installed the installed version in the package's form
 */
export async function findFixes(
  running: RunningVersion,
  { name, installed }: { name: string; installed: string },
  history: PackageHistory,
): Promise<Fixes | PastUnknown> {
  const told = await findInChangelog(running, installed, history);
  const isLater = laterThan(running, installed, history);
  if (isLater === null) return told;
  const { byPackage, complete } = await history.advisories();
  const fitting = (byPackage.get(name) ?? []).filter(({ version }) => isLater(version));
  const named = [...new Set(fitting.flatMap(({ cves }) => cves))];
  if (typeof told === 'string') {
    return named.length === 0 ? told : { cves: named.sort(compareCves), incompleteBecause: 'advisories_alone' };
  }
  const cves = [...new Set([...told.cves, ...named])].sort(compareCves);
  return { cves, incompleteBecause: told.incompleteBecause ?? (complete ? null : 'advisories_unread') };
}

/**
 * Returns whether a version of an advisory is later than the running version and not later than the installed one. null if the
 * installed version is not later than the running version, or the running version is not known.
 */
function laterThan(
  { version, sourceVersion }: RunningVersion,
  installed: string,
  { toSource, compare }: PackageHistory,
): ((version: string) => boolean) | null {
  if (version !== null) {
    if (compare(installed, version) <= 0) return null;
    return (each) => compare(each, version) > 0 && compare(each, installed) <= 0;
  }
  // A changelog's version has no tag of the distribution, so it is compared with versions without the tag.
  const last = toSource(installed);
  if (sourceVersion === null || last === null || compare(last, sourceVersion) <= 0) return null;
  return (each) => {
    const bare = toSource(each);
    return bare !== null && compare(bare, sourceVersion) > 0 && compare(each, installed) <= 0;
  };
}

/**
 * Returns the fixes since the running version: all entries above the first entry that the running version contains. The place of
 * an entry decides and not its version, because an update of a release (1.2-1~deb12u1) is made from a version that compares as
 * later (1.2-1).
 */
async function findInChangelog(
  { version, sourceVersion, entry, evidence }: RunningVersion,
  installedVersion: string,
  history: PackageHistory,
): Promise<Fixes | PastUnknown> {
  const { changelog, without, installed, compare, contains } = history;
  if (changelog === null && without === 'not_kept') return without;
  if (evidence === null) return 'no_running_version';
  if (changelog === null) return without ?? 'no_changelog';
  if (sourceVersion === null && entry === null) return 'no_source_version';
  const isNotLater = installed !== null && sourceVersion !== null && compare(installed, sourceVersion) <= 0;
  if (isNotLater) {
    // Two versions of a package may be one in the changelog's form. Then the place of the entry decides, if it is known.
    const isOther =
      entry === null
        ? version !== null && compare(installedVersion, version) > 0
        : (await changelog.upTo((each) => each === entry)).find((each) => each.version === entry.version) !== entry;
    if (!isOther) return none;
    if (entry === null) return 'no_source_version';
  }
  const isReached = (each: ChangelogEntry) =>
    each === entry ||
    (!isNotLater && each.version !== null && sourceVersion !== null && contains(sourceVersion, each.version));
  const entries = await changelog.upTo(isReached);
  // A folder in /usr/share/doc may be a link to a package of the same source that is newer, so newer entries are skipped.
  const begin =
    installed === null ? 0 : entries.findIndex(({ version }) => version !== null && contains(installed, version));
  const end = entries.findIndex(isReached);
  // If no entry names a version, each entry may belong to the running version or to an earlier one.
  if (end === -1 && entries.every(({ version }) => version === null)) return 'no_source_version';
  const since = begin === -1 ? [] : entries.slice(begin, end === -1 ? undefined : end);
  const cves = await withoutOldFixes(since, end === -1 ? null : end, changelog);
  const top = entries[begin]?.version ?? null;
  const isWhole = installed === null || (top !== null && compare(top, installed) === 0);
  return { cves: cves.sort(compareCves), incompleteBecause: isWhole && end !== -1 ? null : 'changelog_too_short' };
}

/**
 * Returns the ids of new entries. A later entry may name a fix once more, for example if a new version brings the fix that a patch
 * brought before. Such an id is left out, unless an entry tells that the fix was not whole, or takes its change back.
 * @param end the index of the newest entry that the running version contains; null if the changelog does not reach back to it
 */
async function withoutOldFixes(
  since: readonly ChangelogEntry[],
  end: number | null,
  changelog: Changelog,
): Promise<string[]> {
  const cves = [...new Set(since.flatMap(({ cves }) => cves))];
  if (cves.length === 0 || end === null) return cves;
  // Nobody knew an id more than a year before the year in it.
  const earliest = Date.UTC(Math.min(...cves.map(yearOf)) - 1, 0) / 1000;
  const entries = await changelog.upTo(({ date }) => date !== null && date < earliest);
  const seen = [...since, ...entries.slice(end)];
  const standing = findStanding(seen, since.length);
  const unsettled = new Set(seen.flatMap((entry) => entry.unsettled));
  return cves.filter((cve) => !standing.has(cve) || unsettled.has(cve));
}

const none: Fixes = { cves: [], incompleteBecause: null };
