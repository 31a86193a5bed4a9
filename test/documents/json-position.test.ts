import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { locateJsonError } from '../../src/documents/json-position.ts';

test('locateJsonError', () => {
  const rows: [name: string, text: string, line: number, column: number, cutOff: boolean][] = [
    ['nothing', '', 1, 1, true],
    ['a word', 'hello', 1, 1, false],
    ['cut off in an object', '{\n  "a": 1,\n', 3, 1, true],
    ['cut off in a string', '{"a": "bc', 1, 7, false],
    ['a comma too many', '{"a": 1,}', 1, 9, false],
    ['a comma too many in a list', '[1,\n2,\n]', 3, 1, false],
    ['a comma missing', '{"a": 1\n "b": 2}', 2, 2, false],
    ['a colon missing', '{"a" 1}', 1, 6, false],
    ['a key without quotes', '{a: 1}', 1, 2, false],
    ['the wrong bracket', '[1}', 1, 3, false],
    ['two documents', '{}\n{}', 2, 1, false],
    ['a control character in a string', '["a\tb"]', 1, 2, false],
    ['a leading zero', '[01]', 1, 3, false],
    ['NaN', '[NaN]', 1, 2, false],
  ];
  for (const [name, text, line, column, cutOff] of rows) {
    assert.throws(() => JSON.parse(text), name);
    const isSecond = name === 'two documents';
    assert.deepEqual(locateJsonError(text), { line, column, cutOff, isSecond }, name);
  }
});

test('a valid text that was cut off is said to be cut off, or ends in a broken token', () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), (json, at) => {
      const text = json.slice(0, at % json.length);
      // A number that lost its last digits is still one.
      fc.pre(!isJson(text));
      const { column } = locateJsonError(text);
      const rest = text.slice(column - 1);
      // Only one token can be broken: a string without its end, or the rest of a number or word.
      assert.ok(rest.startsWith('"') || /^[\w.+-]*$/.test(rest), JSON.stringify({ text, rest }));
    }),
    { seed: 7 },
  );
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test('a string that never ends takes no longer than one that does', () => {
  for (const text of ['a', '\\\\', 'a\\n', '\\u00e9x']) {
    // V8's stack for one expression was full of three million escapes, and the command ended as if it had a defect.
    const { cutOff, column } = locateJsonError(`["${text.repeat(5_000_000)}`);
    assert.deepEqual([cutOff, column], [false, 2]);
  }
});
