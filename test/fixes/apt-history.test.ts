// apt's history.log -> who asked for the replacement of a package's file.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { aptHistory, findRequest } from '../../src/fixes/apt-history.ts';
import { findPackagesInUse, type PackageInUse } from '../../src/fixes/packages-in-use.ts';
import type { Use } from '../../src/fixes/use.ts';
import { at, builtOn, expat, type Files, makeHost } from '../support/dpkg-host.ts';

const paragraph = (day: string, lines: readonly string[], end = `End-Date: 2026-${day}  12:00:10`) =>
  `\nStart-Date: 2026-${day}  12:00:00\n${[...lines, end].join('\n')}\n`;
const unattended = 'Commandline: /usr/bin/unattended-upgrade';
const upgrade = 'Upgrade: libexpat1:amd64 (2.5-1+deb12u1, 2.5-1+deb12u3), expat:amd64 (2.5-1, 2.5-1+deb12u3)';
const alice = ['Commandline: apt-get upgrade -y', 'Requested-By: alice (1000)', upgrade];

const byAlice = { command: 'apt-get upgrade -y', user: { uid: 1000, name: 'alice' } };
const asked = { name: 'libexpat1', version: '2.5-1+deb12u1', at: at('05-02', '12:00:05') };
const rows: [name: string, log: string, asked: typeof asked | Record<string, unknown>, request: unknown][] = [
  ['a timer', paragraph('05-02', [unattended, upgrade]), {}, { command: '/usr/bin/unattended-upgrade', user: null }],
  ['a user', paragraph('05-02', alice), {}, byAlice],
  ['the version is not known', paragraph('05-02', alice), { version: null }, byAlice],
  ['another version', paragraph('05-02', alice), { version: '2.5-1' }, null],
  ['another package', paragraph('05-02', alice), { name: 'libexpat' }, null],
  ['another package of the run', paragraph('05-02', alice), { name: 'expat', version: '2.5-1' }, byAlice],
  ['before the run', paragraph('05-02', alice), { at: at('05-02', '11:59:57') }, null],
  ['after the run', paragraph('05-02', alice), { at: at('05-02', '12:00:14') }, null],
  ['no command', paragraph('05-02', [upgrade]), {}, { command: null, user: null }],
  [
    'an installation replaces nothing',
    paragraph('05-02', ['Install: libexpat1:amd64 (2.5-1+deb12u1, automatic)']),
    {},
    null,
  ],
  [
    'a removal',
    paragraph('05-02', [unattended, 'Remove: libexpat1:amd64 (2.5-1+deb12u1)']),
    {},
    { command: '/usr/bin/unattended-upgrade', user: null },
  ],
  ['a run that did not end', paragraph('05-02', alice, ''), { at: at('05-02', '12:40:00') }, byAlice],
  ['an end before the begin', paragraph('05-02', alice, 'End-Date: 2026-05-02  11:00:00'), {}, byAlice],
  ['long after a run that did not end', paragraph('05-02', alice, ''), { at: at('05-02', '13:40:00') }, null],
  [
    'a run that did not end before the next',
    paragraph('05-02', alice, '') + paragraph('05-02', ['x']),
    { at: at('05-02', '12:40:00') },
    null,
  ],
  ['two runs that fit', paragraph('05-02', alice) + paragraph('05-02', [unattended, upgrade]), {}, null],
  [
    'fields behind the end',
    `${paragraph('05-02', [upgrade])}Requested-By: mallory (0)\n`,
    {},
    { command: null, user: null },
  ],
  ['fields before the begin', `Commandline: x\n${upgrade}\n`, {}, null],
  [
    'a user that is none',
    paragraph('05-02', ['Requested-By: alice (99999999999)', upgrade]),
    {},
    { command: null, user: null },
  ],
  ['noise', 'x\n\0: y\nStart-Date: 2026\nStart-Date: yesterday\n', {}, null],
];
for (const [name, log, more, expected] of rows) {
  test(`apt's history: ${name}`, () =>
    assert.deepEqual(findRequest(aptHistory.parse(log.split('\n')), { ...asked, ...more }), expected));
}

test("apt's history: a long command is cut, and a line of 200,000 packages is read", () => {
  const many = Array.from({ length: 200_000 }, (_, index) => `p${index}:amd64 (1, 2)`).join(', ');
  const log = paragraph('05-02', [`Commandline: ${'x'.repeat(100_000)}`, `${upgrade}, ${many}`]);
  const runs = aptHistory.parse(log.split('\n'));
  assert.equal(findRequest(runs, asked)?.command?.length, 1000);
  assert.equal(runs[0]?.replaced.size, 200_002);
});

const use = (more: Partial<Use> = {}): Use => ({
  pid: 7,
  owner: { manager: 'dpkg', name: 'libexpat1', version: '2.5-1+deb12u3' },
  ...{ modifiedAtNs: builtOn('03-01'), fileOwner: process.geteuid!(), startedAt: null, note: null },
  unlinkedAtNs: BigInt(asked.at) * 1_000_000n,
  ...more,
});

test('who replaced the first file of a package in use, also by a history that was rotated', async (t) => {
  const later = paragraph('05-09', [unattended, 'Upgrade: x:amd64 (1, 2)']);
  const rows: [files: Files, uses: Use[], replacedBy: PackageInUse['replacedBy']][] = [
    [{ 'var/log/apt/history.log': paragraph('05-02', alice) }, [use()], byAlice],
    [
      { 'var/log/apt/history.log': later, 'var/log/apt/history.log.1.gz': gzipSync(paragraph('05-02', alice)) },
      [use()],
      byAlice,
    ],
    [
      { 'var/log/apt/history.log': paragraph('05-02', alice) },
      [use({ unlinkedAtNs: BigInt(at('06-02')) * 1_000_000n }), use({ unlinkedAtNs: null }), use()],
      byAlice,
    ],
    [{ 'var/log/apt/history.log': paragraph('05-02', alice) }, [use({ unlinkedAtNs: null })], null],
    [{}, [use()], null],
    [{ 'var/log/apt/history.log': { link: '../../../tmp/x' }, 'tmp/x': paragraph('05-02', alice) }, [use()], null],
  ];
  for (const [files, uses, expected] of rows) {
    const host = makeHost(t, { ...expat, ...files });
    const found = await findPackagesInUse(uses, {
      host: { root: host.root, isLocal: () => true },
      run: () => assert.fail(),
    });
    assert.deepEqual(
      found.map(({ replacedBy }) => replacedBy),
      [expected],
    );
  }
});
