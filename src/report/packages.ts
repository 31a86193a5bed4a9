// Versions of packages that processes still run -> the report's packages.

import { compareBytes } from '../documents/compare-bytes.ts';
import type { Fixes, Package, PackageInUse, PackageUnit, ReplacedBy, Scan } from '../documents/generated/report.ts';
import { formatTimeNs } from '../documents/time.ts';
import type { Fixes as FoundFixes } from '../fixes/use.ts';
import { keyMaker } from '../keys.ts';
import { type Bytes, toText } from '../procfs/bytes.ts';
import type { PackageFacts, ReportFacts } from './facts.ts';
import { buildUser } from './values.ts';

/** Most ids in the list of an entry; the count of an entry is of all. */
const listedCves = 500;

/** Returns null without --fixes. */
export function buildPackages({
  fixes,
  userName,
  scan,
}: Pick<ReportFacts, 'fixes' | 'userName' | 'scan'>): PackageInUse[] | null {
  if (fixes === null) return null;
  return fixes.packages
    .map((each) => buildPackage(each, { userName, scan }))
    .sort(
      (a, b) =>
        compareBytes(a.name, b.name) ||
        compareBytes(a.manager, b.manager) ||
        compareBytes(a.running_version ?? '', b.running_version ?? '') ||
        compareBytes(a.evidence ?? '', b.evidence ?? '') ||
        a.pids[0]! - b.pids[0]!,
    );
}

function buildPackage(
  facts: PackageFacts['packages'][number],
  { userName, scan }: Pick<ReportFacts, 'userName' | 'scan'>,
): PackageInUse {
  const { fixes, users } = facts;
  const times = users.flatMap(({ replacedAtNs }) => replacedAtNs ?? []);
  return {
    name: facts.name,
    source: facts.source,
    manager: facts.manager,
    installed_version: facts.installedVersion,
    running_version: facts.runningVersion,
    evidence: facts.evidence,
    replaced_at: formatTimeNs(times.reduce<bigint | null>((min, at) => (min === null || at < min ? at : min), null)),
    replaced_by: buildRequest(facts.replacedBy, scan.command_line),
    fixes: fixes && describeFixes(fixes, listedCves),
    unknown_because: facts.unknownBecause,
    units: buildUnits(users, userName),
    pids: [...new Set(users.map(({ process }) => process.pid))].sort((a, b) => a - b),
  };
}

/** @param listed at most so many ids are listed, the newest; the count is of all */
export function describeFixes({ cves, incompleteBecause }: FoundFixes, listed: number): Fixes {
  return {
    count: cves.length,
    cves: cves.slice(0, listed),
    complete: incompleteBecause === null,
    incomplete_because: incompleteBecause,
  };
}

/** The user's name is the one in the log, because the account may have another one by now, or none. */
function buildRequest(
  request: PackageFacts['packages'][number]['replacedBy'],
  mode: Scan['command_line'],
): ReplacedBy | null {
  if (request === null) return null;
  const { command, user } = request;
  const shown = command === null || mode === 'none' ? null : mode === 'program' ? command.split(' ')[0]! : command;
  return {
    command: shown === null ? null : toText(shown).text,
    user: user && { uid: user.uid, name: toText(user.name).text },
  };
}

function buildUnits(
  users: PackageFacts['packages'][number]['users'],
  userName: ReportFacts['userName'],
): PackageUnit[] {
  const keyOf = keyMaker();
  const units = new Map<string, PackageUnit>();
  for (const { process } of users) {
    const { unit } = process.attribution;
    if (unit === null) continue;
    units.set(keyOf(unit.scope, unit.uid, unit.name), {
      scope: unit.scope,
      user: buildUser(unit.uid, userName),
      name: unit.name,
    });
  }
  return [...units.values()].sort(
    (a, b) =>
      compareBytes(a.scope, b.scope) || (a.user?.uid ?? -1) - (b.user?.uid ?? -1) || compareBytes(a.name, b.name),
  );
}

/** The package that has the path now; if none has, the package that had it before. A file that is not on the host has neither. */
export function ownerOf(
  { path, onHost }: { path: Bytes; onHost: boolean },
  { packages, fixes }: Pick<ReportFacts, 'packages' | 'fixes'>,
): Package | undefined {
  return onHost ? (packages.get(path) ?? fixes?.formerOwners.get(path)) : undefined;
}

/** The owner of a gone file, with the version of the file itself. */
export function withRunningVersion(owner: Package | undefined, version: string | null): Package | null {
  return owner === undefined ? null : { ...owner, running_version: version };
}
