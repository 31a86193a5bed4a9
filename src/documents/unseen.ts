// Report -> the processes that were not seen: which warnings tell of them, why, and whether all of them belong to users.

import type { IncompleteBecause } from './generated/fleet.ts';
import type { Report, Scan, UnseenOwner, Warning } from './generated/report.ts';

const codes: ReadonlySet<Warning['code']> = new Set(['not_everything_seen', 'blocked', 'hidepid']);

/** The warnings that say what was not seen. */
export function unseenWarnings({ warnings }: Report): Warning[] {
  return warnings.filter(({ code }) => codes.has(code));
}

/**
 * The users whose processes were not seen, if nothing else was missed: no process of root, of a service or of an unknown owner,
 * nothing that procfs hides, nothing that a filter left out. Null if something else was missed, and null for a complete report.
 * A program that a user runs is no service of the host, and every user who wants to hide a process can do so.
 */
export function onlyUsersUnseen({ scan, warnings }: Report): UnseenOwner[] | null {
  const { unseen = [], processes } = scan;
  const { denied, failed, blocked = 0 } = processes;
  const named = unseen.reduce((sum, owner) => sum + owner.denied + owner.failed + owner.blocked, 0);
  if (scan.complete || isNarrowed(scan) || hidesOthers(warnings)) return null;
  const isAll = named > 0 && named === denied + failed + blocked;
  return isAll && unseen.every(({ kind }) => kind === 'user') ? unseen : null;
}

/** Why the scan did not see everything, the reasons that hide most first; empty for a complete report. */
export function incompleteBecause({ scan, warnings }: Report): IncompleteBecause[] {
  if (scan.complete) return [];
  const { denied, failed, blocked = 0 } = scan.processes;
  const reasons: readonly [IncompleteBecause['code'], holds: boolean, processes: number | null][] = [
    ['hidepid', hidesOthers(warnings), null],
    ['filters', isNarrowed(scan), null],
    [scan.effective_uid === 0 ? 'denied' : 'not_root', denied > 0, denied],
    ['failed', failed > 0, failed],
    ['blocked', blocked > 0, blocked],
  ];
  const found = reasons.filter(([, holds]) => holds).map(([code, , processes]) => ({ code, processes }));
  return found.length > 0 ? found : [{ code: 'unknown', processes: null }];
}

function isNarrowed({ filters, include }: Scan): boolean {
  return filters.pids.length > 0 || filters.units.length > 0 || include.length < 2;
}

function hidesOthers(warnings: readonly Warning[]): boolean {
  return warnings.some(({ code }) => code === 'hidepid');
}
