// Keys of texts that others choose: always short, and equal only for equal texts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { distinct, keyMaker } from '../src/keys.ts';

// Few characters and long runs, so that texts often share pieces; digits and marks as keys themselves have them.
const text = fc
  .array(
    fc.tuple(fc.constantFrom('a', '\x01', '*', '0,', '1:', '-', '\ud83d\ude00'), fc.constantFrom(0, 1, 511, 512, 9000)),
  )
  .map((runs) => runs.map(([unit, times]) => unit.repeat(times)).join(''));
const part = fc.oneof(text, fc.constant(null), fc.nat({ max: 20 }));
const parts = fc.array(part, { maxLength: 4 });

/** As the maker sees them: a number is its digits. */
const meaning = (each: readonly (string | number | null)[]) =>
  JSON.stringify(each.map((one) => one?.toString() ?? null));

test('keys are equal if and only if the parts are', () => {
  fc.assert(
    fc.property(fc.array(parts, { minLength: 2, maxLength: 12 }), (all) => {
      const keyOf = keyMaker();
      const byKey = new Map<string, string>();
      for (const each of [...all, ...all]) {
        const key = keyOf(...each);
        assert.ok(key.length <= 512, `${key.length} characters`);
        assert.equal(byKey.get(key) ?? meaning(each), meaning(each));
        byKey.set(key, meaning(each));
      }
      assert.equal(byKey.size, new Set(all.map(meaning)).size);
    }),
  );
});

test('a text of a million characters has a key of its own, and the same one again', () => {
  const keyOf = keyMaker();
  const long = 'x'.repeat(1_000_000);
  const keys = [long, `${long}y`, `y${long}`, long.slice(1)].map((each) => keyOf(each));
  assert.equal(new Set(keys).size, 4);
  assert.ok(keys.every((key) => key.length <= 512));
  assert.equal(keyOf('x'.repeat(1_000_000)), keys[0]);
});

test('distinct: each text once, in their order', () => {
  const long = 'x'.repeat(20_000);
  assert.deepEqual(distinct([long, 'a', `${long}b`, 'a', long]), [long, 'a', `${long}b`]);
});
