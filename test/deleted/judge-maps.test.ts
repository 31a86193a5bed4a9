// Mappings -> findings. The test answers the questions about the process.

import assert from 'node:assert/strict';
import type { BigIntStats } from 'node:fs';
import { test } from 'node:test';
import type { Evidence } from '../../src/deleted/evidence.ts';
import { judgeFds } from '../../src/deleted/judge-fds.ts';
import { judgeMaps } from '../../src/deleted/judge-maps.ts';
import type { Mapping } from '../../src/procfs/maps.ts';
import type { Mount } from '../../src/procfs/mountinfo.ts';
import { MountTable } from '../../src/procfs/mounts.ts';
import { fixedMounts } from '../support/fixed-mounts.ts';

const mount: Mount = {
  id: 29,
  device: 'fd:01',
  mountPoint: '/',
  root: '/',
  rootGone: false,
  fsType: 'ext4',
  options: '',
};
const mounts = new MountTable([mount]);
const mapping: Mapping = {
  range: '7f0000000000-7f0000001000',
  sizeBytes: 4096,
  executable: true,
  device: 'fd:01',
  inode: 42n,
  path: '/usr/lib/libx.so.1 (deleted)',
};

const view: Evidence['view'] = { look: () => ({ kind: 'absent' }), mountPath: (path) => path, mounts };

/** A process in which map_files leads to the file `ino` of `dev`, with four held blocks. */
function evidence(ino: bigint, dev = 0xfd01n): Evidence {
  const times = { birthtimeNs: 0n, mtimeNs: 1n, ctimeNs: 2n };
  const stat = { ino, dev, nlink: 0n, blocks: 4n, uid: 0n, ...times } as BigIntStats;
  return {
    process: {
      glimpseMapping: () => ({ mount, stat }),
      glimpseExecutable: () => null,
      glimpseFd: () => null,
      readFdInfo: () => null,
      readMappingLink: () => null,
    },
    view,
    viewAround: null,
    ownView: view,
    name: '',
    match: () => null,
    hide: () => {},
    program: '/usr/sbin/daemon',
    effectiveUid: 0,
    commandLine: '/usr/sbin/daemon\0',
    maps: () => false,
    startedAtNs: null,
    mountOf: fixedMounts(mounts).mountOf,
    isLocalDevice: (device) => mounts.isLocalDevice(device),
    cached: (_key, read) => read(),
  };
}

test('the bytes that a mapped file holds are those of the file behind the mapping', () => {
  const [finding] = judgeMaps([mapping], null, evidence(42n));
  assert.deepEqual([finding?.state, finding?.heldBytes, finding?.links], ['removed', 2048, 0]);
});

test('a path that is too long to be reported is not looked at, and the finding says how it begins', () => {
  const looked = (): never => assert.fail('something was asked of the file');
  const none: Evidence = { ...evidence(42n), view: { ...view, look: looked }, ownView: { ...view, look: looked } };
  const path = `/home/${'d/'.repeat(5000)}libx.so.1 (deleted)`;
  const [finding] = judgeMaps([{ ...mapping, path }], null, none);
  assert.match(finding?.path ?? '', /^\(path of 10015 bytes, inode 42 on fd:01: \/home\/d\/.{1,200}\)$/);
  assert.deepEqual([finding?.pathSource, finding?.state, finding?.heldBytes], ['none', 'unknown', null]);
});

test('a descriptor whose path cannot be read is judged by the links of its file, and counted if nobody knows them', () => {
  const rows: [links: bigint | null, found: number, unread: number][] = [
    [0n, 1, 0],
    [1n, 0, 0],
    [null, 0, 1],
  ];
  for (const [links, found, unread] of rows) {
    const given = evidence(42n);
    const times = { birthtimeNs: 0n, mtimeNs: 1n, ctimeNs: 2n };
    const stat = {
      ino: 42n,
      dev: 0xfd01n,
      nlink: links,
      blocks: 4n,
      isFile: () => true,
      isDirectory: () => false,
      ...times,
    };
    const process: Evidence['process'] = {
      ...given.process,
      readFdInfo: () => ({ mountId: 29, inode: 42n, append: false }),
      glimpseFd: () => ({
        link: null,
        mountId: 29,
        inode: 42n,
        access: 'read',
        mount,
        stat: links === null ? null : (stat as unknown as BigIntStats),
      }),
    };
    const judged = judgeFds([{ fd: 3, link: null }], { ...given, process });
    assert.deepEqual([judged.findings.length, judged.unread], [found, unread], String(links));
  }
});

const others: [name: string, other: Evidence][] = [
  ['another inode', evidence(43n)],
  ['the same inode of another file system', evidence(42n, 0xfd02n)],
];
for (const [name, other] of others) {
  test(`another file, mapped there since, says nothing of the one that was: ${name}`, () => {
    const [finding] = judgeMaps([mapping], null, other);
    const said = [finding?.state, finding?.device, finding?.inode, finding?.heldBytes, finding?.links];
    assert.deepEqual(said, ['removed', 'fd:01', 42n, null, null]);
  });
}
