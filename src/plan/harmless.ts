// A finding that calls for nothing by itself -> the reason, in a sentence that fits the finding, and the space that would go free.
// No unit is restarted only to free space, because people decide that.

import type { Role } from '../documents/generated/report.ts';
import { isDatabaseFile, isInWorkspace, isTemporary, logEvidence } from '../path-evidence.ts';
import { formatBytes, notableBytes } from '../sizes.ts';
import type { PlanReason } from './reasons.ts';
import { needsStanding, type Target } from './target.ts';

interface Row {
  role: Role;
  when: (finding: PlanReason, target: Target) => boolean;
  reason: string | ((finding: PlanReason) => string);
}

/** The first row that matches wins. */
const rows: readonly Row[] = [
  {
    role: 'scratch',
    when: () => true,
    reason: 'made and unlinked by the process itself: a restart would only make another',
  },
  {
    role: 'data',
    when: () => true,
    reason: 'data, not code: the process goes on with the old content until it opens the file again',
  },
  {
    role: 'file',
    when: ({ kind }) => kind === 'directory',
    reason: 'a directory that was removed: the process has it open, and sees nothing new in it',
  },
  {
    role: 'file',
    when: ({ path }) => isDatabaseFile(path),
    reason:
      'a file of a database that was dropped, rotated or compacted: the database lets go of it by itself or when it ends',
  },
  {
    role: 'file',
    when: ({ path }) => logEvidence(path) === 'place' || logEvidence(path) === 'name',
    reason:
      'a log by its name, but not written as one by this process: a reader lets go of it at its end or when it ends itself',
  },
  {
    role: 'file',
    when: ({ path }) => isTemporary(path) || isInWorkspace(path),
    reason: 'a temporary file that is in use: it goes free when the process closes it or ends',
  },
  {
    role: 'file',
    when: () => true,
    reason:
      'held open, and neither a log nor code as far as can be seen: it goes free when the process closes it or ends',
  },
  {
    role: 'log',
    when: ({ standing }, { kind }) => needsStanding(kind) && standing === 'foreign',
    reason: ({ owner }) =>
      `a log of ${owner?.name ?? `uid ${owner?.uid}`}, who is not the user of the unit and may have handed it over: the unit is left alone`,
  },
];

/** Whether a user's rule without a path applies to the role: it applies to held files, but not to data and scratch. */
const affected: Readonly<Partial<Record<Role, boolean>>> = { scratch: false, data: false, file: true, log: true };

/** Returns why a finding calls for nothing, or null if it calls for an action. */
export function harmlessness(finding: PlanReason, target: Target): { affects: boolean; reason: string } | null {
  const affects = affected[finding.role];
  const row = rows.find(({ role, when }) => role === finding.role && when(finding, target));
  if (affects === undefined || row === undefined) return null;
  const reason = typeof row.reason === 'string' ? row.reason : row.reason(finding);
  return { affects, reason: `${reason}${remedy(finding, target)}` };
}

/** Names the event that makes the target let go of its files. */
function endOf(target: Target): string {
  switch (target.kind) {
    case 'unit':
      return `${target.unit.endsWith('.service') ? 'a restart' : 'the end'} of ${target.unit}`;
    case 'container':
      return 'a restart of the container';
    case 'session':
      return `the end of session ${target.session.id}`;
    case 'pid1':
      return 'a reboot';
    case 'user_manager':
    case 'helper':
      return "the end of the user's manager";
    case 'leftover':
    case 'guest':
    case 'process':
      return 'the end of the process';
  }
}

function remedy({ role, heldBytes }: PlanReason, target: Target): string {
  // A restart makes the same scratch again.
  if (role === 'scratch' || heldBytes === null || heldBytes < notableBytes) return '';
  return `; ${endOf(target)} frees ${formatBytes(heldBytes)}`;
}
