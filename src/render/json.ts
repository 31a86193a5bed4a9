// Any document -> JSON text (RFC 8259) that is safe everywhere: valid UTF-8, no line separators (U+2028, U+2029) and no
// raw control, bidi or invisible character. They are written as \uXXXX, so the values that a reader gets are the same.

const plain = /^[\n\x20-\x7e]*$/;
const invisible = /[\x7f-\x9f\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{DI}]/gu;

// JSON.stringify writes a lone surrogate as \udXXX: readers in other languages refuse that or store invalid UTF-8.
const escapedSurrogate = /\\ud[89a-f]/;
const loneSurrogates = /\p{Cs}/gu;

/** Indented by two, with a newline at the end. */
export function renderJson(document: object): string {
  return `${toJson(document, 2)}\n`;
}

/** One line, with a newline at the end. */
export function renderNdjson(document: object): string {
  return `${toJson(document, 0)}\n`;
}

function toJson(document: object, indent: number): string {
  let json = JSON.stringify(document, null, indent);
  if (escapedSurrogate.test(json)) json = JSON.stringify(wellFormed(document), null, indent);
  return plain.test(json) ? json : json.replace(invisible, escapeUnits);
}

function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(loneSurrogates, '\ufffd');
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [wellFormed(name), wellFormed(child)]));
}

function escapeUnits(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
