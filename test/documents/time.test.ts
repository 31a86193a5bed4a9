import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTimeNs, formatTimeOrNull } from '../../src/documents/time.ts';

const rows: [name: string, ms: number | null, text: string | null][] = [
  ['to the second, downwards', 1_763_883_612_999, '2025-11-23T07:40:12Z'],
  ['before the epoch', -1, '1969-12-31T23:59:59Z'],
  ['the first of four digits', Date.parse('0000-01-01T00:00:00Z'), '0000-01-01T00:00:00Z'],
  ['the last of four digits', Date.parse('9999-12-31T23:59:59Z'), '9999-12-31T23:59:59Z'],
  ['a year of five digits', Date.parse('9999-12-31T23:59:59Z') + 1000, null],
  ['a year before 0', Date.parse('0000-01-01T00:00:00Z') - 1000, null],
  ['past what a Date holds', 9e15, null],
  ['no number', Number.NaN, null],
  ['not known', null, null],
];
for (const [name, ms, text] of rows) {
  test(`a time: ${name}`, () => assert.equal(formatTimeOrNull(ms), text));
}

test('a file may be of any time: btrfs has 64 bits of seconds', () => {
  for (const seconds of [2n ** 63n - 1n, -(2n ** 63n)]) assert.equal(formatTimeNs(seconds * 1_000_000_000n), null);
  assert.equal(formatTimeNs(1_763_883_612_999_999_999n), '2025-11-23T07:40:12Z');
});
