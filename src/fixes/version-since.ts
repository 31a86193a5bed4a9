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
    versions.push(changes === null ? null : { version, changedAt: changes.at(-1)?.endedAt ?? null });
  }
  return versions;
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
