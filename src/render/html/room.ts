// Long lists -> their beginnings, and how much was left out, so that a page stays small enough to open whatever the document holds.

import { quote } from '../format.ts';
import { sanitize, sanitizeUnit } from '../sanitize.ts';
import { type Html, html, mostCharacters } from './escape.ts';

const few = 10;

/** The characters that all lists of one page may take together. */
export class Room {
  #left: number;

  constructor(characters: number) {
    this.#left = characters;
  }

  /** The names as text, as long as there is room, and how many are left out. */
  names(names: readonly string[], show: (name: string) => string = nameText): Html {
    const shown: string[] = [];
    for (const name of names) {
      const text = show(name);
      if (text.length + 2 > this.#left) break;
      this.#left -= Math.min(text.length, mostCharacters) + 2;
      shown.push(text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text);
    }
    const more = names.length - shown.length;
    const rest = more > 0 ? `${shown.length > 0 ? ' … and ' : ''}${more} more: see --format json` : '';
    return html`${inPieces(shown.join(', '))}${rest}`;
  }

  /** The same; behind a line that opens them if there are more than a few. */
  folded(label: string, names: readonly string[], show: (name: string) => string = nameText): Html {
    if (names.length <= few) return this.names(names, show);
    return html`<details><summary>${label}</summary>${this.names(names, show)}</details>`;
  }
}

/** A name as it stands in a list, sanitized. */
function nameText(name: string): string {
  return quote(sanitize(name));
}

export function unitText(name: string): string {
  return quote(sanitizeUnit(name));
}

/** Text of any length: a template cuts each value for itself. */
function inPieces(text: string): Html[] {
  const pieces: Html[] = [];
  for (let start = 0; start < text.length; ) {
    const end = start + mostCharacters;
    const whole = (text.charCodeAt(end - 1) & 0xfc00) === 0xd800 ? end - 1 : end;
    pieces.push(html`${text.slice(start, whole)}`);
    start = whole;
  }
  return pieces;
}

/** The first rows of a table, and a sentence about the others; null if there are none. */
export function firstRows<Row>(rows: readonly Row[], most: number, noun: string): [Row[], Html | null] {
  const more = rows.length - most;
  const note = `${more} more ${noun} are not in this table: see --format json.`;
  return [rows.slice(0, most), more > 0 ? html`<p class="yellow">${note}</p>` : null];
}
