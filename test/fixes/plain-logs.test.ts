// pacman and apk: their logs tell the version that still runs. They keep no fixes, and unknown fixes are not reported as none.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Change } from '../../src/fixes/package-log.ts';
import { findPackagesInUse } from '../../src/fixes/packages-in-use.ts';
import { apkLog, pacmanLog } from '../../src/fixes/plain-logs.ts';
import { temporaryFolder } from '../support/temporary.ts';

const changed = (changes: readonly Change[]) =>
  changes.map(({ name, from, to, beganAt, endedAt }) => [
    name,
    from,
    to,
    new Date(beganAt).toISOString(),
    (endedAt - beganAt) / 1000,
  ]);

const pacman = `[2026-11-20T06:12:40+0100] [ALPM] transaction started
[2026-11-20T06:12:44+0100] [ALPM] upgraded foo (1.2.3-1 -> 1.2.4-1)
[2026-11-20T06:12:45+0100] [ALPM] installed new (1-1)
[2026-11-21T06:12:45+0100] [ALPM] downgraded bar (2:2-1 -> 2:1-1)
[2026-11-21T06:12:46+0100] [ALPM] reinstalled foo (1.2.4-1)
[2026-11-21T06:12:47+0100] [ALPM] removed foo (1.2.4-1)
[2026-11-21T06:12:47+0100] [PACMAN] Running 'pacman -Rs foo'
[2026-13-41T06:12:47+0100] [ALPM] removed foo (1.2.4-1)
`;

test('the log of pacman', () => {
  assert.deepEqual(changed(pacmanLog.parse(pacman.split('\n'))), [
    ['foo', '1.2.3-1', '1.2.4-1', '2026-11-20T05:12:40.000Z', 4],
    ['bar', '2:2-1', '2:1-1', '2026-11-21T05:12:45.000Z', 0],
    ['foo', '1.2.4-1', '1.2.4-1', '2026-11-21T05:12:45.000Z', 1],
    ['foo', '1.2.4-1', null, '2026-11-21T05:12:46.000Z', 1],
  ]);
  assert.equal(pacmanLog.timeOf('[2019-01-01 06:12] [ALPM] x'), new Date('2019-01-01T06:12').getTime());
});

const apk = `
Running \`apk add foo\` at 2026-11-20 05:00:00
(1/1) Installing foo (1.2.3-r0)

Running \`apk upgrade\` at 2026-11-20 05:12:44
(1/2) Upgrading foo (1.2.3-r0 -> 1.2.3-r1)
(2/2) Purging bar (1-r0)

Running \`apk upgrade\` at 2026-11-20 05:12:54
(1/1) Upgrading foo (1.2.3-r1 -> 1.2.3-r2)
`;

test('the log of apk, whose lines have the time of their run', () => {
  assert.deepEqual(changed(apkLog.parse(apk.split('\n'))), [
    ['foo', '1.2.3-r0', '1.2.3-r1', '2026-11-20T05:12:44.000Z', 10],
    ['bar', '1-r0', null, '2026-11-20T05:12:44.000Z', 10],
    ['foo', '1.2.3-r1', '1.2.3-r2', '2026-11-20T05:12:54.000Z', 3600],
  ]);
});

const databases = [
  ['pacman', 'var/log/pacman.log', pacman, '2026-11-20T05:12:42Z', '1.2.3-1'],
  ['apk', 'var/log/apk.log', apk, '2026-11-20T05:13:00Z', '1.2.3-r1'],
] as const;
for (const [manager, path, text, lostAt, running] of databases) {
  test(`${manager}: the version is known, and the fixes since then are not`, async (t) => {
    const root = temporaryFolder(t, { [path]: text });
    const unlinkedAtNs = BigInt(Date.parse(lostAt)) * 1_000_000n;
    const owner = { manager, name: 'foo', version: '9' } as const;
    const file = {
      note: null,
      modifiedAtNs: 0n,
      fileOwner: process.geteuid!(),
      startedAt: Date.parse('2026-11-20T05:10:00Z'),
    };
    const run = () => assert.fail('nothing is started');
    const host = { root, isLocal: () => true };
    const found = await findPackagesInUse([{ pid: 7, owner, unlinkedAtNs, ...file }], { host, run });
    assert.deepEqual(
      found.map(({ runningVersion, evidence, fixes, unknownBecause }) => [
        runningVersion,
        evidence,
        fixes,
        unknownBecause,
      ]),
      [[running, 'upgrade_log', null, 'not_kept']],
    );
  });
}
