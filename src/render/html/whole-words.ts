// Text -> the same text, of which no short word with a hyphen is broken: no CVE id, no unit, no release of a kernel.

import { type Html, html, mostCharacters } from './escape.ts';

/** A longer word may be wider than its column. */
const longest = 28;

export function wholeWords(text: string): Html {
  if (text.length > mostCharacters) return html`${text}`;
  const pieces = text.split(/([\w.:@-]*-[\w.:@-]+)/);
  return html`${pieces.map((piece, index) =>
    index % 2 === 1 && piece.length <= longest ? html`<span class="whole">${piece}</span>` : html`${piece}`,
  )}`;
}
