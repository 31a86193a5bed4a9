// Real processes on this machine, whose files are really replaced and removed. The built CLI scans them.
import assert from 'node:assert/strict';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  fstatSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  processOf,
  python,
  runCli,
  scan,
  sleepProgram,
  someLibrary,
  start,
  startWithLibrary,
  untilMapped,
  workFolder,
} from '../support/live.ts';
import { missing, needs } from '../support/needs.ts';
import { copyProgram, programFile } from '../support/program.ts';
import { until } from '../support/until.ts';

function replace(path: string): void {
  copyFileSync(path, `${path}.new`);
  renameSync(`${path}.new`, path);
}

test('a library replaced by rename', async (t) => {
  const path = join(workFolder(t), 'lib demo.so');
  const child = await startWithLibrary(t, path.replace(' ', ''));
  const plain = path.replace(' ', '');
  const inode = statSync(plain, { bigint: true }).ino;
  assert.equal(processOf(scan(), child.pid), undefined, 'clean before');
  replace(plain);
  const found = processOf(scan(), child.pid);
  assert.equal(found?.maps.length, 1);
  const [map] = found?.maps ?? [];
  assert.deepEqual(
    {
      path: map?.path,
      kind: map?.kind,
      role: map?.role,
      state: map?.state,
      inode: map?.inode,
      executable: map?.executable,
    },
    { path: plain, kind: 'library', role: 'code', state: 'replaced', inode: String(inode), executable: true },
  );
  assert.ok(map?.replaced_at, 'says since when');
  if (missing('stat map_files') === null) assert.equal(map?.links, 0);
  assert.deepEqual(found?.command, [sleepProgram()]);
  assert.deepEqual(found?.executable, {
    path: sleepProgram(),
    path_base64: null,
    path_source: 'kernel',
    deleted: false,
  });
});

test('a library removed', async (t) => {
  const path = join(workFolder(t), 'libdemo.so');
  const child = await startWithLibrary(t, path);
  unlinkSync(path);
  assert.equal(processOf(scan(), child.pid)?.maps[0]?.state, 'removed');
});

for (const [what, leave] of [
  ['replaced', replace],
  ['removed', unlinkSync],
] as const) {
  test(`a library ${what}: replaced_at is when the old file lost its name, whatever is done to the new one`, async (t) => {
    if (!needs(t, 'stat map_files')) return;
    const path = join(workFolder(t), 'libdemo.so');
    const child = await startWithLibrary(t, path);
    const old = openSync(path, 'r');
    t.after(() => closeSync(old));
    // On overlayfs, that time is known only if the file certainly lost its name after the process began.
    await sleep(100);
    leave(path);
    const lost = Math.floor(fstatSync(old).ctimeMs / 1000) * 1000;
    await until('another second has begun', () => Date.now() > lost + 1000);
    if (what === 'replaced') chmodSync(path, 0o700);
    const [map] = processOf(scan('--pid', String(child.pid)), child.pid)?.maps ?? [];
    assert.deepEqual([map?.state, Date.parse(map?.replaced_at ?? '')], [what, lost]);
  });
}

test('a library that was made just before its process is code, not what the process made', async (t) => {
  const folder = workFolder(t);
  const paths = Array.from({ length: 20 }, (_, index) => join(folder, `libdemo${index}.so`));
  const pids: number[] = [];
  for (const path of paths) pids.push((await startWithLibrary(t, path)).pid);
  for (const path of paths) unlinkSync(path);
  // Each scan computes another hundredth of a second for the boot of the host.
  const roles = [scan(), scan(), scan()].flatMap((report) => pids.map((pid) => processOf(report, pid)?.maps[0]?.role));
  assert.deepEqual([...new Set(roles)], ['code'], roles.join());
});

test('a library replaced while another hard link stays', async (t) => {
  const path = join(workFolder(t), 'libdemo.so');
  const child = await startWithLibrary(t, path);
  linkSync(path, `${path}.kept`);
  replace(path);
  const [map] = processOf(scan(), child.pid)?.maps ?? [];
  assert.equal(map?.state, 'replaced');
  if (missing('stat map_files') === null) assert.equal(map?.links, 1);
});

test('renamed away and back is not gone; unlinked and linked back is not gone', async (t) => {
  const path = join(workFolder(t), 'libdemo.so');
  const child = await startWithLibrary(t, path);
  linkSync(path, `${path}.kept`);
  unlinkSync(path);
  linkSync(`${path}.kept`, path);
  assert.equal(processOf(scan(), child.pid), undefined);
});

test('a library really named `x (deleted)` is alive, and gone when it is gone', async (t) => {
  const folder = workFolder(t);
  const path = join(folder, 'libdemo.so (deleted)');
  copyFileSync(someLibrary(), path);
  if (!needs(t, 'python3')) return;
  const script =
    "import mmap,sys,time; f=open(sys.argv[1],'rb'); m=mmap.mmap(f.fileno(),0,prot=mmap.PROT_READ); f.close(); print('ready',flush=True); time.sleep(600)";
  const child = await start(t, [python!, '-c', script, path], { ready: true });
  assert.equal(processOf(scan(), child.pid), undefined);
  unlinkSync(path);
  assert.equal(processOf(scan(), child.pid)?.maps[0]?.path, path);
});

test('a deleted executable', async (t) => {
  const path = join(workFolder(t), 'my program');
  copyFileSync(sleepProgram(), path);
  chmodSync(path, 0o755);
  const child = await start(t, [path, '600']);
  await untilMapped(child.pid, path);
  unlinkSync(path);
  const found = processOf(scan(), child.pid);
  assert.deepEqual(found?.executable, { path, path_base64: null, path_source: 'kernel', deleted: true });
  assert.deepEqual(
    found?.maps.map(({ kind, role, state }) => ({ kind, role, state })),
    [{ kind: 'executable', role: 'code', state: 'removed' }],
  );
  assert.deepEqual(processOf(scan('--only', 'fds'), child.pid), undefined);
});

test('with fds alone a deleted program is named without the mark, and is no finding', async (t) => {
  const folder = workFolder(t);
  const [program, log] = [join(folder, 'my program'), join(folder, 'x.log')];
  copyFileSync(process.execPath, program);
  const script = "fs.openSync(process.argv[1],'a');console.log('ready');setInterval(()=>{},1e6)";
  const child = await start(t, [program, '-e', script, log], { ready: true });
  unlinkSync(program);
  unlinkSync(log);
  const report = scan('--only', 'fds');
  const found = processOf(report, child.pid);
  assert.deepEqual(found?.executable, { path: program, path_base64: null, path_source: 'kernel', deleted: true });
  assert.deepEqual([found.maps.length, found.fds.length], [0, 1]);
});

test('a held log, an unnamed file, and what holds no bytes any more', async (t) => {
  const folder = workFolder(t);
  const log = join(folder, 'x.log');
  const script = `
    const fs = require('node:fs');
    const [folder] = process.argv.slice(1);
    fs.writeSync(fs.openSync(folder + '/x.log', 'a'), 'x'.repeat(300000));
    fs.openSync(folder, fs.constants.O_RDWR | fs.constants.O_DIRECTORY | 0o20000000);
    fs.openSync(folder + '/kept', 'w');
    console.log('ready');
    setInterval(() => {}, 1e6);`;
  const child = await start(t, [process.execPath, '-e', script, folder], { ready: true });
  const { blocks, ino } = statSync(log, { bigint: true });
  linkSync(join(folder, 'kept'), join(folder, 'other'));
  unlinkSync(log);
  unlinkSync(join(folder, 'kept'));
  const report = scan();
  const fds = processOf(report, child.pid)?.fds ?? [];
  assert.deepEqual(
    fds.map(({ path, kind, role, state, held_bytes, access, append }) => ({
      path,
      kind,
      role,
      state,
      held_bytes,
      access,
      append,
    })),
    [
      {
        path: log,
        kind: 'regular',
        role: 'log',
        state: 'removed',
        held_bytes: Number(blocks) * 512,
        access: 'write',
        append: true,
      },
      {
        path: join(folder, 'kept'),
        kind: 'regular',
        role: 'file',
        state: 'removed',
        held_bytes: 0,
        access: 'write',
        append: false,
      },
    ],
  );
  assert.equal(fds[0]?.inode, String(ino));
  assert.equal(fds[0]?.size_bytes, 300000);
  assert.equal(fds[0]?.mount_point !== null && fds[0]?.fs_type !== null, true);
  assert.ok(
    report.scan.suppressed.some(({ rule, fds: count }) => rule === 'tmpfile' && count >= 1),
    'O_TMPFILE is counted',
  );
  const raw = processOf(scan('--no-default-rules'), child.pid)?.fds ?? [];
  assert.equal(raw.length, 3, 'and shown without the rules');
  assert.equal(raw.find((fd) => fd.path.includes('#'))?.role, 'scratch');
});

test('a memfd is suppressed and counted, in maps and fds', async (t) => {
  if (!needs(t, 'python3')) return;
  const script =
    "import os,mmap,time; f=os.memfd_create('my mem'); os.ftruncate(f,4096); m=mmap.mmap(f,4096); print('ready',flush=True); time.sleep(600)";
  const child = await start(t, [python!, '-c', script], { ready: true });
  const report = scan('--pid', String(child.pid));
  assert.equal(processOf(report, child.pid), undefined);
  const memfd = report.scan.suppressed.find(({ rule }) => rule === 'memfd');
  // Python's mmap keeps a duplicate of the descriptor.
  assert.deepEqual([memfd?.maps, memfd?.fds], [1, 2]);
  assert.equal(report.scan.complete, false, 'one pid is not the host');
});

test('a process in its own mount namespace is judged by its own view', async (t) => {
  if (!needs(t, 'mounts')) return;
  const folder = workFolder(t);
  const path = join(folder, 'inner', 'libdemo.so');
  mkdirSync(dirname(path));
  // The library exists only on a tmpfs that this process alone sees; the host has nothing at the path.
  const script = `mount -t tmpfs none "$1" && cp "$2" "$1/libdemo.so" && LD_PRELOAD="$1/libdemo.so" exec "$3" 600`;
  const child = await start(t, [
    '/usr/bin/unshare',
    '-m',
    '/bin/sh',
    '-c',
    script,
    'sh',
    dirname(path),
    someLibrary(),
    sleepProgram(),
  ]);
  await untilMapped(child.pid, path);
  assert.equal(existsSync(path), false);
  assert.equal(processOf(scan(), child.pid), undefined, 'alive in its own namespace');
  replace(join(`/proc/${child.pid}/root`, path));
  const found = processOf(scan(), child.pid);
  assert.equal(found?.maps[0]?.state, 'replaced');
  assert.equal(found?.container, null, 'a mount namespace alone is no container');
});

test('a chroot is judged below its own root', async (t) => {
  if (!needs(t, 'chroot')) return;
  const jail = workFolder(t);
  const probe = await start(t, [sleepProgram(), '600']);
  await untilMapped(probe.pid, 'libc.so');
  const files = new Set([sleepProgram(), '/usr/bin/env']);
  for (const [, path] of readFileSync(`/proc/${probe.pid}/maps`, 'latin1').matchAll(/ (\/\S*\.so\S*)$/gm))
    files.add(path ?? '');
  for (const path of files) {
    mkdirSync(join(jail, dirname(path)), { recursive: true });
    copyFileSync(path, join(jail, path));
  }
  for (const loader of ['/lib64/ld-linux-x86-64.so.2', '/lib/ld-linux-aarch64.so.1']) {
    if (!existsSync(loader)) continue;
    mkdirSync(join(jail, dirname(loader)), { recursive: true });
    copyFileSync(loader, join(jail, loader));
  }
  const lib = join(jail, 'usr/lib/libdemo.so');
  mkdirSync(dirname(lib), { recursive: true });
  copyFileSync(someLibrary(), lib);
  // Such a library exists only inside the jail.
  const preloaded = ['/usr/bin/env', 'LD_PRELOAD=/usr/lib/libdemo.so', sleepProgram(), '600'];
  const child = await start(t, ['/usr/sbin/chroot', jail, ...preloaded], {
    env: { LD_LIBRARY_PATH: [...files].map((path) => dirname(path)).join(':') },
  });
  await untilMapped(child.pid, lib);
  assert.equal(processOf(scan(), child.pid), undefined);
  replace(lib);
  const [map] = processOf(scan(), child.pid)?.maps ?? [];
  assert.equal(map?.path, lib, 'printed from our root');
  assert.equal(map?.state, 'replaced');
  rmSync(lib);
  // A link to the host's own libraries must not be followed.
  symlinkSync('/etc/passwd', lib);
  assert.equal(processOf(scan(), child.pid)?.maps[0]?.state, 'replaced');
  renameSync(join(jail, 'usr/lib'), join(jail, 'usr/lib.away'));
  symlinkSync('/usr/lib', join(jail, 'usr/lib'));
  assert.equal(processOf(scan(), child.pid)?.maps.find((entry) => entry.path === lib)?.state ?? 'unknown', 'unknown');
});

test('without root: what may be seen, the rest counted, one warning, exit 0', async (t) => {
  if (!needs(t, 'another user')) return;
  const path = copyProgram(workFolder(t));
  const answer = runCli(['scan', '--no-config', '--format', 'json'], { uid: 65534, path });
  assert.equal(answer.status, 0, answer.stderr);
  const report = JSON.parse(answer.stdout);
  assert.equal(report.scan.complete, false);
  assert.equal(report.scan.effective_uid, 65534);
  assert.ok(report.scan.processes.denied > 0);
  const { seen, ...parts } = report.scan.processes;
  assert.equal(
    seen,
    Object.values(parts as Record<string, number>).reduce((sum, count) => sum + count, 0),
  );
  assert.equal(answer.stderr.trim().split('\n').length, 1, answer.stderr);
  assert.match(answer.stderr, /warning.*root/);
});

test('a file over the path limit and odd names do not abort anything', async (t) => {
  const folder = workFolder(t);
  const path = join(folder, 'odd\n\u001b[31m name\\012.log');
  const script =
    "const fs=require('node:fs');fs.openSync(process.argv[1],'a');console.log('ready');setInterval(()=>{},1e6)";
  const child = await start(t, [process.execPath, '-e', script, path], { ready: true });
  unlinkSync(path);
  assert.equal(processOf(scan(), child.pid)?.fds[0]?.path, path);
  const text = runCli(['scan', '--no-config', '--format', 'text']).stdout;
  assert.ok(!text.includes('\u001b'), 'no escape reaches the terminal');
});

test('the scanner leaves itself out', () => {
  const report = scan();
  assert.ok(report.processes.every((process) => !process.command.some((word) => word.includes(programFile))));
});
