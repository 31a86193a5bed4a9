// Texts of changelogs -> the ids in them, and texts that only look like ids.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareCves, findCves, sortCves } from '../../src/cves.ts';

const rows: [text: string, ids: string[]][] = [
  ['  * Fix CVE-2026-32776 and CVE-2026-24515 (Closes: #1).', ['CVE-2026-32776', 'CVE-2026-24515']],
  ['  * CVE-2026-1234, again CVE-2026-1234.', ['CVE-2026-1234']],
  ['  * d/p/cve-2023-5678.patch: backport.', ['CVE-2023-5678']],
  ['  * CVE-2014-7185/4650/1912: three of one year.', ['CVE-2014-7185', 'CVE-2014-4650', 'CVE-2014-1912']],
  ['  * debian/patches/CVE-2014-7185/0001-fix.patch', ['CVE-2014-7185']],
  ['  * debian/patches/CVE-2014-7185/20140101.patch', ['CVE-2014-7185']],
  ['  * CVE-2020-1/CVE-2020-12345', ['CVE-2020-12345']],
  ['  * CVE-2020-1111/CVE-2020-2222', ['CVE-2020-1111', 'CVE-2020-2222']],
  ['  * not an id: XCVE-2020-1234, CVE-20-1234, CVE-2020-12, CVE 2020-1234', []],
  [`  * no id has so many digits: CVE-2020-${'1'.repeat(20)}`, []],
  ['', []],
];
for (const [text, ids] of rows) test(`ids in: ${text.slice(0, 60)}`, () => assert.deepEqual(findCves(text), ids));

test('ten thousand lines of ids are soon read', () => {
  const text = Array.from({ length: 10_000 }, (_, i) => `  * CVE-2026-${10_000 + i}/${20_000 + i}`).join('\n');
  const ids = findCves(text);
  assert.equal(ids.length, 20_000);
});

test('the newest first, by year and then by number', () => {
  const ids = ['CVE-2026-999', 'CVE-2025-99999', 'CVE-2026-10000', 'CVE-2026-1000'];
  const sorted = ['CVE-2026-10000', 'CVE-2026-1000', 'CVE-2026-999', 'CVE-2025-99999'];
  assert.deepEqual([...ids].sort(compareCves), sorted);
  const id = fc.tuple(fc.integer({ min: 1999, max: 2030 }), fc.bigInt({ min: 1000n, max: 10n ** 19n - 1n }));
  fc.assert(
    fc.property(fc.array(id.map(([year, number]) => `CVE-${year}-${number}`)), (list) => {
      const once = [...list].sort(compareCves);
      assert.deepEqual([...list].reverse().sort(compareCves), once);
      assert.deepEqual(sortCves([...list, ...list]), [...new Set(once)]);
    }),
  );
});
