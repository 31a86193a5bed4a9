// A package and a time -> the version that the package had then, and when it last changed, by the package manager's own log.

import { changesSince } from './judge.ts';
import type { PackageLog } from './package-log.ts';
import { type FixesContext, openManager } from './packages-in-use.ts';
import { toleranceMs, type Use } from './use.ts';

export interface Dated {
  owner: Use['owner'];
  /** A process began then, in milliseconds since the epoch. */
  beganAt: number;
}

/** A package since a time. */
export interface Since {
  /** Its version at the time, which is the installed one if it has not changed since. */
  version: string;
  /** When its last change since then ended, in milliseconds since the epoch; null if there was none. The same version again counts. */
  changedAt: number | null;
  /** When the package's own programs had run after that change; null if that is not known. */
  settledAt: number | null;
}

/**
 * Returns null for a package if the log does not reach back so far. A change that ended within the tolerance after the time does not
 * count: it came before the process.
 */
export async function findVersionsSince(all: readonly Dated[], context: FixesContext): Promise<(Since | null)[]> {
  const logs = new Map<Use['owner']['manager'], Promise<PackageLog>>();
  const versions: (Since | null)[] = [];
  for (const { owner, beganAt } of all) {
    const log = logs.get(owner.manager) ?? readLog(owner.manager, all, context);
    logs.set(owner.manager, log);
    const changes = changesSince(await log, owner.name, startedAfter(beganAt));
    const version = changes?.[0]?.from ?? owner.version;
    const last = changes?.at(-1);
    const times = { changedAt: last?.endedAt ?? null, settledAt: last?.settledAt ?? null };
    versions.push(changes === null ? null : { version, ...times });
  }
  return versions;
}

/** The longest time that a run of a package manager takes, if its log does not say when the package's own programs had run. */
const longestRunMs = 3_600_000;

/**
 * Whether the package manager, or the package's own programs, may have written a file: they put it in place after the process had begun,
 * and may change it until they have ended.
 * @param writtenAt when the file was made, or its content was last written, in milliseconds since the epoch
 */
export function mayBeOfManager(writtenAt: number, { changedAt, settledAt }: Omit<Since, 'version'>): boolean {
  if (changedAt === null) return false;
  // A time of the log is rounded down to its second.
  return writtenAt < (settledAt === null ? changedAt + longestRunMs : settledAt + 1000 + toleranceMs);
}

/** The start of a process for which a change counts that ended later than the tolerance after the real start. */
export function startedAfter(beganAt: number): number {
  return beganAt + 1000 + toleranceMs;
}

async function readLog(
  name: Use['owner']['manager'],
  all: readonly Dated[],
  context: FixesContext,
): Promise<PackageLog> {
  const own = all.filter(({ owner }) => owner.manager === name);
  const manager = openManager(
    name,
    own.map(({ owner, beganAt }) => ({ owner, startedAt: beganAt })),
    context,
  );
  try {
    return await manager.log();
  } finally {
    await manager.close();
  }
}
