// Mappings -> findings, with what may be asked of the process answered here.

import assert from 'node:assert/strict';
import type { BigIntStats } from 'node:fs';
import { test } from 'node:test';
import type { Evidence } from '../../src/deleted/evidence.ts';
import { judgeMaps } from '../../src/deleted/judge-maps.ts';
import type { Mapping } from '../../src/procfs/maps.ts';
import { MountTable } from '../../src/procfs/mounts.ts';

const mounts = new MountTable([
  { id: 29, device: 'fd:01', mountPoint: '/', root: '/', rootGone: false, fsType: 'ext4', options: '' },
]);
const mapping: Mapping = {
  range: '7f0000000000-7f0000001000',
  sizeBytes: 4096,
  executable: true,
  device: 'fd:01',
  inode: 42n,
  path: '/usr/lib/libx.so.1 (deleted)',
};

const view: Evidence['view'] = { look: () => ({ kind: 'absent' }), mountPath: (path) => path, mounts };

/** A process in which map_files leads to the file `ino` of `dev`, of which four blocks are held. */
function evidence(ino: bigint, dev = 0xfd01n): Evidence {
  const times = { birthtimeNs: 0n, mtimeNs: 1n, ctimeNs: 2n };
  const stat = { ino, dev, nlink: 0n, blocks: 4n, ...times } as BigIntStats;
  return {
    process: {
      glimpseMapping: () => ({ mountId: 29, stat }),
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
    commandLine: '/usr/sbin/daemon\0',
    maps: () => false,
    startedAtNs: null,
    mountById: (id) => mounts.byId(id),
    isLocalMount: mounts.isLocalId,
    isLocalDevice: (device) => mounts.isLocalDevice(device),
    cached: (_key, read) => read(),
  };
}

test('the bytes that a mapped file holds are those of the file behind the mapping', () => {
  const [finding] = judgeMaps([mapping], null, evidence(42n));
  assert.deepEqual([finding?.state, finding?.heldBytes, finding?.links], ['removed', 2048, 0]);
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
