// A list of hosts in each row -> a column with a bar and a number, which opens the names.

import { count } from '../../format.ts';
import { barMaker } from '../bars.ts';
import type { Room } from '../room.ts';
import type { Column } from '../table.ts';

interface HostColumn<Row> {
  title: string;
  rows: readonly Row[];
  hostsOf: (row: Row) => readonly string[];
  /** Longer lists are closed at first. */
  mostOpen?: number;
}

export function hostColumn<Row>({ title, rows, hostsOf, mostOpen }: HostColumn<Row>, room: Room): Column<Row> {
  const draw = barMaker(rows.map((row) => hostsOf(row).length));
  return {
    title,
    kind: 'hosts',
    cell: (row) => {
      const hosts = hostsOf(row);
      const line = draw(hosts.length, count(hosts.length, 'host'));
      return hosts.length === 0 ? line : room.below(line, hosts, mostOpen);
    },
    sort: (row) => hostsOf(row).length,
  };
}
