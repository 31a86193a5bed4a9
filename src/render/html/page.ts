// Sections -> one HTML file that needs nothing else: its style and script stand in it, and its Content-Security-Policy allows those two
// by their hashes and nothing more. HTML Living Standard; Content Security Policy Level 3.

import { version } from '../../version.ts';
import type { Paint } from '../layout.ts';
import { escapeHtml, type Html, html } from './escape.ts';
import { wholeWords } from './whole-words.ts';

// Put in by the build (scripts/build/page-assets.mjs).
declare const __PAGE_STYLE__: string;
declare const __PAGE_STYLE_HASH__: string;
declare const __PAGE_SCRIPT__: string;
declare const __PAGE_SCRIPT_HASH__: string;

export interface PageSection {
  /** The anchor, the same in every page. */
  id: string;
  title: string;
  /** Beside the title in the list of sections: a number, or nothing. */
  aside?: number | string;
  body: Iterable<Html>;
}

export interface Page {
  /** The name of the window, sanitized. */
  title: string;
  head: Html;
  /** The numbers below the head. A phone leaves out the links to sections to which a tile leads. */
  tiles: readonly Tile[];
  /** Below the tiles. */
  notes?: Html | null;
  sections: readonly PageSection[];
}

const policy = [
  "default-src 'none'",
  `style-src '${__PAGE_STYLE_HASH__}'`,
  `script-src '${__PAGE_SCRIPT_HASH__}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

export function* renderPage({ title, head, tiles, notes = null, sections }: Page): Generator<string> {
  yield [
    '<!doctype html>',
    '<html lang="en">',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    '<meta name="robots" content="noindex">',
    `<title>${escapeHtml(title)}</title>`,
    `<style>${__PAGE_STYLE__}</style>`,
    '<body>',
    '<a class="skip" href="#main">Skip to the content</a>\n',
  ].join('\n');
  yield `<header>${head}${renderTiles(tiles)}${notes ?? ''}</header>\n`;
  yield `${contents(sections, new Set(tiles.map(({ href }) => href)))}\n<main id="main">\n`;
  for (const { id, title: heading, body } of sections) {
    yield `${html`<section aria-labelledby="${id}"><h2 id="${id}">${heading}</h2>`}\n`;
    for (const piece of body) yield `${piece}\n`;
    yield '</section>\n';
  }
  yield `</main>\n${html`<footer class="dim"><p>Made by lib-users ${version}. This page loads nothing from the network.</p></footer>`}\n`;
  yield `<script>${__PAGE_SCRIPT__}</script>\n</body>\n</html>\n`;
}

function contents(sections: readonly PageSection[], inTiles: ReadonlySet<string | null>): Html {
  const items = sections.map(
    ({ id, title, aside }) =>
      html`<li${inTiles.has(id) ? html` class="tiled"` : null}><a href="#${id}">${title}</a>${aside === undefined ? null : html` <span class="dim">${aside}</span>`}</li>`,
  );
  return html`<nav aria-label="On this page"><ul>${items}</ul></nav>`;
}

/** The head of every page: whose it is, from when, and the one sentence that matters. All sanitized. */
export function pageHead(name: string, about: readonly string[], verdict: { text: string; tone: Tone }): Html {
  return html`<h1>${name}</h1><p class="dim">${about.join(' · ')}</p><p class="verdict ${verdict.tone}">${verdict.text}</p>`;
}

export type Tone = 'red' | 'yellow' | 'green' | 'plain';

/** The tone of what a terminal paints so. */
export function toneOf(paint: Paint | null): Tone {
  return paint === 'red' || paint === 'yellow' || paint === 'green' ? paint : 'plain';
}

export interface Tile {
  label: string;
  value: number | string;
  /** A word more about the value, sanitized. */
  note?: string | null;
  /** The anchor of the section that says more; null if none does. */
  href: string | null;
  tone: Tone;
}

/** Numbers that are read first. */
function renderTiles(tiles: readonly Tile[]): Html {
  const each = tiles.map(({ label, value, note = null, href, tone }) => {
    const shown = href === null ? html`${value}` : html`<a href="#${href}">${value}</a>`;
    const more = note === null ? null : html`<dd class="note dim">${wholeWords(note)}</dd>`;
    return html`<div><dt>${label}</dt><dd class="${tone}">${shown}</dd>${more}</div>`;
  });
  return html`<dl class="tiles">${each}</dl>`;
}
