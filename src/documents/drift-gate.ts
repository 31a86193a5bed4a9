// Drift document, of this or an earlier minor version -> what its gate says of findings, of a reboot and of everything unseen.
// check decides by it, and every renderer reads it. schema/drift.schema.json says since which version a field is there.

import type { Drift, DriftReboot, Finding } from './generated/drift.ts';

/** Whether a finding of this change closes a gate that fails on `failOn`. */
export function closesGate(failOn: Drift['fail_on'], change: Finding['change']): boolean {
  return failOn === 'any' ? change === 'new' || change === 'remaining' : failOn === 'new' && change === 'new';
}

/** The findings that close the gate; a required reboot may close it too. */
export function countedFindings({ fail_on, verdict, findings }: Drift): Finding[] {
  // Before 1.3 a finding does not say whether it was judged. A kept baseline may have findings that were not, but its gate was open.
  return findings.filter(({ change, counted = verdict === 'drift' && closesGate(fail_on, change) }) => counted);
}

/** The fixes of a finding that are on disk and not in memory: unknown is not the same as none. */
export function fixesOf({
  fixes,
  fixes_unknown_because = ['not_asked'],
}: Omit<Finding, 'change'>): 'some' | 'none' | 'unknown' {
  if ((fixes?.count ?? 0) > 0) return 'some';
  return fixes_unknown_because.length > 0 ? 'unknown' : 'none';
}

/** The findings of which nobody knows whether they close the gate. */
export function undecidedFindings({ findings }: Drift): Finding[] {
  return findings.filter(({ undecided = false }) => undecided);
}

/** The part of a reboot in the verdict: unknown if a reboot would close the gate, and nobody knows whether one is required. */
export type RebootGate = 'open' | 'closed' | 'unknown';

export function rebootGate({ required, counts_as }: DriftReboot): RebootGate {
  if (counts_as !== 'fail' || required === false) return 'open';
  return required === null ? 'unknown' : 'closed';
}

/** Before 1.2 a document does not say whether a reboot is required. */
export function rebootOf({ reboot }: Drift): DriftReboot {
  return reboot ?? { required: null, reasons: [], unknown_because: null, counts_as: 'ok' };
}

/** Whether the report saw enough: everything, or everything but the processes of users if that is allowed. */
export function sawEnough({
  report,
  allow_unseen_users = false,
  unseen_users = [],
}: Pick<Drift, 'report' | 'allow_unseen_users' | 'unseen_users'>): boolean {
  return report.complete || (allow_unseen_users && unseen_users.length > 0);
}

/** Before 1.3 a document does not say it, but a gate that was judged open let the unknown through. */
export function allowsIncomplete({ allow_incomplete, verdict }: Drift): boolean {
  return allow_incomplete ?? verdict === 'pass';
}

/** The latest time since which the finding can be stale; null if a document before 1.3 does not say it. */
export function staleSince({ stale_since, first_seen_at }: Finding): string | null {
  return stale_since === undefined ? null : (stale_since ?? first_seen_at);
}

const unsaidBefore: readonly [minor: number, what: string][] = [
  [1, 'what the configuration accepts'],
  [2, 'whether a reboot is required'],
  [3, 'since when a file is stale'],
  [3, 'what gone files hold'],
  [3, 'how many processes were looked at'],
];

/** Says, for people, which facts a document of an earlier minor version lacks. */
export function unsaid({ schema_version }: Drift): string[] {
  const minor = Number(schema_version.split('.')[1]);
  return unsaidBefore.filter(([before]) => minor < before).map(([, what]) => what);
}
