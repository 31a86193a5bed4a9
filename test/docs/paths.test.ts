// The pages for people name files and link to each other: each file that they name is there, each link leads somewhere, and README
// links every page, because the packages bring only the pages that README links.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../support/project.ts';

const guides = readdirSync(join(projectRoot, 'docs'))
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`);
const forms = readdirSync(join(projectRoot, '.github'), { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(?:md|yml)$/.test(name))
  .map((name) => `.github/${name}`);
const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'schema/README.md', ...guides];
const read = (name: string): string => readFileSync(join(projectRoot, name), 'utf8');

const ours = /^(?:src|scripts|test|docs|schema|packaging|ansible|\.ci|\.github)\/[\w./-]*$/;

/** The paths of this repository in code: between backticks, or in an indented or fenced block. */
function pathsIn(page: string): string[] {
  const code = [...page.matchAll(/`([^`\n]+)`|^ {4}(.+)$/gm)].map(([, span, line]) => span ?? line ?? '');
  return code.flatMap((text) => text.split(/[\s'"(),:=]+/)).filter((word) => ours.test(word));
}

for (const page of [...pages, ...forms]) {
  test(`${page} names files that are there`, () => {
    const wrong = pathsIn(read(page)).filter((path) => !existsSync(join(projectRoot, path)));
    assert.deepEqual(wrong, []);
  });
}

/** The anchors of a page, as GitHub makes them of its headings. */
function anchorsOf(page: string): Set<string> {
  const headings = [...read(page).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** The links of a page to places in this repository. */
function linksIn(page: string): { path: string; anchor: string | undefined }[] {
  const text = read(page).replace(/^```[\s\S]*?^```$|`[^`\n]*`/gm, '');
  return [...text.matchAll(/\]\((?![a-z]+:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].map(([, to = '', anchor]) => ({
    path: to === '' ? page : posix.normalize(posix.join(dirname(page), to)),
    anchor,
  }));
}

for (const page of pages) {
  test(`the links of ${page} lead somewhere`, () => {
    for (const { path, anchor } of linksIn(page)) {
      assert.ok(existsSync(join(projectRoot, path)), path);
      if (anchor !== undefined) assert.ok(anchorsOf(path).has(anchor), `${path}#${anchor}`);
    }
  });
}

test('README links every page of docs, and files alone', () => {
  const links = new Set(linksIn('README.md').map(({ path }) => path));
  assert.deepEqual(
    guides.filter((page) => !links.has(page)),
    [],
  );
  for (const link of links) assert.ok(statSync(join(projectRoot, link)).isFile(), link);
});

test('a name that CONTRIBUTING gives in a file is in that file', () => {
  const named = [...read('CONTRIBUTING.md').matchAll(/`(\w+)` (?:in|of) `((?:src|test|scripts)\/[\w./-]+\.\w+)`/g)];
  assert.ok(named.length >= 5);
  for (const [, name = '', path = ''] of named)
    assert.match(read(path), new RegExp(`\\b${name}\\b`), `${name} in ${path}`);
});

test('CONTRIBUTING says of each folder of src what it turns', () => {
  const table = read('CONTRIBUTING.md').split('| folder | turns |')[1]?.split('\n\n')[0] ?? '';
  const folders = readdirSync(join(projectRoot, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  assert.deepEqual(
    folders.map(({ name }) => `src/${name}/`).filter((folder) => !table.includes(`\`${folder}\``)),
    [],
  );
});

test('CONTRIBUTING names the files that this test is for', () => {
  const named = pathsIn(read('CONTRIBUTING.md'));
  for (const path of ['src/deleted/hide-rules.ts', 'src/scan/scan.ts', 'test/live/'])
    assert.ok(named.includes(path), path);
});
