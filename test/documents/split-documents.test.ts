// Streams of documents, cut in every place: the line on which each begins, and its text.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { splitDocuments } from '../../src/documents/split-documents.ts';
import { anyCharacter } from '../support/any-character.ts';

function split(text: string | Buffer, chunkBytes = 1 << 16, maxBytes = 1 << 16): string[] {
  const bytes = Buffer.from(text);
  const block = Buffer.alloc(chunkBytes);
  function* chunks() {
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      const length = bytes.copy(block, 0, at, at + chunkBytes);
      yield block.subarray(0, length);
      block.fill(0x58);
    }
  }
  const frames: string[] = [];
  for (const { line, bytes: found } of splitDocuments(chunks(), maxBytes))
    frames.push(`${line} ${found?.toString().trimEnd() ?? 'too long'}`);
  return frames;
}

const indented = '{\n  "a": {\n    "b": 1\n  }\n}';
const rows: [name: string, text: string, frames: string[]][] = [
  ['nothing', '', []],
  ['blank lines', '\n \r\n\n', []],
  ['one line', '{"a":1}', ['1 {"a":1}']],
  ['NDJSON', '{"a":1}\n{"a":2}\n', ['1 {"a":1}', '2 {"a":2}']],
  ['NDJSON with blank lines and CR LF', '{"a":1}\r\n\r\n{"a":2}\r\n', ['1 {"a":1}', '3 {"a":2}']],
  ['a line cut in the middle', '{"a":1\n{"a":2}\n', ['1 {"a":1', '2 {"a":2}']],
  ['indented', indented, [`1 ${indented}`]],
  ['two indented', `${indented}\n${indented}\n`, [`1 ${indented}`, `6 ${indented}`]],
  ['an indented one that was cut off', `{\n  "a": 1,\n${indented}\n`, ['1 {\n  "a": 1,', `3 ${indented}`]],
  ['an indented one that ends too soon', `{\n  "a": 1`, ['1 {\n  "a": 1']],
  ['lines between', `{"a":1}\n${indented}\n{"a":2}`, ['1 {"a":1}', `2 ${indented}`, '7 {"a":2}']],
  ['a byte order mark', `\ufeff${indented}`, [`1 ${indented}`]],
  ['not JSON', 'hello\nworld\n', ['1 hello', '2 world']],
  ['an end without a beginning', '}\n{"a":1}', ['1 }', '2 {"a":1}']],
  ['empty objects', '{}\n{}', ['1 {}', '2 {}']],
];

for (const [name, text, frames] of rows) {
  test(name, () => {
    assert.deepEqual(split(text), frames);
    for (const size of [1, 2, 3, 7]) assert.deepEqual(split(text, size), frames, `chunks of ${size}`);
  });
}

test('a document that is too long is named, and the next is read', () => {
  const long = `{"a":"${'x'.repeat(90)}"}`;
  const deep = `{\n${'  "a": "xxxxxxxxxx",\n'.repeat(9)}}`;
  assert.deepEqual(
    split(`${long}\n{"a":1}\n${deep}\n{"b":2}\n{\n${'  "c": 33333333333,\n'.repeat(9)}${indented}\n`, 16, 60),
    ['1 too long', '2 {"a":1}', '3 too long', '14 {"b":2}', '15 too long', `25 ${indented}`],
  );
});

test('whatever is written comes back, one a line or indented, in chunks of any size', () => {
  const value = fc.dictionary(fc.string({ unit: anyCharacter }), fc.jsonValue(), { minKeys: 1 });
  fc.assert(
    fc.property(fc.array(fc.tuple(value, fc.boolean())), fc.integer({ min: 1, max: 99 }), (values, size) => {
      const text = values.map(([each, indent]) => `${JSON.stringify(each, null, indent ? 2 : 0)}\n`).join('');
      const read = split(text, size).map((frame) => JSON.parse(frame.slice(frame.indexOf(' '))));
      assert.deepEqual(
        read,
        values.map(([each]) => JSON.parse(JSON.stringify(each))),
      );
    }),
  );
});
