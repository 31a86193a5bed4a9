// The blocks of a report -> a table of the scripts and programs that are superseded on disk and not gone.

import type { Outdated } from '../../../documents/generated/report.ts';
import { count, quote } from '../../format.ts';
import { outdatedFacts } from '../../outdated-words.ts';
import { sanitizePath } from '../../raw-bytes.ts';
import type { Block } from '../../report/blocks.ts';
import type { Html } from '../escape.ts';
import { firstRows, type Room } from '../room.ts';
import { renderNote, renderTable } from '../table.ts';

const mostRows = 1000;

interface Row {
  outdated: Outdated;
  owner: string;
}

export function* outdatedBody(blocks: readonly Block[], room: Room): Generator<Html> {
  const found = blocks.flatMap(({ title, outdated }) =>
    outdated.map((each): Row => ({ outdated: each, owner: title })),
  );
  if (found.length === 0) {
    yield renderNote('No script or program was found that is outdated and not gone.');
    return;
  }
  const [rows, note] = firstRows(found, mostRows, 'scripts and programs');
  yield* renderTable<Row>({
    caption: 'Scripts and programs that are there, but newer than what runs',
    columns: [
      { title: 'Script or folder', kind: 'path', cell: ({ outdated }) => quote(sanitizePath(outdated)) },
      { title: 'Unit or program', kind: 'path', cell: ({ owner }) => owner },
      { title: 'How sure', kind: 'nowrap', cell: ({ outdated }) => outdated.confidence },
      { title: 'Kind', kind: 'nowrap', cell: ({ outdated }) => outdated.kind },
      { title: 'Because', kind: 'wide', cell: ({ outdated }) => outdatedFacts(outdated).join(', ') },
      {
        title: 'Processes',
        kind: 'wide',
        cell: ({ outdated: { pids } }) => room.folded(count(pids.length, 'process'), pids.map(String)),
        sort: ({ outdated: { pids } }) => pids.length,
      },
    ],
    rows,
  });
  if (note !== null) yield note;
}
