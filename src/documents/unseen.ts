// What a report says of the processes that were not seen: which of its warnings tell of them, and whether they are but people's.

import type { Report, UnseenOwner, Warning } from './generated/report.ts';

const codes: ReadonlySet<Warning['code']> = new Set(['not_everything_seen', 'blocked', 'hidepid']);

/** The warnings that say what was not seen. */
export function unseenWarnings({ warnings }: Report): Warning[] {
  return warnings.filter(({ code }) => codes.has(code));
}

/**
 * The users whose processes were not seen, if nothing else was missed: no process of root, of a service or of nobody knows whom,
 * nothing that procfs hides, nothing that a filter left out. Else null; and null of a complete report. What a user runs by himself
 * is no service of the host, and whoever wants to keep a process from being seen can.
 */
export function onlyUsersUnseen({ scan, warnings }: Report): UnseenOwner[] | null {
  const { unseen = [], filters, include, processes } = scan;
  const { denied, failed, blocked = 0 } = processes;
  const named = unseen.reduce((sum, owner) => sum + owner.denied + owner.failed + owner.blocked, 0);
  const narrowed = filters.pids.length > 0 || filters.units.length > 0 || include.length < 2;
  if (scan.complete || narrowed || warnings.some(({ code }) => code === 'hidepid')) return null;
  const isAll = named > 0 && named === denied + failed + blocked;
  return isAll && unseen.every(({ kind }) => kind === 'user') ? unseen : null;
}
