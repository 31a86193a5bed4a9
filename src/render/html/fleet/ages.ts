// The hosts of a fleet -> a histogram: for how long the replaced code runs on.

import type { Fleet } from '../../../documents/generated/fleet.ts';
import { count } from '../../format.ts';
import { barMaker } from '../bars.ts';
import type { Html } from '../escape.ts';
import type { PageSection } from '../page.ts';
import type { Room } from '../room.ts';
import { renderNote, renderTable } from '../table.ts';
import { ageOf, isStale } from './hosts.ts';

type Host = Fleet['hosts'][number];

const day = 86400;

/** Each holds the ages below its bound that the one before does not hold. */
const spans: readonly { title: string; below: number }[] = [
  { title: 'less than a day', below: day },
  { title: '1 to 7 days', below: 7 * day },
  { title: '7 to 30 days', below: 30 * day },
  { title: '30 to 90 days', below: 90 * day },
  { title: '90 days or more', below: Number.POSITIVE_INFINITY },
];

interface Span {
  title: string;
  order: number;
  hosts: string[];
}

export function agesSection({ hosts, generated_at }: Fleet, room: Room): PageSection {
  const stale = hosts.filter(isStale);
  return { id: 'age', title: 'For how long', body: body(stale, generated_at, room) };
}

function* body(stale: readonly Host[], now: string, room: Room): Generator<Html> {
  if (stale.length === 0) {
    yield renderNote('No host is known to wait for a restart.');
    return;
  }
  const rows: Span[] = [...spans.map(({ title }) => title), 'not known'].map((title, order) => ({
    title,
    order,
    hosts: [],
  }));
  for (const host of stale) {
    const age = ageOf(host, now);
    const place = age === null ? -1 : spans.findIndex(({ below }) => age < below);
    rows.at(place)!.hosts.push(host.hostname);
  }
  const draw = barMaker(rows.map(({ hosts }) => hosts.length));
  yield* renderTable<Span>({
    caption: 'Hosts that wait for a restart, by the age of the oldest replacement that is not in memory',
    columns: [
      { title: 'Replaced', kind: 'nowrap', cell: ({ title }) => title, sort: ({ order }) => order },
      {
        title: 'Hosts',
        kind: 'nowrap',
        cell: ({ hosts }) => draw(hosts.length, String(hosts.length)),
        sort: ({ hosts }) => hosts.length,
      },
      {
        title: 'Names',
        kind: 'wide',
        cell: ({ hosts }) => (hosts.length === 0 ? null : room.folded(count(hosts.length, 'host'), hosts)),
      },
    ],
    rows,
  });
}
