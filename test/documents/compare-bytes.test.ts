// The order of documents is bytewise, whichever of the two ways compares.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareBytes } from '../../src/documents/compare-bytes.ts';

const byUtf8 = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

test('texts are in the order of their bytes', () => {
  // JavaScript's own order has the emoji, which are surrogates, before U+FFFD.
  const texts = ['', 'a', 'a\0', 'aa', 'b', 'é', '\ud7ff', '\ue000', '\ufffd', '\u{1f600}', '\u{10ffff}'];
  for (const [index, text] of texts.entries()) {
    for (const [other, against] of texts.entries()) {
      assert.equal(compareBytes(text, against), Math.sign(index - other), JSON.stringify([text, against]));
    }
  }
});

test('any two texts compare as their bytes do, lone surrogates too', () => {
  const text = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) });
  const narrow = fc.string({ unit: fc.constantFrom('a', 'é', '\ud800', '\udc00', '\ufffd', '\uffff') });
  fc.assert(
    fc.property(fc.oneof(text, narrow), fc.oneof(text, narrow), (a, b) => {
      assert.equal(compareBytes(a, b), byUtf8(a, b));
    }),
  );
});
