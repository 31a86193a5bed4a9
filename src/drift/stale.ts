// Report -> how much counts on the host, as `check` counts it without a baseline: for the judgement of many hosts, which
// needs neither ids nor dates.

import type { AcceptedFinding } from '../config/effective.ts';
import type { Report } from '../documents/generated/report.ts';
import { distinct } from '../keys.ts';
import { compileAccepted, compileFilters, type Filters, type Judged } from './finding-filter.ts';
import { programOf } from './sightings.ts';

/**
 * Units, and programs in no unit, with a finding that counts; a program counts once in each kind of container. A file counts
 * in each of its roles, where `check` lets the weightiest speak: with roles that leave out code this may be more, never less.
 */
export function compileStale(
  filters: Filters,
  accept: readonly AcceptedFinding[],
  now: Date,
): (report: Report) => number {
  const isWanted = compileFilters(filters);
  const acceptance = compileAccepted(accept, now);
  const counts = (unit: string | null, files: readonly Omit<Judged, 'unit'>[]): boolean =>
    files.some((file) => {
      const judged = { unit, role: file.role, kind: file.kind, path: file.path, path_base64: file.path_base64 };
      return isWanted(judged) && acceptance(judged) === null;
    });
  return ({ units, processes }) => {
    const programs = processes
      .filter(({ unit, maps, fds }) => unit === null && (counts(null, maps) || counts(null, fds)))
      .map((process) => `${process.container?.runtime} ${programOf(process)}`);
    return units.filter(({ name, files }) => counts(name, files)).length + distinct(programs).length;
  };
}
