// The blocks of a report -> two tables: the units and programs, and their gone files.

import type { UnitFile } from '../../../documents/generated/report.ts';
import { formatBytes } from '../../../sizes.ts';
import { count, formatAge, quote, readableTime } from '../../format.ts';
import { sanitizePath } from '../../raw-bytes.ts';
import type { Block } from '../../report/blocks.ts';
import { orderFiles } from '../../report/file-order.ts';
import { sanitize } from '../../sanitize.ts';
import { barMaker } from '../bars.ts';
import { type Html, html } from '../escape.ts';
import { firstRows, type Room } from '../room.ts';
import { type Column, renderNote, renderTable } from '../table.ts';

const mostBlocks = 1000;
const mostFiles = 3000;

/** @param now the time of the report */
export function* unitsBody(blocks: readonly Block[], now: string, room: Room): Generator<Html> {
  if (blocks.length === 0) {
    yield renderNote('No unit and no other program was found.');
    return;
  }
  const [rows, note] = firstRows(blocks, mostBlocks, 'units and programs');
  const draw = barMaker(rows.map(({ held }) => held.bytes));
  const someOutdated = rows.some(({ outdated }) => outdated.length > 0);
  yield* renderTable<Block>({
    caption: `Units, containers, sessions and programs that use gone files${someOutdated ? ' or are outdated' : ''}`,
    columns: [
      { title: 'Unit or program', kind: 'path', cell: titleCell },
      {
        title: 'Stale for',
        kind: 'number',
        cell: ({ staleSince }) => ageText(staleSince, now),
        sort: ({ staleSince }) => seconds(staleSince, now),
      },
      {
        title: 'Held',
        kind: 'nowrap',
        cell: ({ held }) => draw(held.bytes, formatBytes(held.bytes)),
        sort: ({ held }) => held.bytes,
      },
      {
        title: 'Of it in memory',
        kind: 'number',
        cell: ({ held }) => (held.memory === null ? 'not known' : formatBytes(held.memory)),
        sort: ({ held }) => held.memory,
      },
      { title: 'Files', kind: 'number', cell: ({ files }) => files.length, sort: ({ files }) => files.length },
      ...(someOutdated ? [outdatedColumn] : []),
      {
        title: 'Processes',
        kind: 'wide',
        cell: ({ processes, mainPid }) =>
          room.folded(
            count(processes.length, 'process'),
            processes.map(
              ({ pid, name }) =>
                `${name === null ? '' : `${sanitize(name)} `}${pid}${pid === mainPid ? ' (main)' : ''}`,
            ),
            (name) => name,
          ),
        sort: ({ processes }) => processes.length,
      },
    ],
    rows,
  });
  if (note !== null) yield note;
}

const outdatedColumn: Column<Block> = {
  title: 'Outdated',
  kind: 'number',
  cell: ({ outdated }) => outdated.length,
  sort: ({ outdated }) => outdated.length,
};

function titleCell({ title, notes, alerts, command }: Block): Html {
  const dim = notes.length === 0 ? null : html` <span class="dim">${notes.join(', ')}</span>`;
  const alert = alerts.length === 0 ? null : html` <span class="yellow">${alerts.join(', ')}</span>`;
  return html`${title}${dim}${alert}${command === null ? null : html`<br><span class="dim">${command}</span>`}`;
}

function ageText(since: string | null, now: string): string {
  return since === null ? 'not known' : (formatAge(since, now) ?? readableTime(since));
}

function seconds(since: string | null, now: string): number | null {
  const age = since === null ? Number.NaN : (Date.parse(now) - Date.parse(since)) / 1000;
  return Number.isNaN(age) ? null : age;
}

interface Use {
  file: UnitFile;
  owner: string;
}

export function* filesBody(blocks: readonly Block[], room: Room): Generator<Html> {
  const uses = blocks.flatMap(({ title, files }) => orderFiles(files).map((file): Use => ({ file, owner: title })));
  if (uses.length === 0) {
    yield renderNote('No gone file was found.');
    return;
  }
  const [rows, note] = firstRows(uses, mostFiles, 'files');
  yield* renderTable<Use>({ caption: 'Gone files, by what uses them', columns: fileColumns(rows, room), rows });
  if (note !== null) yield note;
}

const packageColumn: Column<Use> = {
  title: 'Package now',
  cell: ({ file: { package: owner } }) =>
    owner === null ? null : `${sanitize(owner.name)} ${sanitize(owner.version)}`,
};

function fileColumns(rows: readonly Use[], room: Room): Column<Use>[] {
  const draw = barMaker(rows.map(({ file }) => file.held_bytes ?? 0));
  return [
    { title: 'File', kind: 'path', cell: ({ file }) => quote(sanitizePath(file)) },
    { title: 'Unit or program', kind: 'path', cell: ({ owner }) => owner },
    { title: 'State', kind: 'nowrap', cell: ({ file }) => file.state },
    { title: 'Use', kind: 'nowrap', cell: ({ file }) => (file.role === 'code' ? file.kind : file.role) },
    { title: 'How', kind: 'nowrap', cell: ({ file }) => (file.via === 'map' ? 'mapped' : 'open') },
    {
      title: 'Held',
      kind: 'nowrap',
      cell: ({ file: { held_bytes: bytes } }) => (bytes === null ? 'not known' : draw(bytes, formatBytes(bytes))),
      sort: ({ file }) => file.held_bytes,
    },
    {
      title: 'Replaced',
      kind: 'nowrap',
      cell: ({ file }) => (file.replaced_at === null ? 'not known' : readableTime(file.replaced_at)),
    },
    ...(rows.some(({ file }) => file.package !== null) ? [packageColumn] : []),
    {
      title: 'Processes',
      kind: 'wide',
      cell: ({ file }) => room.folded(count(file.pids.length, 'process'), file.pids.map(String)),
      sort: ({ file }) => file.pids.length,
    },
  ];
}
