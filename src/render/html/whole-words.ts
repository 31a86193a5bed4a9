// Text -> the same text, of which no short word with a hyphen is broken: no CVE id, no unit, no release of a kernel.

import { type Html, html, mostCharacters } from './escape.ts';

/** A longer word may be wider than its column. */
const longest = 28;

export function wholeWords(text: string): Html {
  if (text.length > mostCharacters || !text.includes('-')) return html`${text}`;
  const words = text.split(' ').map((word, index) => {
    const space = index === 0 ? '' : ' ';
    const isWhole = word.includes('-') && word.length <= longest;
    return isWhole ? html`${space}<span class="whole">${word}</span>` : html`${space}${word}`;
  });
  return html`${words}`;
}
