// A mount is known from a line that was read while the mount was held, and only as long as it is held.
import assert from 'node:assert/strict';
import { closeSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseFdInfo } from '../../src/procfs/fdinfo.ts';
import { isLocal } from '../../src/procfs/file-systems.ts';
import { LiveMounts, Pins } from '../../src/procfs/live-mounts.ts';
import { temporaryFolder } from '../support/temporary.ts';

const O_PATH = 0o10000000;

/** Makes a table that the test writes, and a descriptor of ours with its mount. */
function setUp(t: TestContext, most?: number) {
  const folder = temporaryFolder(t);
  const file = join(folder, 'mountinfo');
  const pins = new Pins();
  const fd = openSync(folder, O_PATH);
  const { mountId } = parseFdInfo(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))!;
  const write = (...types: string[]) =>
    writeFileSync(file, types.map((type, index) => `${mountId + index} 1 0:9 / / rw - ${type} x rw\n`).join(''));
  write('tmpfs');
  const newMounts = () => {
    const live = new LiveMounts(openSync(file, 'r'), (mount) => isLocal(mount.fsType), pins, most);
    t.after(() => live.close());
    return live;
  };
  t.after(() => {
    pins.close();
    closeSync(fd);
  });
  return { write, newMounts, pins, fd, mountId };
}

test('the id of a mount that was exchanged since the table was read is not taken for the mount that had it', (t) => {
  const { write, newMounts, fd, mountId } = setUp(t);
  const live = newMounts();
  assert.equal(live.table.byId(mountId)?.fsType, 'tmpfs');
  write('fuse');
  const { mount, local } = live.mountOf(fd, mountId)!;
  assert.deepEqual([mount.fsType, local, live.table.byId(mountId)?.fsType], ['fuse', false, 'fuse']);
});

test('a mount that is gone from the table since it was read is no known one', (t) => {
  const { write, newMounts, fd, mountId } = setUp(t);
  const live = newMounts();
  assert.ok(live.table.byId(mountId));
  write();
  assert.equal(live.mountOf(fd, mountId), null);
});

test('once known, a mount is held, and its table is not read again', (t) => {
  const { write, newMounts, fd, mountId } = setUp(t);
  const live = newMounts();
  assert.equal(live.mountOf(fd, mountId)?.local, true);
  write('fuse');
  assert.equal(live.mountOf(fd, mountId)?.local, true);
  assert.equal(newMounts().mountOf(fd, mountId)?.local, false, 'another table has its own line');
});

test('past a hundred mounts the one unused for longest is let go, and asked for again', (t) => {
  const { write, newMounts, pins, fd, mountId } = setUp(t);
  const count = () => readdirSync('/proc/self/fd').length;
  const first = newMounts();
  first.mountOf(fd, mountId);
  const others = Array.from({ length: 99 }, newMounts);
  const before = count();
  for (const each of others) each.mountOf(fd, mountId);
  assert.equal(count(), before + 99);
  write('fuse');
  assert.equal(first.mountOf(fd, mountId)?.local, true, 'held, and now the last that was used');
  newMounts().mountOf(fd, mountId);
  assert.equal(first.mountOf(fd, mountId)?.local, true);
  assert.equal(others[0]!.mountOf(fd, mountId)?.local, false, 'let go');
  pins.close();
  assert.equal(count(), before, 'one more table, no mount any more');
});

test('a table that is too long to be read again and again is unknown in the end', (t) => {
  const { newMounts, pins, fd, mountId } = setUp(t, 100);
  const live = newMounts();
  const known = Array.from({ length: 6 }, () => {
    const found = live.mountOf(fd, mountId);
    pins.close();
    return found?.local ?? null;
  });
  assert.deepEqual([known[0], known.at(-1)], [true, null]);
});
