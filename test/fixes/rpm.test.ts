// Packages of rpm that the test builds and records in a database, and the logs of the programs that call rpm.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Change } from '../../src/fixes/package-log.ts';
import { dnf4Log, dnf5Log, zypperLog } from '../../src/fixes/rpm-logs.ts';
import type { Use } from '../../src/fixes/use.ts';
import type { Run } from '../../src/spawn.ts';
import { needs } from '../support/needs.ts';
import { askRpm, changelog, dnf4, makeDatabase, told } from '../support/rpm-host.ts';

const since = 'CVE-2026-0033 CVE-2026-0003 CVE-2026-0002';

test('rpm: the version that still runs, and what the changelog has since', async (t) => {
  if (!needs(t, 'rpm', 'rpmbuild')) return;
  const { run, builtAt } = makeDatabase(t, changelog.versions);
  const byTime = { modifiedAtNs: builtAt };
  const log = { 'var/log/dnf.rpm.log': dnf4 };
  const rows: [name: string, log: Record<string, string>, more: Partial<Use>, told: ReturnType<typeof told>][] = [
    ['by the time of the file, and named by the log', log, byTime, ['libfoo', '1:1.2-1.el9', 'file_time', since]],
    [
      'by the time of the file alone: the changelog does not name the tag',
      {},
      byTime,
      ['libfoo', null, 'file_time', since],
    ],
    ['by the log', log, {}, ['libfoo', '1:1.2-1.el9', 'upgrade_log', since]],
    [
      'by the note of its build',
      {},
      { note: { type: 'rpm', name: 'libfoo', version: '1.2-1.el9' } },
      ['libfoo', '1.2-1.el9', 'build_note', since],
    ],
    ['by neither', {}, {}, ['libfoo', null, null, 'no_running_version']],
    [
      'a time of no build',
      log,
      { modifiedAtNs: builtAt + 1n, startedAt: null },
      ['libfoo', null, null, 'no_running_version'],
    ],
  ];
  for (const [name, log, more, expected] of rows)
    assert.deepEqual((await askRpm(t, run, log, more)).map(told), [expected], name);
});

test('rpm: a package that is installed for two architectures has its changelog once', async (t) => {
  if (!needs(t, 'rpm', 'rpmbuild')) return;
  const { run, builtAt } = makeDatabase(t, changelog.versions, ['i686', 'x86_64']);
  const log = { 'var/log/dnf.rpm.log': dnf4.replaceAll('noarch', 'x86_64') };
  for (const [more, evidence] of [
    [{ modifiedAtNs: builtAt }, 'file_time'],
    [{}, 'upgrade_log'],
  ] as const)
    assert.deepEqual((await askRpm(t, run, log, more)).map(told), [['libfoo', '1:1.2-1.el9', evidence, since]]);
});

test('rpm: a changelog that names no versions tells by the time of the file alone', async (t) => {
  if (!needs(t, 'rpm', 'rpmbuild')) return;
  const { run, builtAt } = makeDatabase(t, changelog.none);
  const log = { 'var/log/dnf.rpm.log': dnf4 };
  const expected = 'CVE-2026-0003 CVE-2026-0002';
  assert.deepEqual((await askRpm(t, run, log, { modifiedAtNs: builtAt })).map(told), [
    ['libfoo', '1:1.2-1.el9', 'file_time', expected],
  ]);
  // If only the log tells the version, nobody knows which entries are older.
  const [byLog] = await askRpm(t, run, log, {});
  assert.deepEqual(
    [byLog?.runningVersion, byLog?.fixes, byLog?.unknownBecause],
    ['1:1.2-1.el9', null, 'no_source_version'],
  );
});

/** Entries as [version, day in May, id], the newest first; a release of RHEL's z-stream has its number behind the tag. */
type Row = [
  name: string,
  entries: readonly (readonly [version: string, day: number, id: string])[],
  change: readonly [from: string, to: string],
  /** By the log. */
  fixes: string,
  /** By the time of the file, if the second entry is that of the running version. */
  byTime?: string,
];
const zStream: Row[] = [
  [
    'entries with the tag',
    [
      ['1.2-23.el9_2.4', 3, 'CVE-2026-4444'],
      ['1.2-23.el9_2.2', 2, 'CVE-2026-2222'],
      ['1.2-23', 1, 'CVE-2026-1111'],
    ],
    ['1.2-23.el9_2.2', '1.2-23.el9_2.4'],
    'CVE-2026-4444',
    'CVE-2026-4444',
  ],
  [
    'entries with the number and without the tag',
    [
      ['1.2-60.7', 3, 'CVE-2026-7777'],
      ['1.2-60.4', 2, 'CVE-2026-4444'],
      ['1.2-60', 1, 'CVE-2026-1111'],
    ],
    ['1.2-60.el9_2.4', '1.2-60.el9_2.7'],
    'CVE-2026-7777',
    'CVE-2026-7777',
  ],
  [
    'a tag of an earlier minor release',
    [
      ['1.2-60.7', 3, 'CVE-2026-7777'],
      ['1.2-59.2', 2, 'CVE-2026-2222'],
      ['1.2-59.1', 1, 'CVE-2026-1111'],
    ],
    ['1.2-59.el9_1.1', '1.2-60.el9_2.7'],
    'CVE-2026-7777 CVE-2026-2222',
  ],
  [
    'entries without the number: nobody knows which of them the running version has',
    [
      ['1.2-60', 3, 'CVE-2026-7777'],
      ['1.2-60', 2, 'CVE-2026-4444'],
    ],
    ['1.2-60.el9_2.4', '1.2-60.el9_2.7'],
    'no_source_version',
    'CVE-2026-7777',
  ],
  ['a reinstallation', [['1.2-60', 3, 'CVE-2026-7777']], ['1.2-60.el9', '1.2-60.el9'], ''],
  ['a downgrade', [['1.2-60', 3, 'CVE-2026-7777']], ['1.2-61.el9', '1.2-60.el9'], ''],
];
for (const [name, entries, [from, to], fixes, byTime] of zStream) {
  test(`rpm: ${name}`, async (t) => {
    const noon = (day: number) => Date.UTC(2026, 4, day, 12) / 1000;
    const lines = entries.map(
      ([version, day, id]) =>
        `lib-users-changelog\tlibfoo\t${to}\tx86_64\tlibfoo-${to}.src.rpm\t${noon(day)}\tA <a@b> - ${version}\n- ${id}\n`,
    );
    const run: Run = () => ({ kind: 'ok', status: 0, stdout: Buffer.from(lines.join('')), stderr: Buffer.alloc(0) });
    const log = {
      'var/log/dnf.rpm.log': `2026-01-01T06:00:00+0100 INFO --- logging initialized ---
2026-05-12T06:12:44+0100 SUBDEBUG Upgrade: libfoo-${to}.x86_64
2026-05-12T06:12:46+0100 SUBDEBUG Upgraded: libfoo-${from}.x86_64\n`,
    };
    const owner = { manager: 'rpm', name: 'libfoo', version: to } as const;
    const told = async (more: Partial<Use>) => {
      const [found] = await askRpm(t, run, log, { owner, ...more });
      return found?.fixes?.cves.join(' ') ?? found?.unknownBecause;
    };
    assert.equal(await told({}), fixes, 'by the log');
    // The build of an entry with a date alone has the midnight before.
    const builtAt = BigInt(noon(entries[1]?.[1] ?? 1) - 43_200) * 1_000_000_000n;
    if (byTime !== undefined) assert.equal(await told({ modifiedAtNs: builtAt }), byTime, 'by the time');
  });
}

test('rpm: a database that cannot be asked leaves the version of the log', async (t) => {
  const refused: Run = () => ({ kind: 'missing' });
  const found = await askRpm(t, refused, { 'var/log/dnf.rpm.log': dnf4 }, {});
  assert.deepEqual(found.map(told), [[null, '1:1.2-1.el9', 'upgrade_log', 'no_changelog']]);
});

const changed = (changes: readonly Change[]) =>
  changes.map(({ name, from, to, beganAt, endedAt }) => [
    name,
    from,
    to,
    new Date(beganAt).toISOString(),
    (endedAt - beganAt) / 1000,
  ]);

test('the log of dnf 4', () => {
  const text = `${dnf4}2026-05-02T06:12:47+0100 SUBDEBUG Installed: new-2-1.el9.noarch
2026-05-03T06:00:00+0000 SUBDEBUG Downgrade: a-b-0:1.0-1.el9.x86_64
2026-05-03T06:00:01+0000 SUBDEBUG Downgraded: a-b-0:1.1-1.el9.x86_64
2026-05-03T06:00:02+0000 SUBDEBUG Erase: gone-1-1.el9.x86_64
torn
`;
  assert.deepEqual(changed(dnf4Log.parse(text.split('\n'))), [
    ['libfoo', '1:1.2-1.el9', '1:1.2-3.el9', '2026-05-02T05:12:44.000Z', 2],
    ['a-b', '1.1-1.el9', '1.0-1.el9', '2026-05-03T06:00:00.000Z', 1],
    ['gone', '1-1.el9', null, '2026-05-03T06:00:02.000Z', 0],
  ]);
});

test('the log of dnf 5', () => {
  const text = `2026-05-02T05:12:43+0000 [97] INFO RPM callback transaction start total 2
2026-05-02T05:12:44+0000 [97] INFO RPM callback install start "foo-libs-1:3.2.2-6.fc44.x86_64" total 12
2026-05-02T05:12:46+0000 [97] INFO RPM callback uninstall start "foo-libs-1:3.0.7-27.fc44.x86_64" total 3
2026-05-02T05:12:47+0000 [97] INFO RPM callback transaction stop total 2
2026-05-03T05:12:43+0000 [98] INFO RPM callback transaction start total 1
2026-05-03T05:12:46+0000 [98] INFO RPM callback uninstall start "foo-libs-1:3.2.2-6.fc44.x86_64" total 3
`;
  assert.deepEqual(changed(dnf5Log.parse(text.split('\n'))), [
    ['foo-libs', '1:3.0.7-27.fc44', '1:3.2.2-6.fc44', '2026-05-02T05:12:44.000Z', 2],
    ['foo-libs', '1:3.2.2-6.fc44', null, '2026-05-03T05:12:46.000Z', 0],
  ]);
});

test('the log of zypper, in local time: the old version is that of an earlier line', () => {
  const line = (time: string, what: string, version: string) =>
    `${time}|${what}|libfoo1|${version}|x86_64|root@host|repo-update|sha256sum|`;
  const text = [
    '# 2026-01-01 06:00:00 libfoo1-1.2-1.x86_64.rpm installed ok',
    line('2026-01-01 06:00:00', 'install', '1.2-1'),
    '2026-05-02 06:12:40|command|root@host|zypper up|',
    line('2026-05-02 06:12:44', 'install', '1.2-3'),
    line('2026-05-03 06:12:44', 'remove ', '1.2-3'),
  ];
  const local = (time: string) => new Date(time).toISOString();
  assert.deepEqual(changed(zypperLog.parse(text)), [
    ['libfoo1', '1.2-1', '1.2-3', local('2026-05-02T06:12:40'), 4],
    ['libfoo1', '1.2-3', null, local('2026-05-03T06:12:44'), 0],
  ]);
});
