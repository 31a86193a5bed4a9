import assert from 'node:assert/strict';
import { test } from 'node:test';
import { didYouMean, nearest } from '../src/did-you-mean.ts';

test('nearest', () => {
  const commands = ['scan', 'plan', 'check', 'fleet', 'schema', 'validate', 'rules'];
  const rows: [name: string, typed: string, expected: string | null][] = [
    ['letters exchanged', 'sacn', 'scan'],
    ['a letter missing', 'chek', 'check'],
    ['a letter too many', 'fleett', 'fleet'],
    ['a wrong letter', 'rulez', 'rules'],
    ['two wrong in a long word', 'valadatte', 'validate'],
    ['the word itself', 'scan', 'scan'],
    ['nothing near', 'restart', null],
    ['nothing at all', '', null],
    ['far too long', 's'.repeat(100000), null],
  ];
  for (const [name, typed, expected] of rows) assert.equal(nearest(typed, commands), expected, name);
  assert.equal(nearest('x', []), null);
});

test('didYouMean', () => {
  assert.equal(didYouMean('sacn', ['scan', 'plan']), 'did you mean scan?');
  assert.equal(didYouMean('other', ['scan', 'plan']), 'known are scan, plan');
});
