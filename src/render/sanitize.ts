// Text from the host -> text that cannot drive a terminal, break a line or hide: every control, bidi, invisible or
// unassigned character becomes a visible escape. Source of truth: the Unicode general categories and UAX #9, #31.

const plain = /^[\x20-\x5b\x5d-\x7e]*$/;

// C: control, format, surrogate, private use, unassigned. Z: spaces that look like U+0020, line and paragraph
// separators. DI: what renders as nothing (fillers, joiners, variation selectors). U+2800: a blank that is a symbol.
// The backslash itself is escaped, so that an escape can never be forged by a name that contains one.
const unsafe = /(?! )[\p{C}\p{Z}\p{DI}\u2800\\]/gu;

const named: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Escapes every character that a person must not get raw: `\\`, `\n`, `\r`, `\t`, `\x1b` for other ASCII controls, `\u{202e}` for
 * the rest. Different texts stay different. A text without such characters is returned as it is.
 */
export function sanitize(text: string): string {
  return plain.test(text) ? text : text.replace(unsafe, escapeCharacter);
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0)!;
  // \xNN stays below 0x80, where a code point and a byte are the same thing: raw-bytes.ts uses \x80 to \xff for bytes.
  return named[character] ?? (code < 0x80 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`);
}

const unitName = /^[0-9A-Za-z:_.\\@-]+$/;

/**
 * Returns a unit name as systemd writes it, so that it can be pasted: the backslashes of `dev-disk-by\x2did.swap`
 * are a part of it, and nothing in systemd's alphabet needs an escape. Any other text is escaped by sanitize().
 */
export function sanitizeUnit(name: string): string {
  return unitName.test(name) ? name : sanitize(name);
}
