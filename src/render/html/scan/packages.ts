// The packages of a report, and its kernel -> the security fixes that are on disk and not in memory.

import type { KernelFixes, PackageInUse } from '../../../documents/generated/report.ts';
import { kernelText, requestText } from '../../fixes-text.ts';
import { unknownReasons, versionsText } from '../../fixes-words.ts';
import { sanitize } from '../../sanitize.ts';
import { barMaker } from '../bars.ts';
import { type Html, html } from '../escape.ts';
import { firstRows, type Room, unitText } from '../room.ts';
import { renderNote, renderTable } from '../table.ts';

const mostRows = 500;
const shownIds = 3;

export function* fixesBody(packages: readonly PackageInUse[], kernel: KernelFixes | null, room: Room): Generator<Html> {
  yield* packagesBody(packages, room);
  const ofKernel = kernelText(kernel);
  if (ofKernel !== null) yield renderNote(ofKernel, 'yellow');
}

function* packagesBody(packages: readonly PackageInUse[], room: Room): Generator<Html> {
  if (packages.length === 0) {
    yield renderNote('No package of gone code is known.');
    return;
  }
  const amount = ({ fixes }: PackageInUse): number => fixes?.count ?? 0;
  const ordered = [...packages].sort((a, b) => amount(b) - amount(a));
  const [rows, note] = firstRows(ordered, mostRows, 'packages');
  const draw = barMaker(rows.map(amount));
  yield* renderTable<PackageInUse>({
    caption: 'Versions that still run, and what was fixed since',
    columns: [
      { title: 'Package', kind: 'path', cell: ({ name }) => sanitize(name) },
      {
        title: 'Versions',
        cell: ({ running_version, installed_version }) => versionsText(running_version, installed_version),
      },
      {
        title: 'Fixes',
        kind: 'nowrap',
        cell: ({ fixes }) =>
          fixes === null ? 'not known' : draw(fixes.count, `${fixes.complete ? '' : 'at least '}${fixes.count}`),
        sort: ({ fixes }) => fixes?.count ?? null,
      },
      { title: 'Ids', kind: 'wide', cell: idsCell },
      {
        title: 'Units',
        kind: 'wide',
        cell: ({ units }) =>
          room.names(
            units.map(({ name }) => name),
            unitText,
          ),
      },
      { title: 'Replaced by', kind: 'wide', cell: (inUse) => requestText(inUse).replace(/^; replaced by /, '') },
    ],
    rows,
  });
  if (note !== null) yield note;
}

/** All listed ids, and why there may be more or none. */
function idsCell({ fixes, unknown_because }: PackageInUse): Html {
  if (fixes === null) return html`${unknown_because === null ? '' : unknownReasons[unknown_because]}`;
  const { cves, complete, incomplete_because: because } = fixes;
  const why = complete || because == null ? null : html` <span class="dim">${unknownReasons[because]}</span>`;
  if (cves.length <= shownIds + 1) return html`${cves.join(', ')}${why}`;
  const label = `${cves.slice(0, shownIds).join(', ')} and ${cves.length - shownIds} more`;
  return html`<details><summary>${label}</summary>${cves.slice(shownIds).map((id) => html`${id} `)}</details>${why}`;
}
