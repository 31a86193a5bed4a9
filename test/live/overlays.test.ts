// Overlays: their mounter and their layers decide whether their files are looked at.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { halt } from '../support/halt.ts';
import { naiveLookHangs } from '../support/hostile.ts';
import { processOf, python, scan, start, workFolder } from '../support/live.ts';
import { needs } from '../support/needs.ts';
import { projectRoot } from '../support/project.ts';
import { until } from '../support/until.ts';

const users = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'unshare', '-Urm'] as const;
const roots = ['unshare', '--mount', '--propagation', 'private'] as const;
/** Commands that make a mount namespace without PID 1; the scan runs in that namespace as well. */
type Namespaces = typeof users | typeof roots;

/** Starts overlay-user.py, with files that another user may read. stop() makes the far layer hang. */
async function startUser(t: TestContext, namespaces: Namespaces, layer: 'near' | 'far', mode: string) {
  const folder = workFolder(t);
  for (const name of ['overlay-user.py', 'fuse-server.py', 'fuse_files.py']) {
    copyFileSync(join(projectRoot, 'test/support', name), join(folder, name));
    chmodSync(join(folder, name), 0o755);
  }
  const [place, device] = [join(folder, 'place'), join(folder, 'fuse')];
  mkdirSync(place);
  assert.equal(spawnSync('mknod', ['-m', '666', device, 'c', '10', '229']).status, 0);
  const argv = [...namespaces, python as string, join(folder, 'overlay-user.py'), device, place, layer, mode] as const;
  const env: Record<string, string> = namespaces === users ? { USERXATTR: '1' } : {};
  const child = await start(t, argv, { ready: true, env });
  const stop = () => {
    const server = Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8'));
    t.after(() => process.kill(server, 'SIGKILL'));
    return halt(server);
  };
  return { child, place, stop };
}

/** The two files as the scan reports them, each once. */
function filesOf(pid: number): [path: string | undefined, state: string, links: number | null][] {
  const found = processOf(scan('--pid', String(pid)), pid);
  const said = new Map(
    [...(found?.maps ?? []), ...(found?.fds ?? [])].map(({ path, state, links }) => [path, [state, links] as const]),
  );
  return [...said].map(([path, [state, links]]): [string | undefined, string, number | null] => [
    path?.split('/').at(-1),
    state,
    links,
  ]);
}

const silent: [name: string, namespaces: Namespaces][] = [
  ['of a user in namespaces of its own', users],
  ['of root in another mount namespace', roots],
];
for (const [name, namespaces] of silent) {
  test(`an overlay over a FUSE that never answers is unknown and not asked: ${name}`, async (t) => {
    if (!needs(t, 'python3', 'FUSE', 'CAP_MKNOD', ...(namespaces === users ? (['overlays of users'] as const) : [])))
      return;
    const { child, stop } = await startUser(t, namespaces, 'far', 'hold');
    await stop();
    assert.ok(naiveLookHangs(logOf(child.pid)));
    assert.deepEqual(filesOf(child.pid), [
      ['lib.so', 'unknown', null],
      ['x.log', 'unknown', null],
    ]);
  });
}

/** The descriptor of the log, as a path. */
function logOf(pid: number): string {
  const links = readdirSync(`/proc/${pid}/fd`).map((fd) => `/proc/${pid}/fd/${fd}`);
  return links.find((link) => readlinkSync(link).endsWith('/x.log (deleted)')) ?? assert.fail('no log');
}

test('an overlay that root mounted over folders, in a mount namespace of its own, is looked at', async (t) => {
  if (!needs(t, 'python3', 'mounts', 'CAP_MKNOD')) return;
  const { child } = await startUser(t, roots, 'near', 'hold');
  assert.deepEqual(
    filesOf(child.pid).map(([path, state]) => [path, state]),
    [
      ['lib.so', 'removed'],
      ['x.log', 'removed'],
    ],
  );
});

test('an overlay that a user mounted is unknown, since its layers could be anything', async (t) => {
  if (!needs(t, 'python3', 'overlays of users', 'CAP_MKNOD', 'CAP_SYS_PTRACE')) return;
  const { child } = await startUser(t, users, 'near', 'hold');
  assert.deepEqual(filesOf(child.pid), [
    ['lib.so', 'unknown', null],
    ['x.log', 'unknown', null],
  ]);
});

test('a mount id that is given to a tmpfs and to a silent overlay by turns: nobody waits', async (t) => {
  if (!needs(t, 'python3', 'FUSE', 'overlays of users', 'CAP_MKNOD')) return;
  const { child, stop } = await startUser(t, users, 'far', 'again');
  await stop();
  for (let turn = 0; turn < 5; turn++) {
    const found = processOf(scan('--pid', String(child.pid)), child.pid);
    assert.equal(found?.maps.length, 200);
  }
});

test('descriptors exchanged for an epoll whose lock is kept: nobody waits for the lock', async (t) => {
  if (!needs(t, 'python3', 'FUSE', 'overlays of users', 'CAP_MKNOD')) return;
  const { child, stop } = await startUser(t, users, 'far', 'epoll');
  await stop();
  let locked = false;
  child.stdout?.on('data', () => {
    locked = true;
  });
  child.stdin?.write('\n');
  await until('the lock is kept', () => locked);
  for (let turn = 0; turn < 5; turn++) {
    const found = processOf(scan('--pid', String(child.pid)), child.pid);
    assert.ok(found?.fds.every(({ path }) => path.endsWith('/gone.log')) ?? true);
  }
});
