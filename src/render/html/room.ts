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
    const shown = this.#take(names, show);
    const more = names.length - shown.length;
    const rest = more > 0 ? `${shown.length > 0 ? ' … and ' : ''}${moreText(more)}` : '';
    return html`${inPieces(shown.join(', '))}${rest}`;
  }

  #list(names: readonly string[], show: (name: string) => string, areHosts = false): Html {
    const shown = this.#take(names, show);
    const more = names.length - shown.length;
    // The end of an item may be left out, and saves much in a list of a thousand names.
    const items = shown.map((name) => html`<li>${name}\n`);
    const style = areHosts ? 'names hosts' : 'names';
    return html`<ul class="${style}">${items}${more > 0 ? html`<li class="more">${moreText(more)}` : null}</ul>`;
  }

  /** The first names, as many as there is room for. */
  #take(names: readonly string[], show: (name: string) => string): string[] {
    const shown: string[] = [];
    for (const name of names) {
      const text = show(name);
      const size = Math.min(text.length, mostCharacters) + 5;
      if (size > this.#left) break;
      this.#left -= size;
      shown.push(text.length > mostCharacters ? `${text.slice(0, mostCharacters - 1)}…` : text);
    }
    return shown;
  }

  /** The same; behind a line that opens them if there are more than a few. */
  folded(label: string, names: readonly string[], show: (name: string) => string = nameText): Html {
    if (names.length <= few) return this.names(names, show);
    return html`<details><summary>${label}</summary>${this.#list(names, show)}</details>`;
  }

  /** The names of hosts behind a line that opens and closes them. It is open at first if there are at most `mostOpen`. */
  below(line: Html | string, names: readonly string[], mostOpen = few): Html {
    const open = names.length <= mostOpen ? html` open` : null;
    return html`<details${open}><summary>${line}</summary>${this.#list(names, nameText, true)}</details>`;
  }
}

function moreText(more: number): string {
  return `${more} more: see --format json`;
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
