// Any document -> JSON text (RFC 8259) that is safe everywhere: valid UTF-8, no line separators (U+2028, U+2029) and no
// raw control, bidi or invisible character. Such characters are written as \uXXXX, so a reader gets the same values.
// The text comes in pieces, since a document may be longer than a string can be (half a gigabyte).

const plain = /^[\n\x20-\x7e]*$/;
const invisible = /[\x7f-\x9f\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{DI}]/gu;

// JSON.stringify writes a lone surrogate as \udXXX: readers in other languages refuse that or store invalid UTF-8.
const escapedSurrogate = /\\ud[89a-f]/;
const loneSurrogates = /\p{Cs}/gu;

/** The number of elements of a list that are written at once. */
const run = 64;
/** The number of characters that are written at once if a text is too long to be written whole. */
const textRun = 1 << 20;

/** Indented by two, with a newline at the end. */
export function jsonPieces(document: object): Generator<string> {
  return piecesOf(document, 2);
}

/** One line, with a newline at the end. */
export function ndjsonPieces(document: object): Generator<string> {
  return piecesOf(document, 0);
}

/** Does the same as ndjsonPieces(), for a document that is known to be short. */
export function renderNdjson(document: object): string {
  return `${toJson(document, 0)}\n`;
}

type Indent = 0 | 2;

function* piecesOf(document: object, indent: Indent): Generator<string> {
  yield* write(document, 0, indent);
  yield '\n';
}

/** @param depth the number of lists and objects around the value */
function* write(value: unknown, depth: number, indent: Indent): Generator<string> {
  const text = depth === 0 || isLarge(value) ? null : writeWhole(value, depth, indent);
  if (text !== null) yield text;
  else if (typeof value === 'string') yield* writeText(value);
  else if (Array.isArray(value) && value.length > 0) yield* writeList(value, depth, indent);
  else if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) {
    yield* writeObject(value, depth, indent);
  } else yield toJson(value, indent);
}

/** Whether a part of the value may be large, as far as one can tell without looking at everything in it. */
function isLarge(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > run || value.some(hasLongList);
  return hasLongList(value);
}

function hasLongList(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  for (const key in value) {
    const child: unknown = (value as Record<string, unknown>)[key];
    if (Array.isArray(child) && child.length > run) return true;
  }
  return false;
}

function* writeObject(value: object, depth: number, indent: Indent): Generator<string> {
  let lead = '{';
  for (const [name, child] of Object.entries(value)) {
    if (child === undefined) continue;
    yield `${lead}${lineBreak(depth + 1, indent)}${toJson(name, 0)}:${indent === 0 ? '' : ' '}`;
    yield* write(child, depth + 1, indent);
    lead = ',';
  }
  yield lead === '{' ? '{}' : `${lineBreak(depth, indent)}}`;
}

function* writeList(list: readonly unknown[], depth: number, indent: Indent): Generator<string> {
  let lead = '[';
  for (let start = 0; start < list.length; start += run) {
    const part = list.slice(start, start + run);
    const text = part.some(hasLongList) ? null : writeWhole(part, depth, indent);
    if (text !== null) {
      yield lead + text.slice(1, text.length - lineBreak(depth, indent).length - 1);
      lead = ',';
      continue;
    }
    for (const child of part) {
      yield lead + lineBreak(depth + 1, indent);
      yield* write(child, depth + 1, indent);
      lead = ',';
    }
  }
  yield `${lineBreak(depth, indent)}]`;
}

function* writeText(text: string): Generator<string> {
  yield '"';
  for (let start = 0; start < text.length; ) {
    const end = start + textRun;
    // A surrogate pair is one character.
    const whole = (text.charCodeAt(end - 1) & 0xfc00) === 0xd800 ? end + 1 : end;
    yield toJson(text.slice(start, whole), 0).slice(1, -1);
    start = whole;
  }
  yield '"';
}

function lineBreak(depth: number, indent: Indent): string {
  return indent === 0 ? '' : `\n${' '.repeat(depth * indent)}`;
}

/** null if the value is too long for a string. */
function writeWhole(value: unknown, depth: number, indent: Indent): string | null {
  // JSON.stringify indents by depth. Wrapped in as many lists the value gets its indent from the engine, which is faster than our own code.
  let nested = value;
  let before = 0;
  let after = 0;
  for (let level = 0; indent > 0 && level < depth; level++) {
    nested = [nested];
    before += 1 + lineBreak(level + 1, indent).length;
    after += lineBreak(level, indent).length + 1;
  }
  try {
    const json = toJson(nested, indent);
    return json.slice(before, json.length - after);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function toJson(value: unknown, indent: Indent): string {
  let json = JSON.stringify(value, null, indent);
  if (escapedSurrogate.test(json)) json = JSON.stringify(wellFormed(value), null, indent);
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
