// Report -> the processes that were not seen: which warnings tell of them, and whether all of them belong to users.

import type { Report, UnseenOwner, Warning } from './generated/report.ts';

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
  const { unseen = [], filters, include, processes } = scan;
  const { denied, failed, blocked = 0 } = processes;
  const named = unseen.reduce((sum, owner) => sum + owner.denied + owner.failed + owner.blocked, 0);
  const narrowed = filters.pids.length > 0 || filters.units.length > 0 || include.length < 2;
  if (scan.complete || narrowed || warnings.some(({ code }) => code === 'hidepid')) return null;
  const isAll = named > 0 && named === denied + failed + blocked;
  return isAll && unseen.every(({ kind }) => kind === 'user') ? unseen : null;
}
