// A path and the mount of its file -> whether the path is the same place of the same file system on the host.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOnHost } from '../../src/deleted/place.ts';
import type { Mount } from '../../src/procfs/mountinfo.ts';
import { MountTable } from '../../src/procfs/mounts.ts';

let lastId = 0;
const mount = (mountPoint: string, device: string, root = '/'): Mount => ({
  ...{ id: ++lastId, device, root, rootGone: false, mountPoint, fsType: 'ext4', options: '' },
});
const host = new MountTable([
  mount('/', 'fd:01'),
  mount('/opt', 'fd:02', '/@opt'),
  mount('/srv/copy', 'fd:01', '/usr'),
]);
const view = (mounts: MountTable, prefix = '') => ({
  look: () => ({ kind: 'unknown' }) as const,
  mountPath: (path: string) => (path.startsWith(prefix) ? path.slice(prefix.length) : null),
  mounts,
});

const rows: [what: string, path: string, mounts: Mount[], expected: boolean][] = [
  ['a copy of the mounts of the host', '/usr/lib/x.so', [mount('/', 'fd:01')], true],
  [
    '/usr mounted on itself, as for ProtectSystem=',
    '/usr/lib/x.so',
    [mount('/', '00:40'), mount('/usr', 'fd:01', '/usr')],
    true,
  ],
  [
    'the file mounted on itself, and unlinked',
    '/usr/lib/x.so',
    [{ ...mount('/usr/lib/x.so', 'fd:01', '/usr/lib/x.so'), rootGone: true }],
    true,
  ],
  ['a subvolume of the host', '/opt/a/x.so', [mount('/', '00:40'), mount('/opt', 'fd:02', '/@opt')], true],
  ['another file system, as with RootImage=', '/usr/lib/x.so', [mount('/', '07:00')], false],
  [
    'a folder of the same file system, as with RootDirectory=',
    '/usr/lib/x.so',
    [mount('/', 'fd:01', '/srv/root')],
    false,
  ],
  ['another subvolume', '/opt/a/x.so', [mount('/', '00:40'), mount('/opt', 'fd:02', '/@snapshot')], false],
  [
    'a file mounted over the file of the package',
    '/usr/lib/x.so',
    [mount('/', 'fd:01'), mount('/usr/lib/x.so', 'fd:01', '/home/x.so')],
    false,
  ],
  [
    'an empty file system over a folder of packages',
    '/usr/lib/x.so',
    [mount('/', 'fd:01'), mount('/usr/lib', '00:41')],
    false,
  ],
];

for (const [what, path, mounts, expected] of rows) {
  test(`on the host: ${what}: ${expected}`, () => {
    const table = new MountTable(mounts);
    const place = { view: view(table), mount: table.of(path)!, guessed: false };
    assert.equal(isOnHost({ path, pathSource: 'kernel' }, place, view(host)), expected);
    assert.equal(isOnHost({ path, pathSource: 'kernel' }, { ...place, guessed: true }, view(host)), false);
    // The kernel prints no path if the mount was removed. Then the mount at the inferred path is the only one there is.
    assert.equal(isOnHost({ path, pathSource: 'command_line' }, { ...place, guessed: true }, view(host)), expected);
  });
}

test('on the host: a file on no known mount is not', () => {
  assert.equal(isOnHost({ path: '/usr/lib/x.so', pathSource: 'kernel' }, null, view(host)), false);
});

test('on the host: a file below the root of a chroot has the path that it has outside', () => {
  const place = { view: view(host), mount: host.of('/srv/chroot/usr/lib/x.so')!, guessed: false };
  assert.equal(isOnHost({ path: '/srv/chroot/usr/lib/x.so', pathSource: 'kernel' }, place, view(host)), true);
  const inside = { ...place, view: view(new MountTable([mount('/', 'fd:01', '/srv/chroot')]), '/srv/chroot') };
  inside.mount = inside.view.mounts.of('/')!;
  assert.equal(isOnHost({ path: '/srv/chroot/usr/lib/x.so', pathSource: 'kernel' }, inside, view(host)), true);
});
