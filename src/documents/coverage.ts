// Report -> whether it shows all affected processes of its host, for the plan, the check, the fleet and the text.

import type { Report, Unit } from './generated/report.ts';

/** The number of affected processes that only the summary counts: with --detail units, those in no unit. */
export function countUnlisted({ scan, summary, units }: Report): number {
  if (scan.detail === 'processes') return 0;
  return Math.max(0, summary.processes - new Set(units.flatMap(affectedPids)).size);
}

/** The processes of a unit that use gone files. The summary counts no others. */
function affectedPids({ pids, files, outdated = [] }: Unit): number[] {
  const onlyOutdated = new Set(outdated.flatMap((each) => each.pids));
  for (const file of onlyOutdated.size > 0 ? files : []) for (const pid of file.pids) onlyOutdated.delete(pid);
  return pids.filter((pid) => !onlyOutdated.has(pid));
}

/** Whether the report shows everything that the scan saw. With --detail units it leaves out the processes of no unit. */
export function showsAll(report: Report): boolean {
  return countUnlisted(report) === 0;
}

/** Whether the report saw everything and shows it. */
export function isWhole(report: Report): boolean {
  return report.scan.complete && showsAll(report);
}
