// Two builds of one commit are the same to the byte: the second in another folder, for another user's settings and time zone.

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../support/project.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { artefact, succeed } from './artefacts.ts';

test('a second build, elsewhere, gives the same files', (t) => {
  const folder = join(temporaryFolder(t), 'another', 'place');
  const files = succeed('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { cwd: projectRoot });
  for (const file of files.split('\0').filter(Boolean)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(projectRoot, file), join(folder, file), { verbatimSymlinks: true });
  }
  cpSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'), { recursive: true, verbatimSymlinks: true });
  mkdirSync(join(folder, 'build'));
  symlinkSync(join(projectRoot, 'build/node'), join(folder, 'build/node'));
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    TZ: 'Asia/Tokyo',
    LANG: 'C',
    SOURCE_DATE_EPOCH: succeed('git', ['log', '-1', '--format=%ct'], { cwd: projectRoot }).trim(),
  };
  const formats = ['tar', 'deb', 'rpm'].flatMap((format) => ['--format', format]);
  succeed('npm', ['run', '--silent', 'pack', '--', '--arch', process.arch, ...formats], { cwd: folder, env });
  const sums = (path: string) => readFileSync(path, 'utf8').trim().split('\n');
  const first = sums(artefact('SHA256SUMS'));
  for (const sum of sums(join(folder, 'build/pack/SHA256SUMS')))
    assert.ok(first.includes(sum), `${sum} is not in\n${first.join('\n')}`);
});
