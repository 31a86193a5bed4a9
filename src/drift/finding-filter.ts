// A finding -> whether it counts: the filters by unit, role and kind, and the entries of the configuration that accept findings.

import type { AcceptedFinding } from '../config/effective.ts';
import type { Finding } from '../documents/generated/drift.ts';
import type { Unit } from '../documents/generated/report.ts';
import { compileGlob } from '../glob.ts';
import { fromText } from '../procfs/bytes.ts';
import { rawPath } from './finding-id.ts';

export interface Filters {
  /** Globs over the unit's name; empty means all, and findings without a unit too. */
  units: readonly string[];
  /** null means all roles but scratch, because scratch is never a reason to act. */
  roles: readonly Finding['role'][] | null;
  /** Empty means all. */
  kinds: readonly Finding['kind'][];
}

export type Judged = Pick<Finding, 'unit' | 'role' | 'kind' | 'path' | 'path_base64'>;

export function compileFilters({ units, roles, kinds }: Filters): (finding: Judged) => boolean {
  const globs = units.map((glob) => compileGlob(fromText(glob)));
  return ({ unit, role, kind }) =>
    (globs.length === 0 || (unit !== null && globs.some((glob) => glob(fromText(unit))))) &&
    (roles === null ? role !== 'scratch' : roles.includes(role)) &&
    (kinds.length === 0 || kinds.includes(kind));
}

/** Adds a unit's own name if a glob is the full text of an alias of the unit, because findings have only own names. */
export function withOwnNames(globs: readonly string[], units: readonly Unit[]): string[] {
  const named = units.filter(({ systemd }) => systemd?.names?.some((name) => globs.includes(name)));
  return [...new Set([...globs, ...named.map(({ name }) => name)])];
}

/** Returns the first entry that accepts a finding, or null. An entry with unit and path accepts a finding if both match. */
export function compileAccepted(
  entries: readonly AcceptedFinding[],
  now: Date,
): (finding: Judged) => AcceptedFinding | null {
  const valid = entries
    .filter((entry) => !isExpired(entry, now))
    .map((entry) => ({
      entry,
      unit: entry.unit === undefined ? null : compileGlob(fromText(entry.unit)),
      path: entry.path === undefined ? null : compileGlob(fromText(entry.path)),
    }));
  return (finding) =>
    valid.find(
      ({ unit, path }) =>
        (unit === null || (finding.unit !== null && unit(fromText(finding.unit)))) &&
        (path === null || path(rawPath(finding))),
    )?.entry ?? null;
}

/** Returns whether an entry has ended. `until` is the last day on which the entry holds, in UTC. */
export function isExpired({ until }: { until?: string | undefined }, now: Date): boolean {
  return until !== undefined && now.toISOString().slice(0, 10) > until;
}
