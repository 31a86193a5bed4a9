// The report's packages and the gone files of an action -> the security fixes that the action brings into memory.

import { compareCves } from '../cves.ts';
import { compareBytes } from '../documents/compare-bytes.ts';
import type { ClosedFixes, FixedPackage } from '../documents/generated/plan.ts';
import type { PackageInUse, Report } from '../documents/generated/report.ts';
import type { PlanReason } from './reasons.ts';

/** At most so many ids are listed, the newest. */
const listed = 20;

/** Packages by their name, as a report has them; null for a report that was made without --fixes. */
export type KnownFixes = ReadonlyMap<string, readonly PackageInUse[]> | null;

export function collectFixes({ packages = null }: Report): KnownFixes {
  if (packages === null) return null;
  const known = new Map<string, PackageInUse[]>();
  for (const each of packages) {
    const key = `${each.manager} ${each.name}`;
    const others = known.get(key);
    if (others === undefined) known.set(key, [each]);
    else others.push(each);
  }
  return known;
}

type Reason = Pick<PlanReason, 'role' | 'package' | 'pids'>;

/** Collects the fixes that the actions for the findings bring into memory; null if no fix is known at all. */
export function buildFixes(findings: readonly Reason[], known: KnownFixes): ClosedFixes | null {
  if (known === null) return null;
  const used = new Set<PackageInUse>();
  let isKnown = true;
  for (const { role, package: owner, pids } of findings) {
    if (role !== 'code') continue;
    const users = new Set(pids);
    const versions = owner === null ? [] : (known.get(`${owner.manager} ${owner.name}`) ?? []);
    const own = versions.filter((each) => each.pids.some((pid) => users.has(pid)));
    // A file of no package may have been in a package that was removed, or in a container.
    if (own.length === 0) isKnown = false;
    for (const each of own) used.add(each);
  }
  const fixes = [...used].flatMap(({ fixes }) => fixes ?? []);
  if (used.size > 0 && fixes.length === 0) return null;
  if (used.size === 0 && !isKnown) return null;
  // Each list has its newest id first, and so has the joined list.
  const cves = [...new Set(fixes.flatMap(({ cves }) => cves))].sort(compareCves);
  const most = Math.max(0, ...fixes.map(({ count }) => count));
  return {
    count: Math.max(cves.length, most),
    cves: cves.slice(0, listed),
    complete:
      isKnown &&
      [...used].every((each) => each.fixes?.complete === true) &&
      // If several lists were cut, nobody knows how many ids they have in common.
      (fixes.length === 1 || fixes.every(({ count, cves }) => count === cves.length)),
    packages: [...used]
      .filter((each) => (each.fixes?.count ?? 0) > 0)
      .map(({ name, running_version, installed_version, fixes }) => ({
        ...{ name, running_version, installed_version },
        count: fixes?.count ?? 0,
      }))
      .sort(byPackage),
  };
}

function byPackage(a: FixedPackage, b: FixedPackage): number {
  return (
    compareBytes(a.name, b.name) ||
    compareBytes(a.running_version ?? '', b.running_version ?? '') ||
    compareBytes(a.installed_version, b.installed_version) ||
    a.count - b.count
  );
}
