// File systems that must not be asked, and files whose printed path means nothing here.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isRoot, processOf, python, scan, start, workFolder } from '../support/live.ts';
import { projectRoot } from '../support/project.ts';
import { skipUnless } from '../support/skip.ts';

const mapAndOpen =
  "import mmap,sys,time; l=open(sys.argv[1],'rb'); m=mmap.mmap(l.fileno(),4096,prot=5,flags=2); f=open(sys.argv[2],'ab'); print('ready',flush=True); time.sleep(600)";

/** A work folder in which mounts may be left: what is mounted below it goes first. */
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

test('a FUSE mount that never answers, and one lazily unmounted, are unknown and not asked', async (t) => {
  if (!skipUnless(t, isRoot && python !== null && existsSync('/dev/fuse'), 'needs root, python3 and /dev/fuse')) return;
  const folder = join(mountFolder(t, 'fuse'), 'fuse');
  const server = await start(t, [python as string, join(projectRoot, 'test/support/fuse-server.py'), folder], {
    ready: true,
  });
  const [library, log] = [join(folder, 'lib.so'), join(folder, 'x.log')];
  const child = await start(t, [python as string, '-c', mapAndOpen, library, log], { ready: true });
  unlinkSync(library);
  unlinkSync(log);
  server.kill('SIGSTOP');
  const facts = () => {
    const found = processOf(scan('--pid', String(child.pid)), child.pid);
    return [...(found?.maps ?? []), ...(found?.fds ?? [])].map(({ path, state, links }) => [path, state, links]);
  };
  // The library is mapped and open, twice (Python's mmap keeps a duplicate).
  const files = (library: string, log: string) =>
    [library, library, library, log].map((path) => [path, 'unknown', null]);
  assert.deepEqual(facts(), files(library, log));
  assert.equal(spawnSync('umount', ['-l', folder]).status, 0);
  assert.deepEqual(facts(), files('/lib.so', '/x.log'), 'a detached path is not looked up from our root');
});

test('on overlayfs the inode decides, and a file both mapped and open holds its bytes once', async (t) => {
  if (!skipUnless(t, isRoot && python !== null, 'needs root and python3')) return;
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
  if (!skipUnless(t, isRoot, 'needs root to read map_files')) return;
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
