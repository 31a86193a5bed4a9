// The report's packages -> the versions that the processes of a gone file run, and the sum of the security fixes of some versions.

import { sortCves } from '../cves.ts';
import { keyMaker } from '../keys.ts';
import { isPlaceOfPackages } from '../path-evidence.ts';
import { compareBytes } from './compare-bytes.ts';
import type { FixedPackage } from './generated/plan.ts';
import type { Package, PackageInUse, Report } from './generated/report.ts';

/** Returns the versions of a file's package that the processes run; none if the report does not know them. */
export type VersionsOf = (owner: Package | null, pids: readonly number[]) => PackageInUse[];

/** Returns null for a report that was made without --fixes. */
export function indexVersions({ packages = null }: Report): VersionsOf | null {
  if (packages === null) return null;
  const keyOf = keyMaker();
  const known = new Map<string, { version: PackageInUse; pids: ReadonlySet<number> }[]>();
  for (const version of packages) {
    const key = keyOf(version.manager, version.name);
    const entry = { version, pids: new Set(version.pids) };
    const others = known.get(key);
    if (others === undefined) known.set(key, [entry]);
    else others.push(entry);
  }
  return (owner, pids) => {
    if (owner === null) return [];
    return (known.get(keyOf(owner.manager, owner.name)) ?? [])
      .filter((each) => pids.some((pid) => each.pids.has(pid)))
      .map(({ version }) => version);
  };
}

/** A process may run several versions of a package. Leaves only the one that the file itself is of, if the report says that. */
export function ownVersions(owner: Package | null, versions: readonly PackageInUse[]): readonly PackageInUse[] {
  const running = owner?.running_version ?? null;
  const own = versions.filter(({ running_version }) => running !== null && running_version === running);
  return own.length > 0 ? own : versions;
}

/** Returns whether there is gone code of no known package: a package may have had it before, or it is in a container. */
export function hasStrayCode({ units, processes }: Report): boolean {
  const isStray = ({ role, path, package: owner }: { role: string; path: string; package: unknown }) =>
    role === 'code' && owner === null && isPlaceOfPackages(path);
  if (units.some(({ files }) => files.some(isStray))) return true;
  return processes.some(({ maps, fds, container }) =>
    [...maps, ...fds].some(
      (file) => isStray(file) || (container !== null && file.role === 'code' && isPlaceOfPackages(file.path)),
    ),
  );
}

/** A version of a package that runs, and the version on disk. */
export type RunningPackage = Pick<PackageInUse, 'name' | 'running_version' | 'installed_version' | 'fixes'>;

/** The kernel, as one more package; null if its fixes are not known. */
export function kernelPackage({ host }: Report): RunningPackage | null {
  const { name = null, installed_version = null, running_version = null, fixes = null } = host.kernel_fixes ?? {};
  return name === null || installed_version === null || fixes === null
    ? null
    : { name, running_version, installed_version, fixes };
}

export interface FixesSum {
  count: number;
  cves: string[];
  complete: boolean;
  packages: FixedPackage[];
}

/**
 * Sums up the fixes of some versions, each id once.
 * @param isKnown whether these are all versions that matter
 * @param listed at most so many ids are listed, the newest
 */
export function sumFixes(versions: ReadonlySet<RunningPackage>, isKnown: boolean, listed: number): FixesSum {
  const fixes = [...versions].flatMap(({ fixes }) => fixes ?? []);
  const cves = joinCves(fixes.map(({ cves }) => cves));
  const most = fixes.reduce((max, { count }) => Math.max(max, count), 0);
  return {
    count: Math.max(cves.length, most),
    cves: cves.slice(0, listed),
    complete:
      isKnown &&
      [...versions].every((each) => each.fixes?.complete === true) &&
      // If several lists were cut, nobody knows how many ids they have in common.
      (fixes.length === 1 || fixes.every(({ count, cves }) => count === cves.length)),
    packages: [...versions]
      .filter((each) => (each.fixes?.count ?? 0) > 0)
      .map(({ name, running_version, installed_version, fixes }) => ({
        ...{ name, running_version, installed_version },
        count: fixes?.count ?? 0,
      }))
      .sort(byPackage),
  };
}

/** Each id once. Each list has its newest id first, and so has the joined list. */
export function joinCves(lists: readonly (readonly string[])[]): readonly string[] {
  return lists.length === 1 ? lists[0]! : sortCves(lists.flat());
}

function byPackage(a: FixedPackage, b: FixedPackage): number {
  return (
    compareBytes(a.name, b.name) ||
    compareBytes(a.running_version ?? '', b.running_version ?? '') ||
    compareBytes(a.installed_version, b.installed_version) ||
    a.count - b.count
  );
}
