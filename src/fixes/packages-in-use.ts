// Uses of gone files of packages -> the versions of packages that are still used, their users, and the fixes since each version.

import { type Host, trustedOwner } from '../host/trusted-file.ts';
import { keyMaker } from '../keys.ts';
import type { Run } from '../spawn.ts';
import { findRequest, readAptHistory, type UpgradeRequest } from './apt-history.ts';
import { openDpkg } from './dpkg.ts';
import type { Manager } from './history.ts';
import { findFixes, findRunning, type Running } from './judge.ts';
import { apkLog, openPlain, pacmanLog } from './plain-logs.ts';
import { openRpm } from './rpm.ts';
import { evidences, type Fixes, type UnknownBecause, type Use, type VersionEvidence } from './use.ts';

/** One version of one package that a process still uses. */
export interface PackageInUse {
  manager: Use['owner']['manager'];
  name: string;
  /** null if it is not known. */
  source: string | null;
  installedVersion: string;
  runningVersion: string | null;
  evidence: VersionEvidence | null;
  /** The command and the user that asked for the replacement of the first of its files; null if they are not known. */
  replacedBy: UpgradeRequest | null;
  /** null if the fixes are not known. Then `unknownBecause` says why. */
  fixes: Fixes | null;
  unknownBecause: UnknownBecause | null;
  /** Indices in the list of uses. */
  uses: number[];
}

/** The most packages whose past is read. */
const mostPackages = 64;

export interface FixesContext {
  host: Host;
  run: Run;
}

export async function findPackagesInUse(uses: readonly Use[], context: FixesContext): Promise<PackageInUse[]> {
  const managers = new Map<Use['owner']['manager'], Manager>();
  const trusted = trustedOwner(context.host);
  const found: PackageInUse[] = [];
  try {
    for (const [index, members] of byWeight(groupByPackage(uses)).entries()) {
      const { owner } = uses[members[0]!]!;
      if (index >= mostPackages) {
        found.push({ ...unread(owner), unknownBecause: 'too_many_packages', uses: members });
        continue;
      }
      let manager = managers.get(owner.manager);
      if (manager === undefined) {
        manager = openManager(owner.manager, uses, context);
        managers.set(owner.manager, manager);
      }
      found.push(...(await judgePackage(members, uses, manager, trusted)));
    }
  } finally {
    for (const manager of managers.values()) await manager.close();
  }
  return await withRequests(found, uses, context.host);
}

/** Only apt keeps who asked. */
async function withRequests(found: readonly PackageInUse[], uses: readonly Use[], host: Host): Promise<PackageInUse[]> {
  const lostAt = found.map(({ manager, uses: members }) =>
    manager === 'dpkg' ? earliest(members.map((index) => uses[index]!.unlinkedAtNs)) : null,
  );
  const since = earliest(lostAt);
  if (since === null) return [...found];
  const { changes: runs } = await readAptHistory(host, milliseconds(since));
  return found.map((each, index) => {
    const ns = lostAt[index]!;
    if (ns === null) return each;
    const replaced = { name: each.name, version: each.runningVersion, at: milliseconds(ns) };
    return { ...each, replacedBy: findRequest(runs, replaced) };
  });
}

function earliest(times: readonly (bigint | null)[]): bigint | null {
  return times.reduce((least, at) => (least === null || (at !== null && at < least) ? at : least), null);
}

const milliseconds = (ns: bigint): number => Number(ns / 1_000_000n);

/** @param uses their packages and starts say how much of the past is needed */
export function openManager(
  name: Use['owner']['manager'],
  uses: readonly Pick<Use, 'owner' | 'startedAt'>[],
  { host, run }: FixesContext,
): Manager {
  const own = uses.filter(({ owner }) => owner.manager === name);
  const names = new Set(own.map(({ owner }) => owner.name));
  const since = own.reduce((least, { startedAt }) => Math.min(least, startedAt ?? 0), Number.POSITIVE_INFINITY);
  const managers: Readonly<Record<typeof name, () => Manager>> = {
    dpkg: () => openDpkg(host, names, since),
    rpm: () => openRpm(host, names, since, run),
    pacman: () => openPlain(host, '/var/log/pacman.log', since, pacmanLog),
    apk: () => openPlain(host, '/var/log/apk.log', since, apkLog),
  };
  return managers[name]();
}

function unread({ manager, name, version }: Use['owner']): Omit<PackageInUse, 'uses'> {
  return {
    manager,
    name,
    source: null,
    installedVersion: version,
    runningVersion: null,
    evidence: null,
    replacedBy: null,
    fixes: null,
    unknownBecause: 'no_running_version',
  };
}

async function judgePackage(
  members: readonly number[],
  uses: readonly Use[],
  manager: Manager,
  trusted: number,
): Promise<PackageInUse[]> {
  const { owner } = uses[members[0]!]!;
  const history = await manager.historyOf(owner.name, owner.version);
  const keyOf = keyMaker();
  const versions = new Map<string, { running: Running; uses: number[] }>();
  for (const index of members) {
    const running = await findRunning(uses[index]!, history, manager.log, trusted);
    const key = keyOf(...identityOf(running));
    const known = versions.get(key);
    if (known === undefined) versions.set(key, { running, uses: [index] });
    else {
      known.running = stronger(known.running, running);
      known.uses.push(index);
    }
  }
  const found: PackageInUse[] = [];
  for (const { running, uses } of versions.values()) {
    const fixes = await findFixes(running, { name: owner.name, installed: owner.version }, history);
    found.push({
      ...unread(owner),
      source: history.source,
      runningVersion: running.version,
      evidence: running.evidence,
      ...(typeof fixes === 'string' ? { fixes: null, unknownBecause: fixes } : { fixes, unknownBecause: null }),
      uses,
    });
  }
  return found;
}

/** By what a version is told from the others of its package, whatever the evidence. */
function identityOf({ version, sourceVersion, entry }: Running): [kind: string, what: string | number | null] {
  if (version !== null) return ['version', version];
  return sourceVersion !== null ? ['source', sourceVersion] : ['date', entry?.date ?? null];
}

function stronger(a: Running, b: Running): Running {
  const rank = ({ evidence }: Running) => (evidence === null ? evidences.length : evidences.indexOf(evidence));
  return rank(b) < rank(a) ? b : a;
}

function groupByPackage(uses: readonly Use[]): number[][] {
  const keyOf = keyMaker();
  const groups = new Map<string, number[]>();
  for (const [index, { owner }] of uses.entries()) {
    const key = keyOf(owner.manager, owner.name, owner.version);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [index]);
    else group.push(index);
  }
  return [...groups.values()];
}

/** Puts the packages with the most uses first, so that they are read if there are too many packages. */
function byWeight(groups: number[][]): number[][] {
  return groups.sort((a, b) => b.length - a.length || a[0]! - b[0]!);
}
