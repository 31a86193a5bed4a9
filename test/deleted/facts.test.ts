// stat of a file in use -> when the file lost its name, or null if that is not known.

import assert from 'node:assert/strict';
import type { BigIntStats } from 'node:fs';
import { test } from 'node:test';
import { factsOf } from '../../src/deleted/facts.ts';

const second = 1_000_000_000n;
const stat = {
  ...{ dev: 0xfd01n, ino: 42n, nlink: 0n, blocks: 4n, uid: 33n, isDirectory: () => false },
  ...{ birthtimeNs: 10n * second, mtimeNs: 20n * second, ctimeNs: 90n * second },
} as BigIntStats;
const written = { mtimeNs: 90n * second };
const directory = { isDirectory: () => true };

const rows: [
  name: string,
  change: Partial<BigIntStats>,
  layer: { startedAtNs: bigint | null } | null,
  at: number | null,
][] = [
  ['its ctime', {}, null, 90],
  ['another link is left: its ctime may be anything', { nlink: 1n }, null, null],
  ['written since, or in the same moment', written, null, null],
  ['its mtime is in the future, as tar may set it', { mtimeNs: 900n * second }, null, 90],
  ['written at its end, in the second in which it was made', { ...written, birthtimeNs: 90n * second - 1n }, null, 90],
  ['written, and made by a clock that was set back since', { ...written, birthtimeNs: 91n * second }, null, null],
  ['written, and the file system knows no birth', { ...written, birthtimeNs: 0n }, null, null],
  ['a folder, to which nobody writes any more', { ...written, ...directory }, null, 90],
  ['overlay, while the process ran', {}, { startedAtNs: 80n * second }, 90],
  ['overlay, before the process ran: the ctime is that of a layer', {}, { startedAtNs: 91n * second }, null],
  ['overlay, and nobody knows since when the process runs', {}, { startedAtNs: null }, null],
];
for (const [name, change, layer, at] of rows) {
  test(`when a file lost its name: ${name}: ${at ?? 'not known'}`, () => {
    const { unlinkedAtNs } = factsOf({ ...stat, ...change } as BigIntStats, layer);
    assert.equal(unlinkedAtNs, at === null ? null : BigInt(at) * second);
  });
}

test('a file holds its blocks if it has no link left, else nothing', () => {
  const facts = (nlink: bigint) => factsOf({ ...stat, nlink } as BigIntStats, null);
  assert.deepEqual([facts(0n).heldBytes, facts(1n).heldBytes], [2048, 0]);
  assert.deepEqual([facts(0n).device, facts(0n).inode, facts(2n).links, facts(0n).ownerUid], ['fd:01', 42n, 2, 33]);
});

test('a file that nobody may look at has no facts', () => {
  assert.deepEqual([...new Set(Object.values(factsOf(null, null)))], [null]);
});
