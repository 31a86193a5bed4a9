// States of a helper that count as blocked. A busy, stopped or slow machine must cause none of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Vitals } from '../../src/crew/vitals.ts';
import { Watch } from '../../src/crew/watch.ts';

const looks = 100;
const elapsed = 50;
const deadline = 1000;

/** Whether the helper is overdue after this many looks; `seen` gives its vitals at each. */
function isOverdueAfter(seen: (look: number) => Vitals | null, count = looks): boolean {
  const watch = new Watch();
  for (let look = 0; look < count; look++) watch.look(seen(look), elapsed);
  return watch.isOverdue(deadline);
}

const patient: [what: string, seen: (look: number) => Vitals][] = [
  ['waits for a processor', () => ({ reads: 7, state: 'R', ticks: 3 })],
  ['is stopped', () => ({ reads: 7, state: 'T', ticks: 3 })],
  ['is traced', () => ({ reads: 7, state: 't', ticks: 3 })],
  ['works, and is asleep whenever it is seen', (look) => ({ reads: 7, state: 'S', ticks: look })],
  ['waits for a disk as long as it works', (look) => ({ reads: 7, state: 'D', ticks: (look >> 1) * 10 })],
  ['goes from process to process, asleep whenever it is seen', (look) => ({ reads: look, state: 'D', ticks: 3 })],
];

for (const [what, seen] of patient) {
  test(`a helper that ${what} is not blocked`, () => {
    assert.equal(isOverdueAfter(seen), false);
  });
}

for (const state of ['S', 'D']) {
  test(`a helper that is in state ${state} with the same process, and does nothing, is overdue after its deadline`, () => {
    const seen = () => ({ reads: 7, state, ticks: 3 });
    assert.equal(isOverdueAfter(seen, 15), false);
    assert.equal(isOverdueAfter(seen, 30), true);
  });
}

test('a helper that cannot be seen is given more time, and not for ever', () => {
  assert.equal(
    isOverdueAfter(() => null, 60),
    false,
  );
  assert.equal(
    isOverdueAfter(() => null, 150),
    true,
  );
});

test('an answer begins the time anew', () => {
  const watch = new Watch();
  for (let look = 0; look < 2 * looks; look++) {
    watch.look({ reads: 7, state: 'D', ticks: 3 }, elapsed);
    if (look % 10 === 0) watch.forget();
  }
  assert.equal(watch.isOverdue(deadline), false);
});

test('a helper that works for longer than any process can need is overworked', () => {
  const watch = new Watch();
  watch.look({ reads: 7, state: 'R', ticks: 0 }, elapsed);
  watch.look({ reads: 7, state: 'R', ticks: 5000 }, elapsed);
  assert.equal(watch.isOverworked, false);
  watch.look({ reads: 7, state: 'R', ticks: 7000 }, elapsed);
  assert.equal(watch.isOverworked, true);
});

test('work is a cost beyond that of any healthy process, and no part of it is a cost twice', () => {
  const watch = new Watch();
  const excessAt = (reads: number, ticks: number) => {
    watch.look({ reads, state: 'R', ticks }, elapsed);
    return watch.takeExcess();
  };
  assert.deepEqual([excessAt(7, 100), excessAt(7, 120), excessAt(7, 150), excessAt(7, 150)], [0, 0, 300, 0]);
  assert.deepEqual([excessAt(8, 190), excessAt(8, 240)], [0, 300]);
});
