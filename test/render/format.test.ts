import assert from 'node:assert/strict';
import { test } from 'node:test';
import { count, enumerate, formatAge, formatUser, quote } from '../../src/render/format.ts';
import { formatBytes } from '../../src/sizes.ts';

const bytes: readonly [number, string][] = [
  [0, '0 bytes'],
  [1, '1 byte'],
  [1023, '1023 bytes'],
  [1024, '1.0 KiB'],
  [1_048_524, '1023.9 KiB'],
  [1_048_575, '1.0 MiB'],
  [10_489_856, '10.0 MiB'],
  [5_368_709_120, '5.0 GiB'],
  [Number.MAX_SAFE_INTEGER, '8.0 PiB'],
];
for (const [input, output] of bytes) {
  test(`formatBytes: ${input}`, () => assert.equal(formatBytes(input), output));
}

const ages: readonly [since: string, age: string | null][] = [
  ['2026-11-23T07:40:11Z', '1 second'],
  ['2026-11-23T07:39:13Z', '59 seconds'],
  ['2026-11-23T06:58:40Z', '41 minutes'],
  ['2026-11-23T06:40:12Z', '1 hour'],
  ['2026-11-20T07:40:13Z', '2 days'],
  ['2026-11-23T07:40:12Z', null],
  ['2026-11-24T00:00:00Z', null],
];
for (const [since, age] of ages) {
  test(`formatAge: ${since}`, () => assert.equal(formatAge(since, '2026-11-23T07:40:12Z'), age));
}

const quoted: readonly [string, string][] = [
  ['/usr/lib/x.so', '/usr/lib/x.so'],
  ['/a b', '"/a b"'],
  ['/a"b', '"/a\\"b"'],
  ['x,y', '"x,y"'],
  ['a)S(b', '"a)S(b"'],
  ['', '""'],
];
for (const [input, output] of quoted) {
  test(`quote: ${input}`, () => assert.equal(quote(input), output));
}

test('count, enumerate, formatUser', () => {
  assert.deepEqual(
    [count(1, 'process'), count(0, 'process'), count(2, 'byte')],
    ['1 process', '0 processes', '2 bytes'],
  );
  assert.deepEqual([enumerate([]), enumerate(['a']), enumerate(['a', 'b', 'c'])], ['', 'a', 'a, b and c']);
  assert.deepEqual([formatUser({ uid: 5, name: null }), formatUser({ uid: 5, name: 'a\nb' })], ['uid 5', 'user a\\nb']);
});
