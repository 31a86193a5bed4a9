// The security fixes of a fleet -> a table of those that are not in memory, and the answer to --cve. Fixes that the same hosts lack by
// the same packages share a row, so that the names of the hosts stand there once.

import { cutLists, isOfReboot, listedReboots, listedRestarts } from '../../../documents/fleet-fixes.ts';
import type { CveAnswer, CveHost, CveUnknown, Fleet, FleetCve } from '../../../documents/generated/fleet.ts';
import { groupBy } from '../../../group-by.ts';
import { keyMaker } from '../../../keys.ts';
import { closedByText, lackText, verdictOf, whyUnknownText } from '../../fleet/fixes-text.ts';
import { count, enumerate, quote } from '../../format.ts';
import { sanitize } from '../../sanitize.ts';
import { type Html, html } from '../escape.ts';
import type { PageSection } from '../page.ts';
import { firstRows, type Room, unitText } from '../room.ts';
import { renderNote, renderTable } from '../table.ts';
import { wholeWords } from '../whole-words.ts';
import { hostColumn } from './host-column.ts';

const mostRows = 1000;
const shownIds = 12;
/** A longer list of hosts whose fixes are not known is closed at first. */
const mostOpen = 200;

interface Group extends Omit<FleetCve, 'id'> {
  ids: string[];
}

export function fixesSection(fleet: Fleet, room: Room): PageSection {
  const { cves = [], cve = null } = fleet;
  const title = 'Security fixes that wait for a restart';
  // With --cve the document has no other fix.
  if (cve !== null) {
    return { id: 'fixes', title, body: body(cves, renderNote(`Only ${cve.id} was asked for (--cve).`), room) };
  }
  return { id: 'fixes', title, aside: amountText(cves), body: bodyWithCoverage(fleet, room) };
}

function amountText(cves: readonly FleetCve[]): string {
  const { restarts, reboots } = cutLists(cves);
  return `${restarts || reboots ? 'at least ' : ''}${cves.length}`;
}

function cutText(cves: readonly FleetCve[]): string {
  const { restarts, reboots } = cutLists(cves);
  return [
    ...(restarts ? [`Only the ${listedRestarts} that most hosts lack are listed; there may be others. `] : []),
    ...(reboots ? [`Only ${listedReboots} of those that only a reboot brings are listed; there may be others. `] : []),
  ].join('');
}

/** The number of fixes, of how many packages, and on how many hosts the fix is that most hosts lack; null if none is known or if one was asked for. */
export function fixesSummary({ cves = [], cve = null }: Fleet): { value: string; note: string } | null {
  if (cves.length === 0 || cve !== null) return null;
  const packages = new Set(cves.flatMap((each) => each.packages)).size;
  const most = cves.reduce((hosts, each) => Math.max(hosts, each.hosts.length), 0);
  return {
    value: amountText(cves),
    note: `CVEs of ${count(packages, 'package')}, on up to ${count(most, 'host')}`,
  };
}

/** A document before 1.4 does not say of which hosts the fixes are known. */
const notCovered =
  'A host that is not named may lack a fix all the same, because only a scan with --fixes looks for them. lib-users fleet --cve ID answers for one fix, and says of which hosts it cannot be known.';

function* bodyWithCoverage(fleet: Fleet, room: Room): Generator<Html> {
  const { hosts, cves = [], never_reported = null, unreadable_inputs } = fleet;
  const more = cutText(cves);
  if (hosts.some(({ fixes_unknown }) => fixes_unknown === undefined)) {
    yield* body(cves, renderNote(`${more}${notCovered}`), room);
    return;
  }
  const unknown = hosts.filter(({ fixes_unknown = [] }) => fixes_unknown.length > 0);
  const unheard = [
    ...((never_reported?.length ?? 0) > 0 ? [`${count(never_reported!.length, 'host')} that never reported`] : []),
    ...(unreadable_inputs.length > 0 ? ['what could not be read'] : []),
  ];
  const facts = [
    `Of ${hosts.length - unknown.length} of ${count(hosts.length, 'host')} it is known which fixes they lack in memory.`,
    ...(unknown.length > 0 ? [`The other ${unknown.length} may lack more than is listed, for the reasons below.`] : []),
    ...(unheard.length > 0 ? [`Nothing is known of ${enumerate(unheard)}.`] : []),
  ];
  yield* body(cves, renderNote(`${more}${facts.join(' ')}`), room);
  if (unknown.length === 0) return;
  yield html`<h3>Hosts whose fixes are not all known</h3>`;
  const reasons = [...groupBy(unknown, ({ fixes_unknown = [] }) => whyUnknownText(fixes_unknown))];
  const rows = reasons.map(([because, members]) => ({ because, hosts: members.map(({ hostname }) => hostname) }));
  rows.sort((a, b) => b.hosts.length - a.hosts.length);
  yield* renderTable<(typeof rows)[number]>({
    caption: 'lib-users fleet --cve ID answers for one fix, and names the hosts of which that cannot be known.',
    columns: [
      { title: 'Why', kind: 'wide', cell: ({ because }) => because },
      hostColumn({ title: 'Hosts', rows, hostsOf: (row) => row.hosts, mostOpen }, room),
    ],
    rows,
  });
}

/** @param note what the table does not say */
function* body(cves: readonly FleetCve[], note: Html, room: Room): Generator<Html> {
  yield note;
  if (cves.length === 0) {
    yield renderNote('None is known.');
    return;
  }
  const rows = groupHosts(cves);
  const reboots = cves.some(({ closed_by = [] }) => closed_by.includes('reboot'));
  const step = `restart the units${reboots ? ', or reboot the hosts of a row that says so' : ''}`;
  yield* renderTable<Group>({
    caption: `These fixes are installed, but the hosts still run the code from before: ${step}. ${count(cves.length, 'CVE')} in ${count(rows.length, 'row')}; a row has those that the same hosts lack in the same packages.`,
    columns: [
      { title: 'Fixes', kind: 'wide', cell: ({ ids }) => idsCell(ids) },
      { title: 'Packages', kind: 'list', cell: ({ packages }) => room.names(packages) },
      hostColumn({ title: 'Hosts', rows, hostsOf: ({ hosts }) => hosts }, room),
      {
        title: 'Units',
        kind: 'list',
        cell: (group) => unitsCell(group, room),
      },
    ],
    filter: 'CVE, package or host',
    rows,
  });
}

function unitsCell({ units, closed_by = ['restart'] }: Group, room: Room): Html | string {
  const none = isOfReboot({ closed_by }) ? '' : 'none';
  const listed = units.length === 0 ? none : room.folded(count(units.length, 'unit'), units, unitText);
  if (!closed_by.includes('reboot')) return listed;
  return listed === '' ? 'a reboot' : html`${listed}, and a reboot`;
}

/** Every id is in the page, so that the page can be searched for one. */
function idsCell(ids: readonly string[]): Html {
  if (ids.length <= shownIds + 1) return wholeWords(ids.join(', '));
  const label = `${ids.slice(0, shownIds).join(', ')} and ${ids.length - shownIds} more`;
  return html`<details><summary>${wholeWords(label)}</summary>${ids.slice(shownIds).map((id) => html`${wholeWords(id)} `)}</details>`;
}

function groupHosts(cves: readonly FleetCve[]): Group[] {
  const keyOf = keyMaker();
  const alike = groupBy(cves, ({ packages, hosts, units, closed_by = ['restart'] }) =>
    keyOf(
      closed_by.join(),
      packages.length,
      ...packages,
      units.length,
      ...units,
      hosts.length,
      hosts[0] ?? null,
      hosts.at(-1) ?? null,
    ),
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
            units.length === 0 || packages.some(({ closed_by }) => closed_by === 'reboot')
              ? closedByText(packages, units)
              : room.names(units, unitText),
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
