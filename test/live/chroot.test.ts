// Daemons that load their libraries and then chroot, like haproxy, bind and postfix. The kernel prints the libraries' paths from
// the root of the mount namespace, which is not the process's root.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmdirSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { processOf, python, scan, someLibrary, start, startWithLibrary, workFolder } from '../support/live.ts';
import { needs } from '../support/needs.ts';

const wanted = ['python3', 'chroot', 'mounts', 'stat map_files'] as const;

/** Maps two libraries, holds a third one open, and changes its root; a `parent` or a `child` stays outside. */
const daemon = `
import ctypes, os, sys, time
jail, fork, *paths = sys.argv[1:]
def lock_up():
    kept.append(open(paths[2], 'rb'))
    for path in paths[:2]: ctypes.CDLL(path)
    os.chroot(jail); os.chdir('/')
kept = []
if fork == 'parent' and os.fork() > 0: time.sleep(600)
if fork == 'child' and os.fork() == 0: time.sleep(600)
lock_up()
print('ready', flush=True)
time.sleep(600)`;

const files = ['replaced.so', 'removed.so', 'held.dat'];

/** @returns the pid of the chrooted process, with its files replaced and removed */
async function startJailed(
  t: TestContext,
  fork: 'parent' | 'child' | 'alone',
  own: boolean,
  jail = 'jail',
): Promise<number> {
  const folder = workFolder(t);
  mkdirSync(join(folder, jail), { recursive: true });
  const paths = files.map((name) => join(folder, name));
  for (const path of paths) copyFileSync(someLibrary(), path);
  const unshare = ['unshare', '-m', '--propagation', 'private', '--'] as const;
  const python3 = [python as string, '-c', daemon, join(folder, jail), fork, ...paths] as const;
  const parent = await start(t, own ? [...unshare, ...python3] : [...python3], { ready: true });
  const child = Number(readFileSync(`/proc/${parent.pid}/task/${parent.pid}/children`, 'utf8'));
  if (fork !== 'alone') t.after(() => process.kill(child, 'SIGKILL'));
  const pid = fork === 'parent' ? child : parent.pid;
  const [replaced = '', removed = '', held = ''] = paths;
  for (const path of [replaced, held]) {
    copyFileSync(path, `${path}.new`);
    renameSync(`${path}.new`, path);
  }
  unlinkSync(removed);
  return pid;
}

const statesOf = (pid: number) => {
  const found = processOf(scan(), pid);
  const all = [...(found?.maps ?? []), ...(found?.fds ?? [])].map(({ path, state }) => [
    path.replace(/.*\//, ''),
    state,
  ]);
  return Object.fromEntries(all);
};

const known = { 'replaced.so': 'replaced', 'removed.so': 'removed', 'held.dat': 'replaced' };
const rows: [name: string, fork: 'parent' | 'child' | 'alone', own: boolean, states: Record<string, string>][] = [
  ["in the scanner's mount namespace", 'alone', false, known],
  ['in a mount namespace of its own, whose parent is not locked up', 'parent', true, known],
  ['in a mount namespace of its own, in which some other process is not locked up', 'child', true, known],
  // No process sees that namespace from its root. The same path on the same file system counts as the same place, if a file is there.
  [
    'alone in a mount namespace of its own',
    'alone',
    true,
    { 'replaced.so': 'replaced', 'removed.so': 'unknown', 'held.dat': 'unknown' },
  ],
];
for (const [name, fork, own, states] of rows) {
  test(`files from outside of a chroot, ${name}`, async (t) => {
    if (!needs(t, ...wanted)) return;
    const pid = await startJailed(t, fork, own);
    assert.deepEqual(statesOf(pid), states);
  });
}

test('a file outside whose path begins as the path of the chroot does', async (t) => {
  if (!needs(t, ...wanted)) return;
  const pid = await startJailed(t, 'alone', false, 'rep');
  assert.deepEqual(statesOf(pid), known);
});

test('replaced_at of a chrooted process is known, if only the new file tells it', async (t) => {
  if (!needs(t, ...wanted)) return;
  const pid = await startJailed(t, 'alone', true);
  const map = processOf(scan(), pid)?.maps.find(({ path }) => path.endsWith('/replaced.so'));
  assert.deepEqual([map?.links, map?.replaced_at !== null], [null, true]);
});

test('a folder of root that became a symlink, as /usr/sbin did', async (t) => {
  // A link that another user may have made is not followed, and only map_files can tell which file another file is.
  if (!needs(t, 'stat map_files')) return;
  const folder = workFolder(t);
  const [bin, sbin] = [join(folder, 'bin'), join(folder, 'sbin')];
  for (const path of [bin, sbin]) mkdirSync(path);
  const [first, second] = [join(sbin, 'liba.so'), join(sbin, 'libb.so')];
  const one = await startWithLibrary(t, first);
  const two = await startWithLibrary(t, second);
  copyFileSync(first, join(bin, 'liba.so'));
  for (const path of [first, second]) unlinkSync(path);
  rmdirSync(sbin);
  symlinkSync('bin', sbin);
  assert.deepEqual([statesOf(one.pid), statesOf(two.pid)], [{ 'liba.so': 'replaced' }, { 'libb.so': 'removed' }]);
});
