// The units and the files of a fleet -> which unit holds the most disk, and which gone file is in use on how many hosts.

import type { Fleet, FleetFile, FleetUnit } from '../../../documents/generated/fleet.ts';
import { formatBytes } from '../../../sizes.ts';
import { count, quote } from '../../format.ts';
import { sanitize, sanitizeUnit } from '../../sanitize.ts';
import { barMaker } from '../bars.ts';
import type { Html } from '../escape.ts';
import type { PageSection } from '../page.ts';
import { firstRows, type Room, unitText } from '../room.ts';
import { type Column, renderNote, renderTable } from '../table.ts';
import { wholeWords } from '../whole-words.ts';
import { hostColumn } from './host-column.ts';

const mostRows = 500;
const mostOpen = 5;

export function diskSection({ units }: Fleet, room: Room): PageSection {
  return { id: 'disk', title: 'Which unit holds the most disk', aside: units.length, body: unitsBody(units, room) };
}

/** The bytes on disk, without those in memory if these are known. */
function diskOf({ held_bytes = 0, held_memory_bytes = null }: FleetUnit): number {
  return held_bytes - (held_memory_bytes ?? 0);
}

/** Sanitized: the unit that holds the most; null if none holds any. */
export function mostDiskText({ units }: Fleet): string | null {
  const [first, ...rest] = units;
  if (first === undefined) return null;
  const most = rest.reduce((found, unit) => (diskOf(unit) > diskOf(found) ? unit : found), first);
  return diskOf(most) > 0 ? `${diskText(most)} by ${sanitizeUnit(most.name)}` : null;
}

function* unitsBody(units: readonly FleetUnit[], room: Room): Generator<Html> {
  if (units.length === 0) {
    yield renderNote('No unit is known to use replaced or deleted files.');
    return;
  }
  const ordered = [...units].sort((a, b) => diskOf(b) - diskOf(a) || b.hosts.length - a.hosts.length);
  const [rows, note] = firstRows(ordered, mostRows, 'units');
  const drawBytes = barMaker(rows.map(diskOf));
  yield* renderTable<FleetUnit>({
    caption:
      'Space on disk that deleted files still take because a unit uses them, over all hosts. The unit with the most is first; its restart frees it.',
    columns: [
      {
        title: 'Unit',
        kind: 'path',
        cell: ({ name, scope }) => wholeWords(`${sanitizeUnit(name)}${scope === 'user' ? ' of users' : ''}`),
      },
      { title: 'Disk held', kind: 'nowrap', cell: (unit) => drawBytes(diskOf(unit), diskText(unit)), sort: diskOf },
      ...(units.some(({ held_memory_bytes: bytes }) => bytes !== 0) ? [memoryColumn] : []),
      hostColumn({ title: 'Hosts', rows, hostsOf: ({ hosts }) => hosts, mostOpen }, room),
    ],
    filter: 'unit or host',
    rows,
  });
  if (note !== null) yield note;
}

const memoryColumn: Column<FleetUnit> = {
  title: 'Memory held',
  kind: 'number',
  cell: ({ held_memory_bytes: bytes }) => (bytes == null ? 'not known' : formatBytes(bytes)),
  sort: ({ held_memory_bytes: bytes }) => bytes ?? null,
};

/** A report of an earlier minor version does not say which bytes are memory, so that the disk is at most so much. */
function diskText(unit: FleetUnit): string {
  const disk = diskOf(unit);
  return `${unit.held_memory_bytes == null && disk > 0 ? 'at most ' : ''}${formatBytes(disk)}`;
}

export function filesSection({ files }: Fleet, room: Room): PageSection {
  const shown = files.filter(({ role }) => role !== 'scratch').sort((a, b) => b.hosts.length - a.hosts.length);
  return { id: 'files', title: 'Deleted or replaced files in use', aside: shown.length, body: filesBody(shown, room) };
}

function* filesBody(files: readonly FleetFile[], room: Room): Generator<Html> {
  if (files.length === 0) {
    yield renderNote('No file in use is known to be gone, but for scratch files.');
    return;
  }
  const [rows, note] = firstRows(files, mostRows, 'files');
  yield* renderTable<FleetFile>({
    caption: 'Files that are replaced or deleted on disk and still in use, those on most hosts first',
    columns: [
      { title: 'File', kind: 'path', cell: ({ path }) => quote(sanitize(path)) },
      { title: 'State', kind: 'short', cell: ({ state }) => state },
      { title: 'Use', kind: 'short', cell: ({ role, kind }) => (role === 'code' ? kind : role) },
      hostColumn({ title: 'Hosts', rows, hostsOf: ({ hosts }) => hosts, mostOpen }, room),
      {
        title: 'Units',
        kind: 'list',
        cell: ({ units }) => (units.length === 0 ? 'none' : room.folded(count(units.length, 'unit'), units, unitText)),
      },
    ],
    rows,
  });
  if (note !== null) yield note;
}
