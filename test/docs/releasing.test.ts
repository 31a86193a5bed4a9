// docs/releasing.md: its steps are commands that exist, and steps that change files do in a copy what the page says.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { projectRoot } from '../support/project.ts';
import { temporaryFolder } from '../support/temporary.ts';

const page = readFileSync(join(projectRoot, 'docs/releasing.md'), 'utf8');
/** The commands below each heading. */
const steps = new Map(
  [...page.matchAll(/^## (.+)$(?:(?!^## )[\s\S])*?^```sh\n([\s\S]*?)^```$/gm)].map(([, title, body]) => [title, body]),
);
const files = [
  ...['package.json', 'package-lock.json', 'CHANGELOG.md'],
  ...['ansible/galaxy.yml', 'ansible/roles/install/defaults/main.yml'],
];

test('the steps are there', () => assert.equal(steps.size, 7));

test('the shell takes every step', () => {
  for (const [title, body] of steps) {
    const { status, stderr } = spawnSync('bash', ['-n'], { input: body, encoding: 'utf8' });
    assert.equal(status, 0, `${title}: ${stderr}`);
  }
});

test('the scripts that the steps call are there', () => {
  const { scripts } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
  const called = [...[...steps.values()].join('\n').matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name ?? '');
  assert.ok(called.length > 0);
  for (const name of called) assert.ok(Object.hasOwn(scripts, name), name);
});

test('the versions and the notes', (t) => {
  const folder = temporaryFolder(t);
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    copyFileSync(join(projectRoot, file), join(folder, file));
  }
  const script = `${steps.get('The versions')}${steps.get('The notes')}`.replace('V=0.2.0', 'V=71.0.0');
  assert.match(script, /V=71\.0\.0/);
  const { status, stdout, stderr } = spawnSync('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, npm_config_update_notifier: 'false' },
  });
  assert.equal(status, 0, stdout + stderr);
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
  const versions = [
    JSON.parse(read('package.json')).version,
    JSON.parse(read('package-lock.json')).version,
    JSON.parse(read('package-lock.json')).packages[''].version,
    parse(read('ansible/galaxy.yml')).version,
    parse(read('ansible/roles/install/defaults/main.yml')).install_version,
  ];
  assert.deepEqual([...new Set(versions)], ['71.0.0']);
  assert.match(read('CHANGELOG.md'), /^## Unreleased\n\n## 71\.0\.0 - \d{4}-\d\d-\d\d\n\n### /m);
  const before = readFileSync(join(projectRoot, 'CHANGELOG.md'), 'utf8');
  const [, unreleased = ''] = /^## Unreleased\n([\s\S]*?)(?=^## |(?![\s\S]))/m.exec(before) ?? [];
  assert.ok(unreleased.length > 100);
  assert.equal(read('build/notes.md').trim(), unreleased.trim());
});
