// A package database -> the digest that it records for a file, and whether a script is still what its package had.

import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { compareContent, longestScript } from '../../src/fixes/content.ts';
import { type Digest, findRecordedDigest } from '../../src/fixes/recorded-digests.ts';
import type { Run } from '../../src/spawn.ts';
import { fakeRun, said } from '../packages/fake-run.ts';
import { needs } from '../support/needs.ts';
import { changelog, makeDatabase } from '../support/rpm-host.ts';
import { makeTree, type Tree } from '../support/tree.ts';

type Manager = 'dpkg' | 'rpm' | 'pacman' | 'apk';

const md5 = 'd41d8cd98f00b204e9800998ecf8427e';
const sha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const sha1 = 'da39a3ee5e6b4b0d3255bfef95601890afd80709';
const info = 'var/lib/dpkg/info';

/** Finds the digest of /usr/bin/a of the package a, version 1-1. */
async function find(
  t: TestContext,
  manager: Manager,
  tree: Tree,
  { run = fakeRun().run, path = '/usr/bin/a' }: { run?: Run; path?: string } = {},
): Promise<Digest | null> {
  const root = makeTree(t, tree);
  chmodSync(root, 0o755);
  return await findRecordedDigest(
    path,
    { manager, name: 'a', version: '1-1' },
    { host: { root, isLocal: () => true }, run },
  );
}

const told = (digest: Digest | null) => digest && `${digest.algorithm} ${digest.hex}`;

const packed = (text: string) => gzipSync(Buffer.from(text, 'latin1')).toString('latin1');
const apk = (digest: string) =>
  `C:Q1x=\nP:b\nV:1\nF:usr/bin\nR:a\nZ:Q1AAAA\n\nC:Q1y=\nP:a\nV:1-1\nF:etc\nR:a.conf\nZ:Q1AAAA\nF:usr/bin\nM:0:0:755\nR:a\na:0:0:755\nZ:${digest}\n\n`;

const rows: [name: string, manager: Manager, tree: Tree, expected: string | null][] = [
  ['dpkg', 'dpkg', { [`${info}/a.md5sums`]: `${'0'.repeat(32)}  usr/bin/ab\n${md5}  usr/bin/a\n` }, `md5 ${md5}`],
  ['dpkg, of an architecture', 'dpkg', { [`${info}/a:amd64.md5sums`]: `${md5}  usr/bin/a\n` }, `md5 ${md5}`],
  ['dpkg, another package', 'dpkg', { [`${info}/ab.md5sums`]: `${md5}  usr/bin/a\n` }, null],
  [
    'dpkg, by the name before the merge of /usr',
    'dpkg',
    { bin: { link: 'usr/bin' }, [`${info}/a.md5sums`]: `${md5}  bin/a\n` },
    `md5 ${md5}`,
  ],
  ['dpkg, a file that is not listed', 'dpkg', { [`${info}/a.md5sums`]: `${md5}  etc/a\n` }, null],
  ['dpkg, a damaged list', 'dpkg', { [`${info}/a.md5sums`]: 'x  usr/bin/a\n' }, null],
  [
    'dpkg, a diverted file',
    'dpkg',
    { 'var/lib/dpkg/diversions': '/usr/bin/a\n/usr/bin/a.real\nb\n', [`${info}/a.md5sums`]: `${md5}  usr/bin/a\n` },
    null,
  ],
  [
    'dpkg, a list that is a link out of its folder',
    'dpkg',
    { [`${info}/a.md5sums`]: { link: '../../../a' }, 'var/a': `${md5}  usr/bin/a\n` },
    null,
  ],
  [
    'pacman',
    'pacman',
    {
      'var/lib/pacman/local/a-1-1/mtree': packed(
        `#mtree\n/set type=file uid=0\n./.PKGINFO time=1.0 size=1\n./usr/bin/a time=1.0 mode=755 size=0 md5digest=${md5} sha256digest=${sha256}\n`,
      ),
    },
    `sha256 ${sha256}`,
  ],
  [
    'pacman, another version',
    'pacman',
    { 'var/lib/pacman/local/a-2-1/mtree': packed(`./usr/bin/a sha256digest=${sha256}\n`) },
    null,
  ],
  [
    'pacman, a link',
    'pacman',
    { 'var/lib/pacman/local/a-1-1/mtree': packed('./usr/bin/a time=1.0 type=link link=b\n') },
    null,
  ],
  ['apk', 'apk', { 'lib/apk/db/installed': apk(`Q1${Buffer.from(sha1, 'hex').toString('base64')}`) }, `sha1 ${sha1}`],
  [
    'apk, since the merge of /usr',
    'apk',
    { 'usr/lib/apk/db/installed': apk(`Q2${Buffer.from(sha256, 'hex').toString('base64')}`) },
    `sha256 ${sha256}`,
  ],
  ['apk, a kind that is not known', 'apk', { 'lib/apk/db/installed': apk('Q9AAAA') }, null],
  ...(['dpkg', 'pacman', 'apk'] as const).map((manager): [string, Manager, Tree, null] => [
    `${manager} without a database`,
    manager,
    {},
    null,
  ]),
];
for (const [name, manager, tree, expected] of rows) {
  test(`recorded digest: ${name}`, async (t) => assert.equal(told(await find(t, manager, tree)), expected));
}

const rpmRows: [name: string, line: string, expected: string | null][] = [
  ['SHA-256', `1-1\t8\t${sha256}\t/usr/bin/a\n`, `sha256 ${sha256}`],
  ['MD5, which has no number', `1-1\t(none)\t${md5}\t/usr/bin/a\n`, `md5 ${md5}`],
  ['another installed version', `0-1\t8\t${sha256}\t/usr/bin/a\n`, null],
  ['a file without a digest', '1-1\t8\t\t/usr/bin/a\n', null],
  ['an algorithm that is not known', `1-1\t99\t${sha256}\t/usr/bin/a\n`, null],
];
for (const [name, line, expected] of rpmRows) {
  test(`recorded digest: rpm: ${name}`, async (t) => {
    assert.equal(told(await find(t, 'rpm', {}, { run: fakeRun(said(0, line)).run })), expected);
  });
}

test('recorded digest: rpm itself', async (t) => {
  if (!needs(t, 'rpm', 'rpmbuild')) return;
  const { run } = makeDatabase(t, changelog.versions);
  const owner = { manager: 'rpm', name: 'libfoo', version: '1:1.2-3.el9' } as const;
  const context = { host: { root: makeTree(t, {}), isLocal: () => true }, run };
  const digest = await findRecordedDigest('/usr/lib64/libfoo.so.1', owner, context);
  assert.equal(await compareContent('3\n', digest), 'of_package');
  assert.equal(await compareContent('1\n', digest), 'changed');
});

test('recorded digest: a folder of dpkg that others may write to is not read', async (t) => {
  const root = makeTree(t, { [`${info}/a.md5sums`]: `${md5}  usr/bin/a\n` });
  chmodSync(root, 0o755);
  chmodSync(join(root, info), 0o777);
  const context = { host: { root, isLocal: () => true }, run: fakeRun().run };
  assert.equal(await findRecordedDigest('/usr/bin/a', { manager: 'dpkg', name: 'a', version: '1-1' }, context), null);
});

test('content: the same, another, and what nobody knows', async () => {
  const digest: Digest = { algorithm: 'sha256', hex: sha256 };
  const cases: [string | null, Digest | null, string][] = [
    ['', digest, 'of_package'],
    ['', { algorithm: 'md5', hex: md5 }, 'of_package'],
    ['', { algorithm: 'sha1', hex: sha1 }, 'of_package'],
    ['\xff', digest, 'changed'],
    [null, digest, 'unknown'],
    ['', null, 'unknown'],
    ['x'.repeat(longestScript + 1), digest, 'unknown'],
  ];
  for (const [text, recorded, expected] of cases)
    assert.equal(await compareContent(text, recorded), expected, `${text?.slice(0, 9)} ${recorded?.algorithm}`);
});
