// Amounts -> bars, drawn as SVG by their attributes alone, because the page's policy allows no style but its own. The number stands
// beside each bar as text, so the bar says nothing to a screen reader.

import { type Html, html } from './escape.ts';

const width = 120;
const height = 10;

/** @param share of the longest bar, from 0 to 1 */
function bar(share: number): Html {
  // The smallest amount has a bar that can be seen.
  const length = share > 0 ? Math.max(1, Math.round(Math.min(share, 1) * width)) : 0;
  return html`<svg class="bar" aria-hidden="true" width="${width}" height="${height}"><rect width="${length}" height="${height}"/></svg>`;
}

/** Draws a bar for each amount beside its text; the greatest amount has the longest bar. */
export function barMaker(amounts: Iterable<number>): (amount: number, text: string) => Html {
  let most = 0;
  for (const amount of amounts) most = Math.max(most, amount);
  return (amount, text) => html`${bar(most === 0 ? 0 : amount / most)} ${text}`;
}
