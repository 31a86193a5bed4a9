// The gone files of a report -> how many bytes they hold on each file system, each file once.

import type { DeletedFd, DeletedMap, Report } from '../../../documents/generated/report.ts';
import { groupBy } from '../../../group-by.ts';
import { isInMemory, sumHeld } from '../../../held.ts';
import { distinct, keyMaker } from '../../../keys.ts';
import { formatBytes } from '../../../sizes.ts';
import { sanitize } from '../../sanitize.ts';
import { barMaker } from '../bars.ts';
import type { Html } from '../escape.ts';
import { firstRows } from '../room.ts';
import { renderNote, renderTable } from '../table.ts';

const mostRows = 200;

interface FileSystem {
  name: string;
  type: string;
  bytes: number;
  files: number;
}

type Gone = DeletedMap | DeletedFd;

export function* heldBody(report: Report): Generator<Html> {
  if (report.scan.detail === 'units' && report.summary.held_bytes > 0) {
    yield renderNote('A report with --detail units does not say on which file systems its files are.', 'yellow');
    return;
  }
  const systems = fileSystems(report.processes.flatMap(({ maps, fds }) => [...maps, ...fds]));
  if (systems.length === 0) {
    yield renderNote('No gone file is known to hold space.');
    return;
  }
  const [rows, note] = firstRows(systems, mostRows, 'file systems');
  const draw = barMaker(rows.map(({ bytes }) => bytes));
  yield* renderTable<FileSystem>({
    caption: 'Space that comes free when the last process closes these files',
    columns: [
      { title: 'File system', kind: 'path', cell: ({ name }) => name },
      { title: 'Type', cell: ({ type }) => type },
      {
        title: 'Held',
        kind: 'nowrap',
        cell: ({ bytes }) => draw(bytes, formatBytes(bytes)),
        sort: ({ bytes }) => bytes,
      },
      { title: 'Uses', kind: 'number', cell: ({ files }) => files, sort: ({ files }) => files },
    ],
    rows,
  });
  if (note !== null) yield note;
}

/** A descriptor says where its file system is mounted; a mapping says only the device. */
function fileSystems(files: readonly Gone[]): FileSystem[] {
  const keyOf = keyMaker();
  const holding = files.filter(({ held_bytes }) => (held_bytes ?? 0) > 0);
  const groups = groupBy(holding, ({ device, fs_type = null }) => keyOf(device, fs_type));
  return [...groups.values()]
    .map((group) => {
      const { device, fs_type = null } = group[0]!;
      const points = distinct(group.flatMap((file) => ('mount_point' in file ? (file.mount_point ?? []) : [])));
      const named = points.length > 0 ? points.map(sanitize).join(', ') : `device ${device ?? 'not known'}`;
      const type = fs_type === null ? 'not known' : sanitize(fs_type);
      return {
        name: named,
        type: isInMemory(fs_type) ? `${type}, in memory` : type,
        bytes: sumHeld(group).bytes,
        files: group.length,
      };
    })
    .sort((a, b) => b.bytes - a.bytes);
}
