// The options and the results of a scan -> the record of the scan in the report.

import type { Scan } from '../documents/generated/report.ts';
import type { Attribution } from '../systemd/attribution.ts';
import { nearestSession } from './attribution.ts';
import type { ScanOptions } from './options.ts';
import type { UnseenDescription } from './unseen.ts';

export interface ScanResults extends Pick<UnseenDescription, 'blocked' | 'owners'> {
  counts: Scan['processes'];
  suppressed: Scan['suppressed'];
  /** Whether the procfs hides processes from the scanner. */
  hidden: boolean;
  /** The scanner and its ancestors. */
  callers: readonly Attribution[];
  elapsedNs: bigint;
  outdated: Scan['outdated'];
}

export function buildScan(options: ScanOptions, results: ScanResults): Scan {
  const { counts, hidden, callers } = results;
  const narrowed = options.pids.length > 0 || options.units.length > 0 || options.include.length < 2;
  const carriers = callers.flatMap(({ unit }) => (unit?.scope === 'system' ? [unit.name] : []));
  return {
    proc_path: options.procPath,
    include: [...options.include],
    detail: options.detail,
    filters: {
      pids: [...options.pids].sort((a, b) => a - b),
      units: [...options.units],
      ignore: [...options.ignore],
      ignore_literal: [...options.ignoreLiteral],
      default_rules: options.defaultRules,
    },
    command_line: options.commandLine,
    packages: options.packages,
    fixes: options.fixes,
    effective_uid: process.geteuid?.() ?? 0,
    complete: counts.denied + counts.failed + (counts.blocked ?? 0) === 0 && !hidden && !narrowed,
    duration_seconds: Number(results.elapsedNs / 1_000_000n) / 1000,
    processes: counts,
    blocked: results.blocked,
    unseen: results.owners,
    carriers: [...new Set(carriers)].sort(),
    caller: nearestSession(callers),
    suppressed: results.suppressed,
    outdated: results.outdated ?? null,
  };
}
