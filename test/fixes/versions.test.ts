// The orders of versions, each against the package manager that made it.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareDpkgVersions, withoutRebuild } from '../../src/fixes/dpkg-version.ts';
import { compareRpmVersions } from '../../src/fixes/rpm-version.ts';
import { needs } from '../support/needs.ts';

const parts = [
  '0',
  '1',
  '9',
  '10',
  '007',
  '2.5.0',
  'a',
  'rc',
  'Z',
  '~',
  '~~',
  '+',
  '+deb12u',
  '.',
  '-',
  '+b1',
  '~bpo12+1',
];
const tail = fc.array(fc.constantFrom(...parts), { maxLength: 8 }).map((list) => list.join(''));
const epoch = fc.constantFrom('', '', '0:', '1:', '12:');
/** A version that dpkg accepts: it begins with a digit, and does not end with a hyphen. */
const version = fc
  .tuple(epoch, fc.constantFrom('0', '1', '2.5'), tail)
  .map(([a, b, c]) => `${a}${b}${c.replace(/-+$/, '')}`);

test('dpkg: as dpkg --compare-versions has it', (t) => {
  if (!needs(t, 'dpkg-query')) return;
  const says = (a: string, relation: string, b: string) =>
    spawnSync('dpkg', ['--compare-versions', a, relation, b]).status === 0;
  fc.assert(
    fc.property(version, version, (a, b) => {
      const order = compareDpkgVersions(a, b);
      assert.ok(says(a, order < 0 ? 'lt' : order > 0 ? 'gt' : 'eq', b), `${a} ${order} ${b}`);
    }),
    { numRuns: 400 },
  );
});

test('dpkg: the comparison is an order', () => {
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      assert.equal(Math.sign(compareDpkgVersions(a, b)), -Math.sign(compareDpkgVersions(b, a)) + 0);
      if (compareDpkgVersions(a, b) <= 0 && compareDpkgVersions(b, c) <= 0) assert.ok(compareDpkgVersions(a, c) <= 0);
    }),
  );
});

const rising: readonly string[][] = [
  ['1.0~rc1', '1.0', '1.0-1', '1.0-1+b1', '1.0-1+deb12u1', '1.0-2', '1:0.1'],
  ['3.0.20-1~deb12u2', '3.0.22-1~deb12u2', '3.0.22-1'],
  ['2.36-9+deb12u9', '2.36-9+deb12u10'],
];
for (const list of rising) {
  test(`dpkg: ${list.join(' < ')}`, () => {
    assert.deepEqual([...list].reverse().sort(compareDpkgVersions), list);
  });
}

test('dpkg: digits count by their value, for any number of digits', () => {
  assert.ok(compareDpkgVersions('1.99999999999999999998', '1.99999999999999999999') < 0);
  assert.equal(compareDpkgVersions('1.0000', '1.0'), 0);
});

test('dpkg: a rebuild maps to the version that it rebuilds', () => {
  assert.deepEqual(['5.2-2+b8', '5.2-2', '1+bpo1', '1+b'].map(withoutRebuild), ['5.2-2', '5.2-2', '1+bpo1', '1+b']);
});

const rpmParts = ['0', '1', '10', '007', 'a', 'rc', 'Z', '~', '^', '.', '_', '+'];
const rpmTail = fc.array(fc.constantFrom(...rpmParts), { maxLength: 7 }).map((list) => list.join(''));
const rpmVersion = fc.tuple(fc.constantFrom('1', '2', 'a', '3.2'), rpmTail).map(([a, b]) => a + b);

test("rpm: as rpm's own rpm.vercmp has it", (t) => {
  if (!needs(t, 'rpm')) return;
  const pairs = fc.sample(fc.tuple(rpmVersion, rpmVersion), 400);
  const lua = pairs.map(([a, b]) => `print(rpm.vercmp('${a}', '${b}') .. ' ')`).join(' ');
  const { stdout, status, stderr } = spawnSync('rpm', ['--eval', `%{lua: ${lua}}`], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const answers = stdout.trim().split(' ').map(Number);
  assert.deepEqual(
    pairs.map(([a, b]) => [a, b, Math.sign(compareRpmVersions(a, b))]),
    pairs.map(([a, b], index) => [a, b, answers[index]]),
  );
});

test('rpm: epochs count first, and a release that one of them lacks does not', () => {
  assert.ok(compareRpmVersions('1:1.0-1', '2.0-1') > 0);
  assert.ok(compareRpmVersions('3.0.7-27.el9', '1:3.0.7-27.el9') < 0);
  assert.equal(compareRpmVersions('3.0.7', '3.0.7-27.el9'), 0);
  assert.ok(compareRpmVersions('3.0.7-27.el9', '3.0.7-28.el9') < 0);
});
