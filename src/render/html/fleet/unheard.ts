// The hosts and inputs of a fleet of which too little is known -> a section that names them, each with the reason.

import type { Fleet, UnreadableInput } from '../../../documents/generated/fleet.ts';
import { groupBy } from '../../../group-by.ts';
import { unseenBecauseText, unseenRemedyText } from '../../fleet/unseen-text.ts';
import { count } from '../../format.ts';
import { sanitize } from '../../sanitize.ts';
import { type Html, html } from '../escape.ts';
import type { PageSection } from '../page.ts';
import { firstRows, type Room } from '../room.ts';
import { renderNote, renderTable } from '../table.ts';
import { wholeWords } from '../whole-words.ts';
import { hostColumn } from './host-column.ts';

const inputRemedies: Readonly<Record<UnreadableInput['code'], string>> = {
  input_unreadable: 'Look whether it is there, and whether this user may read it.',
  invalid_document: 'Write it anew with lib-users scan --format json.',
};

const silentRemedy =
  'What to do: look on the host whether lib-users scan runs there on a schedule, and whether its report reaches the folder from which this page is made. Take a host that is gone, or has another name now, out of the list.';

const mostRows = 200;
/** A longer list of names is closed at first. */
const mostOpen = 200;

/** The anchor of the inputs that could not be read. */
export const unreadableAnchor = 'unreadable';

interface Group {
  because: string;
  remedy: string;
  hosts: string[];
}

export function unseenSection(fleet: Fleet, room: Room): PageSection {
  const { summary, never_reported } = fleet;
  return {
    id: 'unseen',
    title: 'Hosts that were not fully seen',
    aside: summary.incomplete + (never_reported?.length ?? 0),
    body: body(fleet, room),
  };
}

function* body({ hosts, never_reported = null, unreadable_inputs }: Fleet, room: Room): Generator<Html> {
  const partly = hosts.filter(({ complete }) => !complete);
  if (partly.length > 0) {
    yield html`<h3 id="partly">Seen only in part</h3>`;
    yield* partlyBody(partly, room);
  }
  if (never_reported !== null && never_reported.length > 0) {
    yield html`<h3 id="silent">Never reported</h3>`;
    yield renderNote(`These hosts were expected (--expect), and no report of them was read. ${silentRemedy}`);
    yield room.below(count(never_reported.length, 'host'), never_reported, mostOpen);
  }
  if (unreadable_inputs.length > 0) {
    yield html`<h3 id="${unreadableAnchor}">Inputs that could not be read</h3>`;
    yield* inputsBody(unreadable_inputs);
  }
  const good = [
    ...(partly.length === 0 ? ['Every host that reported was seen completely.'] : []),
    ...(never_reported?.length === 0 ? ['Every expected host reported.'] : []),
    ...(unreadable_inputs.length === 0 ? ['Every input could be read.'] : []),
  ];
  if (good.length > 0) yield renderNote(good.join(' '), 'green');
  if (never_reported === null) {
    yield renderNote(
      'It is not known which hosts should report: lib-users fleet --expect takes a list of their names.',
    );
  }
}

function* partlyBody(hosts: Fleet['hosts'], room: Room): Generator<Html> {
  const groups = [...groupBy(hosts, unseenBecauseText)].map(([because, members]): Group => {
    return {
      because: String(because),
      remedy: unseenRemedyText(members[0]!),
      hosts: members.map(({ hostname }) => hostname),
    };
  });
  groups.sort((a, b) => b.hosts.length - a.hosts.length);
  yield* renderTable<Group>({
    caption:
      'These hosts reported, but the scan could not see everything on them. They may need more than this page says.',
    columns: [
      { title: 'Why', kind: 'wide', cell: ({ because }) => wholeWords(because) },
      { title: 'What to do', kind: 'wide', cell: ({ remedy }) => wholeWords(remedy) },
      hostColumn({ title: 'Hosts', rows: groups, hostsOf: (group) => group.hosts, mostOpen }, room),
    ],
    rows: groups,
  });
}

function* inputsBody(inputs: readonly UnreadableInput[]): Generator<Html> {
  const [rows, note] = firstRows(inputs, mostRows, 'inputs');
  yield* renderTable<UnreadableInput>({
    caption: 'Each of these inputs may be a host of which nothing is known.',
    columns: [
      { title: 'Input', kind: 'path', cell: ({ source }) => sanitize(source) },
      {
        title: 'Why',
        kind: 'wide',
        cell: ({ message }) => sanitize(message),
      },
      { title: 'What to do', kind: 'wide', cell: ({ code }) => inputRemedies[code] },
    ],
    rows,
  });
  if (note !== null) yield note;
}
