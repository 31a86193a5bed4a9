// Values of a document -> HTML. Everything that a template of html`…` interpolates is escaped by escapeHtml(), unless it is HTML that
// such a template made. Nothing else makes HTML, so that no path, unit or process name can be more than text. HTML Living Standard, 13.2.5.

/** The most characters of one value that a page shows. A command line or a path that somebody made can be a megabyte. */
export const mostCharacters = 2000;

const plain = /^[\x20\x21\x23-\x25\x28-\x3b\x3d\x3f-\x5f\x61-\x7e]*$/;
// The characters that mean something to HTML, and all that render as nothing, break a line or change the direction of text.
const special = /[&<>"'`]|(?! )[\p{C}\p{Z}\p{DI}\u2800]/gu;
const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** HTML that a template made. */
export type Html = Markup;

/** A value of a template; null is nothing. */
export type Value = string | number | Html | readonly Html[] | null;

/** Text for content and for attributes in quotes. Text that sanitize() made stays as it is but for the characters of HTML. */
export function escapeHtml(text: string): string {
  const shown = text.length > mostCharacters ? cut(text) : text;
  return plain.test(shown) ? shown : shown.replace(special, escapeCharacter);
}

/** A template literal: its constants are HTML, and its values are not. An attribute's value stands in quotes. */
export function html(constants: TemplateStringsArray, ...values: readonly Value[]): Html {
  let text = constants[0]!;
  for (const [index, value] of values.entries()) text += render(value) + constants[index + 1]!;
  return new Markup(text);
}

function render(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  return value instanceof Markup ? value.toString() : value.join('');
}

function escapeCharacter(character: string): string {
  return entities[character] ?? `\\u{${character.codePointAt(0)!.toString(16)}}`;
}

function cut(text: string): string {
  const end = mostCharacters - 100;
  // A surrogate pair is one character.
  const whole = (text.charCodeAt(end - 1) & 0xfc00) === 0xd800 ? end + 1 : end;
  return `${text.slice(0, whole)}… (${text.length - whole} more characters: see --format json)`;
}
