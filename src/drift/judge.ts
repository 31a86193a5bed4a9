// Report, baseline and options -> the findings that are new, remain, are resolved or cannot be seen, and the verdict.

import { isWhole, showsAll } from '../documents/coverage.ts';
import { closesGate, fixesOf, rebootGate, sawEnough } from '../documents/drift-gate.ts';
import type { Baseline, Drift, Finding } from '../documents/generated/drift.ts';
import type { OutdatedUnknown, Report } from '../documents/generated/report.ts';
import { onlyUsersUnseen } from '../documents/unseen.ts';
import { compileGlob } from '../glob.ts';
import { keyMaker } from '../keys.ts';
import { fromText } from '../procfs/bytes.ts';
import { collectKnown, type Known } from './baseline.ts';
import { buildDrift, type Changes, type DocumentOptions, referTo } from './build-document.ts';
import { compileAccepted, compileFilters, type Filters, withOwnNames } from './finding-filter.ts';
import { rawPath } from './finding-id.ts';
import { buildFindingFixes, type Pending } from './pending.ts';
import { collectSightings, inOrder, type Sighting } from './sightings.ts';

export interface CheckOptions extends DocumentOptions {
  /** null means new if there is a baseline, and any if there is none. */
  failOn: Drift['fail_on'] | null;
  filters: Filters;
}

export interface Judgement {
  drift: Drift;
  /**
   * The baseline that --write-baseline keeps. It has a finding that the filters leave out only if the finding was known before:
   * otherwise a finding that nobody has judged would count as known from then on. It has no accepted findings, so that they count
   * as new when their acceptance ends.
   */
  baseline: Drift;
}

export function judge(report: Report, document: Report | Drift | null, options: CheckOptions): Judgement {
  const known = document === null ? null : collectKnown(document, options.inferred === true);
  const accepts = compileAccepted(options.accept, options.now);
  const sightings = collectSightings(report, options.inferred);
  const changes = compare(report, sightings, known, options);
  const unaccepted = keep(changes, (finding) => accepts(finding) === null);
  const isWanted = compileFilters({ ...options.filters, units: withOwnNames(options.filters.units, report.units) });
  const judged = keep(unaccepted, isWanted);
  const failOn = options.failOn ?? (known === null ? 'any' : 'new');
  const closing = judged.findings.filter(({ change }) => closesGate(failOn, change));
  const those = (fixes: ReturnType<typeof fixesOf>) => closing.filter((finding) => fixesOf(finding) === fixes);
  const unsure = judged.findings.filter((finding) => failOn === 'new' && isKnownNoMore(finding, known));
  const marks: Marks = {
    counted: idsOf(options.fixesOnly ? those('some') : closing),
    undecided: idsOf(options.fixesOnly ? [...those('unknown'), ...unsure] : []),
  };
  const accepted = changes.findings.filter(isWanted).flatMap((finding) => {
    const entry = accepts(finding);
    return entry === null ? [] : [{ finding, entry }];
  });
  const reference = referTo(report);
  const unseenUsers = showsAll(report) ? (onlyUsersUnseen(report) ?? []) : [];
  const seen = sawEnough({
    report: reference,
    allow_unseen_users: options.allowUnseenUsers,
    unseen_users: unseenUsers,
  });
  const verdict = verdictOf(marks.counted.size, seen && marks.undecided.size === 0, options);
  const baseline = known?.baseline ?? null;
  const pending =
    report.packages == null ? null : new Map(sightings.map(({ id, pending }): [string, Pending] => [id, pending]));
  const facts = { host: report.host, baseline, report: reference, unseenUsers, failOn, verdict, accepted, pending };
  const kept = keep(unaccepted, (finding) => finding.change !== 'new' || isWanted(finding));
  const build = (shown: Changes): Drift => buildDrift(facts, mark(shown, marks), options);
  return { drift: build(judged), baseline: build(kept) };
}

/** The ids of the findings that close the gate, and of those of which nobody knows whether they do. */
interface Marks {
  counted: ReadonlySet<string>;
  undecided: ReadonlySet<string>;
}

function idsOf(findings: readonly Finding[]): Set<string> {
  return new Set(findings.map(({ id }) => id));
}

function mark(changes: Changes, { counted, undecided }: Marks): Changes {
  const findings = changes.findings.map((finding) => ({
    ...finding,
    counted: counted.has(finding.id),
    undecided: undecided.has(finding.id),
  }));
  return { ...changes, findings };
}

function compare(
  report: Report,
  sightings: readonly Sighting[],
  known: Known | null,
  { fixesOnly, inferred = false }: CheckOptions,
): Changes {
  const seen = new Set(sightings.map(({ id }) => id));
  const findings = sightings.map((sighting) => toFinding(sighting, report, known, fixesOnly));
  const canSee = compileVisibility(report, inferred);
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

function toFinding(sighting: Sighting, report: Report, known: Known | null, fixesOnly: boolean): Finding {
  const { staleSince, replacedAt, pending, ...facts } = sighting;
  const fixes = buildFindingFixes(pending);
  const before = known?.findings.get(sighting.id);
  const remains =
    before !== undefined &&
    !isStaleAgain(sighting.pids, staleSince, before, known!.baseline) &&
    !(fixesOnly && known!.hasFixes && hasMoreFixes(fixes, before.fixes));
  const first_seen_at = remains ? before.first_seen_at : report.generated_at;
  const fixes_unknown_because = [...pending.unknown];
  const finding = { ...facts, first_seen_at, stale_since: replacedAt, fixes, fixes_unknown_because };
  return withChange(finding, remains ? 'remaining' : 'new');
}

/** A file that was removed has no time of its replacement. A later upgrade still brings fixes that the baseline does not know. */
function hasMoreFixes(now: Finding['fixes'], before: Finding['fixes']): boolean {
  return (now?.count ?? 0) > (before?.count ?? 0);
}

/** Returns whether the baseline knows the fixes of a finding that remains, and now they are not known: there may be more of them. */
function isKnownNoMore(finding: Finding, known: Known | null): boolean {
  const before = known?.findings.get(finding.id);
  if (before === undefined || !known!.hasFixes || finding.change !== 'remaining') return false;
  return fixesOf(finding) === 'unknown' && fixesOf(before) !== 'unknown';
}

/**
 * Returns whether the finding ended and came back after the baseline. Times in documents are whole seconds. If both fell into one
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
  const { id, change: _, stale_since = null, package: owner = null, confidence = null, ...known } = finding;
  const { counted: __, undecided: ___, ...rest } = known;
  // A baseline of an earlier version does not say anything of fixes.
  const { fixes = null, fixes_unknown_because = ['not_asked'], ...facts } = rest;
  return {
    id,
    change,
    ...facts,
    stale_since,
    package: owner,
    confidence,
    fixes,
    fixes_unknown_because,
    counted: false,
    undecided: false,
  };
}

/** Returns whether a finding of the baseline would be in the report if it still existed. */
function compileVisibility(report: Report, inferred: boolean): (finding: Omit<Finding, 'change'>) => boolean {
  const whole = isWhole(report);
  const isCut = compileCut(report);
  const { ignore, ignore_literal } = report.scan.filters;
  const globs = ignore.map((glob) => compileGlob(fromText(glob)));
  const keyOf = keyMaker();
  const literals = new Set(ignore_literal.map((path) => keyOf(fromText(path))));
  return (finding) => {
    const path = rawPath(finding);
    if (finding.via === 'outdated' && !seesOutdated(report, inferred, finding)) return false;
    return whole && !isCut(finding) && !literals.has(keyOf(path)) && !globs.some((glob) => glob(path));
  };
}

/** Reasons that hold for good and for every host. With another reason, nobody knows whether it holds for the finding's service. */
const settled: readonly OutdatedUnknown['because'][] = [
  ...(['container', 'no_service', 'not_main', 'own_files', 'no_script', 'not_its_script'] as const),
];

function seesOutdated({ scan }: Report, inferred: boolean, { confidence = null }: Partial<Finding>): boolean {
  if (scan.outdated == null || (confidence === 'likely' && !inferred)) return false;
  return scan.outdated.unknown.every(({ because }) => settled.includes(because));
}

/** Returns whether the report may have left out the finding, because it cut the lists of some processes. */
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

/** Findings that count, and a reboot that counts, win over missing knowledge. */
function verdictOf(counted: number, seen: boolean, { reboot, allowIncomplete }: CheckOptions): Drift['verdict'] {
  const gate = rebootGate(reboot);
  if (counted > 0 || gate === 'closed') return 'drift';
  return (seen && gate === 'open') || allowIncomplete ? 'pass' : 'incomplete';
}

/** Returns whether the new baseline is kept: only if the gate is open, else a failed run would make the next run green. */
export function movesBaseline({ verdict, fail_on }: Drift): boolean {
  return verdict === 'pass' || fail_on === 'never';
}
