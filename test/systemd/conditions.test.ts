// Texts of unit files -> conditions and assertions, and whether they hold by what is known of each of them.

import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { allHold, parseConditions } from '../../src/systemd/conditions.ts';

/** `|!check path` of each, with the check as it was understood. */
function read(...texts: string[]): string[][] {
  const { conditions, assertions } = parseConditions(texts);
  return [conditions, assertions].map((list) =>
    list.map(({ check, path, negated, triggering }) => `${triggering ? '|' : ''}${negated ? '!' : ''}${check} ${path}`),
  );
}

const inUnit = (...lines: string[]) => `[Unit]\n${lines.join('\n')}\n`;

const rows: [name: string, texts: string[], conditions: string[], assertions?: string[]][] = [
  ['nothing', [''], []],
  ['a path', [inUnit('ConditionPathExists=/a')], ['exists /a']],
  ['an assertion', [inUnit('AssertPathIsDirectory = /a ')], [], ['directory /a']],
  ['not empty', [inUnit('ConditionFileNotEmpty=/a b')], ['not_empty /a b']],
  ['negated', [inUnit('ConditionPathExists=!/a', 'ConditionPathExists=! /b')], ['!exists /a', '!exists /b']],
  ['triggering', [inUnit('ConditionPathExists=|/a', 'ConditionPathExists=| ! /b')], ['|exists /a', '|!exists /b']],
  ['a glob without a wildcard', [inUnit('ConditionPathExistsGlob=/a')], ['exists /a']],
  ['globs', [inUnit('ConditionPathExistsGlob=/a*', 'ConditionPathExistsGlob=/[a]')], ['null /a*', 'null /[a]']],
  ['a star is no wildcard elsewhere', [inUnit('ConditionPathExists=/a*')], ['exists /a*']],
  [
    'what systemd fills in',
    [inUnit('ConditionPathExists=%t/a', 'ConditionPathExists=/a/%i')],
    ['null %t/a', 'null /a/%i'],
  ],
  ['no whole path', [inUnit('ConditionPathExists=a')], ['null a']],
  [
    'another kind of condition',
    [inUnit('ConditionVirtualization=!container', 'ConditionPathIsMountPoint=/a', 'ConditionconstructOr=/a')],
    ['!null container', 'null /a', 'null /a'],
  ],
  [
    'a name that every object has',
    [inUnit('ConditionconstructoR=/a', 'Conditionconstructor=/a')],
    ['null /a', 'null /a'],
  ],
  [
    'an empty value forgets all conditions, and no assertion',
    [
      inUnit('ConditionPathExists=/a', 'ConditionUser=0', 'AssertPathExists=/c'),
      inUnit('ConditionUser=', 'ConditionPathExists=/b'),
    ],
    ['exists /b'],
    ['exists /c'],
  ],
  ['a drop-in adds', [inUnit('ConditionPathExists=/a'), inUnit('ConditionPathExists=/b')], ['exists /a', 'exists /b']],
  ['other sections', ['[Service]\nConditionPathExists=/a\n[Unit]\n[Install]\nConditionPathExists=/b\n'], []],
  ['a section does not go on in the next file', [inUnit(), 'ConditionPathExists=/a\n'], []],
  [
    'comments',
    [inUnit('#ConditionPathExists=/a', ' ; ConditionPathExists=/b', 'ConditionPathExists=/c')],
    ['exists /c'],
  ],
  ['joined lines', [inUnit('ConditionPathExists=\\', '# not this', '  /a')], ['exists /a']],
  ['a joined line is no setting of its own', [inUnit('Description=x \\', 'ConditionPathExists=/a')], []],
  ['a backslash that is escaped joins no line', [inUnit('Description=x\\\\', 'ConditionPathExists=/a')], ['exists /a']],
  [
    'a third backslash joins the next line',
    [inUnit('Description=x\\\\\\', 'ConditionPathExists=/a', 'ConditionPathExists=/b')],
    ['exists /b'],
  ],
  ['a byte order mark', [`\xef\xbb\xbf${inUnit('ConditionPathExists=/a')}`], ['exists /a']],
  [
    'other ends of lines',
    ['[Unit]\rConditionPathExists=/a\rDescription=x \\\r\ny\r\nConditionPathExists=/b\0ConditionPathExists=/c'],
    ['exists /a', 'exists /b', 'exists /c'],
  ],
  ['carriage returns', [inUnit('ConditionPathExists=/a\r')], ['exists /a']],
  ['no line break at the end', ['[Unit]\nConditionPathExists=/a'], ['exists /a']],
];
for (const [name, texts, conditions, assertions = []] of rows) {
  test(name, () => deepEqual(read(...texts), [conditions, assertions]));
}

const known: Readonly<Record<string, boolean | null>> = { '/yes': true, '/no': false, '/unknown': null };
const verdicts: [lines: string[], holds: boolean | null][] = [
  [[], true],
  [['/yes'], true],
  [['/no'], false],
  [['!/no'], true],
  [['!/yes'], false],
  [['!/unknown'], null],
  [['/yes', '/unknown'], null],
  [['/unknown', '/no'], false],
  [['|/no', '|/yes'], true],
  [['|/no', '|!/yes'], false],
  [['|/no', '|/unknown'], null],
  [['|/yes', '|/unknown'], true],
  [['|/yes', '/no'], false],
  [['|/no', '/yes'], false],
  [['|/unknown', '/no'], false],
];
for (const [lines, holds] of verdicts) {
  test(`whether they hold: ${lines.join(' ') || 'none'}`, () => {
    const { conditions } = parseConditions([inUnit(...lines.map((line) => `ConditionPathExists=${line}`))]);
    equal(
      allHold(conditions, ({ path }) => known[path]!),
      holds,
    );
  });
}
