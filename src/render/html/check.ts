// Drift -> a page about one gate: whether it is open and why, which findings are new, remain, are gone or out of sight, since when.

import { rebootOf, staleSince, undecidedFindings } from '../../documents/drift-gate.ts';
import type { Accepted, Drift, Expired, Finding } from '../../documents/generated/drift.ts';
import { ownerName, useText } from '../drift/owners.ts';
import { fixesLines, undecidedText } from '../drift/pending.ts';
import { driftVerdict } from '../drift/text.ts';
import { idsText } from '../fixes-words.ts';
import { count, readableTime } from '../format.ts';
import { rebootText } from '../reboot-reason.ts';
import { sanitize } from '../sanitize.ts';
import { type Html, html, type Value } from './escape.ts';
import { type PageSection, pageHead, renderPage, type Tile, type Tone, toneOf } from './page.ts';
import { firstRows } from './room.ts';
import { type Column, renderNote, renderTable } from './table.ts';

const mostRows = 1000;
const shownPids = 10;

interface Change {
  id: string;
  title: string;
  caption: string;
  none: string;
  tone: Tone;
  findings: readonly Finding[];
}

export function renderCheckPage(drift: Drift): Generator<string> {
  const { host, report, baseline, accepted = [], expired = [] } = drift;
  const [text, paint] = driftVerdict(drift);
  const hostname = sanitize(host.hostname);
  const compared =
    baseline === null ? 'without a baseline' : `compared with the baseline of ${readableTime(baseline.generated_at)}`;
  const changes = changesOf(drift);
  return renderPage({
    title: `${hostname}: check`,
    head: html`${pageHead(`Is ${hostname} worse than it was?`, [readableTime(report.generated_at), compared], { text, tone: toneOf(paint) })}`,
    tiles: tilesOf(changes),
    notes: html`${headNotes(drift)}`,
    sections: [
      ...changes.map(
        (change): PageSection => ({
          id: change.id,
          title: change.title,
          aside: change.findings.length,
          body: changeBody(change, drift),
        }),
      ),
      { id: 'accepted', title: 'Accepted by the configuration', aside: accepted.length, body: acceptedBody(accepted) },
      ...(expired.length === 0
        ? []
        : [{ id: 'expired', title: 'No longer accepted', aside: expired.length, body: expiredBody(expired) }]),
    ],
  });
}

function changesOf({ findings, resolved, unseen }: Drift): Change[] {
  return [
    {
      id: 'new',
      title: 'New',
      caption: 'Findings that the baseline did not have',
      none: 'Nothing is new.',
      tone: 'red',
      findings: findings.filter(({ change }) => change === 'new'),
    },
    {
      id: 'remaining',
      title: 'Remaining',
      caption: 'Findings that the baseline had as well',
      none: 'Nothing remains.',
      tone: 'yellow',
      findings: findings.filter(({ change }) => change === 'remaining'),
    },
    {
      id: 'resolved',
      title: 'Resolved',
      caption: 'Findings of the baseline that are gone',
      none: 'Nothing was resolved.',
      tone: 'green',
      findings: resolved,
    },
    {
      id: 'unseen',
      title: 'Not seen this time',
      caption: 'Findings of the baseline that this report could not have seen',
      none: 'Everything that the baseline had could be seen.',
      tone: 'yellow',
      findings: unseen,
    },
  ];
}

function tilesOf(changes: readonly Change[]): Tile[] {
  return changes.map(({ id, title, tone, findings }) => ({
    label: title.toLowerCase(),
    value: findings.length,
    href: id,
    tone: findings.length === 0 ? 'plain' : tone,
  }));
}

function headNotes(drift: Drift): Html[] {
  const undecided = undecidedFindings(drift).length === 0 ? null : undecidedText(drift);
  const said = [rebootText(rebootOf(drift)), undecided].filter((text) => text !== null);
  return said.map((text) => renderNote(`${text.charAt(0).toUpperCase()}${text.slice(1)}.`, 'yellow'));
}

function* changeBody({ id, caption, none, findings }: Change, drift: Drift): Generator<Html> {
  if (findings.length === 0) {
    yield renderNote(none);
    return;
  }
  const [rows, note] = firstRows(findings, mostRows, 'findings');
  yield* renderTable<Finding>({ caption, columns: findingColumns(drift, id), rows });
  if (note !== null) yield note;
}

function findingColumns(drift: Drift, id: string): Column<Finding>[] {
  const isCurrent = id === 'new' || id === 'remaining';
  return [
    { title: 'Unit or program', kind: 'path', cell: ownerName },
    { title: 'File', kind: 'path', cell: useText },
    ...(isCurrent ? [{ title: 'Closes the gate', kind: 'nowrap', cell: gateCell } as const] : []),
    { title: 'First seen', kind: 'nowrap', cell: ({ first_seen_at }) => readableTime(first_seen_at) },
    { title: 'Stale since', kind: 'nowrap', cell: sinceCell },
    ...(drift.fixes == null || id === 'resolved'
      ? []
      : [
          {
            title: 'Security fixes',
            kind: 'wide',
            cell: (finding: Finding) => fixesLines(drift, [finding], idsText).join('; '),
          } as const,
        ]),
    { title: 'Processes', cell: pidsCell },
  ];
}

function gateCell({ counted, undecided = false }: Finding): string {
  if (undecided) return 'not known';
  return counted === undefined ? 'not said' : counted ? 'yes' : 'no';
}

/** A later time is not known than the one at which it was first seen. */
function sinceCell(finding: Finding): Value {
  const since = staleSince(finding);
  if (since === null) return 'not said';
  return finding.stale_since == null ? `not known; ${readableTime(since)} at the latest` : readableTime(since);
}

function pidsCell({ pids }: Finding): Value {
  const more = pids.length > shownPids ? ` … ${pids.length - shownPids} more` : '';
  return pids.length === 0 ? null : `${pids.slice(0, shownPids).join(', ')}${more}`;
}

function* acceptedBody(accepted: readonly Accepted[]): Generator<Html> {
  if (accepted.length === 0) {
    yield renderNote('The configuration accepts none of these findings.');
    return;
  }
  const [rows, note] = firstRows(accepted, mostRows, 'findings');
  yield* renderTable<Accepted>({
    caption: `${count(accepted.length, 'finding')} neither counted nor compared`,
    columns: [
      { title: 'Unit or program', kind: 'path', cell: ({ finding }) => ownerName(finding) },
      { title: 'File', kind: 'path', cell: ({ finding }) => useText(finding) },
      { title: 'Why', kind: 'wide', cell: ({ reason }) => sanitize(reason) },
      { title: 'Until', kind: 'nowrap', cell: ({ until }) => until ?? 'for ever' },
      {
        title: 'Said in',
        kind: 'path',
        cell: ({ file, line }) => (file === undefined ? null : `${sanitize(file)}:${line}`),
      },
    ],
    rows,
  });
  if (note !== null) yield note;
}

function* expiredBody(expired: readonly Expired[]): Generator<Html> {
  const [rows, note] = firstRows(expired, mostRows, 'acceptances');
  yield* renderTable<Expired>({
    caption: 'Acceptances whose last day has passed: what they accepted counts again',
    columns: [
      { title: 'Unit or file', kind: 'path', cell: ({ unit, path }) => sanitize(unit ?? path ?? '') },
      { title: 'Why it was accepted', kind: 'wide', cell: ({ reason }) => sanitize(reason) },
      { title: 'Until', kind: 'nowrap', cell: ({ until }) => until },
      { title: 'Said in', kind: 'path', cell: ({ file, line }) => `${sanitize(file)}:${line}` },
    ],
    rows,
  });
  if (note !== null) yield note;
}
