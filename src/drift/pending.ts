// The report's packages and a gone file -> the security fixes that are on disk and not in the memory of the processes of the file.

import type { FixesUnknown, PendingFixes } from '../documents/generated/drift.ts';
import type { Package, PackageInUse, Report, Role } from '../documents/generated/report.ts';
import { indexVersions, ownVersions, sumFixes } from '../documents/packages-in-use.ts';
import { isPlaceOfPackages } from '../path-evidence.ts';

/** At most so many ids are listed, the newest. */
const listedOfFinding = 100;
const listedOfDocument = 500;

/** The versions of packages that a file is of, and why these may not be all of them. */
export interface Pending {
  versions: ReadonlySet<PackageInUse>;
  unknown: ReadonlySet<FixesUnknown>;
}

interface GoneFile {
  role: Role;
  path: string;
  package: Package | null;
}

/** @param inContainer whether a process that uses the file is in a container, which has packages of its own */
export type PendingOf = (file: GoneFile, pids: readonly number[], inContainer: boolean) => Pending;

const none: Pending = { versions: new Set(), unknown: new Set() };
const notAsked: Pending = { versions: new Set(), unknown: new Set(['not_asked']) };
const ofNoPackage: Pending = { versions: new Set(), unknown: new Set(['no_package']) };
const ofNoVersion: Pending = { versions: new Set(), unknown: new Set(['no_running_version']) };

export function indexPending(report: Report): PendingOf {
  const versionsOf = indexVersions(report);
  return ({ role, path, package: owner }, pids, inContainer) => {
    if (role !== 'code') return none;
    if (versionsOf === null) return notAsked;
    // Code outside the folders of packages is somebody's own, and no package fixes it.
    if (owner === null || inContainer) return isPlaceOfPackages(path) ? ofNoPackage : none;
    const versions = new Set(ownVersions(owner, versionsOf(owner, pids)));
    return versions.size === 0 ? ofNoVersion : { versions, unknown: new Set([...versions].flatMap(whyUnknown)) };
  };
}

function whyUnknown({ fixes, unknown_because }: PackageInUse): FixesUnknown[] {
  if (fixes === null) return [unknown_because ?? 'no_changelog'];
  return fixes.complete ? [] : [fixes.incomplete_because ?? 'changelog_too_short'];
}

export function joinPending(all: readonly Pending[]): Pending {
  return {
    versions: new Set(all.flatMap(({ versions }) => [...versions])),
    unknown: new Set(all.flatMap(({ unknown }) => [...unknown])),
  };
}

/** The fixes of one finding; null if nothing is known of them. */
export function buildFindingFixes({ versions, unknown }: Pending): PendingFixes | null {
  const isNothingKnown = unknown.size > 0 && [...versions].every(({ fixes }) => fixes === null);
  return isNothingKnown ? null : sumFixes(versions, unknown.size === 0, listedOfFinding);
}

/** The fixes of all findings of a document. */
export function buildDocumentFixes(all: readonly Pending[]): PendingFixes {
  const { versions, unknown } = joinPending(all);
  return sumFixes(versions, unknown.size === 0, listedOfDocument);
}
