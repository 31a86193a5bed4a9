// The report's packages -> how many security fixes are on disk and not in memory, by file and by unit. An unknown number is null.

import type { DeletedFd, DeletedMap, PackageInUse, Report, UnitFile } from '../documents/generated/report.ts';
import { indexVersions, ownVersions } from '../documents/packages-in-use.ts';
import { keyMaker } from '../keys.ts';
import { isPlaceOfPackages } from '../path-evidence.ts';

export type GoneFile = UnitFile | DeletedMap | DeletedFd;

/** The fixes of a file and the processes that use it. */
export type FixesOf = (file: Pick<GoneFile, 'role' | 'package' | 'path'>, pids: readonly number[]) => number | null;

export function indexFixes(report: Report): FixesOf {
  const versionsOf = indexVersions(report);
  return (file, pids) => {
    const { role, package: owner } = file;
    if (role !== 'code' || versionsOf === null) return null;
    return owner === null && !isStray(file) ? 0 : countFixes(ownVersions(owner, versionsOf(owner, pids)));
  };
}

/** The fixes of a unit, by its identity and the files that it uses; the identity is nulls for processes in no unit. */
export type UnitFixes = (
  scope: string | null,
  uid: number | null,
  name: string | null,
  files: readonly GoneFile[],
) => number | null;

export function indexUnitFixes({ packages = null, processes }: Report): UnitFixes {
  const keyOf = keyMaker();
  const loose = new Set(processes.filter(({ unit }) => unit === null).map(({ pid }) => pid));
  const units = new Map<string, PackageInUse[]>();
  for (const each of packages ?? []) {
    const keys = each.units.map(({ scope, user, name }) => keyOf(scope, user?.uid ?? null, name));
    if (each.pids.some((pid) => loose.has(pid))) keys.push(keyOf(null, null, null));
    for (const key of keys) {
      const own = units.get(key);
      if (own === undefined) units.set(key, [each]);
      else own.push(each);
    }
  }
  return (scope, uid, name, files) => {
    const amount = countFixes(units.get(keyOf(scope, uid, name)) ?? []);
    // Code of no package may have come from a removed package. So nobody knows that there is nothing.
    return amount === 0 && files.some(isStray) ? null : amount;
  };
}

/** Code outside the folders of packages is somebody's own, and no package fixes it. */
function isStray({ role, package: owner, path }: Pick<GoneFile, 'role' | 'package' | 'path'>): boolean {
  return role === 'code' && owner === null && isPlaceOfPackages(path);
}

/** The number for several units of one label, by the greatest of them; null if that is 0 and one of them is not known. */
export function joinCounts(counts: readonly (number | null)[]): number | null {
  const most = Math.max(...counts.map((each) => each ?? 0));
  return most === 0 && counts.includes(null) ? null : most;
}

/** Each id once. null if nothing is known, or if nothing was found but not everything is known. */
function countFixes(packages: readonly PackageInUse[]): number | null {
  const known = packages.flatMap(({ fixes }) => fixes ?? []);
  const ids = new Set(known.flatMap(({ cves }) => cves));
  // A list of ids may be cut, but its count is not.
  const amount = Math.max(ids.size, ...known.map(({ count }) => count));
  const isComplete = known.length === packages.length && known.every(({ complete }) => complete);
  return packages.length === 0 || (amount === 0 && !isComplete) ? null : amount;
}
