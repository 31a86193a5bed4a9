// The gaps of a scan -> the warnings of the report. Those about units, cuts and blocked processes are made beside their facts.

import type { Scan, Warning } from '../documents/generated/report.ts';

/** Says how many processes were not looked at, or not completely. */
export function incompleteWarnings(counts: Scan['processes']): Warning[] {
  if (counts.denied + counts.failed === 0) return [];
  const all = counts.seen - counts.kernel_threads - counts.vanished;
  const parts = [
    counts.denied && `${counts.denied} of ${all} processes may not be looked at`,
    counts.failed && `${counts.failed} could not be read completely`,
  ].filter(Boolean);
  const remedy = counts.denied && process.geteuid?.() !== 0 ? '; run as root to see all' : '';
  return [{ code: 'not_everything_seen', message: `${parts.join(', ')}${remedy}` }];
}

export function hidepidWarning(procPath: string): Warning {
  return {
    code: 'hidepid',
    message: `${procPath} is mounted with hidepid: processes of other users cannot be seen at all; run as root`,
  };
}

/** @param problem null if the package database answered, or was not asked */
export function packageWarnings(problem: string | null): Warning[] {
  return problem === null ? [] : [{ code: 'package_database_unavailable', message: problem }];
}

/** @param problems facts of the host that could not be read */
export function hostWarnings(problems: readonly string[]): Warning[] {
  return problems.map((message) => ({ code: 'host_fact_unavailable', message }));
}
