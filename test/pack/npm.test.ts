// The npm package: its files, and a run on a host that has only Node 20.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../support/project.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { artefact, linked, parseReport, run, succeed, version } from './artefacts.ts';

test('holds what runs, its schemas and its papers, and nothing else', () => {
  const archive = artefact(`lib-users-${version}.tgz`);
  const files = succeed('tar', ['-tzf', archive]).trim().split('\n');
  const papers = ['package.json', 'README.md', 'LICENSE', ...linked];
  const rest = files
    .map((file) => file.replace('package/', ''))
    .filter((file) => !papers.includes(file) && !/^schema\/(released\/)?[\w.-]+\.(schema\.json|md)$/.test(file));
  assert.deepEqual(rest.sort(), ['dist/THIRD-PARTY-LICENSES', 'dist/lib-users.cjs']);
  for (const paper of papers) assert.ok(files.includes(`package/${paper}`), paper);
  const manifest = JSON.parse(succeed('tar', ['-xzOf', archive, 'package/package.json']));
  for (const key of ['dependencies', 'devDependencies', 'scripts']) assert.equal(manifest[key], undefined, key);
});

test('is installed offline below a prefix, and runs from its links', (t) => {
  const prefix = temporaryFolder(t);
  const argv = ['install', '--global', '--offline', '--no-audit', '--no-fund', `--prefix=${prefix}`];
  succeed('npm', [...argv, artefact(`lib-users-${version}.tgz`)]);
  const bin = (name: string) => join(prefix, 'bin', name);
  assert.equal(run(bin('lib-users'), ['--version']).stdout, `lib-users ${version}\n`);
  assert.match(run(bin('lib_users'), ['--version']).stdout, /^lib_users 0\.15/);
  assert.match(run(bin('fd_users'), ['--version']).stdout, /^fd_users 0\.15/);
  parseReport(run(bin('lib-users'), ['scan', '--no-config', '--format', 'json']));
  const { engines } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
  assert.equal(engines.node, '>=20');
});
