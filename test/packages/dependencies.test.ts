// dpkg's status -> the installed packages that a package depends on, and which of them are libraries of a language.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLibraryOf } from '../../src/outdated/hints.ts';
import type { Language } from '../../src/outdated/interpreters.ts';
import { indexDependencies, readDependencies } from '../../src/packages/dependencies.ts';
import { makeTree } from '../support/tree.ts';

const stanza = (name: string, version: string, more = '', status = 'install ok installed') =>
  `Package: ${name}\nStatus: ${status}\nArchitecture: all\nVersion: ${version}\n${more}\n`;
const dependencies = 'python3 (>= 3.9~), python3-flask (>= 2:1.0), python3-x:any | python3-y, libfoo-perl, ruby-rack';
const status = [
  stanza('a', '1', `Pre-Depends: python3-first\nDepends: ${dependencies}\nRecommends: python3-z\n`),
  stanza('python3', '3.11'),
  ...['first', 'flask', 'y', 'z'].map((name) => stanza(`python3-${name}`, '2')),
  stanza('python3-x', '1', '', 'deinstall ok config-files'),
  stanza('libfoo-perl', '3'),
  stanza('ruby-rack', '4'),
].join('\n');

const rows: [name: string, language: Language, expected: string[]][] = [
  ['a', 'python', ['python3-first 2', 'python3-flask 2', 'python3-y 2']],
  ['a', 'perl', ['libfoo-perl 3']],
  ['a', 'ruby', ['ruby-rack 4']],
  ['a', 'shell', []],
  ['python3-flask', 'python', []],
  ['b', 'python', []],
];
for (const [name, language, expected] of rows) {
  test(`dependencies of ${name} in ${language}`, () => {
    const found = indexDependencies(status)(name).filter((each) => isLibraryOf(language, each.name));
    assert.deepEqual(
      found.map((each) => `${each.name} ${each.version}`),
      expected,
    );
  });
}

test('dependencies: read from the status of dpkg, and null without it', (t) => {
  const read = readDependencies(makeTree(t, { 'var/lib/dpkg/status': status }));
  assert.equal(read?.('a').length, 6);
  assert.equal(readDependencies(makeTree(t, {})), null);
});
