import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jsonPieces, ndjsonPieces, renderNdjson } from '../../src/render/json.ts';
import { anyCharacter } from '../support/any-character.ts';
import { renderJson } from '../support/joined.ts';
import { workedReport } from './samples.ts';

test('json is indented by two, ndjson is one line, both end with a newline', () => {
  assert.equal(renderJson({ a: [1], b: null }), '{\n  "a": [\n    1\n  ],\n  "b": null\n}\n');
  assert.equal(renderNdjson({ a: [1], b: 'x\ny' }), '{"a":[1],"b":"x\\ny"}\n');
});

const table: readonly [name: string, text: string, json: string][] = [
  ['line separators', '\u2028\u2029', '"\\u2028\\u2029"'],
  ['DEL and C1', '\x7f\x9b', '"\\u007f\\u009b"'],
  ['bidi', '\u202e', '"\\u202e"'],
  ['a tag beyond the BMP', '\u{e0041}', '"\\udb40\\udc41"'],
  ['letters stay', 'é日\u{1f600}', '"é日\u{1f600}"'],
  ['a lone surrogate is replaced', 'a\ud800', '"a\ufffd"'],
  ['text that looks like an escaped surrogate', '\\ud800', '"\\\\ud800"'],
];
for (const [name, text, json] of table) {
  test(`json: ${name}`, () => assert.equal(renderNdjson({ text }), `{"text":${json}}\n`));
}

test('json: the values are the same, whatever they hold', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: anyCharacter }), fc.string({ unit: anyCharacter })), (document) => {
      const wellFormed = JSON.parse(JSON.stringify(document).replace(/\\ud[89a-f][0-9a-f]{2}/g, '\ufffd'));
      assert.deepEqual(JSON.parse(renderJson(document)), wellFormed);
      assert.doesNotMatch(renderNdjson(document).slice(0, -1), /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    }),
  );
});

// Lists of all lengths about the number that is written at once, of lists and objects of such lists.
const leaf = fc.constantFrom<unknown>(null, true, 7, 'a', '\u202e', 'a\ud800', '\u{1f600}', [], {}, { 'b\u2028': [1] });
const { value: nested } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3, withCrossShrink: true }, leaf, tie('list'), tie('object')),
  list: fc
    .tuple(fc.constantFrom(1, 2, 63, 64, 65, 130), fc.array(tie('value'), { minLength: 1, maxLength: 3 }))
    .map(([length, some]) => Array.from({ length }, (_, index) => some[index % some.length])),
  object: fc.dictionary(fc.constantFrom('a', 'b', '\x7f', 'c'), fc.oneof(tie('value'), fc.constant(undefined))),
}));

test('json: the pieces are what JSON.stringify writes', () => {
  const safe = (json: string) =>
    json
      .replace(/\\ud[89a-f][0-9a-f]{2}/g, '\ufffd')
      .replace(/[\x7f\u202e\u2028]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom('units', 'processes', 'host'), nested), (document) => {
      assert.equal([...jsonPieces(document)].join(''), `${safe(JSON.stringify(document, null, 2))}\n`);
      assert.equal([...ndjsonPieces(document)].join(''), `${safe(JSON.stringify(document))}\n`);
    }),
    { numRuns: 100 },
  );
});

test('json: a long list, and what holds one, is written a part at a time', () => {
  const file = { path: 'x'.repeat(100) };
  const process = { maps: Array.from({ length: 5000 }, () => file) };
  for (const pieces of [jsonPieces({ processes: [process, process] }), ndjsonPieces({ processes: [process] })]) {
    assert.ok([...pieces].every((piece) => piece.length < 10_000));
  }
});

test('json: a report comes back as it was', () => {
  assert.deepEqual(JSON.parse(renderJson(workedReport())), workedReport());
});
