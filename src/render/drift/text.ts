// Drift -> the text for a person at a gate: whether it is open, and which findings are new, remain or are gone.

import { countedFindings, rebootGate, rebootOf, undecidedFindings } from '../../documents/drift-gate.ts';
import type { Drift, Finding } from '../../documents/generated/drift.ts';
import { idsText } from '../fixes-words.ts';
import { count, enumerate, quote, readableTime } from '../format.ts';
import type { Paint, Style } from '../layout.ts';
import { fold, word, words } from '../layout.ts';
import { sanitizePath } from '../raw-bytes.ts';
import { rebootText } from '../reboot-reason.ts';
import { sanitize } from '../sanitize.ts';
import { groupByOwner } from './owners.ts';
import { fixesLines, undecidedText } from './pending.ts';

const shownPids = 10;

type Group = [title: string, findings: readonly Finding[], paint: Paint];

export function* renderDriftText(drift: Drift, style: Style): Generator<string> {
  const { accepted = [], expired = [] } = drift;
  const groups: Group[] = [
    ['new', drift.findings.filter(({ change }) => change === 'new'), 'red'],
    ['remaining', drift.findings.filter(({ change }) => change === 'remaining'), 'yellow'],
    ['unseen', drift.unseen, 'magenta'],
    ['resolved', drift.resolved, 'green'],
  ];
  const remarks = [
    ...accepted.map(
      ({ finding, reason, until }) =>
        `accepted: ${quote(sanitizePath(finding))}${untilText(until)}: ${sanitize(reason)}`,
    ),
    ...expired.map(
      ({ unit, path, reason, until }) =>
        `no longer accepted${untilText(until)}: ${sanitize(unit ?? path ?? '')} (${sanitize(reason)})`,
    ),
  ];
  yield renderHead(drift, style);
  for (const group of groups) {
    if (group[1].length > 0) yield* renderGroup(drift, group, style);
  }
  if (remarks.length > 0) yield '\n';
  for (const text of remarks) yield fold(words(text), 0, 2, style);
}

function untilText(until: string | null): string {
  return until === null ? '' : ` until ${until}`;
}

function renderHead(drift: Drift, style: Style): string {
  const { host, report, baseline } = drift;
  const compared = baseline === null ? 'without a baseline' : `since ${readableTime(baseline.generated_at)}`;
  const [text, paint] = driftVerdict(drift);
  return (
    fold(
      [
        word(quote(sanitize(host.hostname)), 'bold'),
        ...words(` ${readableTime(report.generated_at)} ${compared}`, 'dim'),
      ],
      0,
      2,
      style,
    ) +
    fold(words(text, paint), 0, 0, style) +
    renderUndecided(drift, style) +
    renderReboot(drift, style)
  );
}

function renderUndecided(drift: Drift, style: Style): string {
  const said = undecidedText(drift);
  return said === null ? '' : fold(words(sentenceOf(said), 'yellow'), 0, 2, style);
}

function sentenceOf(said: string): string {
  return `${said.charAt(0).toUpperCase()}${said.slice(1)}.`;
}

function renderReboot(drift: Drift, style: Style): string {
  const reboot = rebootOf(drift);
  const said = rebootText(reboot);
  if (said === null) return '';
  return fold(words(sentenceOf(said), rebootGate(reboot) === 'closed' ? 'red' : 'yellow'), 0, 2, style);
}

/** The one sentence about the gate. */
export function driftVerdict(drift: Drift): [string, Paint] {
  const { verdict, fail_on, counts, baseline, report } = drift;
  const said = (['new', 'remaining', 'resolved', 'unseen'] as const).filter((change) => counts[change] > 0);
  const sum = enumerate(said.map((change) => `${counts[change]} ${change}`)) || 'nothing is stale';
  const all = baseline === null && counts.new > 0 ? `${count(counts.new, 'finding')}` : sum;
  const counted = countedFindings(drift).length;
  const isUndecided = undecidedFindings(drift).length > 0;
  const isFiltered = drift.fixes_only === true && drift.findings.length > 0;
  const what = isFiltered ? `${count(counted, 'finding')} with fixes that are not in memory, of ${all} in all` : all;
  const blind = report.complete ? '' : ' Not everything could be seen.';
  if (verdict === 'drift') {
    const causes = [
      ...(counted > 0 ? [`--fail-on ${fail_on}`] : []),
      ...(counted > 0 && drift.fixes_only ? ['--fixes-only'] : []),
      ...(rebootGate(rebootOf(drift)) === 'closed' ? ['--reboot fail'] : []),
    ];
    return [`The gate is closed: ${what} (${causes.join(', ')}).${blind}`, 'red'];
  }
  if (verdict === 'incomplete') {
    if (report.complete && isUndecided)
      return [`Nobody knows whether the gate is open: ${what} (--fixes-only).`, 'yellow'];
    if (report.complete) return [`Nobody knows whether the gate is open: ${what} (--reboot fail).`, 'yellow'];
    return [
      `Not everything could be seen, so nobody knows: ${what}. Run as root, or give --allow-incomplete.`,
      'yellow',
    ];
  }
  return [`The gate is open: ${what}.${blind}`, report.complete && !isUndecided ? 'green' : 'yellow'];
}

function* renderGroup(drift: Drift, [title, findings, paint]: Group, style: Style): Generator<string> {
  yield `\n${fold([word(title, paint)], 0, 0, style)}`;
  for (const owner of groupByOwner(findings)) {
    yield fold(words(owner.name, 'bold'), 2, 4, style);
    for (const finding of owner.findings) yield fold(findingWords(finding), 4, 8, style);
    const fixes = title === 'resolved' ? [] : fixesLines(drift, owner.findings, idsText);
    for (const line of fixes) yield fold(words(line, 'yellow'), 4, 8, style);
  }
}

function findingWords(finding: Finding) {
  const { state, role, kind, pids, first_seen_at, change, confidence = null } = finding;
  const shown = pids.slice(0, shownPids).join(', ');
  const more = pids.length > shownPids ? ` … ${pids.length - shownPids} more` : '';
  return [
    word(state.padEnd(9)),
    word((role === 'code' ? kind : role).padEnd(11)),
    word(quote(sanitizePath(finding))),
    ...(confidence === 'likely' ? words('(likely)', 'yellow') : []),
    ...(pids.length === 0 ? [] : words(`(${pids.length === 1 ? 'pid' : 'pids'} ${shown}${more})`, 'dim')),
    ...(change === 'new' ? [] : words(`since ${readableTime(first_seen_at)}`, 'dim')),
  ];
}
