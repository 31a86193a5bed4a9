// The judged findings -> the drift document, field by field. schema/drift.schema.json.

import type { AcceptedFinding } from '../config/effective.ts';
import { isWhole } from '../documents/coverage.ts';
import type {
  Accepted,
  Counts,
  Drift,
  DriftReboot,
  Expired,
  Finding,
  ReportReference,
  UnseenOwner,
} from '../documents/generated/drift.ts';
import type { Report } from '../documents/generated/report.ts';
import { schemaVersions } from '../documents/generated/versions.ts';
import { hostIdentity } from '../documents/host-identity.ts';
import { formatTime } from '../documents/time.ts';
import { sumScratch } from '../held.ts';
import { tool } from '../version.ts';
import { isExpired } from './finding-filter.ts';
import { buildDocumentFixes, type Pending } from './pending.ts';

/** Options of the check that the document repeats. */
export interface DocumentOptions {
  allowIncomplete: boolean;
  /** Whether the scan counts as complete if it missed only processes of users. */
  allowUnseenUsers: boolean;
  /** Whether only findings count whose fixes are on disk and not in memory. */
  fixesOnly: boolean;
  /** Whether findings count that are only likely. */
  inferred?: boolean;
  accept: readonly AcceptedFinding[];
  /** The plan's answer on the same report, and its effect on the gate. */
  reboot: DriftReboot;
  now: Date;
}

export type Changes = Pick<Drift, 'findings' | 'resolved' | 'unseen'>;

export interface JudgedFacts {
  host: Report['host'];
  baseline: Drift['baseline'];
  report: ReportReference;
  /** The users whose processes the scan did not see; empty if the scan missed anything else. */
  unseenUsers: readonly UnseenOwner[];
  failOn: Drift['fail_on'];
  verdict: Drift['verdict'];
  /** The findings that the configuration accepts. */
  accepted: readonly { finding: Finding; entry: AcceptedFinding }[];
  /** By the id of the finding; null for a report that was made without --fixes. */
  pending: ReadonlyMap<string, Pending> | null;
}

export function buildDrift(facts: JudgedFacts, changes: Changes, options: DocumentOptions): Drift {
  const { host, baseline, report, unseenUsers, failOn, verdict, accepted, pending } = facts;
  return {
    kind: 'lib-users/drift',
    schema_version: schemaVersions.drift,
    tool: { ...tool },
    generated_at: formatTime(options.now.getTime()),
    host: hostIdentity(host),
    baseline,
    report,
    fail_on: failOn,
    allow_incomplete: options.allowIncomplete,
    allow_unseen_users: options.allowUnseenUsers,
    fixes_only: options.fixesOnly,
    inferred: options.inferred === true,
    verdict,
    counts: countChanges(changes),
    reboot: options.reboot,
    fixes: pending && buildDocumentFixes(changes.findings.flatMap(({ id }) => pending.get(id) ?? [])),
    findings: changes.findings,
    resolved: changes.resolved,
    unseen: changes.unseen,
    unseen_users: [...unseenUsers],
    accepted: accepted.map(({ finding, entry }) => toAccepted(finding, entry)),
    expired: options.accept.flatMap((entry) => toExpired(entry, options.now)),
  };
}

function toAccepted(finding: Finding, entry: AcceptedFinding): Accepted {
  const { reason, until = null, file, line } = entry;
  return { finding, reason, until, file, line };
}

function toExpired(entry: AcceptedFinding, now: Date): Expired[] {
  const { unit = null, path = null, reason, until, file, line } = entry;
  return until === undefined || !isExpired({ until }, now) ? [] : [{ unit, path, reason, until, file, line }];
}

export function referTo(report: Report): ReportReference {
  const { generated_at, scan, summary } = report;
  return {
    generated_at,
    complete: isWhole(report),
    duration_seconds: scan.duration_seconds,
    processes: scan.processes,
    held_bytes: summary.held_bytes,
    held_memory_bytes: summary.held_memory_bytes ?? null,
    held_scratch_bytes: sumScratch(report),
  };
}

function countChanges({ findings, resolved, unseen }: Changes): Counts {
  const fresh = findings.filter(({ change }) => change === 'new').length;
  return {
    new: fresh,
    remaining: findings.length - fresh,
    resolved: resolved.length,
    unseen: unseen.length,
  };
}
