// A path -> the file at that path in a process's own view, on a real tree seen through /proc/self.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { parseMountinfo } from '../../src/procfs/mountinfo.ts';
import { MountTable } from '../../src/procfs/mounts.ts';
import { OpenProcess } from '../../src/procfs/process.ts';
import { readBytes } from '../../src/procfs/reader.ts';
import { View } from '../../src/procfs/view.ts';
import { Views } from '../../src/procfs/views.ts';
import { fixedMounts } from '../support/fixed-mounts.ts';
import { needs } from '../support/needs.ts';

const folder = mkdtempSync(join(tmpdir(), 'lib-users-view-'));
after(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'real/deep'), { recursive: true });
writeFileSync(join(folder, 'real/deep/file'), 'x');
symlinkSync('real', join(folder, 'linked'));
symlinkSync('/etc/passwd', join(folder, 'real/link'));

const mounts = new MountTable(parseMountinfo(readBytes('/proc/self/mountinfo')));
const view = new View('/proc/self/root', '/', fixedMounts(mounts), false);
after(() => view.close());

const rows: [name: string, path: string, kind: 'file' | 'absent' | 'unknown'][] = [
  ['a file', `${folder}/real/deep/file`, 'file'],
  ['a directory', `${folder}/real/deep`, 'file'],
  ['a symlink as the last component is itself', `${folder}/real/link`, 'file'],
  ['nothing there', `${folder}/real/none`, 'absent'],
  ['no folder there', `${folder}/none/deep/file`, 'absent'],
  ['a file where the folder was', `${folder}/real/deep/file/x`, 'absent'],
  ['a name longer than any', `${folder}/${'x'.repeat(300)}`, 'unknown'],
  ['on procfs, which is local', '/proc/version', 'file'],
  ['two dots', `${folder}/real/../real/deep/file`, 'unknown'],
  ['no absolute path', 'real', 'unknown'],
  ['the root', '/', 'unknown'],
];
for (const [name, path, kind] of rows) {
  test(`look: ${name}: ${kind}`, () => assert.equal(view.look(path).kind, kind));
}

/** Makes links that took the place of a folder, in a folder of root's and in one of another user's. */
function makeLinks(t: TestContext): string {
  const base = mkdtempSync(join(tmpdir(), 'lib-users-links-'));
  t.after(() => rmSync(base, { recursive: true }));
  mkdirSync(join(base, 'usr/bin/deep'), { recursive: true });
  mkdirSync(join(base, 'theirs'));
  mkdirSync(join(base, 'shared'));
  for (const path of ['usr/bin/x', 'usr/bin/deep/x']) writeFileSync(join(base, path), 'x');
  const links: [path: string, target: string][] = [
    ['usr/sbin', 'bin'],
    ['usr/lib', join(base, 'usr/bin')],
    ['usr/bin/up', '../bin/./deep'],
    ['sbin', 'usr/sbin'],
    ['usr/loop', 'loop'],
    ['usr/nowhere', 'none'],
    ['usr/odd', 'sbin/../bin'],
    ['theirs/sbin', join(base, 'usr/bin')],
    ['shared/sbin', join(base, 'usr/bin')],
    ['usr/theirs', 'bin'],
  ];
  for (const [path, target] of links) symlinkSync(target, join(base, path));
  chownSync(join(base, 'theirs'), 65534, 65534);
  chmodSync(join(base, 'shared'), 0o1777);
  lchownSync(join(base, 'usr/theirs'), 65534, 65534);
  return base;
}

const linkRows: [name: string, path: string, same: string | 'absent' | 'unknown'][] = [
  ['a folder that became a relative link', 'usr/sbin/x', 'usr/bin/x'],
  ['an absolute one', 'usr/lib/x', 'usr/bin/x'],
  ['dots, and a folder below', 'usr/bin/up/x', 'usr/bin/deep/x'],
  ['a link to a link', 'sbin/x', 'usr/bin/x'],
  ['folders after the link', 'usr/sbin/deep/x', 'usr/bin/deep/x'],
  ['no such file behind it', 'usr/sbin/y', 'absent'],
  ['a link to nothing', 'usr/nowhere/x', 'absent'],
  ['a link to itself', 'usr/loop/x', 'unknown'],
  ['dots after a folder, which may be a link too', 'usr/odd/x', 'unknown'],
  ["root's link in somebody else's folder", 'theirs/sbin/x', 'unknown'],
  ["root's link in a folder that all may write", 'shared/sbin/x', 'unknown'],
  ["somebody else's link in root's folder", 'usr/theirs/x', 'unknown'],
];
test("a folder that root made a symlink of leads on; anybody else's link does not", (t) => {
  if (!needs(t, 'CAP_CHOWN')) return;
  const base = makeLinks(t);
  const fresh = new View('/proc/self/root', '/', fixedMounts(mounts), false);
  t.after(() => fresh.close());
  for (const [name, path, same] of linkRows) {
    const look = fresh.look(join(base, path));
    const at = same === 'absent' || same === 'unknown' ? same : statSync(join(base, same), { bigint: true }).ino;
    assert.equal(look.kind === 'file' ? look.inode : look.kind, at, name);
  }
});

test("a look at a link of root's says where it leads", (t) => {
  if (!needs(t, 'CAP_CHOWN')) return;
  const base = makeLinks(t);
  const fresh = new View('/proc/self/root', '/', fixedMounts(mounts), false);
  const jailed = new View(base, base, fixedMounts(mounts), true);
  for (const each of [fresh, jailed]) t.after(() => each.close());
  const targetOf = (path: string, each = fresh) => {
    const look = each.look(join(base, path));
    return look.kind === 'file' ? look.target : look.kind;
  };
  assert.equal(targetOf('usr/sbin'), join(base, 'usr/bin'));
  assert.equal(targetOf('usr/lib'), join(base, 'usr/bin'));
  assert.equal(targetOf('usr/lib', jailed), join(base, base, 'usr/bin'), 'below the root of a chroot');
  for (const path of ['usr/theirs', 'theirs/sbin', 'usr/bin/x', 'usr/bin']) assert.equal(targetOf(path), null, path);
});

test('an absolute link of a chroot stays in the chroot', (t) => {
  if (!needs(t, 'CAP_CHOWN')) return;
  const base = makeLinks(t);
  symlinkSync('/usr/bin', join(base, 'usr/libexec'));
  const jailed = new View(base, base, fixedMounts(mounts), true);
  t.after(() => jailed.close());
  assert.equal(
    jailed.look(join(base, 'usr/libexec/none')).kind,
    'unknown',
    'a link that leads to nothing says nothing',
  );
  const look = jailed.look(join(base, 'usr/libexec/x'));
  assert.ok(look.kind === 'file' && look.inode === statSync(join(base, 'usr/bin/x'), { bigint: true }).ino);
});

test('a look says what lstat says, and follows nothing', () => {
  const { dev, ino } = statSync(join(folder, 'real/deep/file'), { bigint: true });
  const look = view.look(`${folder}/real/deep/file`);
  assert.ok(look.kind === 'file' && look.device === dev && look.inode === ino);
  const link = view.look(`${folder}/real/link`);
  assert.ok(link.kind === 'file' && link.inode !== statSync('/etc/passwd', { bigint: true }).ino);
});

test('paths are those of the reader: below the root of a chroot, nothing else', () => {
  const jail = join(folder, 'real');
  const jailed = new View('/proc/self/root', jail, fixedMounts(mounts), true);
  assert.equal(jailed.mountPath(`${jail}/deep/file`), `${jail}/deep/file`);
  assert.equal(jailed.mountPath('/etc/passwd'), null);
  assert.equal(jailed.look('/etc/passwd').kind, 'unknown');
  assert.equal(jailed.look(`${jail}ly/x`).kind, 'unknown');
  jailed.close();
});

test('on a mount that no table knows nothing is looked at', () => {
  const blind = new View('/proc/self/root', '/', fixedMounts(new MountTable([])), false);
  assert.equal(blind.look(`${folder}/real/deep/file`).kind, 'unknown');
  blind.close();
});

test('views and looks leave no descriptor open', () => {
  const count = () => readdirSync('/proc/self/fd').length;
  const before = count();
  const views = new Views();
  const self = new OpenProcess('/proc', process.pid);
  const seen = views.of(self);
  assert.equal(views.of(self), seen, 'one view for all that see the same');
  for (const [, path] of rows) seen.look(path);
  const pins = new Set(mounts.onTheWay(folder).map(({ id }) => id)).size + 1;
  const most = before + 5 + pins;
  assert.ok(
    count() <= most,
    'the process, two mountinfos, the root, the last folder, and each mount that was asked for',
  );
  views.close();
  self.close();
  assert.equal(count(), before);
});

function startSleeper(t: TestContext): OpenProcess & { kill(): void } {
  const child = spawn('/usr/bin/sleep', ['600'], { stdio: 'ignore' });
  const kill = () => void child.kill('SIGKILL');
  const sleeper = Object.assign(new OpenProcess('/proc', child.pid!), { kill });
  t.after(() => {
    sleeper.close();
    kill();
  });
  return sleeper;
}

function newViews(t: TestContext): Views {
  const views = new Views();
  t.after(() => views.close());
  return views;
}

test('a process that ends while its view is made leaves no blind view to those that live', (t) => {
  const views = newViews(t);
  const sleeper = startSleeper(t);
  sleeper.openMountinfo = () => {
    sleeper.kill();
    while (sleeper.readRoot() !== null) {}
    return null;
  };
  const ended = views.of(sleeper);
  assert.equal(ended.look('/proc/version').kind, 'unknown');
  assert.equal(views.of(startSleeper(t)).look('/proc/version').kind, 'file');
});

test('a view begins nowhere but at the root that was read, in the mounts that were read', (t) => {
  const [real] = parseMountinfo(readBytes('/proc/self/mountinfo')).filter(({ mountPoint }) => mountPoint === '/');
  assert.ok(real);
  // The table as read from a process in a chroot, whose root is another mount.
  const jailed = new MountTable([
    { ...real, mountPoint: '/outside' },
    { ...real, id: real.id + 1_000_000 },
  ]);
  const remote = new MountTable([{ ...real, fsType: 'nfs4' }]);
  const jail = join(folder, 'real');
  const covered = new MountTable([real, { ...real, id: real.id + 1_000_000, mountPoint: jail }]);
  const inside = `${jail}/deep/file`;
  const rows: [name: string, view: View, path: string, kind: 'file' | 'unknown'][] = [
    ['as it is', new View('/proc/self/root', '/', fixedMounts(mounts), false), inside, 'file'],
    ['another root', new View('/etc', '/', fixedMounts(mounts), false), '/passwd', 'unknown'],
    ['the mounts of another root', new View('/proc/self/root', '/', fixedMounts(jailed), false), inside, 'unknown'],
    ['a root that is not local', new View('/proc/self/root', '/', fixedMounts(remote), false), inside, 'unknown'],
    ['a chroot', new View(jail, jail, fixedMounts(mounts), true), inside, 'file'],
    ['a chroot that another mount covers', new View(jail, jail, fixedMounts(covered), true), inside, 'unknown'],
  ];
  for (const [name, each, path, kind] of rows) {
    t.after(() => each.close());
    assert.deepEqual([each.look(path).kind, each.isSettled], [kind, kind === 'file'], name);
  }
});

test('mounts that were read while the root was another are nobody else’s', (t) => {
  const views = newViews(t);
  const jumping = startSleeper(t);
  jumping.openMountinfo = () => openSync('/dev/null', 'r');
  assert.equal(views.of(jumping).look('/proc/version').kind, 'unknown');
  assert.equal(views.of(startSleeper(t)).look('/proc/version').kind, 'file');
});

test('a process that leaves its namespace while its view is made lends it to nobody', (t) => {
  const views = newViews(t);
  const moving = startSleeper(t);
  // The namespace as it was read before the process left it.
  moving.readMountNamespace = () => 'mnt:[1]';
  const first = views.of(moving);
  assert.equal(first.isSettled, true);
  assert.notEqual(views.of(moving), first);
});
