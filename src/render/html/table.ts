// Rows and a list of columns -> an HTML table with a caption and headings, in pieces. A new fact of a document is one more column.

import { type Html, html, type Value } from './escape.ts';

export interface Column<Row> {
  title: string;
  cell: (row: Row) => Value;
  /** The number that the column is sorted by; null if it is not known. Without it the text decides. */
  sort?: (row: Row) => number | null;
  /** number: to the right. mark: a narrow column of marks, with its title upright. wide: long texts. nowrap: never broken. */
  kind?: 'number' | 'mark' | 'wide' | 'nowrap' | 'path';
}

export interface Table<Row> {
  /** Says what a row is; also read aloud. */
  caption: string;
  /** The first column names the row. */
  columns: readonly Column<Row>[];
  rows: Iterable<Row>;
}

export function* renderTable<Row>({ caption, columns, rows }: Table<Row>): Generator<Html> {
  const headings = columns.map(({ title, kind }) => {
    if (kind === 'mark') return html`<th scope="col" class="tall" data-mark>${title}</th>`;
    return html`<th scope="col"${kind === undefined ? null : html` class="${kind}"`}>${title}</th>`;
  });
  // A region that scrolls is reached with the keyboard and has a name.
  yield html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table data-tools><caption>${caption}</caption><thead><tr>${headings}</tr></thead><tbody>`;
  const cells = columns.map(cellMaker);
  for (const row of rows) yield html`<tr>${cells.map((cell) => cell(row))}</tr>`;
  yield html`</tbody></table></div>`;
}

function cellMaker<Row>({ cell, sort, kind }: Column<Row>, index: number): (row: Row) => Html {
  const style = kind === undefined ? null : html` class="${kind}"`;
  const sortKey = (row: Row): Html | null => {
    const value = sort?.(row) ?? null;
    return value === null ? null : html` data-v="${value}"`;
  };
  if (index === 0) return (row) => html`<th scope="row"${style}${sortKey(row)}>${cell(row)}</th>`;
  return (row) => html`<td${style}${sortKey(row)}>${cell(row)}</td>`;
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
