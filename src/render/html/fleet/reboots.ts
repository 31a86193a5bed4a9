// The hosts of a fleet that must reboot -> a table, one row for all hosts with the same reasons.

import type { Fleet } from '../../../documents/generated/fleet.ts';
import { earliest } from '../../../documents/time.ts';
import { groupBy } from '../../../group-by.ts';
import { keyMaker } from '../../../keys.ts';
import { count } from '../../format.ts';
import { rebootReasonText } from '../../reboot-reason.ts';
import { type Html, html } from '../escape.ts';
import type { PageSection } from '../page.ts';
import { firstRows, type Room } from '../room.ts';
import { renderNote, renderTable } from '../table.ts';
import { wholeWords } from '../whole-words.ts';
import { hostColumn } from './host-column.ts';

type Host = Fleet['hosts'][number];

const mostRows = 200;
/** A longer list of names is closed at first. */
const mostOpen = 200;
/** Fewer hosts are seen at one look. */
const leastToFilter = 20;
const kinds = { full: 'a full reboot', soft: 'a soft reboot is enough', unknown: 'a reboot' };

interface Group {
  reasons: string[];
  kind: string;
  since: string | null;
  hosts: string[];
}

export function rebootSection({ hosts }: Fleet, room: Room): PageSection {
  const required = hosts.filter(({ reboot_required }) => reboot_required === true);
  const unknown = hosts.filter(({ reboot_required }) => reboot_required === null);
  return { id: 'reboot', title: 'Hosts that must reboot', aside: required.length, body: body(required, unknown, room) };
}

function* body(required: readonly Host[], unknown: readonly Host[], room: Room): Generator<Html> {
  const groups = groupReasons(required).sort((a, b) => b.hosts.length - a.hosts.length);
  const [rows, note] = firstRows(groups, mostRows, 'groups of hosts');
  if (rows.length === 0)
    yield renderNote(unknown.length === 0 ? 'No host must reboot.' : 'No host is known to need a reboot.');
  else {
    yield* renderTable<Group>({
      caption:
        'All hosts that must reboot, by the reason. First since is the earliest day that is known of a host of the row; the others may have followed later.',
      columns: [
        { title: 'Why', kind: 'wide', cell: ({ reasons }) => wholeWords(reasons.join('; ')) },
        { title: 'Kind', kind: 'nowrap', cell: ({ kind }) => kind },
        hostColumn({ title: 'Hosts', rows, hostsOf: ({ hosts }) => hosts, mostOpen }, room),
        {
          title: 'First since',
          kind: 'nowrap',
          cell: ({ since }) => (since === null ? 'not known' : since.slice(0, '2026-11-23'.length)),
        },
      ],
      copiesHosts: note === null,
      ...(required.length > leastToFilter ? { filter: 'reason or host' } : {}),
      rows,
    });
  }
  if (note !== null) yield note;
  if (unknown.length > 0) {
    yield html`<h3>It is not known whether these must reboot</h3>`;
    const names = unknown.map(({ hostname }) => hostname);
    yield room.below(count(names.length, 'host'), names);
  }
}

/** The reasons without their dates, which differ from host to host. */
function groupReasons(required: readonly Host[]): Group[] {
  const keyOf = keyMaker();
  const described = required.map((host) => ({
    host,
    reasons: (host.reboot_reasons ?? []).map((reason) =>
      rebootReasonText('since' in reason ? { ...reason, since: null } : reason),
    ),
    kind: kinds[host.reboot_kind ?? 'unknown'],
  }));
  const groups = groupBy(described, ({ reasons, kind }) => keyOf(kind, ...reasons));
  return [...groups.values()].map((members) => ({
    reasons: members[0]!.reasons,
    kind: members[0]!.kind,
    since: earliest(
      members.flatMap(({ host }) =>
        (host.reboot_reasons ?? []).map((reason) => ('since' in reason ? (reason.since ?? null) : null)),
      ),
    ),
    hosts: members.map(({ host }) => host.hostname),
  }));
}
