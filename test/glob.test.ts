import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileGlob, globProblem } from '../src/glob.ts';
import { needs } from './support/needs.ts';

test('compileGlob', () => {
  const rows: [name: string, pattern: string, text: string, expected: boolean][] = [
    ['a literal', '/tmp/a', '/tmp/a', true],
    ['a literal matches the whole text', '/tmp/a', '/tmp/ab', false],
    ['* crosses /', '/var/*.so', '/var/lib/x/y.so', true],
    ['* matches nothing too', '/a*b', '/ab', true],
    ['* matches a leading dot', '/tmp/*', '/tmp/.hidden', true],
    ['* matches a newline', '/tmp/*z', '/tmp/a\nz', true],
    ['the last * is retried', '*ab*abc', 'xxabyyababc', true],
    ['? is one byte', '/a?c', '/abc', true],
    ['? is not none', '/a?c', '/ac', false],
    ['? matches /', '/a?c', '/a/c', true],
    ['a set', '/[abc]', '/b', true],
    ['a range', '/[0-9]', '/5', true],
    ['outside a range', '/[0-9]', '/a', false],
    ['a negated set', '/[!0-9]', '/a', true],
    ['a negated set matches /', 'a[!b]c', 'a/c', true],
    ['a ] that comes first stands for itself', '[]]', ']', true],
    ['a - at the end stands for itself', '[a-]', '-', true],
    ['^ does not negate', '[^a]', 'a', true],
    ['an unclosed [ stands for itself', '/[aio', '/[aio', true],
    ['a bracket as a set', '/[[]aio]', '/[aio]', true],
    ['a backslash is no escape', '/\\*', '/\\x', true],
    ['no braces', '/{a,b}', '/a', false],
    ['no leading !', '!a', 'b', false],
    ['no extglob', '@(a)', 'a', false],
  ];
  for (const [name, pattern, text, expected] of rows) assert.equal(compileGlob(pattern)(text), expected, name);
});

test('compileGlob answers in time on a pattern and a path made to be slow', () => {
  assert.equal(compileGlob(`${'*a'.repeat(30)}b`)('a'.repeat(4096)), false);
});

test('globProblem', () => {
  const rows: [pattern: string, expected: RegExp | null][] = [
    ['', /empty/],
    ['/x[a', /never closed/],
    ['[!]', /never closed/],
    ['[z-a]', /z-a runs backwards/],
    ['[[]x', null],
    ['/a*[!0-9]?', null],
  ];
  for (const [pattern, expected] of rows) {
    const problem = globProblem(pattern);
    if (expected) assert.match(problem ?? '', expected, pattern);
    else assert.equal(problem, null, pattern);
  }
});

test("compileGlob agrees with Python's fnmatch.fnmatchcase", (t) => {
  const alphabet = [...'ab-]c[!*?/.^\\\n{,}()@|&~é'].map((char) => Buffer.from(char, 'utf8').toString('latin1'));
  const text = fc.array(fc.constantFrom(...alphabet), { maxLength: 9 }).map((chars) => chars.join(''));
  const pairs = fc.sample(fc.tuple(text, text), { numRuns: 20000, seed: 42 });
  // A pattern also meets a text that was made from it, so that many of them match.
  const cases = pairs.flatMap(([pattern, other]) => [
    [pattern, other],
    [pattern, pattern.replaceAll('*', other).replaceAll('?', 'a')],
    [pattern, pattern.replaceAll(/\[!?(.).*?\]/gs, '$1')],
  ]);
  if (!needs(t, 'python3')) return;
  const script =
    'import fnmatch,json,sys;print(json.dumps([fnmatch.fnmatchcase(t,p) for p,t in json.load(sys.stdin)]))';
  const python = spawnSync('python3', ['-c', script], { input: JSON.stringify(cases), maxBuffer: 1 << 26 });
  assert.equal(python.status, 0, String(python.stderr));
  const expected: unknown = JSON.parse(String(python.stdout));
  assert.deepEqual(
    cases.map(([pattern, candidate]) => compileGlob(pattern ?? '')(candidate ?? '')),
    expected,
  );
  assert.ok(Array.isArray(expected) && expected.filter(Boolean).length > 1000, 'too few matches to prove anything');
});
