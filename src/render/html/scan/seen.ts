// How a host was looked at -> what was hidden by rules and why, what could not be seen and whose it is, and every warning.

import type {
  BlockedProcess,
  CutProcess,
  Report,
  Suppressed,
  UnseenOwner,
} from '../../../documents/generated/report.ts';
import { formatBytes } from '../../../sizes.ts';
import { count, formatUser, quote } from '../../format.ts';
import { remarksOf } from '../../report/footer.ts';
import { sanitize, sanitizeUnit } from '../../sanitize.ts';
import { type Html, html } from '../escape.ts';
import { toneOf } from '../page.ts';
import { firstRows, type Room } from '../room.ts';
import { renderFacts, renderNote, renderTable } from '../table.ts';

const mostRows = 500;

export function* suppressedBody(suppressed: readonly Suppressed[]): Generator<Html> {
  if (suppressed.length === 0) {
    yield renderNote('No rule hid anything.');
    return;
  }
  const [rows, note] = firstRows(suppressed, mostRows, 'rules');
  yield* renderTable<Suppressed>({
    caption: 'What rules against false findings hid, and why',
    columns: [
      { title: 'Rule', kind: 'path', cell: ({ rule }) => sanitize(rule) },
      { title: 'Reason', kind: 'wide', cell: ({ reason }) => sanitize(reason) },
      { title: 'Maps', kind: 'number', cell: ({ maps }) => maps, sort: ({ maps }) => maps },
      { title: 'Descriptors', kind: 'number', cell: ({ fds }) => fds, sort: ({ fds }) => fds },
      {
        title: 'Held',
        kind: 'number',
        cell: ({ held_bytes }) => formatBytes(held_bytes),
        sort: ({ held_bytes }) => held_bytes,
      },
    ],
    rows,
  });
  if (note !== null) yield note;
}

export function* seenBody(report: Report, room: Room): Generator<Html> {
  const { unseen = [], blocked = [], cut = [] } = report.scan;
  const remarks = remarksOf(report).map(
    ({ label, text, paint }) => [label, html`<span class="${toneOf(paint)}">${text}</span>`] as const,
  );
  yield renderFacts(remarks);
  if (unseen.length > 0) yield* unseenTable(unseen);
  if (blocked.length > 0) yield* blockedTable(blocked, room);
  if (cut.length > 0) yield* cutTable(cut);
}

function* unseenTable(unseen: readonly UnseenOwner[]): Generator<Html> {
  const [rows, note] = firstRows(unseen, mostRows, 'users');
  yield* renderTable<UnseenOwner>({
    caption: 'Users whose processes could not be looked at, or not completely',
    columns: [
      { title: 'User', cell: ({ user }) => (user === null ? 'not known' : formatUser(user)) },
      { title: 'Kind', cell: ({ kind }) => kind ?? 'not known' },
      { title: 'Denied', kind: 'number', cell: ({ denied }) => denied, sort: ({ denied }) => denied },
      { title: 'Failed', kind: 'number', cell: ({ failed }) => failed, sort: ({ failed }) => failed },
      { title: 'Kept us waiting', kind: 'number', cell: ({ blocked }) => blocked, sort: ({ blocked }) => blocked },
    ],
    rows,
  });
  if (note !== null) yield note;
}

function* blockedTable(blocked: readonly BlockedProcess[], room: Room): Generator<Html> {
  const named = blocked.map(({ pid, user, name }) => {
    const program = name === null ? 'process' : quote(sanitize(name));
    return `${program} ${pid}${user === null ? '' : ` of ${formatUser(user)}`}`;
  });
  yield html`<h3>Processes that kept their readers waiting</h3>`;
  yield html`<div class="names">${room.folded(count(named.length, 'process'), named, (name) => name)}</div>`;
}

function* cutTable(cut: readonly CutProcess[]): Generator<Html> {
  const [rows, note] = firstRows(cut, mostRows, 'processes');
  yield* renderTable<CutProcess>({
    caption: 'Processes of which not everything is listed; all of it is judged and counted',
    columns: [
      { title: 'Process', cell: ({ pid, name }) => `${quote(sanitize(name))} ${pid}` },
      { title: 'User', cell: ({ user }) => (user === null ? 'not known' : formatUser(user)) },
      { title: 'Unit', cell: ({ unit }) => (unit === null ? 'none' : sanitizeUnit(unit.name)) },
      { title: 'Maps', kind: 'number', cell: ({ maps }) => maps, sort: ({ maps }) => maps },
      { title: 'Descriptors', kind: 'number', cell: ({ fds }) => fds, sort: ({ fds }) => fds },
      {
        title: 'Held',
        kind: 'number',
        cell: ({ held_bytes }) => formatBytes(held_bytes),
        sort: ({ held_bytes }) => held_bytes,
      },
    ],
    rows,
  });
  if (note !== null) yield note;
}
