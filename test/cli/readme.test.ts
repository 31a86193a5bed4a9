// The examples of README.md and docs/how-it-works.md: commands and recipes run, the JSON is that of the worked example, the configuration
// is valid. (test/fresh runs the two commands that install and test. test/docs holds the picture to the text.)

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseConfig } from '../../src/config/parse.ts';
import type { Plan } from '../../src/documents/generated/plan.ts';
import type { Report } from '../../src/documents/generated/report.ts';
import { plainEnvironment, runCli } from '../support/cli.ts';
import { readGolden } from '../support/golden.ts';
import { renderText } from '../support/joined.ts';
import { needs } from '../support/needs.ts';
import { shellWords } from '../support/program.ts';
import { projectRoot } from '../support/project.ts';
import { temporaryFolder } from '../support/temporary.ts';

const golden = readGolden<Report>('report');
const pages = ['README.md', 'docs/how-it-works.md'].map((name) => readFileSync(join(projectRoot, name), 'utf8'));
const [readme = ''] = pages;

/** The indented blocks of all pages, without their indent. */
const blocks = pages
  .flatMap((page) => [...page.matchAll(/(?:^(?: {4}.*)?\n)+/gm)])
  .map(([block]) => block.replace(/^ {4}/gm, '').trim())
  .filter((block) => block !== '');
const blockWith = (text: string): string => {
  const block = blocks.find((each) => each.includes(text));
  assert.ok(block, text);
  return block;
};
/** The commands in the blocks. Tests run them without sudo. */
const commands = blocks
  .flatMap((block) => block.split('\n'))
  .map((line) => line.replace(/ +#.*/, ''))
  .filter((line) => /^(?:sudo )?lib-users |^jq /.test(line))
  .map((line) => line.replace('sudo ', ''));

test('the first three commands are a scan, a plan, and a command of that plan', () => {
  const [scan, plan, restart = ''] = blocks[0]?.split('\n').map((line) => line.replace(/ +#.*/, '')) ?? [];
  assert.deepEqual([scan, plan], ['sudo lib-users scan', 'sudo lib-users plan']);
  const argvs = readGolden<Plan>('plan').actions.map(({ argv }) => argv?.join(' '));
  assert.ok(argvs.includes(restart.replace('sudo ', '')), restart);
});

test('the security fixes are lines of the text of a real scan, in its order, above the first heading of a section', () => {
  const [top = ''] = readme.split('\n## ');
  const [command, ...shown] = blockWith('Fixed on disk, not in memory:').split('\n');
  assert.ok(top.includes(`    ${command}\n`));
  assert.equal(command, '$ sudo lib-users scan --fixes');
  // The packages of test/guest/fixes.test.ts, as one of its scans found them.
  const packages = JSON.parse(readFileSync(join(projectRoot, 'test/fixtures/security-night.json'), 'utf8'));
  const printed = renderText({ ...golden, packages }, { colour: false, columns: 120 }).split('\n');
  const lines = shown.filter((line) => line !== '…');
  assert.ok(lines.length > 2);
  let from = 0;
  for (const line of lines) {
    const at = printed.indexOf(line, from);
    assert.ok(at >= from, line);
    from = at + 1;
  }
});

test('the picture stands above the first heading of a section', () => {
  const [top = ''] = readme.split('\n## ');
  assert.match(top, /!\[The text output of sudo lib-users scan .+\]\(docs\/scan\.svg\)/);
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

function run(t: TestContext, command: string): { status: number | null; stdout: string; stderr: string } {
  const folder = temporaryFolder(t, {
    'report.json': JSON.stringify(golden, null, 2),
    'base.json': JSON.stringify(golden),
    'reports/web-1.json': JSON.stringify(golden),
    'hosts.txt': 'web-1\n',
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

test('there are recipes and commands', () => assert.ok(recipes.length >= 5 && commands.length >= 9));
for (const command of [...recipes, ...commands]) {
  test(command, (t) => {
    if (command.includes('jq ') && !needs(t, 'jq')) return;
    const { status, stdout, stderr } = run(t, command);
    assert.equal(status, 0, stderr);
    // This machine may be clean, the worked example is not.
    if (command.includes('report.json')) assert.notEqual(stdout.trim(), '');
  });
}

for (const command of ['scan', 'plan', 'check', 'fleet']) {
  test(`"Formats" names each format of ${command}`, () => {
    const formats = /\*\*Formats\.\*\*[\s\S]*?\n\n/.exec(readme)?.[0] ?? '';
    const { stdout } = runCli([command, '--help']);
    const options = /--format=FORMAT\s+How to print the result:\s*([^.]+)\./.exec(stdout)?.[1]?.split(/,\s+/) ?? [];
    assert.ok(options.includes('json'));
    assert.deepEqual(
      options.filter((format) => !formats.includes(`\`${format}\``)),
      [],
    );
  });
}
