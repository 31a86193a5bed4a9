// The hosts and inputs of a fleet of which too little is known -> sections that name them.

import type { Fleet, UnreadableInput } from '../../../documents/generated/fleet.ts';
import { count } from '../../format.ts';
import { sanitize } from '../../sanitize.ts';
import { type Html, html } from '../escape.ts';
import type { PageSection } from '../page.ts';
import { firstRows, type Room } from '../room.ts';
import { renderNote, renderTable } from '../table.ts';

const mostRows = 200;

export function unseenSection({ hosts }: Fleet, room: Room): PageSection {
  const names = hosts.filter(({ complete }) => !complete).map(({ hostname }) => hostname);
  const said = 'On these hosts not everything could be seen, so there may be more. Their own reports say what was not.';
  return {
    id: 'unseen',
    title: 'Not seen completely',
    aside: names.length,
    body: namesBody(names, said, 'Every host that reported was seen completely.', room),
  };
}

export function silentSection({ never_reported = null }: Fleet, room: Room): PageSection {
  const title = 'Never reported';
  if (never_reported === null) {
    return {
      id: 'silent',
      title,
      body: [renderNote('It is not known which hosts should report: see fleet --expect.')],
    };
  }
  const said = 'These hosts were expected, and no report of them was read.';
  return {
    id: 'silent',
    title,
    aside: never_reported.length,
    body: namesBody(never_reported, said, 'Every expected host reported.', room),
  };
}

function* namesBody(names: readonly string[], said: string, none: string, room: Room): Generator<Html> {
  if (names.length === 0) yield renderNote(none);
  else {
    yield renderNote(said, 'yellow');
    yield html`<div class="names">${room.folded(count(names.length, 'host'), names)}</div>`;
  }
}

export function unreadableSection({ unreadable_inputs, summary }: Fleet): PageSection {
  return {
    id: 'unreadable',
    title: 'Inputs that could not be read',
    aside: summary.unreadable_inputs,
    body: inputsBody(unreadable_inputs),
  };
}

function* inputsBody(inputs: readonly UnreadableInput[]): Generator<Html> {
  if (inputs.length === 0) {
    yield renderNote('Every input could be read.');
    return;
  }
  const [rows, note] = firstRows(inputs, mostRows, 'inputs');
  yield* renderTable<UnreadableInput>({
    caption: 'Inputs that are no report or could not be read. Each may be a host of which nothing is known.',
    columns: [
      { title: 'Input', kind: 'path', cell: ({ source }) => sanitize(source) },
      { title: 'Why', kind: 'wide', cell: ({ message }) => sanitize(message) },
    ],
    rows,
  });
  if (note !== null) yield note;
}
