// The output of `npm test`: scripts/test-reporter.mjs with a run of node:test of every outcome.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { plainEnvironment } from './support/cli.ts';
import { projectRoot } from './support/project.ts';
import { temporaryFolder } from './support/temporary.ts';

function run(t: Parameters<typeof temporaryFolder>[0], ...tests: string[]): { status: number | null; lines: string[] } {
  const head = "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\n";
  const file = join(temporaryFolder(t, { 'some.test.mjs': head + tests.join('\n') }), 'some.test.mjs');
  const reporter = `--test-reporter=${join(projectRoot, 'scripts/test-reporter.mjs')}`;
  // The variable tells a child of a test to report to its parent.
  const { NODE_TEST_CONTEXT: _, ...env } = plainEnvironment();
  const argv = ['--test', reporter, '--test-reporter-destination=stdout', file];
  const { status, stdout } = spawnSync(process.execPath, argv, { env, encoding: 'utf8' });
  return { status, lines: stdout.split('\n') };
}
const passing = "test('passes', () => {});";
const skipping = (count: number, reason: string) =>
  Array.from({ length: count }, (_, index) => `test('${reason} ${index}', (t) => t.skip('${reason}'));`);

test('a run without a failure: the skipped tests by what they want, the most frequent first, and the totals', (t) => {
  const { status, lines } = run(
    t,
    passing,
    ...skipping(1, 'no reason to know'),
    ...skipping(3, 'wants jq: apt install jq'),
    ...skipping(12, 'wants to mount file systems: run them as root'),
    ...skipping(1, 'wants zsh: apt install zsh'),
    ...skipping(2, 'wants fish: apt install fish'),
  );
  assert.equal(status, 0);
  assert.deepEqual(lines.slice(0, 5), [
    '12 tests want to mount file systems: run them as root',
    '3 tests want jq: apt install jq',
    '1 test was skipped: no reason to know',
    '3 tests want other programs: apt install fish zsh',
    '# tests 20',
  ]);
  assert.deepEqual(
    lines.filter((line) => /^# (?:pass|fail|skipped) /.test(line)),
    ['# pass 1', '# fail 0', '# skipped 19'],
  );
});

test('a failure is shown whole, once, with the names of the tests around it', (t) => {
  const { status, lines } = run(
    t,
    passing,
    "test('outer', async (t) => { await t.test('inner', () => assert.deepEqual({ a: [1] }, { a: [2] })); });",
    `test('long', () => assert.fail('x'.repeat(20000) + 'end'));`,
  );
  assert.equal(status, 1);
  const failed = lines.filter((line) => line.startsWith('FAILED '));
  assert.equal(failed.length, 2, lines.join('\n'));
  assert.match(failed[0] ?? '', /^FAILED outer > inner \(.*some\.test\.mjs:4\)$/);
  assert.match(failed[1] ?? '', /^FAILED long \(/);
  const text = lines.join('\n');
  assert.match(text, /ERR_ASSERTION/);
  assert.match(text, /x{20000}end/);
  assert.ok(text.indexOf('FAILED long') < text.indexOf('\n# fail '));
});

test('a file that ends before its tests is a failure', (t) => {
  const { status, lines } = run(t, 'process.exit(3);');
  assert.equal(status, 1);
  assert.match(lines.join('\n'), /^FAILED .*some\.test\.mjs[\s\S]*^# fail 1$/m);
});
