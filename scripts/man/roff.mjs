// Text -> roff of man(7), as both groff and mandoc read it. Only requests and escapes that are made here take effect.

/**
 * Escaped, for within a line: a backslash, a hyphen that can be copied, and no byte above ASCII.
 * @param {string} text
 */
export function escapeRoff(text) {
  return text
    .replace(/\\/g, '\\e')
    .replace(/-/g, '\\-')
    .replace(
      /[^\x20-\x7e]/gu,
      (character) => `\\[u${Number(character.codePointAt(0)).toString(16).toUpperCase().padStart(4, '0')}]`,
    );
}

/** @type {(text: string) => string} */
export const bold = (text) => `\\fB${escapeRoff(text)}\\fR`;
/** @type {(text: string) => string} */
export const italic = (text) => `\\fI${escapeRoff(text)}\\fR`;

/** Marks that this is not the end of a sentence, since two blanks would follow one. */
export const ellipsis = '...\\&';

/**
 * Puts \& before a line of input that begins with a control character, so that it is no request.
 * @param {string} escaped
 */
const line = (escaped) => escaped.replace(/^[.']/, '\\&$&');

/**
 * Filled text: one sentence or less a line, none longer than 70 characters before it is escaped.
 * @param {string} text
 */
export function paragraph(text) {
  return text
    .split(/(?<=[.:;?]) (?=[A-Z])/)
    .flatMap((sentence) => sentence.match(/.{1,70}(?= |$)/g) ?? [sentence])
    .map((part) => `${line(escapeRoff(part.trim()))}\n`)
    .join('');
}

/** @type {(name: string, text: string) => string} */
const macro = (name, text) => `.${name} "${escapeRoff(text).replaceAll('"', '\\(dq')}"\n`;

/**
 * @param {string} title
 * @param {string[]} body
 */
export function section(title, ...body) {
  return `${macro('SH', title.toUpperCase())}${body.join('')}`;
}

/**
 * @param {string} title
 * @param {string[]} body
 */
export function subsection(title, ...body) {
  return `${macro('SS', title)}${body.join('')}`;
}

/**
 * @param {string} tag roff already
 * @param {string} body text
 */
export function item(tag, body) {
  return `.TP\n${line(tag)}\n${paragraph(body)}`;
}

/**
 * Lines that are not filled.
 * @param {string} text
 */
export function literal(text) {
  const lines = text.trimEnd().split('\n');
  return `.RS 4\n.EX\n${lines.map((each) => `${line(escapeRoff(each))}\n`).join('')}.EE\n.RE\n`;
}

export const nextParagraph = '.PP\n';

/**
 * A whole page. The date is that of the source, so that two builds give the same bytes.
 * @typedef {{ date: string, version: string }} About
 * @param {About & { name: string, number: number, summary: string }} about
 * @param {string[]} sections
 */
export function page({ name, number, summary, date, version }, ...sections) {
  const title = [
    'TH',
    escapeRoff(name.toUpperCase()),
    number,
    `"${date}"`,
    `"lib\\-users ${version}"`,
    '"lib\\-users"',
  ];
  const about = section('name', paragraph(`${name} - ${summary.replace(/\.$/, '')}`));
  return `.\\" Made by scripts/man.mjs from the commands' own metadata: do not edit.\n.${title.join(' ')}\n.nh\n.ad l\n${about}${sections.join('')}`;
}

/**
 * References to other pages: `lib-users-scan(1)`.
 * @param {string[]} names
 */
export function seeAlso(names) {
  const references = names.map((name) => {
    const [, page = '', number] = /^(.*)\((.)\)$/.exec(name) ?? [];
    return `.BR ${escapeRoff(page)} (${number})`;
  });
  return section('see also', `${references.join(' ,\n')}\n`);
}
