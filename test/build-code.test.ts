// The rules of the code in scripts/: tsc checks its types, and a fact that several scripts need stands once.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from './support/project.ts';

const folder = join(projectRoot, 'scripts');
const scripts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.mjs'))
  .map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));
const namesOf = (pattern: RegExp) => scripts.filter(({ text }) => pattern.test(text)).map(({ file }) => file);

test('no script takes itself, a line or a value out of the type check', () => {
  assert.ok(scripts.length > 20);
  assert.deepEqual(namesOf(/@ts-(?:nocheck|ignore|expect-error)\s*$/m), [], 'a comment without its reason');
  assert.deepEqual(namesOf(/\{(?:any|\*)(?:\[\])?\}/), []);
});

/** Texts that would be written down twice, and the one file that may hold each. */
const single: readonly [name: string, pattern: RegExp, place: string][] = [
  ["esbuild's platform", /^ *platform: /m, 'esbuild-options.mjs'],
  ["esbuild's log level", /^ *logLevel: /m, 'esbuild-options.mjs'],
  ['the external packages', /^ *packages: /m, 'esbuild-options.mjs'],
  ['the version for the bundle', /__LIB_USERS_VERSION__/, 'esbuild-options.mjs'],
  ["the project's folder", /dirname\(fileURLToPath\(import\.meta\.url\)\)/, 'project.mjs'],
  ['the date of the source', /SOURCE_DATE_EPOCH;/, 'project.mjs'],
];

test('what several scripts need stands once', () => {
  for (const [name, pattern, place] of single) {
    assert.deepEqual(
      namesOf(pattern).map((file) => file.replace(/^.*\//, '')),
      [place],
      name,
    );
  }
});
