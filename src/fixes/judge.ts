// A use of a gone file and the past of its package -> the version that is used, and what was fixed since.

import { compareCves } from '../cves.ts';
import type { ChangelogEntry } from './debian-changelog.ts';
import type { PackageHistory } from './history.ts';
import type { Change, PackageLog } from './package-log.ts';
import type { Evidence, Fixes, UnknownBecause, Use } from './use.ts';

export interface Running {
  /** As the package has it; null if that is not known. */
  version: string | null;
  /** As the changelog has it; null if that is not known. */
  sourceVersion: string | null;
  /** null if nothing tells the version. */
  evidence: Evidence | null;
}

const nothing: Running = { version: null, sourceVersion: null, evidence: null };

/** Dates of a changelog need not fall from entry to entry: so much further down nobody has to look. */
const marginSeconds = 400 * 24 * 3600;
/** A log has whole seconds, and its line is written a little before or after what it tells. */
const toleranceMs = 2000;

/** @param log asked only if the file itself does not tell */
export async function findRunning(
  use: Use,
  history: PackageHistory,
  log: () => Promise<PackageLog>,
  trustedOwner: number,
): Promise<Running> {
  // A user's own file at a path of the package, as in a mount namespace of the user's, may have any time.
  if (use.fileOwner !== null && use.fileOwner !== trustedOwner) return nothing;
  const entry = await findEntry(use, history);
  if (entry !== null) {
    const version = history.toPackage(entry) ?? findChange(use, await log())?.change.from ?? null;
    return { version, sourceVersion: entry, evidence: 'file_time' };
  }
  const found = findChange(use, await log());
  if (found === null) return nothing;
  const version = found.change.from;
  return { version, sourceVersion: history.toSource(version), evidence: found.evidence };
}

/** The version of the one entry that the file was built from, by the file's own time. */
async function findEntry(use: Use, { changelog, hasTime }: PackageHistory): Promise<string | null> {
  const { modifiedAtNs } = use;
  // A build gives its files whole seconds.
  if (changelog === null || modifiedAtNs === null || modifiedAtNs % 1_000_000_000n !== 0n) return null;
  const seconds = Number(modifiedAtNs / 1_000_000_000n);
  const isFarBehind = ({ date }: ChangelogEntry) => date !== null && date < seconds - marginSeconds;
  const entries = await changelog.upTo(isFarBehind);
  const versions = new Set(entries.filter((each) => hasTime(each, seconds)).map(({ version }) => version));
  const [version = null] = versions;
  return versions.size === 1 ? version : null;
}

function findChange(use: Use, log: PackageLog): { change: Change; evidence: Evidence } | null {
  const changes = log.changes.filter(({ name }) => name === use.owner.name);
  if (use.unlinkedAtNs !== null) {
    const at = Number(use.unlinkedAtNs / 1_000_000n);
    const fitting = changes.filter(
      ({ beganAt, endedAt }) => beganAt - toleranceMs <= at && at <= endedAt + 1000 + toleranceMs,
    );
    const [change] = fitting;
    const isOne = change !== undefined && fitting.every(({ from }) => from === change.from);
    // Whatever replaced the file is not in the log, or too much of it is.
    return isOne ? { change, evidence: 'upgrade_log' } : null;
  }
  const { startedAt } = use;
  // The first change after its begin may be in a part of the log that is gone.
  if (startedAt === null || log.beginsAt === null || log.beginsAt > startedAt) return null;
  const since = changes.filter(({ endedAt }) => endedAt + 1000 >= startedAt);
  const [change] = since;
  if (change === undefined) return null;
  return { change, evidence: since.length === 1 ? 'upgrade_log' : 'first_upgrade' };
}

/** What the changelog says since the running version. */
export async function findFixes(
  { sourceVersion, evidence }: Running,
  history: PackageHistory,
): Promise<Fixes | UnknownBecause> {
  const { changelog, without, installed, compare } = history;
  if (evidence === null) return 'no_running_version';
  if (changelog === null) return without ?? 'no_changelog';
  if (sourceVersion === null || installed === null) return 'no_source_version';
  const isReached = ({ version }: ChangelogEntry) => version !== null && compare(version, sourceVersion) <= 0;
  const entries = await changelog.upTo(isReached);
  const since = entries.filter(
    (entry) => entry.version !== null && !isReached(entry) && compare(entry.version, installed) <= 0,
  );
  const cves = new Set(since.flatMap(({ cves }) => cves));
  const hasBegin = entries.some(({ version }) => version !== null && compare(version, installed) >= 0);
  const complete = (entries.some(isReached) && hasBegin) || compare(installed, sourceVersion) <= 0;
  return { cves: [...cves].sort(compareCves), complete };
}
