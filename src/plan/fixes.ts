// The report's packages and the gone files of an action -> the security fixes that the action brings into memory.

import type { ClosedFixes } from '../documents/generated/plan.ts';
import type { PackageInUse, Report } from '../documents/generated/report.ts';
import { indexVersions, kernelPackage, sumFixes, type VersionsOf } from '../documents/packages-in-use.ts';
import { isPlaceOfPackages } from '../path-evidence.ts';
import type { PlanReason } from './reasons.ts';

/** At most so many ids are listed, the newest. */
const listed = 20;

/** null for a report that was made without --fixes. */
export type KnownFixes = VersionsOf | null;

export function collectFixes(report: Report): KnownFixes {
  return indexVersions(report);
}

/** Collects the fixes that only a reboot brings into memory: those of the kernel. null if they are not known. */
export function buildRebootFixes(report: Report): ClosedFixes | null {
  const kernel = kernelPackage(report);
  return kernel === null ? null : sumFixes(new Set([kernel]), true, listed);
}

type Reason = Pick<PlanReason, 'path' | 'role' | 'package' | 'pids'>;

/** Collects the fixes that the actions for the findings bring into memory; null if no fix is known at all. */
export function buildFixes(findings: readonly Reason[], known: KnownFixes): ClosedFixes | null {
  if (known === null) return null;
  const used = new Set<PackageInUse>();
  let isKnown = true;
  for (const { path, role, package: owner, pids } of findings) {
    // Code outside the folders of packages is somebody's own, and no package fixes it.
    if (role !== 'code' || (owner === null && !isPlaceOfPackages(path))) continue;
    const own = known(owner, pids);
    // A file of no package may have been in a package that was removed, or in a container.
    if (own.length === 0) isKnown = false;
    for (const each of own) used.add(each);
  }
  if (used.size === 0 ? !isKnown : [...used].every(({ fixes }) => fixes === null)) return null;
  return sumFixes(used, isKnown, listed);
}
