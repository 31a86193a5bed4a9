// The files of .github, and .editorconfig: GitHub can read them, the workflows run .ci/run and nothing else, and the forms ask for
// the facts that a maintainer needs.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parse } from 'yaml';
import { runCli } from '../support/cli.ts';
import { readCookbook } from '../support/cookbook.ts';
import { readGolden } from '../support/golden.ts';
import { actionlint, needs } from '../support/needs.ts';
import { projectRoot } from '../support/project.ts';
import { temporaryFolder } from '../support/temporary.ts';

const folder = join(projectRoot, '.github');
const filesIn = (name: string): string[] => readdirSync(join(folder, name)).map((file) => join(folder, name, file));
const textOf = (file: string): string => readFileSync(file, 'utf8');

const workflows = filesIn('workflows');
const forms = filesIn('ISSUE_TEMPLATE').filter((file) => !file.endsWith('/config.yml'));

/** Files in which every byte counts. */
const unset = /^test\/(?:fixtures|fuzz\/corpus)\/|^docs\/cookbook\.md$/;

function lint(files: readonly string[], cwd = projectRoot) {
  return spawnSync(actionlint, ['-no-color', '-shellcheck=', '-pyflakes=', ...files], { cwd, encoding: 'utf8' });
}

test('actionlint has no complaint about a workflow, nor about that of the cookbook', (t) => {
  if (!needs(t, 'actionlint')) return;
  const shown = readCookbook().find(({ attributes }) => attributes.file === '.github/workflows/stale.yml');
  const cookbook = join(temporaryFolder(t, { 'stale.yml': shown?.content ?? '' }), 'stale.yml');
  const { status, stdout, stderr } = lint([...workflows, cookbook]);
  assert.equal(status, 0, stdout + stderr);
});

test('actionlint finds a fault', (t) => {
  if (!needs(t, 'actionlint')) return;
  const broken = temporaryFolder(t, { 'broken.yml': textOf(workflows[0] ?? '').replace('github.ref', 'github.reff') });
  const { status, stdout } = lint([join(broken, 'broken.yml')]);
  assert.equal(status, 1);
  assert.match(stdout, /property "reff" is not defined/);
});

for (const file of workflows) {
  test(`${file.slice(projectRoot.length + 1)} checks the sources out and runs .ci/run`, () => {
    const jobs = Object.values(parse(textOf(file)).jobs as Record<string, { steps: Record<string, unknown>[] }>);
    const steps = jobs.flatMap((job) => job.steps);
    const used = steps.flatMap(({ uses }) => (typeof uses === 'string' ? [uses] : []));
    assert.deepEqual(
      used.filter((name) => !/^actions\/checkout@[0-9a-f]{40}$/.test(name)),
      [],
    );
    assert.deepEqual(
      steps.flatMap(({ run }) => run ?? []),
      ['.ci/run'],
    );
  });
}

function assertSchema(t: TestContext, schema: string, files: readonly string[]): void {
  if (!needs(t, 'check_jsonschema')) return;
  const argv = ['-m', 'check_jsonschema', '--builtin-schema', `vendor.${schema}`, ...files];
  const { status, stdout, stderr } = spawnSync(join(projectRoot, '.venv/bin/python'), argv, { encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
}

test('the workflows are what GitHub takes', (t) => assertSchema(t, 'github-workflows', workflows));
test('the issue forms are what GitHub takes', (t) => assertSchema(t, 'github-issue-forms', forms));
test('the configuration of the issue forms is what GitHub takes', (t) =>
  assertSchema(t, 'github-issue-config', [join(folder, 'ISSUE_TEMPLATE/config.yml')]));

for (const file of forms) {
  test(`${file.slice(projectRoot.length + 1)} asks for the version and for a report`, () => {
    const text = textOf(file);
    assert.match(text, /What `lib-users --version` prints\./);
    assert.match(text, /\breport\b/);
  });
}

test('the commands that make a report shorter and take names out work', (t) => {
  if (!needs(t, 'jq')) return;
  const taking = forms.filter((file) => textOf(file).includes('id: report'));
  assert.equal(taking.length, 2);
  for (const file of taking) {
    const text = textOf(file);
    const [, flags = ''] = /`sudo lib-users (scan [^`]*--pid PID[^`]*)`/.exec(text) ?? [];
    const scan = runCli(flags.replace('PID', String(process.pid)).split(' '));
    assert.equal(scan.code, 0, scan.stderr);
    const [, filter = ''] = /`jq '([^']+)'`/.exec(text) ?? [];
    const input = JSON.stringify(readGolden('report'));
    const cleaned = spawnSync('jq', [filter], { input, encoding: 'utf8' });
    assert.doesNotMatch(cleaned.stdout, /web-1|production/);
    const validated = runCli(['validate', '-'], { input: cleaned.stdout });
    assert.equal(validated.code, 0, validated.stderr);
  }
});

test('the files of the repository are as .editorconfig asks', (t) => {
  if (!needs(t, 'git')) return;
  const { stdout } = spawnSync('git', ['ls-files', '-z'], { cwd: projectRoot, encoding: 'utf8' });
  const names = stdout.split('\0').filter((name) => name !== '' && !unset.test(name));
  assert.ok(names.length > 300);
  const wrong = names.filter((name) => {
    const text = readFileSync(join(projectRoot, name), 'latin1');
    const isBinary = text.includes('\0');
    return !isBinary && text !== '' && (/[ \t\r]$/m.test(text) || !text.endsWith('\n'));
  });
  assert.deepEqual(wrong, []);
});

test('the template of a pull request has five lines', () => {
  assert.equal(textOf(join(folder, 'pull_request_template.md')).trimEnd().split('\n').length, 5);
});
