// dpkg's status -> the libraries of a language that a package depends on.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dependencyIndex } from '../../src/outdated/dependencies.ts';
import type { Language } from '../../src/outdated/interpreters.ts';

const stanza = (name: string, version: string, more = '', status = 'install ok installed') =>
  `Package: ${name}\nStatus: ${status}\nArchitecture: all\nVersion: ${version}\n${more}\n`;
const status = [
  stanza(
    'a',
    '1',
    'Pre-Depends: python3-first\nDepends: python3 (>= 3.9~), python3-flask (>= 2:1.0), python3-x:any | python3-y, libfoo-perl, ruby-rack\nRecommends: python3-z\n',
  ),
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
    const found = dependencyIndex(status)(name, language).map((each) => `${each.name} ${each.version}`);
    assert.deepEqual(found, expected);
  });
}
