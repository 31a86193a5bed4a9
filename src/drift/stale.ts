// Report -> the number of units and programs with findings that count, as `check` counts them without a baseline. The fleet uses it
// for many hosts, because it needs neither ids nor dates.

import type { AcceptedFinding } from '../config/effective.ts';
import type { Report, Unit } from '../documents/generated/report.ts';
import { distinct } from '../keys.ts';
import { compileAccepted, compileFilters, type Filters, type Judged } from './finding-filter.ts';
import { programOf } from './sightings.ts';

/**
 * Counts the units, and the programs in no unit, that have a finding that counts. A program counts once in each kind of container.
 * A file counts here in each of its roles, but in `check` only in its weightiest role. So the number may be higher here if the
 * filter leaves out code, but it is never lower.
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
  const isOutdated = ({ name, outdated = [] }: Unit): boolean =>
    counts(
      name,
      outdated
        .filter(({ confidence }) => confidence === 'certain')
        .map(({ kind, path, path_base64 }) => ({ kind, path, path_base64, role: 'code' })),
    );
  return ({ units, processes }) => {
    const programs = processes
      .filter(({ unit, maps, fds }) => unit === null && (counts(null, maps) || counts(null, fds)))
      .map((process) => `${process.container?.runtime} ${programOf(process)}`);
    return units.filter((unit) => counts(unit.name, unit.files) || isOutdated(unit)).length + distinct(programs).length;
  };
}
