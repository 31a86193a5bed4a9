import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { renderJson, renderNdjson } from '../../src/render/json.ts';
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
    fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), (document) => {
      const wellFormed = JSON.parse(JSON.stringify(document).replace(/\\ud[89a-f][0-9a-f]{2}/g, '\ufffd'));
      assert.deepEqual(JSON.parse(renderJson(document)), wellFormed);
      assert.doesNotMatch(renderNdjson(document).slice(0, -1), /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    }),
  );
});

test('json: a report comes back as it was', () => {
  assert.deepEqual(JSON.parse(renderJson(workedReport())), workedReport());
});
