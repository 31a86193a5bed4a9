// Operands -> batches and answers of a program that fails in different ways.
import assert from 'node:assert/strict';
import test from 'node:test';
import { ask } from '../../src/packages/ask.ts';
import type { SpawnOutcome } from '../../src/spawn.ts';
import { fakeRun, said } from './fake-run.ts';

const rows: [name: string, outcome: SpawnOutcome, lines: string[], problem: RegExp | null][] = [
  ['lines of stdout', said(0, 'one\n\ntwo\n'), ['one', 'two'], null],
  ['bytes stay bytes', said(0, 'a\xff\n'), ['a\xff'], null],
  ['a path without an owner is no problem', said(1, '', 'error: No package owns /a b\n'), [], null],
  ['a warning is no problem', said(1, 'one\n', 'warning: no sync database\nWARNING: no index\n'), ['one'], null],
  ['complaints of a call that worked', said(0, 'one\n', 'something\n'), ['one'], null],
  [
    'a database that cannot be opened',
    said(255, '', 'error: failed to initialize\n  for /x\n'),
    [],
    /^pm: error: failed to initialize for \/x$/,
  ],
  ['both at once', said(2, 'one\n', 'error: No package owns /a b\nerror: broken\n'), ['one'], /^pm: error: broken$/],
  ['not there', { kind: 'missing' }, [], /^pm is not installed$/],
  ['late', { kind: 'timeout' }, [], /^pm did not answer within 30 seconds$/],
  ['endless', { kind: 'too_large' }, [], /^pm answered more than/],
  ['killed', { kind: 'killed', signal: 'SIGSEGV' }, [], /SIGSEGV/],
  ['refused', { kind: 'failed', code: 'EACCES' }, [], /EACCES/],
];
for (const [name, outcome, lines, problem] of rows) {
  test(`ask: ${name}`, () => {
    const { run, calls } = fakeRun(outcome);
    const answer = ask(run, 'pm', ['-Q', '--'], ['/a b', '/-c']);
    assert.deepEqual(calls, [['pm', '-Q', '--', '/a b', '/-c']]);
    assert.deepEqual(answer.lines, lines);
    if (problem === null) assert.equal(answer.problem, null);
    else assert.match(answer.problem ?? '', problem);
  });
}

test('ask: operands reach the program as UTF-8; what is none is left out', () => {
  const { run, calls } = fakeRun(said(0, ''));
  ask(run, 'pm', ['--'], ['/b\xc3\xa4r', '/\xff']);
  assert.deepEqual(calls, [['pm', '--', '/bär']]);
});

test('ask: nothing to ask, no process', () => {
  const { run, calls } = fakeRun();
  assert.deepEqual(ask(run, 'pm', ['--'], ['/\xff']), { lines: [], problem: null });
  assert.deepEqual(calls, []);
});

test('ask: long lists are split, and each operand is asked for once, in order', () => {
  const operands = Array.from({ length: 12000 }, (_, index) => `/${'x'.repeat(50)}/${index}`);
  const { run, calls } = fakeRun(said(0, 'one\n'), said(0, 'two\n'), said(0, 'three\n'));
  assert.deepEqual(ask(run, 'pm', ['-Q', '--'], operands).lines, ['one', 'two', 'three']);
  assert.equal(calls.length, 3);
  assert.deepEqual(
    calls.flatMap((call) => call.slice(3)),
    operands,
  );
  for (const call of calls) {
    assert.deepEqual(call.slice(0, 3), ['pm', '-Q', '--']);
    assert.ok(call.join('\0').length < 300_000);
  }
});

test('ask: a batch that fails ends it, with what was answered before', () => {
  const operands = Array.from({ length: 9000 }, (_, index) => `/${'x'.repeat(50)}/${index}`);
  const { run } = fakeRun(said(0, 'one\n'), { kind: 'timeout' });
  const answer = ask(run, 'pm', ['--'], operands);
  assert.deepEqual(answer.lines, ['one']);
  assert.match(answer.problem ?? '', /30 seconds/);
});
