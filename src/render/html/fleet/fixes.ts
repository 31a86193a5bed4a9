// The security fixes of a fleet -> a table of those that are not in memory, and the answer to --cve. Fixes that the same hosts lack by
// the same packages share a row, so that the names of the hosts stand there once.

import type { CveAnswer, CveHost, CveUnknown, Fleet, FleetCve } from '../../../documents/generated/fleet.ts';
import { groupBy } from '../../../group-by.ts';
import { keyMaker } from '../../../keys.ts';
import { closedByText, lackText, verdictOf, whyUnknownText } from '../../fleet/fixes-text.ts';
import { count, quote } from '../../format.ts';
import { sanitize } from '../../sanitize.ts';
import { type Html, html } from '../escape.ts';
import type { PageSection } from '../page.ts';
import { firstRows, type Room, unitText } from '../room.ts';
import { renderNote, renderTable } from '../table.ts';
import { hostColumn } from './host-column.ts';

const mostRows = 1000;
/** The most fixes that a fleet document lists, by its schema. */
const listedCves = 500;
const shownIds = 12;

interface Group extends Omit<FleetCve, 'id'> {
  ids: string[];
}

export function fixesSection({ cves = [], cve = null }: Fleet, room: Room): PageSection {
  const title = 'Security fixes that wait for a restart';
  // With --cve the document has no other fix.
  if (cve !== null) return { id: 'fixes', title, body: body(cves, `Only ${cve.id} was asked for (--cve).`, room) };
  const isFull = cves.length >= listedCves;
  const more = isFull ? `Only the ${listedCves} that most hosts lack are listed; there may be others. ` : '';
  const note = `${more}${otherHosts}`;
  return { id: 'fixes', title, aside: isFull ? `at least ${listedCves}` : cves.length, body: body(cves, note, room) };
}

/** The number of fixes, and on how many hosts the one is that most hosts lack; null if none is known or if one was asked for. */
export function fixesSummary({ cves = [], cve = null }: Fleet): { value: string; note: string } | null {
  if (cves.length === 0 || cve !== null) return null;
  const most = cves.reduce((hosts, each) => Math.max(hosts, each.hosts.length), 0);
  return {
    value: `${cves.length >= listedCves ? 'at least ' : ''}${cves.length}`,
    note: `one of them on ${count(most, 'host')}`,
  };
}

const otherHosts =
  'A host that is not named may lack a fix all the same, because only a scan with --fixes looks for them. lib-users fleet --cve ID answers for one fix, and says of which hosts it cannot be known.';

function* body(cves: readonly FleetCve[], note: string, room: Room): Generator<Html> {
  if (cves.length === 0) {
    yield renderNote(`None is known. ${note}`);
    return;
  }
  const rows = groupHosts(cves);
  yield* renderTable<Group>({
    caption:
      'These fixes are installed, but the hosts still run the code from before. A restart of the units brings them in. Open a bar to see the hosts.',
    columns: [
      { title: 'Fixes', kind: 'wide', cell: ({ ids }) => idsCell(ids) },
      { title: 'Packages', kind: 'path', cell: ({ packages }) => room.names(packages) },
      hostColumn({ title: 'Hosts without them in memory', rows, hostsOf: ({ hosts }) => hosts }, room),
      {
        title: 'Units on any host',
        kind: 'wide',
        cell: ({ units }) => (units.length === 0 ? 'none' : room.folded(count(units.length, 'unit'), units, unitText)),
      },
    ],
    filter: 'CVE, package or host',
    rows,
  });
  yield renderNote(note);
}

/** Every id is in the page, so that the page can be searched for one. */
function idsCell(ids: readonly string[]): Html {
  if (ids.length <= shownIds + 1) return idList(ids);
  const more = ids.slice(shownIds);
  return html`${idList(ids.slice(0, shownIds))}<details><summary>${more.length} more</summary>${idList(more)}</details>`;
}

function idList(ids: readonly string[]): Html {
  return html`<ul class="names">${ids.map((id) => html`<li>${id}\n`)}</ul>`;
}

function groupHosts(cves: readonly FleetCve[]): Group[] {
  const keyOf = keyMaker();
  const alike = groupBy(cves, ({ packages, hosts, units }) =>
    keyOf(packages.length, ...packages, units.length, ...units, hosts.length, hosts[0] ?? null, hosts.at(-1) ?? null),
  );
  return [...alike.values()].flatMap((members) => {
    const groups: Group[] = [];
    for (const { id, ...about } of members) {
      const same = groups.find(({ hosts }) => hosts.every((host, index) => host === about.hosts[index]));
      if (same === undefined) groups.push({ ids: [id], ...about });
      else same.ids.push(id);
    }
    return groups;
  });
}

/** null if nobody asked for one fix. */
export function answerSection({ cve = null }: Fleet, room: Room): PageSection | null {
  if (cve === null) return null;
  return { id: 'answer', title: `Who lacks ${cve.id} in memory`, body: answerBody(cve, room) };
}

function* answerBody(answer: CveAnswer, room: Room): Generator<Html> {
  const [text, paint] = verdictOf(answer);
  yield html`<p class="verdict ${paint}">${text}</p>`;
  if (answer.hosts.length > 0) {
    const [rows, note] = firstRows(answer.hosts, mostRows, 'hosts');
    yield* renderTable<CveHost>({
      caption: 'Hosts that still run code without the fix, although it is on disk',
      columns: [
        { title: 'Host', kind: 'path', cell: ({ hostname }) => quote(sanitize(hostname)) },
        { title: 'Packages', kind: 'wide', cell: ({ packages }) => packages.map(lackText).join(', ') },
        {
          title: 'Units',
          kind: 'wide',
          cell: ({ packages, units }) =>
            units.length === 0 ? closedByText(packages, units) : room.names(units, unitText),
        },
      ],
      rows,
    });
    if (note !== null) yield note;
  }
  if (answer.unknown.length > 0) {
    const [rows, note] = firstRows(answer.unknown, mostRows, 'hosts');
    yield* renderTable<CveUnknown>({
      caption: 'Hosts for which it cannot be known',
      columns: [
        { title: 'Host', kind: 'path', cell: ({ hostname }) => quote(sanitize(hostname)) },
        { title: 'Why', kind: 'wide', cell: ({ because }) => whyUnknownText(because) },
      ],
      rows,
    });
    if (note !== null) yield note;
  }
}
