// docs/security.md names a test for every claim: each of them is there, under that title.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from './support/project.ts';

const page = readFileSync(join(projectRoot, 'docs/security.md'), 'utf8');

/** The titles in a test file, as they are written there: with the placeholders of a template. */
function titlesOf(file: string): string[] {
  const text = readFileSync(join(projectRoot, file), 'utf8');
  return [...text.matchAll(/\btest\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/g)].map(
    ([, single, double, template]) => single ?? double ?? template ?? '',
  );
}

const mentions = [...page.matchAll(/`(test\/[\w./-]+\.test\.ts)`((?::|,)? ?(?:"[^"]*"(?:, )?)*)/g)].map(
  ([, file = '', rest = '']) => ({
    file,
    titles: [...rest.matchAll(/"([^"]*)"/g)].map(([, title = '']) => title),
  }),
);

for (const { file, titles } of mentions) {
  test(`docs/security.md: ${file} ${titles.join(', ')}`, () => {
    assert.ok(existsSync(join(projectRoot, file)), `${file} is not there`);
    const there = titlesOf(file);
    for (const title of titles) {
      const found = title.endsWith('…')
        ? there.some((each) => each.startsWith(title.slice(0, -1).trimEnd()))
        : there.includes(title);
      assert.ok(found, `${file} has no test "${title}"`);
    }
  });
}

test('docs/security.md: every claim about an attack names a test', () => {
  const claims = page
    .split('\n')
    .filter((line) => /^\| (?!---|to \|)/.test(line) && /^(?:\|(?:[^|\\]|\\.)*){3,4}\|$/.test(line));
  const untested = claims.filter(
    (line) => !line.includes('.test.ts`') && !line.startsWith('| `CAP_') && !line.startsWith('| capability '),
  );
  assert.ok(claims.length > 20);
  assert.deepEqual(untested, []);
});
