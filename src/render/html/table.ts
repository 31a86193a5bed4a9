// Rows and a list of columns -> an HTML table with a caption and headings, in pieces. A new fact of a document is one more column.

import { type Html, html, type Value } from './escape.ts';

export interface Column<Row> {
  title: string;
  cell: (row: Row) => Value;
  /** The number that the column is sorted by; null if it is not known. Without it the text decides. */
  sort?: (row: Row) => number | null;
  /** number: to the right. mark: a narrow column of marks, with its title upright. wide: long texts. nowrap: never broken. list: a few names. hosts: names that open. */
  kind?: 'number' | 'mark' | 'wide' | 'nowrap' | 'short' | 'path' | 'list' | 'hosts';
}

export interface Table<Row> {
  /** Says what a row is; also read aloud. */
  caption: string;
  /** The first column names the row. */
  columns: readonly Column<Row>[];
  rows: Iterable<Row>;
  /** The words in the empty field that filters. With it even a short table has that field. */
  filter?: string;
  /** On a phone each row stays one line and the table scrolls to the side; other tables show each row as a block of lines. */
  isMatrix?: boolean;
  part?: Part<Row>;
  /** A button copies the names of the hosts of all rows. */
  copiesHosts?: boolean;
}

/** Rows that a link to `#id` shows alone, also without script. */
export interface Part<Row> {
  id: string;
  /** Says which rows these are, and leads back to all. */
  note: Html;
  holds: (row: Row) => boolean;
}

export function* renderTable<Row>(table: Table<Row>): Generator<Html> {
  const { caption, columns, rows, filter, isMatrix = false, part, copiesHosts = false } = table;
  const headings = columns.map(({ title, kind }) => {
    if (kind === 'mark') return html`<th scope="col" class="tall" data-mark>${title}</th>`;
    return html`<th scope="col"${kind === undefined ? null : html` class="${kind}"`}>${title}</th>`;
  });
  // Its columns do not move if a row opens.
  const style = columns.some(({ kind }) => kind === 'hosts') ? 'stack fixed' : 'stack';
  // It stands before the region, because the style sheet hides rows of what follows the target.
  if (part !== undefined) yield html`<p class="part" id="${part.id}">${part.note}</p>`;
  // A region that scrolls is reached with the keyboard and has a name.
  yield html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table data-tools${copiesHosts ? html` data-copy` : null}${filter === undefined ? null : html` data-filter="${filter}"`}${isMatrix ? null : html` class="${style}"`}><caption>${caption}</caption><thead><tr>${headings}</tr></thead><tbody>`;
  const cells = columns.map((column, index) => cellMaker(column, index, isMatrix));
  for (const row of rows) {
    yield html`<tr${part?.holds(row) ? html` data-part` : null}>${cells.map((cell) => cell(row))}</tr>`;
  }
  yield html`</tbody></table></div>`;
}

function cellMaker<Row>(
  { title, cell, sort, kind }: Column<Row>,
  index: number,
  isMatrix: boolean,
): (row: Row) => Html {
  const style = kind === undefined ? null : html` class="${kind}"`;
  const sortKey = (row: Row): Html | null => {
    const value = sort?.(row) ?? null;
    return value === null ? null : html` data-v="${value}"`;
  };
  if (index === 0) return (row) => html`<th scope="row"${style}${sortKey(row)}>${cell(row)}</th>`;
  // The style sheet puts it before the cell if the rows are blocks.
  const label = isMatrix ? null : html` data-label="${title}"`;
  return (row) => html`<td${style}${label}${sortKey(row)}>${cell(row)}</td>`;
}

/** A list of facts: each has a name and a text, and one without text is left out. */
export function renderFacts(facts: readonly (readonly [name: string, text: Value])[]): Html {
  const shown = facts.filter(([, text]) => text !== null && text !== '');
  if (shown.length === 0) return html``;
  return html`<dl class="facts">${shown.map(([name, text]) => html`<dt>${name}</dt><dd>${text}</dd>`)}</dl>`;
}

/** A paragraph in place of a table without rows. */
export function renderNote(text: string, tone = 'dim'): Html {
  return html`<p class="${tone}">${text}</p>`;
}
