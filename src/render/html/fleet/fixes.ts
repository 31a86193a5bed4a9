// The security fixes of a fleet -> a table of those that are not in memory, and the answer to --cve. Fixes that the same hosts lack by
// the same packages share a row, so that the names of the hosts stand there once.

import type { CveAnswer, CveHost, CveUnknown, Fleet, FleetCve } from '../../../documents/generated/fleet.ts';
import { groupBy } from '../../../group-by.ts';
import { keyMaker } from '../../../keys.ts';
import { closedByText, lackText, verdictOf, whyUnknownText } from '../../fleet/fixes-text.ts';
import { count, quote } from '../../format.ts';
import { sanitize } from '../../sanitize.ts';
import { barMaker } from '../bars.ts';
import { type Html, html } from '../escape.ts';
import type { PageSection } from '../page.ts';
import { firstRows, type Room, unitText } from '../room.ts';
import { renderNote, renderTable } from '../table.ts';

const mostRows = 1000;
/** The most fixes that a fleet document lists, by its schema. */
const listedCves = 500;
const shownIds = 3;

interface Group extends Omit<FleetCve, 'id'> {
  ids: string[];
}

export function fixesSection({ cves = [], cve = null }: Fleet, room: Room): PageSection {
  const title = 'Security fixes that are not in memory';
  // With --cve the document has no other fix.
  if (cve !== null) return { id: 'fixes', title, body: body(cves, `Only ${cve.id} was asked for (--cve).`, room) };
  const isFull = cves.length >= listedCves;
  const more = isFull ? `Only the ${listedCves} that most hosts lack are listed; there may be others. ` : '';
  const note = `${more}${otherHosts}`;
  return { id: 'fixes', title, aside: isFull ? `at least ${listedCves}` : cves.length, body: body(cves, note, room) };
}

const otherHosts =
  'A host that is not named may lack a fix all the same: only reports of scan --fixes name fixes. fleet --cve ID answers for one fix, and says of which hosts it cannot be known.';

function* body(cves: readonly FleetCve[], note: string, room: Room): Generator<Html> {
  if (cves.length === 0) {
    yield renderNote(`None is known. ${note}`);
    return;
  }
  yield renderNote(note);
  const rows = groupHosts(cves);
  const draw = barMaker(rows.map(({ hosts }) => hosts.length));
  yield* renderTable<Group>({
    caption: 'Fixes that are on disk while older code still runs, those that most hosts lack first',
    columns: [
      { title: 'Fixes', kind: 'wide', cell: ({ ids }) => idsCell(ids) },
      { title: 'Packages', cell: ({ packages }) => room.names(packages) },
      {
        title: 'Hosts',
        kind: 'nowrap',
        cell: ({ hosts }) => draw(hosts.length, String(hosts.length)),
        sort: ({ hosts }) => hosts.length,
      },
      { title: 'Names', kind: 'wide', cell: ({ hosts }) => room.folded(count(hosts.length, 'host'), hosts) },
      {
        title: 'Units on any host',
        kind: 'wide',
        cell: ({ units }) => (units.length === 0 ? 'none' : room.folded(count(units.length, 'unit'), units, unitText)),
      },
    ],
    rows,
  });
}

/** Every id is in the page, so that the page can be searched for one. */
function idsCell(ids: readonly string[]): Html {
  if (ids.length <= shownIds + 1) return html`${ids.join(', ')}`;
  const label = `${ids.slice(0, shownIds).join(', ')} and ${ids.length - shownIds} more`;
  return html`<details><summary>${label}</summary>${ids.slice(shownIds).map((id) => html`${id} `)}</details>`;
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
