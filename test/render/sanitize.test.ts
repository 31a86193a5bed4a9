import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sanitizeCommand, sanitizePath } from '../../src/render/raw-bytes.ts';
import { sanitize } from '../../src/render/sanitize.ts';
import { anyCharacter } from '../support/any-character.ts';

const forbidden = /(?! )[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u;

const table: readonly [name: string, input: string, output: string][] = [
  ['plain text', '/usr/lib/libc.so.6 x', '/usr/lib/libc.so.6 x'],
  ['nothing', '', ''],
  ['letters, wide letters and emoji stay', 'Größe 日本 \u{1f600} e\u0301', 'Größe 日本 \u{1f600} e\u0301'],
  ['the replacement character stays', '\ufffd', '\ufffd'],
  ['newline, return, tab', 'a\nb\rc\td', 'a\\nb\\rc\\td'],
  ['escape sequence', '\x1b[31mred', '\\x1b[31mred'],
  ['NUL, bell and DEL', '\0\x07\x7f', '\\x00\\x07\\x7f'],
  ['C1 CSI, as a code point', '\x9b2J', '\\u{9b}2J'],
  ['backslash', 'dev-disk-by\\x2did.swap', 'dev-disk-by\\\\x2did.swap'],
  ['bidi override and isolates', '\u202etxt\u2066\u061c', '\\u{202e}txt\\u{2066}\\u{61c}'],
  ['zero width', 'a\u200bb\u200dc\ufeff', 'a\\u{200b}b\\u{200d}c\\u{feff}'],
  ['line and paragraph separators', '\u2028\u2029', '\\u{2028}\\u{2029}'],
  ['blanks that are none', 'a\u00a0b\u3000c\u2800d\u3164', 'a\\u{a0}b\\u{3000}c\\u{2800}d\\u{3164}'],
  ['variation selector and tag', 'a\ufe0f\u{e0041}', 'a\\u{fe0f}\\u{e0041}'],
  ['private use and noncharacter', '\ue000\uffff', '\\u{e000}\\u{ffff}'],
  ['lone surrogate', 'a\ud800b', 'a\\u{d800}b'],
];
for (const [name, input, output] of table) {
  test(`sanitize: ${name}`, () => assert.equal(sanitize(input), output));
}

const anyText = fc.oneof(
  fc.string({ unit: anyCharacter }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
  fc.string({ unit: fc.constantFrom('\\', 'x', 'u', '{', '}', '1', 'b', 'n', '\n', '\x1b', '\u202e', ' ', '\x80') }),
);

test('sanitize: nothing forbidden is left in any text', () => {
  fc.assert(fc.property(anyText, (text) => !forbidden.test(sanitize(text))));
});

test('sanitize: any text can be told from its output', () => {
  fc.assert(fc.property(anyText, (text) => restore(sanitize(text)) === text));
});

function restore(text: string): string {
  return text.replace(/\\(?:([\\nrt])|x([0-9a-f]{2})|u\{([0-9a-f]+)\})/g, (_, letter, byte, code) =>
    letter === undefined
      ? String.fromCodePoint(Number.parseInt(byte ?? code, 16))
      : { '\\': '\\', n: '\n', r: '\r', t: '\t' }[letter as 'n']!,
  );
}

const base64 = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('base64');

const paths: readonly [name: string, bytes: string, output: string][] = [
  ['a byte that is no UTF-8', '/a\xffb', '/a\\xffb'],
  ['UTF-8 beside it', '/\xc3\xa9\xff', '/é\\xff'],
  ['controls beside it', '/\x1b\xff\n', '/\\x1b\\xff\\n'],
  ['a C1 control in UTF-8 and as a byte', '/\xc2\x9b\x9b', '/\\u{9b}\\x9b'],
  [
    'overlong, surrogate, too high',
    '/\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80',
    '/\\xc0\\xaf\\xed\\xa0\\x80\\xf4\\x90\\x80\\x80',
  ],
  ['a sequence cut short', '/\xe6\x97', '/\\xe6\\x97'],
];
for (const [name, bytes, output] of paths) {
  test(`sanitizePath: ${name}`, () =>
    assert.equal(sanitizePath({ path: 'not this', path_base64: base64(bytes) }), output));
}

test('sanitizePath: the path itself where it is valid', () => {
  assert.equal(sanitizePath({ path: '/é\n', path_base64: null }), '/é\\n');
});

test('sanitizePath: different bytes stay different', () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(bytes, bytes, (one, other) => {
      const [a, b] = [one, other].map((raw) => Buffer.from(raw).toString('base64')) as [string, string];
      return a === b || sanitizePath({ path: '', path_base64: a }) !== sanitizePath({ path: '', path_base64: b });
    }),
  );
});

test('sanitizeCommand: arguments by blanks, from the raw line where there is one', () => {
  assert.equal(sanitizeCommand({ command: ['a', 'b c', ''], command_base64: null }), 'a b c ');
  assert.equal(sanitizeCommand({ command: ['a', '\ufffd'], command_base64: base64('a\0\xff\0') }), 'a \\xff');
});

test('sanitizeCommand: NULs by the million are gone through once', () => {
  const command_base64 = base64(`a${'\0'.repeat(1_000_000)}\xff\0\0`);
  assert.equal(sanitizeCommand({ command: [], command_base64 }), `a${' '.repeat(1_000_000)}\\xff`);
});
