// What README.md shows: its text and JSON are those of the worked example, its recipes and commands run, its configuration
// is valid. (test/fresh runs the two commands that install and test.)

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseConfig } from '../../src/config/parse.ts';
import type { Report } from '../../src/documents/generated/report.ts';
import { plainEnvironment } from '../support/cli.ts';
import { readGolden } from '../support/golden.ts';
import { renderText } from '../support/joined.ts';
import { needs } from '../support/needs.ts';
import { shellWords } from '../support/program.ts';
import { projectRoot } from '../support/project.ts';
import { temporaryFolder } from '../support/temporary.ts';

const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8');
const golden = readGolden<Report>('report');

/** The indented blocks, without their indent. */
const blocks = [...readme.matchAll(/(?:^(?: {4}.*)?\n)+/gm)]
  .map(([block]) => block.replace(/^ {4}/gm, '').trim())
  .filter((block) => block !== '');
const blockWith = (text: string): string => {
  const block = blocks.find((each) => each.includes(text));
  assert.ok(block, text);
  return block;
};

test('the text is that of the worked example', () => {
  const [command, ...lines] = blockWith('# lib-users scan\n').split('\n');
  assert.equal(command, '# lib-users scan');
  const text = renderText(golden, { colour: false, columns: 100 }).split('\n');
  for (const line of lines.filter((each) => each !== '…')) assert.ok(text.includes(line), line);
});

test('the JSON is a file of the worked example', () => {
  const shown = JSON.parse(blockWith('"path_base64"'));
  const files = golden.units.flatMap((unit) => unit.files.map((file) => JSON.stringify(file)));
  assert.ok(files.includes(JSON.stringify(shown)));
});

test('the configuration is valid', () => {
  assert.deepEqual(parseConfig(blockWith('kind: lib-users/config'), 'README.md').config.labels, {
    environment: 'production',
  });
});

const recipes = [...readme.matchAll(/^\|[^|]*\| `((?:[^`\\]|\\.)*(?:jq|lib-users) (?:[^`\\]|\\.)*)` \|$/gm)].map(
  ([, recipe]) => recipe!.replaceAll('\\|', '|'),
);
const commands = blocks
  .flatMap((block) => block.split('\n'))
  .filter((line) => line.startsWith('lib-users '))
  .map((line) => line.replace(/ +#.*/, ''));

function run(t: TestContext, command: string): { status: number | null; stdout: string; stderr: string } {
  const folder = temporaryFolder(t, {
    'report.json': JSON.stringify(golden, null, 2),
    'reports/web-1.json': JSON.stringify(golden),
  });
  const shim = `lib-users() { ${shellWords()} "$@"; }; ${command}`;
  const env = plainEnvironment({ PATH: process.env.PATH ?? '' });
  return spawnSync('bash', ['-euo', 'pipefail', '-c', shim], {
    cwd: folder,
    encoding: 'utf8',
    env,
    input: '',
    maxBuffer: 1 << 28,
  });
}

test('there are recipes and commands', () => assert.ok(recipes.length >= 6 && commands.length >= 3));
for (const command of [...recipes, ...commands]) {
  test(command, (t) => {
    if (command.includes('jq ') && !needs(t, 'jq')) return;
    const { status, stdout, stderr } = run(t, command);
    assert.equal(status, 0, stderr);
    // This machine may be clean, the worked example is not.
    if (command.includes('report.json') && !command.includes('stale_since')) assert.notEqual(stdout.trim(), '');
  });
}
