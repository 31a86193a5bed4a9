// Report, baseline and options -> the drift document: what is new, remains, is resolved or out of sight, and the verdict.

import type { AcceptedFinding } from '../config/effective.ts';
import type { Baseline, Drift, DriftReboot, Finding } from '../documents/generated/drift.ts';
import type { Report } from '../documents/generated/report.ts';
import { schemaVersions } from '../documents/generated/versions.ts';
import { formatTime } from '../documents/time.ts';
import { onlyUsersUnseen } from '../documents/unseen.ts';
import { compileGlob } from '../glob.ts';
import { keyMaker } from '../keys.ts';
import { fromText } from '../procfs/bytes.ts';
import { tool } from '../version.ts';
import { rawPath } from './id.ts';
import { collectKnown, isWhole, type Known, showsAll } from './known.ts';
import { compileAccepted, compileFilters, type Filters, isExpired, withOwnNames } from './selection.ts';
import { collectSightings, inOrder, type Sighting } from './sightings.ts';

export interface CheckOptions {
  /** null: new with a baseline, any without. */
  failOn: Drift['fail_on'] | null;
  allowIncomplete: boolean;
  /** Whether processes that were not seen count as seen, if they are but those of users. */
  allowUnseenUsers: boolean;
  filters: Filters;
  accept: readonly AcceptedFinding[];
  /** The plan's answer on the same report, and what it is to the gate. */
  reboot: DriftReboot;
  now: Date;
}

export interface Judgement {
  drift: Drift;
  allowIncomplete: boolean;
  /** Whether everything that counts was seen. */
  seen: boolean;
  /** The findings that close the gate; a required reboot may close it too. */
  counted: readonly Finding[];
  /** That of the drift document. */
  reboot: DriftReboot;
  /** What it alone makes of the gate: unknown if a reboot would close it, and nobody knows whether one is required. */
  rebootGate: 'open' | 'closed' | 'unknown';
  /** By id of a finding that is there: since when it is stale at the latest. */
  staleSince: ReadonlyMap<string, string>;
  /** What --write-baseline keeps: with what the filters leave out, as far as it was known before. What is new and was not
   * judged would never be. Accepted findings are not in it either: they count as new when their acceptance ends. */
  baseline: Drift;
  /** What is there and would be a finding, but for the configuration. */
  accepted: readonly { finding: Finding; entry: AcceptedFinding }[];
  /** Entries of the configuration whose day has passed. */
  expired: readonly AcceptedFinding[];
}

type Changes = Pick<Drift, 'findings' | 'resolved' | 'unseen'>;

export function judge(report: Report, document: Report | Drift | null, options: CheckOptions): Judgement {
  const known = document === null ? null : collectKnown(document);
  const accepts = compileAccepted(options.accept, options.now);
  const sightings = collectSightings(report);
  const changes = compare(report, sightings, known);
  const unaccepted = keep(changes, (finding) => accepts(finding) === null);
  const counts = compileFilters({ ...options.filters, units: withOwnNames(options.filters.units, report.units) });
  const replaced = new Map(sightings.map(({ id, replacedAt }) => [id, replacedAt]));
  const kept = keep(unaccepted, (finding) => finding.change !== 'new' || counts(finding));
  const accepted = changes.findings.filter(counts).flatMap((finding) => {
    const entry = accepts(finding);
    return entry === null ? [] : [{ finding, entry }];
  });
  const build = (shown: Changes): Drift => buildDrift(report, known, shown, accepted, options);
  const drift = build(keep(unaccepted, counts));
  return {
    drift,
    allowIncomplete: options.allowIncomplete,
    seen: seesEnough(report, options),
    counted: countedFindings(drift.fail_on, drift.findings),
    reboot: options.reboot,
    rebootGate: gateOf(options.reboot),
    staleSince: new Map(changes.findings.map(({ id, first_seen_at }) => [id, replaced.get(id) ?? first_seen_at])),
    baseline: { ...build(kept), verdict: drift.verdict },
    accepted,
    expired: options.accept.filter((entry) => isExpired(entry, options.now)),
  };
}

function compare(report: Report, sightings: readonly Sighting[], known: Known | null): Changes {
  const seen = new Set(sightings.map(({ id }) => id));
  const findings = sightings.map((sighting) => toFinding(sighting, report, known));
  const canSee = compileVisibility(report);
  const gone = [...(known?.findings.values() ?? [])].filter(({ id }) => !seen.has(id)).sort(inOrder);
  const rest = gone.map((finding) => ({
    ...withChange(finding, canSee(finding) ? 'resolved' : 'unseen'),
    pids: [],
  }));
  return {
    findings: [
      ...findings.filter(({ change }) => change === 'new'),
      ...findings.filter(({ change }) => change === 'remaining'),
    ],
    resolved: rest.filter(({ change }) => change === 'resolved'),
    unseen: rest.filter(({ change }) => change === 'unseen'),
  };
}

function toFinding({ staleSince, replacedAt: _, ...sighting }: Sighting, report: Report, known: Known | null): Finding {
  const before = known?.findings.get(sighting.id);
  const remains = before !== undefined && !isStaleAgain(sighting.pids, staleSince, before, known!.baseline);
  return remains
    ? withChange({ ...sighting, first_seen_at: before.first_seen_at }, 'remaining')
    : withChange({ ...sighting, first_seen_at: report.generated_at }, 'new');
}

/**
 * Whether the finding ended and came back after the baseline. Times in documents are whole seconds. If both fell into one
 * second, the processes decide, because a service that was restarted has other pids.
 */
function isStaleAgain(
  pids: readonly number[],
  staleSince: string | null,
  before: Pick<Finding, 'pids'>,
  { generated_at }: Baseline,
): boolean {
  if (staleSince === null || staleSince < generated_at) return false;
  return staleSince > generated_at || (before.pids.length > 0 && !pids.some((pid) => before.pids.includes(pid)));
}

function withChange(finding: Omit<Finding, 'change'> & Partial<Finding>, change: Finding['change']): Finding {
  const { id, change: _, ...rest } = finding;
  return { id, change, ...rest };
}

/** Whether a finding of the baseline would be in the report if it were still there. */
function compileVisibility(report: Report): (finding: Omit<Finding, 'change'>) => boolean {
  const whole = isWhole(report);
  const isCut = compileCut(report);
  const { ignore, ignore_literal } = report.scan.filters;
  const globs = ignore.map((glob) => compileGlob(fromText(glob)));
  const keyOf = keyMaker();
  const literals = new Set(ignore_literal.map((path) => keyOf(fromText(path))));
  return (finding) => {
    const path = rawPath(finding);
    return whole && !isCut(finding) && !literals.has(keyOf(path)) && !globs.some((glob) => glob(path));
  };
}

/** Whether the finding may be one that the report has no place for. */
function compileCut({ scan }: Report): (finding: Omit<Finding, 'change'>) => boolean {
  const cuts = (scan.cut ?? []).filter(
    ({ maps, fds, unread_fds, long_paths }) => maps + fds + unread_fds + long_paths > 0,
  );
  const keyOf = keyMaker();
  const ownerOf = (unit: string | null, scope: string | null) => keyOf(unit, scope);
  const owners = new Set(cuts.map(({ unit }) => ownerOf(unit?.name ?? null, unit?.scope ?? null)));
  return ({ unit, scope }) => owners.has(ownerOf(unit, scope));
}

function keep({ findings, resolved, unseen }: Changes, wanted: (finding: Finding) => boolean): Changes {
  return { findings: findings.filter(wanted), resolved: resolved.filter(wanted), unseen: unseen.filter(wanted) };
}

function buildDrift(
  report: Report,
  known: Known | null,
  changes: Changes,
  accepted: Judgement['accepted'],
  options: CheckOptions,
): Drift {
  const { host, generated_at } = report;
  const fresh = changes.findings.filter(({ change }) => change === 'new').length;
  const failOn = options.failOn ?? (known === null ? 'any' : 'new');
  const complete = isWhole(report);
  return {
    kind: 'lib-users/drift',
    schema_version: schemaVersions.drift,
    tool: { ...tool },
    generated_at: formatTime(options.now.getTime()),
    host: { hostname: host.hostname, id: host.id, boot_id: host.boot_id },
    baseline: known?.baseline ?? null,
    report: { generated_at, complete },
    fail_on: failOn,
    verdict: verdictOf(countedFindings(failOn, changes.findings).length, seesEnough(report, options), options),
    counts: {
      new: fresh,
      remaining: changes.findings.length - fresh,
      resolved: changes.resolved.length,
      unseen: changes.unseen.length,
    },
    reboot: options.reboot,
    unseen_users: showsAll(report) ? (onlyUsersUnseen(report) ?? []) : [],
    ...changes,
    accepted: accepted.map(({ finding, entry: { reason, until = null } }) => ({ finding, reason, until })),
  };
}

function seesEnough(report: Report, { allowUnseenUsers }: CheckOptions): boolean {
  return isWhole(report) || (allowUnseenUsers && onlyUsersUnseen(report) !== null && showsAll(report));
}

/** Findings and a reboot that counts win over what is not known. */
function verdictOf(counted: number, seen: boolean, { reboot, allowIncomplete }: CheckOptions): Drift['verdict'] {
  const gate = gateOf(reboot);
  if (counted > 0 || gate === 'closed') return 'drift';
  return (seen && gate === 'open') || allowIncomplete ? 'pass' : 'incomplete';
}

function gateOf({ required, counts_as }: DriftReboot): Judgement['rebootGate'] {
  if (counts_as !== 'fail' || required === false) return 'open';
  return required === null ? 'unknown' : 'closed';
}

function countedFindings(failOn: Drift['fail_on'], findings: readonly Finding[]): Finding[] {
  return findings.filter(({ change }) => failOn === 'any' || (failOn === 'new' && change === 'new'));
}

/** The baseline is only moved on where the gate is open, else a failed run would make the next one green. */
export function movesBaseline({ verdict, fail_on }: Drift): boolean {
  return verdict === 'pass' || fail_on === 'never';
}
