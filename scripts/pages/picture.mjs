// A report -> a picture (SVG 1.1) of the output of `lib-users scan` for it, by the program's own renderer. The text in it is text, so
// that it can be read aloud and copied. The picture has a background of its own for light and for dark pages.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { localOptions } from '../build/esbuild-options.mjs';

const command = 'sudo lib-users scan';
const columns = 90;
/** The blocks of the worked example that are shown, by the beginning of their titles. Others are left out, and "…" says so. */
const shown = ['nginx.service', 'session-7.scope', 'docker container'];

/** A colour for each way in which the renderer paints a word. Each can be read on the background: WCAG 2, contrast 4.5 or more. */
export const themes = {
  light: {
    card: '#f6f8fa',
    border: '#d0d7de',
    plain: '#1f2328',
    dim: '#59636e',
    red: '#b42318',
    green: '#116329',
    yellow: '#7d4e00',
    magenta: '#6f3ec0',
    cyan: '#0b5f66',
  },
  dark: {
    card: '#0d1117',
    border: '#3d444d',
    plain: '#e6edf3',
    dim: '#9198a1',
    red: '#ff7b72',
    green: '#3fb950',
    yellow: '#d29922',
    magenta: '#bc8cff',
    cyan: '#39c5cf',
  },
};

/** The paint that an escape sequence of src/render/layout.ts begins; null if it ends one. ECMA-48, SGR. */
const paints = new Map([
  ['1', 'bold'],
  ['2', 'dim'],
  ['31', 'red'],
  ['32', 'green'],
  ['33', 'yellow'],
  ['35', 'magenta'],
  ['36', 'cyan'],
  ['22', null],
  ['39', null],
]);

const size = 14;
const lineHeight = 20;
const margin = 20;
/** The widest of the fonts below has cells of 0.602 em. */
const width = Math.ceil(columns * size * 0.605) + 2 * margin;

/** @param {string} root the folder of the project */
export async function drawScan(root) {
  const report = JSON.parse(readFileSync(join(root, 'test/fixtures/documents/report.json'), 'utf8'));
  const renderText = await loadRenderer(root);
  const text = [...renderText(report, { colour: true, columns })].join('');
  return draw(`$ ${command}\n${shorten(text, shown)}`);
}

/** @param {string} root the folder of the project */
async function loadRenderer(root) {
  const outfile = join(root, `build/picture-${process.pid}.mjs`);
  await build({
    ...localOptions,
    entryPoints: [join(root, 'src/render/report/text.ts')],
    outfile,
  });
  try {
    return (await import(pathToFileURL(outfile).href)).renderText;
  } finally {
    rmSync(outfile);
  }
}

/**
 * The head, the blocks with these titles, and the text after the last block.
 * @param {string} text
 * @param {readonly string[]} titles
 */
export function shorten(text, titles) {
  const [head = '', ...rest] = text.trimEnd().split('\n\n');
  const tail = rest.splice(-2);
  const titleOf = (/** @type {string} */ block) => titles.find((title) => plain(block).startsWith(title));
  const missing = titles.filter((title) => !rest.some((block) => titleOf(block) === title));
  if (missing.length > 0) throw new Error(`the report has no block ${missing.join(', ')}`);
  const blocks = rest.map((block) => (titleOf(block) === undefined ? '…' : block));
  const once = blocks.filter((block, index) => block !== '…' || blocks[index - 1] !== '…');
  return [head, ...once, ...tail].join('\n\n');
}

/** @param {string} text with escape sequences, which a program printed */
export function draw(text) {
  const lines = text.split('\n');
  const height = lines.length * lineHeight + 2 * margin;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title description" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title id="title">${escapeXml(`What ${command} prints`)}</title>`,
    `<desc id="description">${escapeXml(plain(text).trimEnd())}</desc>`,
    `<style>${style()}</style>`,
    `<rect class="card" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>`,
    `<g class="text" xml:space="preserve">`,
    ...drawLines(lines),
    '</g>',
    '</svg>',
  ].join('\n')}\n`;
}

function style() {
  const { light, dark } = themes;
  const rules = (/** @type {Record<string, string>} */ { card, border, plain: text, ...colours }) =>
    [
      `.card{fill:${card};stroke:${border}}`,
      `.text{fill:${text}}`,
      ...Object.entries(colours).map(([name, colour]) => `.${name}{fill:${colour}}`),
    ].join('');
  const font = `font:${size}px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre`;
  return `.text{${font}}.bold{font-weight:bold}${rules(light)}@media(prefers-color-scheme:dark){${rules(dark)}}`;
}

/** @param {readonly string[]} lines */
function drawLines(lines) {
  /** @type {string | null | undefined} */
  let paint = null;
  return lines.flatMap((line, index) => {
    const spans = line.split(/\x1b\[(\d+)m/).map((part, position) => {
      if (position % 2 === 1) {
        paint = paints.get(part);
        if (paint === undefined) throw new Error(`the picture has no colour for the escape sequence ${part}`);
        return '';
      }
      if (part === '') return '';
      return paint === null ? escapeXml(part) : `<tspan class="${paint}">${escapeXml(part)}</tspan>`;
    });
    const y = margin + index * lineHeight + size;
    return spans.every((span) => span === '') ? [] : [`<text x="${margin}" y="${y}">${spans.join('')}</text>`];
  });
}

/** @param {string} text */
function plain(text) {
  return text.replace(/\x1b\[\d+m/g, '');
}

const entities = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
]);

/**
 * Text for content or an attribute of XML 1.0, which has no way to write most controls.
 * @param {string} text
 */
export function escapeXml(text) {
  if (/[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]/.test(text)) throw new Error(`not for XML: ${JSON.stringify(text)}`);
  return text.replace(/[&<>"]/g, (character) => entities.get(character) ?? character);
}
