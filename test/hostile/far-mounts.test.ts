// File systems that must not be asked, and files whose printed path means nothing in our namespace.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { halt } from '../support/halt.ts';
import { naiveLookHangs, startCreature } from '../support/hostile.ts';
import { processOf, python, scan, sleepProgram, start, workFolder } from '../support/live.ts';
import { needs } from '../support/needs.ts';
import { projectRoot } from '../support/project.ts';
import { until } from '../support/until.ts';

const mapAndOpen =
  "import mmap,sys,time; l=open(sys.argv[1],'rb'); m=mmap.mmap(l.fileno(),4096,prot=5,flags=2); f=open(sys.argv[2],'ab'); print('ready',flush=True); time.sleep(600)";

/** A work folder in which mounts may be left: at the end they are unmounted before the folder is removed. */
function mountFolder(t: TestContext, ...points: string[]): string {
  let folder = '';
  t.after(() => {
    for (const point of points) spawnSync('umount', ['-l', join(folder, point)]);
  });
  folder = workFolder(t);
  for (const point of points) mkdirSync(join(folder, point));
  return folder;
}

function mount(...args: string[]): void {
  const { status, stderr } = spawnSync('mount', args, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
}

/**
 * A FUSE mount of a kind, whose files have `content`. stop() makes the mount hang like one of a dead NFS server. The hang ends
 * after a minute, so that a scan that waits for it fails its own test and delays no other one.
 */
async function farMount(t: TestContext, type: string, content = sleepProgram()) {
  const folder = join(mountFolder(t, 'far'), 'far');
  const program = join(projectRoot, 'test/support/fuse-server.py');
  const argv = ['/usr/bin/timeout', '-s', 'KILL', '60', python as string, program, folder, content, type] as const;
  const { pid } = await start(t, argv, { ready: true });
  const server = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'));
  t.after(() => process.kill(server, 'SIGKILL'));
  return { folder, stop: () => halt(server) };
}

test('a FUSE mount that never answers, and one lazily unmounted, are unknown and not asked', async (t) => {
  if (!needs(t, 'python3', 'FUSE')) return;
  const { folder, stop } = await farMount(t, 'fuse');
  const [library, log] = [join(folder, 'lib.so'), join(folder, 'x.log')];
  const child = await start(t, [python as string, '-c', mapAndOpen, library, log], { ready: true });
  unlinkSync(library);
  unlinkSync(log);
  await stop();
  const facts = () => {
    const found = processOf(scan('--pid', String(child.pid)), child.pid);
    return [...(found?.maps ?? []), ...(found?.fds ?? [])].map(({ path, state, links }) => [path, state, links]);
  };
  // The library is mapped, and open twice, because Python's mmap keeps a duplicate.
  const files = (library: string, log: string) =>
    [library, library, library, log].map((path) => [path, 'unknown', null]);
  assert.deepEqual(facts(), files(library, log));
  assert.equal(spawnSync('umount', ['-l', folder]).status, 0);
  assert.deepEqual(facts(), files('/lib.so', '/x.log'), 'a detached path is not looked up from our root');
});

test('a program run from a dead mount is unknown, and nobody asks for it', async (t) => {
  if (!needs(t, 'python3', 'FUSE')) return;
  const { folder, stop } = await farMount(t, 'fuse.sshfs');
  const child = await start(t, [join(folder, 'lib.so'), '600']);
  await until('it sleeps', () => readFileSync(`/proc/${child.pid}/wchan`, 'utf8').includes('nanosleep'));
  unlinkSync(join(folder, 'lib.so'));
  await stop();
  assert.ok(naiveLookHangs(`/proc/${child.pid}/exe`));
  const found = processOf(scan(), child.pid);
  assert.deepEqual(found?.executable, {
    path: join(folder, 'lib.so'),
    path_base64: null,
    path_source: 'kernel',
    deleted: true,
  });
  assert.deepEqual(
    found.maps.map(({ kind, state, links }) => [kind, state, links]),
    [['executable', 'unknown', null]],
  );
});

test('a process whose root is a dead mount: its files outside of the mount are looked up without asking the mount', async (t) => {
  if (!needs(t, 'python3', 'FUSE')) return;
  const { folder, stop } = await farMount(t, 'fuse.sshfs');
  const library = join(workFolder(t), 'libdemo.so');
  const script = `import os; f=os.open(sys.argv[1],os.O_RDWR|os.O_CREAT); os.write(f,b'x'*4096); m=mmap.mmap(f,4096,prot=5,flags=2); os.chroot(sys.argv[2])`;
  const ready = "print('ready',flush=True); time.sleep(600)";
  const argv = [python as string, '-c', `import mmap,sys,time; ${script}; ${ready}`, library, folder] as const;
  const child = await start(t, argv, { ready: true });
  unlinkSync(library);
  await stop();
  assert.ok(naiveLookHangs(`/proc/${child.pid}/root/lib.so`));
  const found = processOf(scan(), child.pid);
  assert.deepEqual(
    [...new Set([...(found?.maps ?? []), ...(found?.fds ?? [])].map(({ state }) => state))],
    ['removed'],
  );
  assert.ok(
    found?.fds.every(({ held_bytes }) => held_bytes === 4096),
    'the descriptor is local, whatever the root is',
  );
});

test('a path below an automount trigger that never answers is unknown, and triggers nothing', async (t) => {
  if (!needs(t, 'mounts', 'python3')) return;
  const folder = join(mountFolder(t, 'auto'), 'auto');
  const [library, log] = [join(folder, 'lib.so'), join(folder, 'x.log')];
  writeFileSync(library, 'x'.repeat(4096));
  const child = await start(t, [python as string, '-c', mapAndOpen, library, log], { ready: true });
  unlinkSync(library);
  unlinkSync(log);
  await start(t, [python as string, join(projectRoot, 'test/support/autofs-trigger.py'), folder], { ready: true });
  assert.ok(naiveLookHangs(library));
  const found = processOf(scan(), child.pid);
  assert.deepEqual(
    [...(found?.maps ?? []), ...(found?.fds ?? [])].map(({ path, state }) => [path, state]),
    [library, library, library, log].map((path) => [path, 'unknown']),
  );
});

test('a command line laid over the memory of a dead mount is not read, and nobody waits for it', async (t) => {
  if (!needs(t, 'python3', 'FUSE')) return;
  const { folder, stop } = await farMount(t, 'fuse');
  const { child, library } = await startCreature(t, 'words_from', join(folder, 'lib.so'), 'x'.repeat(20_000));
  unlinkSync(library);
  await stop();
  const found = processOf(scan('--command-line', 'full'), child.pid);
  assert.equal(found?.maps[0]?.path, library);
  assert.ok(found.command.join('\0').length < 20_000);
});

test('a mapping exchanged for one of a dead mount while it is looked at: nobody waits', async (t) => {
  if (!needs(t, 'python3', 'FUSE')) return;
  const { folder, stop } = await farMount(t, 'fuse');
  const { child, library } = await startCreature(t, 'remapping', join(folder, 'lib.so'));
  await stop();
  let met = 0;
  // On a busy machine the process may show its local mapping seldom.
  for (let turn = 0; turn < 8 || (met === 0 && turn < 60); turn++) {
    const [map] = processOf(scan('--pid', String(child.pid)), child.pid)?.maps ?? [];
    if (map?.path === library) met++;
  }
  assert.ok(met > 0, 'the local file was met');
});

test('a process that keeps its memory map locked is named, and what it uses counts as unseen', async (t) => {
  if (!needs(t, 'python3', 'FUSE')) return;
  const { folder, stop } = await farMount(t, 'fuse');
  const { child, library } = await startCreature(t, 'locking', join(folder, 'lib.so'));
  unlinkSync(library);
  await stop();
  child.stdin?.write('\n');
  const waits = () =>
    spawnSync('cat', [`/proc/${child.pid}/cmdline`], { timeout: 2000, killSignal: 'SIGKILL', stdio: 'ignore' })
      .signal !== null;
  await until('its command line cannot be read', waits);
  const { blocked, complete, unseen } = scan('--pid', String(child.pid)).scan;
  assert.deepEqual(
    blocked?.map(({ pid, user }) => [pid, user?.uid]),
    [[child.pid, process.geteuid?.()]],
  );
  assert.equal(complete, false);
  assert.deepEqual(
    unseen?.map((owner) => [owner.user?.uid, owner.blocked]),
    [[process.geteuid?.(), 1]],
  );
});

test('on overlayfs the inode decides, and a file both mapped and open holds its bytes once', async (t) => {
  if (!needs(t, 'mounts', 'python3')) return;
  const folder = mountFolder(t, 'merged', 'layers');
  const at = (...names: string[]) => join(folder, ...names);
  mkdirSync(at('lower'));
  mount('-t', 'tmpfs', 'none', at('layers'));
  mkdirSync(at('layers/upper'));
  mkdirSync(at('layers/work'));
  const layers = `lowerdir=${at('lower')},upperdir=${at('layers/upper')},workdir=${at('layers/work')}`;
  mount('-t', 'overlay', 'none', '-o', layers, at('merged'));
  const library = at('merged/lib.so');
  const keep = (script: string) => spawnSync('/bin/sh', ['-c', script], { cwd: at('merged') });
  keep('head -c 8192 /dev/zero > lib.so');
  const child = await start(t, [python as string, '-c', mapAndOpen, library, at('merged/x.log')], { ready: true });
  keep('mv lib.so away && mv away lib.so');
  assert.equal(processOf(scan('--pid', String(child.pid)), child.pid), undefined, 'renamed back');
  keep('cp lib.so new && mv new lib.so');
  const report = scan('--pid', String(child.pid));
  const found = processOf(report, child.pid);
  assert.deepEqual(
    found?.maps.map(({ path, state }) => [path, state]),
    [[library, 'replaced']],
  );
  assert.equal(report.summary.held_bytes, 8192);
});

test('a program whose name has a newline is one finding', async (t) => {
  if (!needs(t, 'readlink map_files')) return;
  const path = join(workFolder(t), 'my\nprogram');
  spawnSync('cp', ['/bin/sleep', path]);
  const child = await start(t, [path, '600']);
  unlinkSync(path);
  const found = processOf(scan('--pid', String(child.pid)), child.pid);
  assert.deepEqual(
    found?.maps.map(({ path, kind, mappings }) => [path, kind, mappings > 0]),
    [[path, 'executable', true]],
  );
});
