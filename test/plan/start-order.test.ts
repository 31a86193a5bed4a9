// Services and systemd's After= -> the order of their restarts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Units } from '../../src/plan/known-units.ts';
import { placeServices } from '../../src/plan/start-order.ts';
import { noActions, noDependencies, startsAgain } from '../support/reports.ts';

function unitsWith(after: Record<string, string[]>): Units {
  return new Map(
    Object.entries(after).map(([name, list]) => [
      name,
      {
        ...{ names: [name], load_state: 'loaded', active_state: 'active', ...noActions, ...startsAgain },
        dependencies: { ...noDependencies, after: list },
      },
    ]),
  );
}

const rows: [name: string, services: string[], after: Record<string, string[]>, expected: string[]][] = [
  ['by name, if nothing orders them', ['c', 'a', 'b'], {}, ['a', 'b', 'c']],
  ['first what others wait for', ['a', 'b', 'c'], { a: ['c'], b: [], c: [] }, ['b', 'c', 'a']],
  ['a chain', ['a', 'b', 'c'], { a: ['b'], b: ['c'], c: [] }, ['c', 'b', 'a']],
  ['through a target', ['a', 'z'], { a: ['t.target'], 't.target': ['z'], z: [] }, ['z', 'a']],
  ['through a service that is not in the plan', ['a', 'z'], { a: ['m'], m: ['z'], z: [] }, ['z', 'a']],
  ['through two targets', ['a', 'z'], { a: ['t.target'], 't.target': ['u.target'], 'u.target': ['z'] }, ['z', 'a']],
  [
    'a cycle by name, and the rest behind it',
    ['d', 'c', 'b', 'a'],
    { b: ['c'], c: ['b'], d: ['c'], a: [] },
    ['a', 'b', 'c', 'd'],
  ],
  ['a cycle before one that waits for it', ['a', 'x', 'y'], { a: ['y'], x: ['y'], y: ['x'] }, ['x', 'y', 'a']],
  ['a unit after itself', ['a', 'b'], { a: ['a', 'b'] }, ['b', 'a']],
];

for (const [name, services, after, expected] of rows) {
  test(`order: ${name}`, () => {
    for (const given of [services, services.toReversed()]) {
      const places = placeServices(given, unitsWith(after));
      assert.deepEqual(
        [...places.keys()].sort((a, b) => places.get(a)! - places.get(b)!),
        expected,
      );
    }
  });
}

const cycleRows: [name: string, services: string[], after: Record<string, string[]>, cycles: string[][]][] = [
  ['none', ['a', 'b'], { a: ['b'], b: [] }, []],
  ['two', ['b', 'a', 'z'], { b: ['a'], a: ['b'], z: [] }, [['a', 'b']]],
  [
    'three, without one that waits for them',
    ['a', 'x', 'y', 'z'],
    { a: ['x'], x: ['y'], y: ['z'], z: ['x'] },
    [['x', 'y', 'z']],
  ],
  ['through a target', ['a', 'b'], { a: ['t.target'], 't.target': ['b'], b: ['a'] }, [['a', 'b']]],
  ['of other units alone', ['a'], { a: ['t.target'], 't.target': ['u.target'], 'u.target': ['t.target'] }, []],
  [
    'each of two',
    ['a', 'b', 'y', 'z'],
    { a: ['b'], b: ['a'], y: ['z'], z: ['y'] },
    [
      ['a', 'b'],
      ['y', 'z'],
    ],
  ],
];
for (const [name, services, after, expected] of cycleRows) {
  test(`cycles: ${name}`, () => {
    const cycles: (readonly string[])[] = [];
    placeServices(services, unitsWith(after), (cycle) => cycles.push(cycle));
    assert.deepEqual(cycles, expected);
  });
}

test('order: two thousand services that all wait for each other through a target', () => {
  const names = Array.from({ length: 2000 }, (_, index) => `s${String(index).padStart(4, '0')}`);
  const after = Object.fromEntries(names.map((name, index) => [name, index < 1000 ? [] : ['t.target']]));
  const places = placeServices(names, unitsWith({ ...after, 't.target': names.slice(0, 1000) }));
  assert.deepEqual([places.size, places.get('s0999'), places.get('s1000')], [2000, 999, 1000]);
});

test('order: a walk that follows more dependencies than any host has orders nothing', () => {
  const targets = Array.from({ length: 100_001 }, (_, index) => `t${index}.target`);
  const after = Object.fromEntries(targets.map((name, index) => [name, [targets[index + 1] ?? 'z']]));
  const places = placeServices(['a', 'z'], unitsWith({ ...after, a: [targets[0]!] }));
  assert.deepEqual([...places.keys()], ['a', 'z']);
});

test('cycles: a thousand services that each wait for half of the others', () => {
  const names = Array.from({ length: 1000 }, (_, index) => `s${String(index).padStart(3, '0')}`);
  const twice = [...names, ...names];
  const after = Object.fromEntries(names.map((name, index) => [name, twice.slice(index + 1, index + 501)]));
  let cycles = 0;
  const places = placeServices(names, unitsWith(after), () => cycles++);
  assert.deepEqual([places.size, cycles], [1000, 500]);
});
