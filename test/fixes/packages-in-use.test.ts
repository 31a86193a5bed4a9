// The past of dpkg's packages on a host -> the version of each that still runs, and the fixes since that version.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { lchownSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { findPackagesInUse, type PackageInUse } from '../../src/fixes/packages-in-use.ts';
import type { Use } from '../../src/fixes/use.ts';
import {
  at,
  builtOn,
  changelog,
  entry,
  expat,
  type Files,
  type Host,
  logTime,
  makeHost,
  stanza,
  upgrade,
} from '../support/dpkg-host.ts';
import { needs } from '../support/needs.ts';

const use = (more: Partial<Use> = {}): Use => ({
  pid: 7,
  owner: { manager: 'dpkg', name: 'libexpat1', version: '2.5-1+deb12u3' },
  modifiedAtNs: builtOn('03-01'),
  fileOwner: process.geteuid!(),
  unlinkedAtNs: null,
  startedAt: null,
  note: null,
  ...more,
});

const ask = (host: Host, uses: readonly Use[]): Promise<PackageInUse[]> =>
  findPackagesInUse(uses, {
    host: { root: host.root, isLocal: () => true },
    run: () => assert.fail('nothing is started for dpkg'),
  });

/** The points between others: `entry` writes before the first and behind the last. */
const asPoints = (points: readonly string[]) => ['x', ...points, 'y'].join('\n  * ');

/** version, evidence, and the ids or the reason for none, with a plus if there may be more ids. */
const told = ({ runningVersion, evidence, fixes, unknownBecause }: PackageInUse) => [
  runningVersion,
  evidence,
  fixes === null ? unknownBecause : `${fixes.cves.join(' ')}${fixes.incompleteBecause === null ? '' : '+'}`,
];
type Told = ReturnType<typeof told>;

const log =
  `${logTime('01-01')} startup archives unpack\n` +
  upgrade('04-02', '2.5-1+deb12u1', '2.5-1+deb12u2') +
  upgrade('05-02', '2.5-1+deb12u2', '2.5-1+deb12u3');
const noTime = { modifiedAtNs: null };
/** The changelog without its newest entry. */
const older = changelog.slice(changelog.indexOf('expat (2.5-1+deb12u2)'));

const rows: [name: string, files: Files, use: Partial<Use>, told: Told][] = [
  ['by the time of the file', {}, {}, ['2.5-1+deb12u1', 'file_time', 'CVE-2026-0033 CVE-2026-0003 CVE-2026-0002']],
  [
    'the first of all',
    {},
    { modifiedAtNs: builtOn('02-01') },
    ['2.5-1', 'file_time', 'CVE-2026-0033 CVE-2026-0003 CVE-2026-0002 CVE-2026-0001'],
  ],
  ...(
    [
      ['named once more: it was fixed in the running version', 'New version with CVE-2025-0001, CVE-2026-0003', ''],
      ['named once more, because the fix is completed now', 'Complete the fix of CVE-2025-0001', ' CVE-2025-0001'],
      ['named once more, in an entry of which another point is a revert', 'CVE-2025-0001\n  * Revert x', ''],
    ] as const
  ).map(([name, text, more]): (typeof rows)[number] => [
    name,
    { 'usr/share/doc/libexpat1/changelog.Debian.gz': gzipSync(entry('2.5-1+deb12u3', '05-01', text) + older) },
    {},
    ['2.5-1+deb12u1', 'file_time', `${text.includes('0003') ? 'CVE-2026-0003 ' : ''}CVE-2026-0002${more}`],
  ]),
  [
    'named once more, because the fix was reverted in the running version',
    {
      'usr/share/doc/libexpat1/changelog.Debian.gz': gzipSync(
        entry('2.5-1+deb12u2', '04-01', 'CVE-2025-0001') +
          entry('2.5-1+deb12u1', '03-01', 'x\n  * Revert the fix\n    of CVE-2025-0001') +
          entry('2.5-1', '02-01', 'CVE-2025-0001'),
      ),
      'var/lib/dpkg/status': stanza('libexpat1', '2.5-1+deb12u2', 'expat'),
    },
    { owner: { manager: 'dpkg', name: 'libexpat1', version: '2.5-1+deb12u2' } },
    ['2.5-1+deb12u1', 'file_time', 'CVE-2025-0001'],
  ],
  ...(
    [
      [
        'a revert names the title of its fix, and no id',
        ['mm: defer it\n    (CVE-2025-0001)'],
        'Revert "mm: defer\n    it"',
        [],
        'CVE-2025-0001',
      ],
      ['a revert of another title', ['mm: defer it (CVE-2025-0001)'], 'Revert "mm: defer"', [], ''],
      [
        'the change is done once more before',
        ['mm: defer it (CVE-2025-0001)'],
        'Revert "mm: defer it"',
        ['[x86] mm: defer it (CVE-2025-0001)'],
        '',
      ],
      [
        'one of two changes of an id is taken back',
        ['mm: a (CVE-2025-0001)', 'mm: b (c) (CVE-2025-0001) (Closes: #1)'],
        '[x86] Revert "mm: b (c)"',
        [],
        'CVE-2025-0001',
      ],
    ] as const
  ).map(([name, first, revert, again, more]): (typeof rows)[number] => [
    `named once more: ${name}`,
    {
      'usr/share/doc/libexpat1/changelog.Debian.gz': gzipSync(
        entry('2.5-1+deb12u2', '04-01', 'New (CVE-2025-0001)') +
          entry('2.5-1+deb12u1', '03-01', asPoints(again)) +
          entry('2.5-1', '02-01', asPoints([revert])) +
          entry('2.4-1', '01-01', asPoints(first)),
      ),
      'var/lib/dpkg/status': stanza('libexpat1', '2.5-1+deb12u2', 'expat'),
    },
    { owner: { manager: 'dpkg', name: 'libexpat1', version: '2.5-1+deb12u2' } },
    ['2.5-1+deb12u1', 'file_time', more],
  ]),
  [
    'installed once more: nothing was fixed',
    {},
    { modifiedAtNs: builtOn('05-01') },
    ['2.5-1+deb12u3', 'file_time', ''],
  ],
  ['no entry of that time', {}, { modifiedAtNs: builtOn('03-02') }, [null, null, 'no_running_version']],
  [
    "a time with fractions is no build's",
    {},
    { modifiedAtNs: builtOn('03-01') + 1n },
    [null, null, 'no_running_version'],
  ],
  ["somebody's own file with a forged time", {}, { fileOwner: 54321 }, [null, null, 'no_running_version']],
  [
    'two entries of that time',
    {
      'usr/share/doc/libexpat1/changelog.Debian.gz': gzipSync(
        entry('2.5-1+deb12u3', '03-01') + entry('2.5-1', '03-01'),
      ),
    },
    {},
    [null, null, 'no_running_version'],
  ],
  [
    'a changelog that is not packed',
    {
      'usr/share/doc/libexpat1/changelog.Debian.gz': { link: 'none' },
      'usr/share/doc/libexpat1/changelog.Debian': changelog,
    },
    {},
    ['2.5-1+deb12u1', 'file_time', 'CVE-2026-0033 CVE-2026-0003 CVE-2026-0002'],
  ],
  [
    "of a package that is Debian's own",
    {
      'usr/share/doc/libexpat1/changelog.Debian.gz': { link: 'none' },
      'usr/share/doc/libexpat1/changelog.gz': gzipSync(changelog),
    },
    {},
    ['2.5-1+deb12u1', 'file_time', 'CVE-2026-0033 CVE-2026-0003 CVE-2026-0002'],
  ],
  [
    "the author's own changelog is none",
    {
      'usr/share/doc/libexpat1/changelog.Debian.gz': { link: 'none' },
      'usr/share/doc/libexpat1/changelog.gz': gzipSync('2.5: fixes CVE-2026-0666\n'),
    },
    {},
    [null, null, 'no_running_version'],
  ],
  [
    "another source's changelog is none",
    { 'usr/share/doc/libexpat1/changelog.Debian.gz': gzipSync(changelog.replaceAll('expat (', 'other (')) },
    {},
    [null, null, 'no_running_version'],
  ],
  [
    'a folder that is a link, and one behind it',
    {
      'usr/share/doc/libexpat1': { link: 'expat-common' },
      'usr/share/doc/expat-common': { link: '../doc/expat' },
      'usr/share/doc/expat/changelog.Debian.gz': gzipSync(changelog),
    },
    {},
    ['2.5-1+deb12u1', 'file_time', 'CVE-2026-0033 CVE-2026-0003 CVE-2026-0002'],
  ],
  [
    'a file that is a link, as Ubuntu has it',
    {
      'usr/share/doc/libexpat1/changelog.Debian.gz': { link: '../expat/changelog.Debian.gz' },
      'usr/share/doc/expat/changelog.Debian.gz': gzipSync(changelog),
    },
    {},
    ['2.5-1+deb12u1', 'file_time', 'CVE-2026-0033 CVE-2026-0003 CVE-2026-0002'],
  ],
  [
    'a link that leads out of the documentation',
    { 'usr/share/doc/libexpat1': { link: '../../../tmp/doc' }, 'tmp/doc/changelog.Debian.gz': gzipSync(changelog) },
    {},
    [null, null, 'no_running_version'],
  ],
  [
    'links in a circle',
    { 'usr/share/doc/libexpat1': { link: 'a' }, 'usr/share/doc/a': { link: 'libexpat1' } },
    {},
    [null, null, 'no_running_version'],
  ],
  [
    'no documentation, and no log',
    { 'usr/share/doc/libexpat1': { link: 'none' } },
    {},
    [null, null, 'no_running_version'],
  ],
  [
    'no documentation: what was fixed is not known, and not nothing',
    { 'usr/share/doc/libexpat1': { link: 'none' }, 'var/log/dpkg.log': log },
    { startedAt: at('04-20') },
    ['2.5-1+deb12u2', 'upgrade_log', 'no_changelog'],
  ],
  [
    'a changelog that was trimmed: at least these',
    {
      'usr/share/doc/libexpat1/changelog.Debian.gz': gzipSync(
        changelog.slice(0, changelog.indexOf('expat (2.5-1+deb12u1)')),
      ),
      'var/log/dpkg.log': log,
    },
    { ...noTime, startedAt: at('04-01') },
    ['2.5-1+deb12u1', 'first_upgrade', 'CVE-2026-0033 CVE-2026-0003 CVE-2026-0002+'],
  ],
  [
    'a changelog that is torn: nothing, or what came before',
    { 'usr/share/doc/libexpat1/changelog.Debian.gz': gzipSync(changelog).subarray(0, -40) },
    {},
    [null, null, 'no_running_version'],
  ],
  [
    'by the note of its build',
    { 'var/log/dpkg.log': log },
    { ...noTime, note: { type: 'deb', name: 'expat', version: '2.5-1+deb12u1' }, startedAt: at('04-20') },
    ['2.5-1+deb12u1', 'build_note', 'CVE-2026-0033 CVE-2026-0003 CVE-2026-0002'],
  ],
  [
    "another source's note, and one of another package manager, say nothing",
    {},
    { ...noTime, note: { type: 'deb', name: 'other', version: '2.5-1' } },
    [null, null, 'no_running_version'],
  ],
  [
    'the time of the file comes before its note',
    {},
    { note: { type: 'deb', name: 'expat', version: '2.5-1' } },
    ['2.5-1+deb12u1', 'file_time', 'CVE-2026-0033 CVE-2026-0003 CVE-2026-0002'],
  ],
  [
    'the only upgrade since the process began',
    { 'var/log/dpkg.log': log },
    { ...noTime, startedAt: at('04-20') },
    ['2.5-1+deb12u2', 'upgrade_log', 'CVE-2026-0033 CVE-2026-0003'],
  ],
  [
    'the first of several',
    { 'var/log/dpkg.log': log },
    { ...noTime, startedAt: at('03-20') },
    ['2.5-1+deb12u1', 'first_upgrade', 'CVE-2026-0033 CVE-2026-0003 CVE-2026-0002'],
  ],
  [
    'the upgrade that took the name of the file',
    { 'var/log/dpkg.log': log },
    { ...noTime, startedAt: at('03-20'), unlinkedAtNs: BigInt(at('05-02', '12:00:04')) * 1_000_000n },
    ['2.5-1+deb12u2', 'upgrade_log', 'CVE-2026-0033 CVE-2026-0003'],
  ],
  [
    'an upgrade that took it is in no log',
    { 'var/log/dpkg.log': log },
    { ...noTime, startedAt: at('03-20'), unlinkedAtNs: BigInt(at('05-03')) * 1_000_000n },
    [null, null, 'no_running_version'],
  ],
  [
    'a log that begins after the process',
    { 'var/log/dpkg.log': log },
    { ...noTime, startedAt: at('01-01', '11:00:00') - 86_400_000 },
    [null, null, 'no_running_version'],
  ],
  [
    'a log that was rotated, and packed',
    {
      'var/log/dpkg.log': upgrade('05-02', '2.5-1+deb12u2', '2.5-1+deb12u3'),
      'var/log/dpkg.log.1': '',
      'var/log/dpkg.log.2.gz': gzipSync(
        `${logTime('01-01')} startup packages configure\n${upgrade('04-02', '2.5-1+deb12u1', '2.5-1+deb12u2')}`,
      ),
    },
    { ...noTime, startedAt: at('03-20') },
    ['2.5-1+deb12u1', 'first_upgrade', 'CVE-2026-0033 CVE-2026-0003 CVE-2026-0002'],
  ],
  [
    'a rotation that is missing',
    {
      'var/log/dpkg.log': upgrade('05-02', '2.5-1+deb12u2', '2.5-1+deb12u3'),
      'var/log/dpkg.log.2.gz': gzipSync(upgrade('04-02', '2.5-1+deb12u1', '2.5-1+deb12u2')),
    },
    { ...noTime, startedAt: at('03-20') },
    [null, null, 'no_running_version'],
  ],
  [
    'a log that is so long that only its end is read: what was rotated before it does not join',
    {
      'var/log/dpkg.log': `${'x'.repeat(5 << 20)}\n${upgrade('05-02', '2.5-1+deb12u2', '2.5-1+deb12u3')}`,
      'var/log/dpkg.log.1': `${logTime('01-01')} startup archives unpack\n`,
    },
    { ...noTime, startedAt: at('03-20') },
    [null, null, 'no_running_version'],
  ],
  [
    'removed and installed again',
    {
      'var/log/dpkg.log': `${logTime('01-01')} startup archives remove\n${logTime('04-02')} remove libexpat1:amd64 2.5-1+deb12u2 <none>\n${logTime('04-03')} install libexpat1:amd64 <none> 2.5-1+deb12u3\n`,
    },
    { ...noTime, startedAt: at('03-20') },
    ['2.5-1+deb12u2', 'upgrade_log', 'CVE-2026-0033 CVE-2026-0003'],
  ],
  [
    'a log of nothing but noise',
    { 'var/log/dpkg.log': 'x\n\0\n2026-99-99 99:99:99 upgrade libexpat1:amd64 1 2\n' },
    { ...noTime, startedAt: at('03-20') },
    [null, null, 'no_running_version'],
  ],
];
for (const [name, files, more, expected] of rows) {
  test(`dpkg: ${name}`, async (t) => {
    const base = Object.fromEntries(
      Object.entries(expat).filter(([path]) => !Object.keys(files).some((other) => path.startsWith(other))),
    );
    const host = makeHost(t, { ...base, ...files });
    assert.deepEqual((await ask(host, [use(more)])).map(told), [expected]);
  });
}

test('dpkg: an update of a release has the fixes of the version that it was made from', async (t) => {
  const owner = { manager: 'dpkg', name: 'libexpat1', version: '2.6-1~deb12u1' } as const;
  const top = entry('2.6-1~deb12u1', '06-01', 'CVE-2026-0006') + entry('2.6-1', '05-01', 'CVE-2026-0005');
  const older = entry('2.5-1', '02-01', 'CVE-2026-0002') + entry('2.4-1', '01-01', 'CVE-2026-0001');
  const begun = { owner, ...noTime, startedAt: at('04-01') };
  const updated = `${logTime('01-01')} startup archives unpack\n${upgrade('06-02', '2.5-1~deb12u1', '2.6-1~deb12u1')}`;
  const of = (text: string) =>
    makeHost(t, {
      'var/lib/dpkg/status': stanza('libexpat1', '2.6-1~deb12u1', 'expat'),
      'usr/share/doc/libexpat1/changelog.Debian.gz': gzipSync(text),
      'var/log/dpkg.log': updated,
    });
  const expected = [['2.5-1~deb12u1', 'upgrade_log', 'CVE-2026-0006 CVE-2026-0005']];
  const withBoth = top + entry('2.5-1~deb12u1', '03-01', 'CVE-2026-0003') + older;
  assert.deepEqual((await ask(of(withBoth), [use(begun)])).map(told), expected);
  assert.deepEqual((await ask(of(top + older), [use(begun)])).map(told), expected);
});

test('dpkg: two processes on two old versions of one package are two entries', async (t) => {
  const host = makeHost(t, expat);
  const uses = [use(), use({ pid: 8, modifiedAtNs: builtOn('04-01') }), use({ pid: 9 })];
  const found = await ask(host, uses);
  assert.deepEqual(
    found.map(({ runningVersion, uses }) => [runningVersion, uses]),
    [
      ['2.5-1+deb12u1', [0, 2]],
      ['2.5-1+deb12u2', [1]],
    ],
  );
});

test('dpkg: one version is one entry, whatever tells it of one process and of another; the strongest evidence stands', async (t) => {
  const host = makeHost(t, { ...expat, 'var/log/dpkg.log': log });
  const byLog = use({ ...noTime, pid: 8, startedAt: at('03-20') });
  for (const uses of [
    [use(), byLog],
    [byLog, use()],
  ]) {
    const found = await ask(host, uses);
    assert.deepEqual(found.map(told), [['2.5-1+deb12u1', 'file_time', 'CVE-2026-0033 CVE-2026-0003 CVE-2026-0002']]);
    assert.deepEqual(found[0]?.uses, [0, 1]);
  }
});

test('dpkg: what was opened is closed, also what nobody asked for', async (t) => {
  const host = makeHost(t, {
    ...expat,
    'usr/share/doc/libexpat1/changelog.Debian.amd64.gz': gzipSync(entry('2.5-1+deb12u3+b1', '06-01')),
  });
  const open = () => readdirSync('/proc/self/fd').length;
  const before = open();
  for (const uses of [[use({ fileOwner: 54321 })], [use(), use(noTime)]]) await ask(host, uses);
  assert.ok(open() <= before, 'no more files are open than before');
});

test('dpkg: a rebuild has an entry in a file of its own, and brings no fix', async (t) => {
  const rebuilt = (number: number, day: string) => entry(`2.5-1+b${number}`, day, '', 'expat', ', binary-only=yes');
  const owner = { manager: 'dpkg', name: 'libexpat1', version: '2.5-1+b2' } as const;
  const host = makeHost(t, {
    'var/lib/dpkg/status': stanza('libexpat1', '2.5-1+b2', 'expat (2.5-1)'),
    'usr/share/doc/libexpat1/changelog.Debian.gz': gzipSync(
      entry('2.5-1', '02-01', 'CVE-2025-0001') + entry('2.4-1', '01-01'),
    ),
    'usr/share/doc/libexpat1/changelog.Debian.amd64.gz': gzipSync(rebuilt(2, '04-01') + rebuilt(1, '03-01')),
  });
  const built = (day: string) => use({ owner, modifiedAtNs: builtOn(day) });
  assert.deepEqual((await ask(host, ['04-01', '03-01', '02-01', '01-01'].map(built))).map(told), [
    ['2.5-1+b2', 'file_time', ''],
    ['2.5-1+b1', 'file_time', ''],
    ['2.5-1', 'file_time', ''],
    ['2.4-1', 'file_time', 'CVE-2025-0001'],
  ]);
});

test('dpkg: the log names a rebuild that the installed changelog does not have', async (t) => {
  const host = makeHost(t, {
    ...expat,
    'var/log/dpkg.log': `${logTime('01-01')} startup archives unpack\n${upgrade('05-02', '2.5-1+deb12u1+b3', '2.5-1+deb12u3')}`,
  });
  const found = await ask(host, [use({ modifiedAtNs: builtOn('03-03'), startedAt: at('04-01') })]);
  assert.deepEqual(found.map(told), [['2.5-1+deb12u1+b3', 'upgrade_log', 'CVE-2026-0033 CVE-2026-0003 CVE-2026-0002']]);
});

test('dpkg: a package whose versions are not those of its source', async (t) => {
  const owner = { manager: 'dpkg', name: 'libdm', version: '2:1.2-2' } as const;
  const files = {
    'var/lib/dpkg/status': stanza('libdm', '2:1.2-2', 'lvm2 (2.3-2)'),
    'usr/share/doc/libdm/changelog.Debian.gz': gzipSync(
      entry('2.3-2', '02-01', 'CVE-2026-0001', 'lvm2') + entry('2.3-1', '01-01', '', 'lvm2'),
    ),
  };
  const begun = { owner, startedAt: at('01-20') };
  const host = makeHost(t, files);
  assert.deepEqual((await ask(host, [use({ owner, modifiedAtNs: builtOn('01-01') })])).map(told), [
    [null, 'file_time', 'CVE-2026-0001'],
  ]);
  host.put({
    'var/log/dpkg.log': `${logTime('01-01')} startup archives unpack\n${upgrade('02-02', '2:1.2-1', '2:1.2-2', 'libdm:amd64')}`,
  });
  assert.deepEqual((await ask(host, [use({ ...begun, modifiedAtNs: builtOn('01-01') })])).map(told), [
    ['2:1.2-1', 'file_time', 'CVE-2026-0001'],
  ]);
  assert.deepEqual((await ask(host, [use({ ...begun, ...noTime })])).map(told), [
    ['2:1.2-1', 'upgrade_log', 'no_source_version'],
  ]);
});

test('dpkg: packages of one source need the changelog of one of them', async (t) => {
  const host = makeHost(t, {
    ...expat,
    'var/lib/dpkg/status': stanza('libexpat1', '2.5-1+deb12u3', 'expat') + stanza('expat', '2.5-1+deb12u3'),
  });
  const other = { manager: 'dpkg', name: 'expat', version: '2.5-1+deb12u3' } as const;
  const found = await ask(host, [use(), use(), use({ owner: other })]);
  assert.deepEqual(
    found.map(({ name, runningVersion, fixes }) => [name, runningVersion, fixes?.cves.length]),
    [
      ['libexpat1', '2.5-1+deb12u1', 3],
      ['expat', '2.5-1+deb12u1', 3],
    ],
  );
});

test('dpkg: a package from no archive has neither', async (t) => {
  const owner = { manager: 'dpkg', name: 'vendor-agent', version: '1' } as const;
  const host = makeHost(t, { 'var/lib/dpkg/status': stanza('vendor-agent', '1') });
  assert.deepEqual((await ask(host, [use({ owner })])).map(told), [[null, null, 'no_running_version']]);
});

test('if there are more than 64 packages, the most used 64 are read', async (t) => {
  const names = Array.from({ length: 70 }, (_, i) => `p${i}`);
  const host = makeHost(t, { 'var/lib/dpkg/status': names.map((name) => stanza(name, '1')).join('') });
  const uses = names.flatMap((name, i) =>
    Array.from({ length: i < 6 ? 1 : 2 }, () => use({ owner: { manager: 'dpkg', name, version: '1' } })),
  );
  const found = await ask(host, uses);
  const unread = found.filter(({ unknownBecause }) => unknownBecause === 'too_many_packages');
  assert.deepEqual(
    unread.map(({ name, fixes }) => [name, fixes]),
    names.slice(0, 6).map((name) => [name, null]),
  );
});

test('a name that leads elsewhere finds nothing', async (t) => {
  const name = '../../../tmp/x';
  const host = makeHost(t, {
    'var/lib/dpkg/status': stanza(name, '2', 'expat'),
    'tmp/x/changelog.Debian.gz': gzipSync(changelog),
  });
  const found = await ask(host, [use({ owner: { manager: 'dpkg', name, version: '2' } })]);
  assert.deepEqual(found.map(told), [[null, null, 'no_running_version']]);
});

// Enough members for two gigabytes, because a gzip file may have any number of members.
const member = gzipSync(Buffer.alloc(16 << 20, 'x'), { level: 9 });
const bomb = Buffer.concat(Array.from({ length: 128 }, () => member));

for (const [name, packed, expected] of [
  ['and nothing else', bomb, [null, null, 'no_running_version']],
  [
    'behind entries',
    Buffer.concat([gzipSync(changelog), bomb]),
    ['2.5-1+deb12u1', 'file_time', 'CVE-2026-0033 CVE-2026-0003 CVE-2026-0002'],
  ],
] as const) {
  test(`a changelog that unpacks to two gigabytes is cut: ${name}`, async (t) => {
    assert.ok(packed.length < 4 << 20);
    const host = makeHost(t, { ...expat, 'usr/share/doc/libexpat1/changelog.Debian.gz': packed });
    assert.deepEqual((await ask(host, [use()])).map(told), [[...expected]]);
    assert.ok(process.resourceUsage().maxRSS < 600 * 1024, 'the memory that it took');
  });
}

test('pipes and devices in place of a changelog and of the log are not waited for', async (t) => {
  const { 'usr/share/doc/libexpat1/changelog.Debian.gz': _, ...rest } = expat;
  const host = makeHost(t, { ...rest, 'usr/share/doc/libexpat1/copyright': '', 'var/log/x': '' });
  const made = spawnSync(
    'mkfifo',
    ['usr/share/doc/libexpat1/changelog.Debian.gz', 'var/log/dpkg.log'].map((path) => join(host.root, path)),
  );
  assert.equal(made.status, 0);
  assert.deepEqual((await ask(host, [use()])).map(told), [[null, null, 'no_running_version']]);
});

test("another user's changelog, folder and link are not followed", async (t) => {
  if (!needs(t, 'CAP_CHOWN')) return;
  const linked = {
    'usr/share/doc/libexpat1': { link: 'expat' },
    'usr/share/doc/expat/changelog.Debian.gz': gzipSync(changelog),
  };
  const database = { 'var/lib/dpkg/status': stanza('libexpat1', '2.5-1+deb12u3', 'expat') };
  const others: [path: string, files: Files][] = [
    ['usr/share/doc/libexpat1/changelog.Debian.gz', expat],
    ['usr/share/doc/libexpat1', expat],
    ['usr/share/doc/libexpat1', { ...database, ...linked }],
  ];
  for (const [path, files] of others) {
    const host = makeHost(t, files);
    assert.equal((await ask(host, [use()]))[0]?.evidence, 'file_time', path);
    lchownSync(join(host.root, path), 54321, 54321);
    assert.deepEqual((await ask(host, [use()])).map(told), [[null, null, 'no_running_version']], path);
  }
});

test('a file system that may hang is not looked at', async (t) => {
  const { root } = makeHost(t, { ...expat, 'var/log/dpkg.log': log });
  const looked: string[] = [];
  const isLocal = (path: string) => looked.push(path) === 0;
  const run = () => assert.fail();
  const found = await findPackagesInUse([use()], { host: { root, isLocal }, run });
  assert.deepEqual(found.map(told), [[null, null, 'no_running_version']]);
  assert.ok(looked.includes('/var/log/dpkg.log'));
});
