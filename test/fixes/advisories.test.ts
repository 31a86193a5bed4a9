// The metadata of repositories that dnf and zypper keep -> ids beside those of the changelog; and files that say nothing.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, lchownSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import zlib, { gzipSync } from 'node:zlib';
import { readAdvisories } from '../../src/fixes/advisories.ts';
import { needs } from '../support/needs.ts';
import { askRpm, changelog, dnf4, makeDatabase, told } from '../support/rpm-host.ts';
import { temporaryFolder } from '../support/temporary.ts';

const advisory = (release: string, cve: string, more = '') =>
  `<update type="security"><id>X</id><references><reference href="x" id="${cve}" type="cve"/></references><pkglist><collection><package name="libfoo" version="1.2" release="${release}" epoch="1" arch="noarch"/></collection></pkglist>${more}</update>`;
const updateinfo = (...advisories: string[]) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<updates>${advisories.join('')}</updates>\n`;
/** 1.2-1 runs, 1.2-3 is installed. */
const text = updateinfo(
  advisory('1.el9', 'CVE-2026-1001'),
  advisory('2.el9', 'CVE-2026-1002'),
  advisory('3.el9', 'CVE-2026-0003'),
  advisory('3.el9', 'CVE-2026-1003'),
  advisory('4.el9', 'CVE-2026-1004'),
);
const hash = 'ab'.repeat(32);
const dnf = 'var/cache/dnf/updates-0123456789abcdef/repodata';
const log = { 'var/log/dnf.rpm.log': dnf4 };
const both = 'CVE-2026-1003 CVE-2026-1002 CVE-2026-0033 CVE-2026-0003 CVE-2026-0002';
const changelogAlone = 'CVE-2026-0033 CVE-2026-0003 CVE-2026-0002';

test('advisories of versions between the running one and the installed one add their ids', async (t) => {
  if (!needs(t, 'rpm', 'rpmbuild')) return;
  const { run, builtAt } = makeDatabase(t, changelog.versions);
  const rows: [name: string, files: Record<string, string | Buffer>, ids: string][] = [
    ['none', {}, changelogAlone],
    ["dnf 4's", { [`${dnf}/${hash}-updateinfo.xml.gz`]: gzipSync(text) }, both],
    ["dnf 5's, not packed", { 'var/cache/libdnf5/updates-0123/repodata/updateinfo.xml': text }, both],
    ["zypper's", { [`var/cache/zypp/raw/repo-update/repodata/${hash}-updateinfo.xml.gz`]: gzipSync(text) }, both],
    ['packed as zchunk', { [`${dnf}/${hash}-updateinfo.xml.zck`]: '\0ZCK1' }, `${changelogAlone}+`],
    [
      'packed as zchunk, and as gzip too',
      {
        [`${dnf}/x-updateinfo.xml.gz`]: gzipSync(updateinfo()),
        [`${dnf}/a-updateinfo.xml.zck`]: '',
        [`${dnf}/updateinfo.xml.gz`]: gzipSync(text),
      },
      both,
    ],
    ['no XML', { [`${dnf}/updateinfo.xml.gz`]: gzipSync('x <') }, `${changelogAlone}+`],
    ['cut', { [`${dnf}/updateinfo.xml`]: text.slice(0, -20) }, `${both}+`],
    ['other metadata', { [`${dnf}/${hash}-other.xml.zck`]: '', [`${dnf}/repomd.xml`]: text }, changelogAlone],
  ];
  for (const [name, files, ids] of rows) {
    const found = await askRpm(t, run, { ...log, ...files }, {});
    assert.deepEqual(found.map(told), [['libfoo', '1:1.2-1.el9', 'upgrade_log', ids]], name);
  }
  // Only the file's time tells the version, so nothing tells the tag of the distribution, and .el9 is left out of all versions.
  const files = { [`${dnf}/updateinfo.xml`]: text };
  assert.deepEqual((await askRpm(t, run, files, { modifiedAtNs: builtAt })).map(told), [
    ['libfoo', null, 'file_time', both],
  ]);
});

test('advisories tell of a package whose changelog names no versions, or that has none', async (t) => {
  if (!needs(t, 'rpm', 'rpmbuild')) return;
  const { run } = makeDatabase(t, changelog.none);
  const files = { ...log, [`${dnf}/updateinfo.xml`]: text };
  const [found] = await askRpm(t, run, files, {});
  assert.deepEqual(
    [found?.fixes, found?.unknownBecause],
    [{ cves: ['CVE-2026-1003', 'CVE-2026-1002', 'CVE-2026-0003'], incompleteBecause: 'advisories_alone' }, null],
  );
  const refused = () => ({ kind: 'missing' }) as const;
  assert.deepEqual((await askRpm(t, refused, files, {})).map(told), [
    [null, '1:1.2-1.el9', 'upgrade_log', 'CVE-2026-1003 CVE-2026-1002 CVE-2026-0003+'],
  ]);
  const others = { ...log, [`${dnf}/updateinfo.xml`]: updateinfo(advisory('9.el9', 'CVE-2026-1009')) };
  assert.deepEqual((await askRpm(t, refused, others, {})).map(told), [
    [null, '1:1.2-1.el9', 'upgrade_log', 'no_changelog'],
  ]);
});

test('advisories as createrepo_c and modifyrepo_c write them', async (t) => {
  if (!needs(t, 'rpm', 'rpmbuild', 'createrepo_c')) return;
  const { run } = makeDatabase(t, changelog.versions);
  for (const [packing, ids] of [
    ['gz', both],
    ['xz', `${changelogAlone}+`],
    ['bz2', `${changelogAlone}+`],
  ] as const) {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'updateinfo.xml'), text);
    const sh = (...words: [string, ...string[]]) => {
      const { status, stderr } = spawnSync(words[0], words.slice(1), { cwd: folder, encoding: 'utf8' });
      assert.equal(status, 0, stderr);
    };
    sh('createrepo_c', '--quiet', '.');
    sh('modifyrepo_c', '--mdtype=updateinfo', `--compress-type=${packing}`, 'updateinfo.xml', 'repodata');
    const repodata = readdirSync(join(folder, 'repodata')).map((name): [string, Buffer] => [
      `${dnf}/${name}`,
      readFileSync(join(folder, 'repodata', name)),
    ]);
    assert.ok(repodata.some(([name]) => name.endsWith(`-updateinfo.xml.${packing}`)));
    const found = await askRpm(t, run, { ...log, ...Object.fromEntries(repodata) }, {});
    assert.deepEqual(found.map(told), [['libfoo', '1:1.2-1.el9', 'upgrade_log', ids]], packing);
  }
});

const names = new Set(['libfoo']);

async function read(t: TestContext, make: (at: (path: string) => string) => void) {
  const root = temporaryFolder(t);
  make((path) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    return join(root, path);
  });
  const { byPackage, complete } = await readAdvisories({ root, isLocal: () => true }, names);
  return { versions: (byPackage.get('libfoo') ?? []).map(({ version }) => version), complete };
}

test('updateinfo.xml.zst is read if this Node can unpack zstd, and else not all is known', async (t) => {
  const packed = Buffer.from(zstdText, 'base64');
  const { versions, complete } = await read(t, (at) => writeFileSync(at(`${dnf}/updateinfo.xml.zst`), packed));
  const canRead = 'createZstdDecompress' in zlib;
  assert.deepEqual([versions, complete], [canRead ? ['1:1.2-2.el9'] : [], canRead]);
});

/** The advisory of 1.2-2, packed by zstd(1). */
const zstdText =
  'KLUv/QRoVQUAMgogGXDNAwDqqi2CCjnpYFYjdJrmCnSwBNDFwQHAw2tVemE74e6J1X67MV9gGP78284Ewh2+P7XX2ixyuvsI0n4HQhHa9miVOf6cNbaXsZwOZFd7y3+KzoaBCAo2sABJDneMbKfcPY0/0r/f/G2rKY+R7XmV5ZXiY3dvq9wPf4aMlVoPIDBCMJgejALs4+gL9mCbd9jFaWsIwL8IlEEeQzLhoJ0xSYCZUTkXFfUM';

// Enough members for two gigabytes, because a gzip file may have any number of members.
const member = gzipSync(Buffer.alloc(16 << 20, 'x'), { level: 9 });
const bomb = Buffer.concat(Array.from({ length: 128 }, () => member));

test('updateinfo of two gigabytes in two megabytes is cut, alone and behind an advisory', async (t) => {
  const begin = gzipSync(`<updates>${advisory('2.el9', 'CVE-2026-1002')}`);
  for (const [content, versions] of [
    [bomb, []],
    [Buffer.concat([begin, bomb]), ['1:1.2-2.el9']],
    [Buffer.concat([begin, gzipSync('<!--'), bomb]), ['1:1.2-2.el9']],
  ] as const) {
    const found = await read(t, (at) => writeFileSync(at(`${dnf}/updateinfo.xml.gz`), content));
    assert.deepEqual(found.versions, versions);
    assert.equal(found.complete, false);
  }
  assert.ok(process.resourceUsage().maxRSS < 600 * 1024, 'the memory that it took');
});

test('a thousand repositories: the first 64 files are read', async (t) => {
  const { versions, complete } = await read(t, (at) => {
    for (let index = 0; index < 1000; index++) {
      writeFileSync(at(`var/cache/dnf/r${index}/repodata/updateinfo.xml`), updateinfo(advisory('2', 'CVE-2026-1002')));
    }
  });
  assert.deepEqual([versions.length, complete], [64, false]);
});

test('a pipe, a link out of the cache and a folder that others may write to are not read, and count as unread', async (t) => {
  const cases: ((at: (path: string) => string) => void)[] = [
    (at) => assert.equal(spawnSync('mkfifo', [at(`${dnf}/updateinfo.xml.gz`)]).status, 0),
    (at) => {
      writeFileSync(at('tmp/updateinfo.xml'), text);
      symlinkSync(at('tmp/updateinfo.xml'), at(`${dnf}/updateinfo.xml`));
    },
    (at) => {
      writeFileSync(at(`${dnf}/updateinfo.xml`), text);
      chmodSync(dirname(at(`${dnf}/updateinfo.xml`)), 0o777);
    },
    (at) => {
      writeFileSync(at(`${dnf}/updateinfo.xml`), text);
      chmodSync(dirname(dirname(at(`${dnf}/updateinfo.xml`))), 0o777);
    },
    (at) => {
      writeFileSync(at(`${dnf}/updateinfo.xml`), text);
      chmodSync(at('var/cache/dnf'), 0o777);
    },
    (at) => symlinkSync('/proc/1', at('var/cache/dnf')),
  ];
  for (const [index, make] of cases.entries()) {
    assert.deepEqual(await read(t, make), { versions: [], complete: false }, `case ${index}`);
  }
});

test('a cache without repositories, and a file beside them, leave nothing unread', async (t) => {
  for (const path of ['var/cache/dnf/expired_repos.json', `${dnf}/repomd.xml`, 'etc/dnf/dnf.conf']) {
    assert.deepEqual(await read(t, (at) => writeFileSync(at(path), '')), { versions: [], complete: true }, path);
  }
});

test('more repositories than are listed: not all is known, even if their files say nothing', async (t) => {
  const { complete } = await read(t, (at) => {
    for (let index = 0; index <= 1000; index++)
      mkdirSync(dirname(at(`var/cache/dnf/r${index}/x`)), { recursive: true });
  });
  assert.equal(complete, false);
});

test("another user's updateinfo is not read", async (t) => {
  if (!needs(t, 'CAP_CHOWN')) return;
  for (const foreign of [`${dnf}/updateinfo.xml`, dnf]) {
    const found = await read(t, (at) => {
      writeFileSync(at(`${dnf}/updateinfo.xml`), text);
      lchownSync(at(foreign), 54321, 54321);
    });
    assert.deepEqual(found, { versions: [], complete: false }, foreign);
  }
});

test('a cache on a file system that may hang is not looked at', async (t) => {
  const root = temporaryFolder(t);
  mkdirSync(join(root, dnf), { recursive: true });
  writeFileSync(join(root, dnf, 'updateinfo.xml'), text);
  const looked: string[] = [];
  const { byPackage, complete } = await readAdvisories({ root, isLocal: (path) => looked.push(path) === 0 }, names);
  assert.equal(complete, false);
  assert.deepEqual([byPackage.size, looked], [0, ['/var/cache/dnf', '/var/cache/libdnf5', '/var/cache/zypp/raw']]);
});
