// The hosts of a fleet -> a matrix of hosts and units, the hosts that matter most first.

import type { Fleet, FleetUnit } from '../../../documents/generated/fleet.ts';
import { keyMaker } from '../../../keys.ts';
import { formatBytes } from '../../../sizes.ts';
import { count, formatAge, quote, readableTime } from '../../format.ts';
import { sanitize, sanitizeUnit } from '../../sanitize.ts';
import { type Html, html } from '../escape.ts';
import type { PageSection } from '../page.ts';
import { Room } from '../room.ts';
import { type Column, renderNote, renderTable } from '../table.ts';

type Host = Fleet['hosts'][number];

interface Row {
  hostname: string;
  /** null if it never reported. */
  host: Host | null;
}

/** As many again if they never reported. */
const mostHosts = 1000;
/** The units with a column of their own; the others are named in the last column. */
const mostColumns = 20;
/** The characters of that last column, over all rows. */
const otherRoom = 600_000;

/** Whether something on the host waits for a restart. A document of 1.0 does not say it. */
export function isStale({ stale, units }: Host): boolean {
  return (stale ?? units) > 0;
}

/** Seconds since the oldest replacement that is not in memory; null if that is not known. */
export function ageOf({ stale_since = null }: Host, now: string): number | null {
  const age = stale_since === null ? Number.NaN : (Date.parse(now) - Date.parse(stale_since)) / 1000;
  return age >= 0 ? age : null;
}

/** A need of a host, the heaviest first. */
const needs: readonly { text: string; holds: (host: Host | null) => boolean }[] = [
  { text: 'reboot', holds: (host) => host?.reboot_required === true },
  { text: 'no report', holds: (host) => host === null },
  { text: 'restart', holds: (host) => host !== null && isStale(host) },
  { text: 'seen in part', holds: (host) => host?.complete === false },
  { text: 'reboot not known', holds: (host) => host?.reboot_required === null },
];

/** Greater for a host that matters more: a heavier need weighs more than all lighter ones. */
function weightOf({ host }: Row): number {
  return needs.reduce((weight, { holds }) => weight * 2 + Number(holds(host)), 0);
}

/** The anchor of the hosts that wait for a restart, and of no other. */
export const waitingAnchor = 'waiting';

export function hostsSection(fleet: Fleet): PageSection {
  return {
    id: 'hosts',
    title: 'All hosts and their units',
    aside: fleet.hosts.length + (fleet.never_reported?.length ?? 0),
    body: body(fleet),
  };
}

function* body(fleet: Fleet): Generator<Html> {
  const { hosts, generated_at } = fleet;
  const silent = (fleet.never_reported ?? []).map((hostname): Row => ({ hostname, host: null }));
  if (hosts.length + silent.length === 0) {
    yield renderNote('There is no host.');
    return;
  }
  const ordered = orderHosts(
    hosts.map((host): Row => ({ hostname: host.hostname, host })),
    generated_at,
  );
  // A host that never reported takes the place of no other.
  const rows = orderHosts([...ordered.slice(0, mostHosts), ...silent.slice(0, mostHosts)], generated_at);
  const rest = [...ordered.slice(mostHosts), ...silent.slice(mostHosts)];
  const isWaiting = ({ host }: Row): boolean => host !== null && isStale(host);
  const waiting = hosts.filter(isStale).length;
  const units = [...fleet.units].sort((a, b) => b.hosts.length - a.hosts.length);
  yield* renderTable<Row>({
    caption:
      'One row a host, those that need the most first. A mark ● says that the unit still uses replaced or deleted files.',
    columns: [...hostColumns(generated_at), ...unitColumns(units, hosts)],
    filter: 'host, need or unit',
    isMatrix: true,
    ...(waiting > 0
      ? { part: { id: waitingAnchor, note: partNote(rows.filter(isWaiting).length, waiting), holds: isWaiting } }
      : {}),
    rows,
  });
  if (rest.length > 0) {
    const needy = rest.filter((row) => weightOf(row) > 0).length;
    const clean = rest.length - needy;
    const text = `There is no row for ${count(rest.length, 'more host')}: ${needy} with a need, ${clean} without one. See --format json.`;
    yield renderNote(text, 'yellow');
  }
}

/** @param shown how many of them have a row */
function partNote(shown: number, waiting: number): Html {
  const back = html`<a href="#hosts">Show all hosts</a>`;
  if (shown === waiting) return html`Only hosts that wait for a restart (${waiting}). ${back}`;
  return html`Only hosts that wait for a restart: ${shown} of ${waiting} have a row here. <a href="#age">The names of all</a> · ${back}`;
}

/** Hosts that need the same keep their order. */
function orderHosts(rows: readonly Row[], now: string): Row[] {
  return rows
    .map((row) => ({ row, weight: weightOf(row), age: ageIn(row, now) ?? -1, stale: staleIn(row) ?? 0 }))
    .sort((a, b) => b.weight - a.weight || b.age - a.age || b.stale - a.stale)
    .map(({ row }) => row);
}

function ageIn({ host }: Row, now: string): number | null {
  return host === null ? null : ageOf(host, now);
}

function staleIn({ host }: Row): number | null {
  return host === null ? null : (host.stale ?? host.units);
}

function hostColumns(now: string): Column<Row>[] {
  return [
    { title: 'Host', kind: 'nowrap', cell: ({ hostname }) => quote(sanitize(hostname)) },
    { title: 'Needs', kind: 'nowrap', cell: needsText, sort: weightOf },
    {
      title: 'Stale units',
      kind: 'number',
      cell: staleIn,
      sort: staleIn,
    },
    {
      title: 'Waiting for',
      kind: 'number',
      cell: ({ host }) => (host?.stale_since == null ? null : formatAge(host.stale_since, now)),
      sort: (row) => ageIn(row, now),
    },
    {
      title: 'Holds',
      kind: 'number',
      cell: ({ host }) => (host === null ? null : formatBytes(host.held_bytes)),
      sort: ({ host }) => host?.held_bytes ?? null,
    },
    {
      title: 'Scanned',
      kind: 'nowrap',
      cell: ({ host }) => (host === null ? 'never' : readableTime(host.generated_at)),
    },
  ];
}

function needsText({ host }: Row): string {
  const found = needs.filter(({ holds }) => holds(host)).map(({ text }) => text);
  return found.length === 0 ? 'nothing' : found.join(', ');
}

/** @param units those on most hosts first */
function unitColumns(units: readonly FleetUnit[], hosts: readonly Host[]): Column<Row>[] {
  const keyOf = keyMaker();
  const room = new Room(otherRoom);
  const twice = namesTwice(hosts.map(({ hostname }) => keyOf(hostname)));
  const isAmbiguous = ({ hostname }: Row): boolean => twice.has(keyOf(hostname));
  const marks = units.slice(0, mostColumns).map((unit): Column<Row> => {
    const on = new Set(unit.hosts.map((host) => keyOf(host)));
    return {
      title: nameUnit(unit),
      kind: 'mark',
      cell: (row) => (!on.has(keyOf(row.hostname)) ? null : isAmbiguous(row) ? '?' : '●'),
    };
  });
  const others = new Map<string, string[]>();
  for (const unit of units.slice(mostColumns)) {
    for (const host of unit.hosts) {
      const key = keyOf(host);
      const known = others.get(key);
      if (known === undefined) others.set(key, [nameUnit(unit)]);
      else known.push(nameUnit(unit));
    }
  }
  const namesCell = (row: Row): Html | string | null => {
    const names = others.get(keyOf(row.hostname)) ?? [];
    if (isAmbiguous(row)) return 'not known: another host has this name';
    return names.length === 0 ? null : room.folded(count(names.length, 'unit'), names, (name) => name);
  };
  return [
    ...marks,
    ...(others.size + twice.size === 0 ? [] : [{ title: 'Other units', kind: 'wide', cell: namesCell } as const]),
  ];
}

/** Sanitized. */
function nameUnit({ name, scope }: FleetUnit): string {
  return `${sanitizeUnit(name)}${scope === 'user' ? ' of users' : ''}`;
}

function namesTwice(keys: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const key of keys) {
    if (seen.has(key)) twice.add(key);
    seen.add(key);
  }
  return twice;
}
