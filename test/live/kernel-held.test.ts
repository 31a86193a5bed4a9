// Files that the kernel holds and no process: a real loop device whose file is removed, and tables with others.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Report } from '../../src/documents/generated/report.ts';
import { readKernelHeld } from '../../src/procfs/kernel-held.ts';
import type { PathLook } from '../../src/procfs/view.ts';
import { runCli, scan, workFolder } from '../support/live.ts';
import { skip } from '../support/skip.ts';
import { makeTree, type Tree } from '../support/tree.ts';

const size = 1024 * 1024;
const noDevice = 'wants a loop device: run them as root, on a machine or in a virtual one';

/** A loop device over a file of 1 MiB, detached with the test; null if this machine has no free one. */
function attach(t: TestContext, path: string): string | null {
  writeFileSync(path, '');
  truncateSync(path, size);
  const { status, stdout } = spawnSync('losetup', ['--find', '--show', path], { encoding: 'utf8' });
  if (status !== 0) return null;
  const device = stdout.trim();
  t.after(() => spawnSync('losetup', ['--detach', device]));
  return device;
}

function heldBy(report: Report, device: string) {
  assert.ok(report.kernel_held);
  return report.kernel_held.filter((file) => file.device === device);
}

test('the file of a loop device, before and after it is removed', (t) => {
  const folder = workFolder(t);
  const path = join(folder, 'disk image.raw');
  const device = attach(t, path);
  if (device === null) return skip(t, noDevice);
  assert.deepEqual(heldBy(scan(), device), []);
  unlinkSync(path);
  const gone = { holder: 'loop', device, path, path_base64: null, size_bytes: size, held_bytes: null };
  assert.deepEqual(heldBy(scan(), device), [gone]);
  const text = runCli(['scan', '--no-config', '--format', 'text', '--pid', '1']).stdout.replace(/\s+/g, ' ');
  assert.ok(text.includes(`kernel loop device ${device} uses "${path}", which is gone (1.0 MiB)`), text);
  const metrics = runCli(['scan', '--no-config', '--format', 'openmetrics', '--pid', '1']).stdout;
  const sum = Number(/^lib_users_kernel_held_size_bytes (\d+)$/m.exec(metrics)?.[1]);
  assert.ok(sum >= size, metrics);
});

test('the file of a loop device whose name looks like a mark', (t) => {
  const path = join(workFolder(t), 'disk (deleted)');
  const device = attach(t, path);
  if (device === null) return skip(t, noDevice);
  assert.deepEqual(heldBy(scan(), device), []);
  unlinkSync(path);
  assert.deepEqual(
    heldBy(scan(), device).map((file) => file.path),
    [path],
  );
});

test('a scan of another procfs does not report the files that this kernel holds', () => {
  assert.equal(scan('--proc', '/proc/').kernel_held === null, scan().kernel_held === null);
  assert.equal(scan('--proc', '/proc/self/root/proc', '--pid', String(process.pid)).kernel_held, null);
});

const header = 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n';
const absent: PathLook = { kind: 'absent' };
const file: PathLook = {
  kind: 'file',
  device: 1n,
  inode: 1n,
  regular: true,
  directory: false,
  link: false,
  size: 1n,
  target: null,
  changedAtNs: 0n,
  modifiedAtNs: 0n,
  bornAtNs: null,
  ownerUid: 0,
};
const swap = (path: string, kibibytes: number) => ({
  ...{ holder: 'swap', device: null, path, sizeBytes: kibibytes * 1024, heldBytes: kibibytes * 1024 },
});
const loop = (number: number, path: string, sizeBytes: number | null) => ({
  ...{ holder: 'loop', device: `/dev/loop${number}`, path, sizeBytes, heldBytes: null },
});

const tables: [name: string, tree: Tree, look: PathLook, expected: object[] | null][] = [
  ['nothing', { 'proc/swaps': header, 'sys/block': null }, absent, []],
  [
    'a swap file that was removed',
    { 'proc/swaps': `${header}/swap\\040file\\040(deleted)\tfile\t\t1048572\t\t0\t\t-2\n`, 'sys/block': null },
    absent,
    [swap('/swap file', 1048572)],
  ],
  [
    'a swap file, and a partition that ends likewise',
    {
      'proc/swaps': `${header}/swapfile file\t\t1024\t0\t-2\n/dev/x\\040(deleted) partition\t1024\t0\t-3\n`,
      'sys/block': null,
    },
    absent,
    [],
  ],
  [
    'a swap file with a name that ends likewise',
    { 'proc/swaps': `${header}/swap\\040(deleted) file\t\t1024\t0\t-2\n`, 'sys/block': null },
    file,
    [],
  ],
  [
    'loop devices by number, those not in use left out',
    {
      'proc/swaps': header,
      'sys/block/loop10/loop/backing_file': '/b\\040c (deleted)\n',
      'sys/block/loop10/size': '8\n',
      'sys/block/loop9/loop/backing_file': '/a (deleted)\n',
      'sys/block/loop9/size': 'x\n',
      'sys/block/loop8/size': '0\n',
      'sys/block/loop7/loop/backing_file': '/alive\n',
      'sys/block/sda/loop/backing_file': '/c (deleted)\n',
    },
    absent,
    [loop(9, '/a', null), loop(10, '/b\\040c', 4096)],
  ],
  [
    'a file where nobody may look is gone by its mark',
    { 'proc/swaps': header, 'sys/block/loop0/loop/backing_file': '/dead/a (deleted)\n', 'sys/block/loop0/size': '8\n' },
    { kind: 'unknown' },
    [loop(0, '/dead/a', 4096)],
  ],
  ['a kernel without swap', { 'proc/version': 'Linux\n', 'sys/block': null }, absent, []],
  ['a procfs that says nothing', { 'proc/1': null, 'sys/block': null }, absent, null],
  ['no sysfs', { 'proc/swaps': header, sys: null }, absent, null],
];
for (const [name, tree, look, expected] of tables) {
  test(`kernel-held: ${name}`, (t) => {
    const root = makeTree(t, tree);
    const places = { sysPath: join(root, 'sys'), procPath: join(root, 'proc'), look: () => look };
    assert.deepEqual(readKernelHeld(places), expected);
  });
}
