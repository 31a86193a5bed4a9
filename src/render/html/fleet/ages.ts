// The hosts of a fleet -> a histogram: how many hosts have waited for a restart for how long.

import type { Fleet } from '../../../documents/generated/fleet.ts';
import type { Html } from '../escape.ts';
import type { PageSection } from '../page.ts';
import type { Room } from '../room.ts';
import { renderNote, renderTable } from '../table.ts';
import { hostColumn } from './host-column.ts';
import { ageOf, isStale } from './hosts.ts';

type Host = Fleet['hosts'][number];

const day = 86400;

/** Each holds the ages below its bound that the one before does not hold. */
const spans: readonly { title: string; below: number }[] = [
  { title: 'less than 1 day', below: day },
  { title: '1 to 6 days', below: 7 * day },
  { title: '7 to 29 days', below: 30 * day },
  { title: '30 to 89 days', below: 90 * day },
  { title: '90 days or more', below: Number.POSITIVE_INFINITY },
];

const notKnown = 'not known';

interface Span {
  title: string;
  order: number;
  hosts: string[];
}

export function agesSection({ hosts, generated_at }: Fleet, room: Room): PageSection {
  const stale = hosts.filter(isStale);
  return { id: 'age', title: 'How long hosts have waited for a restart', body: body(stale, generated_at, room) };
}

function* body(stale: readonly Host[], now: string, room: Room): Generator<Html> {
  if (stale.length === 0) {
    yield renderNote('No host is known to wait for a restart.');
    return;
  }
  const rows: Span[] = [...spans.map(({ title }) => title), notKnown].map((title, order) => ({
    title,
    order,
    hosts: [],
  }));
  for (const host of stale) {
    const age = ageOf(host, now);
    const place = age === null ? -1 : spans.findIndex(({ below }) => age < below);
    rows.at(place)!.hosts.push(host.hostname);
  }
  const shown = rows.filter(({ title, hosts }) => title !== notKnown || hosts.length > 0);
  yield* renderTable<Span>({
    caption:
      'Every host that waits counts once. Its time began when the first of the code that it still runs was replaced on disk.',
    columns: [
      { title: 'Waiting for', kind: 'nowrap', cell: ({ title }) => title, sort: ({ order }) => order },
      hostColumn({ title: 'Hosts', rows: shown, hostsOf: ({ hosts }) => hosts, mostOpen: 0 }, room),
    ],
    rows: shown,
  });
}
