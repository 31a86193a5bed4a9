// The units and the files of a fleet -> which unit holds the most disk, and which gone file is in use on how many hosts.

import type { Fleet, FleetFile, FleetUnit } from '../../../documents/generated/fleet.ts';
import { formatBytes } from '../../../sizes.ts';
import { count, quote } from '../../format.ts';
import { sanitize, sanitizeUnit } from '../../sanitize.ts';
import { barMaker } from '../bars.ts';
import type { Html } from '../escape.ts';
import type { PageSection } from '../page.ts';
import { firstRows, type Room, unitText } from '../room.ts';
import { renderNote, renderTable } from '../table.ts';

const mostRows = 500;

export function diskSection({ units }: Fleet, room: Room): PageSection {
  return { id: 'disk', title: 'Units, and the disk that they hold', aside: units.length, body: unitsBody(units, room) };
}

/** The bytes on disk, without those in memory if these are known. */
function diskOf({ held_bytes = 0, held_memory_bytes = null }: FleetUnit): number {
  return held_bytes - (held_memory_bytes ?? 0);
}

function* unitsBody(units: readonly FleetUnit[], room: Room): Generator<Html> {
  if (units.length === 0) {
    yield renderNote('No unit is known to use files that are gone.');
    return;
  }
  const ordered = [...units].sort((a, b) => diskOf(b) - diskOf(a) || b.hosts.length - a.hosts.length);
  const [rows, note] = firstRows(ordered, mostRows, 'units');
  const drawBytes = barMaker(rows.map(diskOf));
  const drawHosts = barMaker(rows.map(({ hosts }) => hosts.length));
  yield* renderTable<FleetUnit>({
    caption: 'Affected units over all hosts, those that hold the most disk first. A restart frees what a unit holds.',
    columns: [
      {
        title: 'Unit',
        kind: 'path',
        cell: ({ name, scope }) => `${sanitizeUnit(name)}${scope === 'user' ? ' of users' : ''}`,
      },
      { title: 'Disk held', kind: 'nowrap', cell: (unit) => drawBytes(diskOf(unit), diskText(unit)), sort: diskOf },
      {
        title: 'Memory held',
        kind: 'number',
        cell: ({ held_memory_bytes: bytes }) => (bytes == null ? 'not known' : formatBytes(bytes)),
        sort: ({ held_memory_bytes: bytes }) => bytes ?? null,
      },
      {
        title: 'Hosts',
        kind: 'nowrap',
        cell: ({ hosts }) => drawHosts(hosts.length, String(hosts.length)),
        sort: ({ hosts }) => hosts.length,
      },
      { title: 'Names', kind: 'wide', cell: ({ hosts }) => room.folded(count(hosts.length, 'host'), hosts) },
    ],
    rows,
  });
  if (note !== null) yield note;
}

/** A report of an earlier minor version does not say which bytes are memory, so that the disk is at most so much. */
function diskText(unit: FleetUnit): string {
  const disk = diskOf(unit);
  return `${unit.held_memory_bytes == null && disk > 0 ? 'at most ' : ''}${formatBytes(disk)}`;
}

export function filesSection({ files }: Fleet, room: Room): PageSection {
  const shown = files.filter(({ role }) => role !== 'scratch').sort((a, b) => b.hosts.length - a.hosts.length);
  return { id: 'files', title: 'Files', aside: shown.length, body: filesBody(shown, room) };
}

function* filesBody(files: readonly FleetFile[], room: Room): Generator<Html> {
  if (files.length === 0) {
    yield renderNote('No file in use is known to be gone, but for scratch files.');
    return;
  }
  const [rows, note] = firstRows(files, mostRows, 'files');
  const draw = barMaker(rows.map(({ hosts }) => hosts.length));
  yield* renderTable<FleetFile>({
    caption: 'Gone files that are in use, those on most hosts first',
    columns: [
      { title: 'File', kind: 'path', cell: ({ path }) => quote(sanitize(path)) },
      { title: 'State', kind: 'nowrap', cell: ({ state }) => state },
      { title: 'Use', kind: 'nowrap', cell: ({ role, kind }) => (role === 'code' ? kind : role) },
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
  if (note !== null) yield note;
}
