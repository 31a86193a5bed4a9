// The two formats of changelogs, entry by entry, in pieces of any size and with any mistake in them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type DebianEntry, parseEntries } from '../../src/fixes/debian-changelog.ts';
import { parseRpmChangelogs } from '../../src/fixes/rpm-changelog.ts';
import { anyCharacter } from '../support/any-character.ts';

async function* each(pieces: readonly string[]): AsyncGenerator<string> {
  yield* pieces;
}

async function entriesOf(...pieces: string[]): Promise<DebianEntry[]> {
  const entries: DebianEntry[] = [];
  for await (const entry of parseEntries(each(pieces))) entries.push(entry);
  return entries;
}

const signed = ' -- A B <a@b.example>  Mon, 27 Apr 2026 22:14:33 +0200\n';
const date = Date.parse('2026-04-27T20:14:33Z') / 1000;
const heading = 'glibc (2.36-9+deb12u14) bookworm; urgency=medium\n';

const rows: [name: string, text: string, entries: [version: string, date: number | null, cves: string[]][]][] = [
  ['plain', `${heading}\n  * CVE-2026-4046\n\n${signed}`, [['2.36-9+deb12u14', date, ['CVE-2026-4046']]]],
  ['a rebuild', `bash (5.2-2+b8) sid; urgency=low, binary-only=yes\n\n${signed}`, [['5.2-2+b8', date, []]]],
  ['several suites', `x (1) stable testing; urgency=low\n${signed}`, [['1', date, []]]],
  ['an epoch', `x (2:1~rc1-1) sid; urgency=low\n${signed}`, [['2:1~rc1-1', date, []]]],
  [
    'a day of one digit',
    `${heading} -- A <a@b>  Mon, 7 Apr 2025 22:14:33 -0330\n`,
    [['2.36-9+deb12u14', Date.parse('2025-04-08T01:44:33Z') / 1000, []]],
  ],
  ['no day of the week', `${heading} -- A <a@b>  27 Apr 2026 20:14:33 +0000\n`, [['2.36-9+deb12u14', date, []]]],
  ['a date that is none', `${heading} -- A <a@b>  yesterday\n`, [['2.36-9+deb12u14', null, []]]],
  ['a month that is none', `${heading} -- A <a@b>  Mon, 27 Abc 2026 22:14:33 +0200\n`, [['2.36-9+deb12u14', null, []]]],
  ['cut off', `${heading}\n  * CVE-2026-4046\n`, []],
  ['cut off behind a whole one', `${heading}${signed}${heading}  * CVE-2026-4046`, [['2.36-9+deb12u14', date, []]]],
  ['text that looks like a heading', `${heading}  x (1) y; z\n${signed}`, [['2.36-9+deb12u14', date, []]]],
  ['no changelog', 'Version 1.2\n  fixes CVE-2026-4046\n', []],
  [
    'a heading without its end begins anew',
    `${heading}  * CVE-2026-1111\n${heading}  * CVE-2026-2222\n${signed}`,
    [['2.36-9+deb12u14', date, ['CVE-2026-2222']]],
  ],
];
for (const [name, text, expected] of rows) {
  test(`Debian: ${name}`, async () => {
    const entries = await entriesOf(text);
    assert.deepEqual(
      entries.map(({ version, date, cves }) => [version, date, cves]),
      expected,
    );
  });
}

test('Debian: pieces of any size and with any content', async () => {
  const line = fc.oneof(
    fc.constantFrom(heading, signed, '  * CVE-2026-4046\n', '\n'),
    fc.string({ unit: anyCharacter }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof({ weight: 5, arbitrary: line }, fc.constant(heading + signed))),
      fc.infiniteStream(fc.nat(40)),
      async (lines, sizes) => {
        const text = lines.join('');
        const pieces: string[] = [];
        for (let at = 0; at < text.length; ) {
          const size = (sizes.next().value as number) + 1;
          pieces.push(text.slice(at, at + size));
          at += size;
        }
        assert.deepEqual(await entriesOf(...pieces), await entriesOf(text));
      },
    ),
    { numRuns: 60 },
  );
});

const authors: [author: string, version: string | null][] = [
  ['A B <a@b.example> - 1:3.0.7-27', '1:3.0.7-27'],
  ['A B <a@b.example> 3.0.7-27.1', '3.0.7-27.1'],
  ['A B <a@b.example>-3.0.7-27', null],
  ['A B <a@b.example>', null],
  ['a@b.example', null],
  ['A B-C', null],
  ['A B <a@b-2.example> - rebuilt', null],
  [`A ${'1'.repeat(100_000)}`, null],
];
for (const [author, version] of authors) {
  test(`rpm: the version of ${author.slice(0, 40)}`, () => {
    const lines = [
      `lib-users-changelog\tfoo\t1:2-3\tx86_64\tfoo-2-3.src.rpm\t1777593600\t${author}`,
      '- Fix CVE-2026-4046',
    ];
    const [past] = parseRpmChangelogs(lines).values();
    assert.deepEqual(past, {
      source: 'foo',
      entries: [
        {
          ...{ version, date: 1777593600, cves: ['CVE-2026-4046'], unsettled: [], reverted: [] },
          fixing: [{ title: 'Fix CVE-2026-4046', cves: ['CVE-2026-4046'] }],
        },
      ],
    });
  });
}

test('rpm: several packages, and lines that belong to none', () => {
  const entry = (name: string, version: string, id: string, architecture = 'x86_64') => [
    `lib-users-changelog\t${name}\t${version}\t${architecture}\t(none)\t1777593600\tA <a@b> - 1-1`,
    `- ${id}`,
    'lib-users-changelog\ttorn',
    'package other is not installed',
  ];
  const pasts = parseRpmChangelogs([
    'before',
    ...entry('a', '1', 'CVE-2026-1111'),
    ...entry('a', '1', 'CVE-2026-2222'),
    ...entry('b', '2', 'CVE-2026-3333'),
    ...entry('b', '2', 'CVE-2026-4444', 'i686'),
    ...entry('b', '3', 'CVE-2026-5555', 'i686'),
  ]);
  assert.deepEqual(
    [...pasts].map(([key, { source, entries }]) => [key, source, entries.flatMap(({ cves }) => cves)]),
    [
      ['a 1', null, ['CVE-2026-1111', 'CVE-2026-2222']],
      ['b 2', null, ['CVE-2026-3333']],
      ['b 3', null, ['CVE-2026-5555']],
    ],
  );
});
