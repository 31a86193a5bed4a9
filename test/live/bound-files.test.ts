// Files bound over a path, as in containers and sandboxed units: real mounts in the process's own namespace, whose source is
// replaced or removed outside. The path still shows the old file, but that file is gone.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Process, Report } from '../../src/documents/generated/report.ts';
import { processOf, runCli, scan, sleepProgram, someLibrary, start, untilMapped, workFolder } from '../support/live.ts';
import { needs } from '../support/needs.ts';
import { commandLine, linkProgram } from '../support/program.ts';
import { projectRoot } from '../support/project.ts';
import { skipUnless } from '../support/skip.ts';
import { until } from '../support/until.ts';

const wanted = ['unshare', 'mounts', 'stat map_files'] as const;

/** Runs a shell script in its own mount namespace. The last program of the script is the child itself. */
function startBound(t: TestContext, script: string, ...words: string[]) {
  const argv = ['unshare', '-m', '--propagation', 'private', 'sh', '-ec', script, 'sh', ...words] as const;
  return start(t, argv);
}

/** Makes a library, a program and a log, and the files that each is bound over. */
function makeFiles(folder: string) {
  const files = { library: 'lib.so', program: 'program', log: 'app.log' };
  for (const [kind, name] of Object.entries(files)) {
    for (const path of [join(folder, name), join(folder, `bound-${name}`)]) {
      if (kind === 'log') writeFileSync(path, '');
      else copyFileSync(kind === 'library' ? someLibrary() : sleepProgram(), path);
      chmodSync(path, 0o755);
    }
  }
  return Object.fromEntries(Object.entries(files).map(([kind, name]) => [kind, join(folder, name)])) as typeof files;
}

const bound = (path: string): string => path.replace(/[^/]*$/, (name) => `bound-${name}`);

/** Binds all three, maps the library, holds the log open with some bytes in it, and runs the program. */
const bindAll = `
mount --bind "$1" "$4"; mount --bind "$2" "$5"; mount --bind "$3" "$6"
exec 9>>"$6"; head -c 65536 /dev/zero >&9
LD_PRELOAD="$4" exec "$5" 600`;

async function startAll(t: TestContext, folder: string, script = bindAll) {
  const files = makeFiles(folder);
  const { library, program, log } = files;
  // The start of a process is known to a hundredth of a second, so the files must be older than that.
  await sleep(100);
  const child = await startBound(t, script, library, program, log, bound(library), bound(program), bound(log));
  await untilMapped(child.pid, 'lib.so');
  await until('the program runs', () => readFileSync(`/proc/${child.pid}/wchan`, 'utf8').includes('nanosleep'));
  return { child, files };
}

type Files = Awaited<ReturnType<typeof startAll>>['files'];

function replace(path: string): void {
  copyFileSync(path, `${path}.new`);
  renameSync(`${path}.new`, path);
}

const facts = (found: Process | undefined) =>
  [...(found?.maps ?? []), ...(found?.fds ?? [])].map(({ path, kind, role, state }) => [
    path.replace(/.*\//, ''),
    kind,
    role,
    state,
  ]);
const all = (state: string) => [
  ['bound-lib.so', 'library', 'code', state],
  ['bound-program', 'executable', 'code', state],
  ['bound-app.log', 'regular', 'log', state],
];

for (const [what, leave] of [
  ['replaced', replace],
  ['removed', unlinkSync],
] as const) {
  test(`a library, a program and a log, bound over a path, whose source is ${what}`, async (t) => {
    if (!needs(t, ...wanted)) return;
    const { child, files } = await startAll(t, workFolder(t));
    assert.equal(processOf(scan(), child.pid), undefined, 'clean before');
    for (const path of Object.values(files)) leave(path);
    const found = processOf(scan(), child.pid);
    assert.deepEqual(facts(found), all(what));
    assert.deepEqual(
      [found?.fds[0]?.held_bytes, found?.maps[0]?.links, found?.executable?.deleted],
      [65_536, 0, true],
      'as for any other file',
    );
    assert.ok([...(found?.maps ?? []), ...(found?.fds ?? [])].every(({ replaced_at }) => replaced_at !== null));
  });
}

for (const [name, own] of [
  ['lib_users', ({ library, program }: Files) => `${bound(library)},${bound(program)}`],
  ['fd_users', ({ log }: Files) => bound(log)],
] as const) {
  test(`bound files that were replaced: ${name} finds them, as the original does`, async (t) => {
    if (!needs(t, ...wanted)) return;
    const folder = workFolder(t);
    const { child, files } = await startAll(t, folder);
    for (const path of Object.values(files)) replace(path);
    const dropIn = linkProgram(folder, name);
    const lineOf = (text: string) => text.split('\n').find((line) => line.startsWith(`${child.pid};`));
    const ours = lineOf(runCli(['-m'], { path: dropIn }).stdout);
    assert.equal(ours, `${child.pid};${own(files)};${bound(files.program)} 600`);
    const original = join(projectRoot, '.venv/bin', name);
    if (!needs(t, 'lib_users')) return;
    assert.equal(ours, lineOf(spawnSync(original, ['-m'], { encoding: 'utf8' }).stdout));
  });
}

test('they are found without the privilege to read map_files', async (t) => {
  if (!needs(t, ...wanted)) return;
  const { child, files } = await startAll(t, workFolder(t));
  for (const path of Object.values(files)) replace(path);
  const sets = '-sys_admin,-checkpoint_restore';
  const lesser = ['setpriv', `--bounding-set=${sets}`, `--inh-caps=${sets}`, '--'];
  const argv = [...lesser, ...commandLine(['scan', '--no-config', '--format', 'json', '--pid', String(child.pid)])];
  const { stdout } = spawnSync(argv[0] ?? '', argv.slice(1), { encoding: 'utf8' });
  const found = processOf(JSON.parse(stdout) as Report, child.pid);
  assert.equal(found?.maps[0]?.links, null, 'map_files was refused');
  assert.deepEqual(facts(found), all('replaced'));
});

for (const [what, leave] of [
  ['replaced', 'cp "$1" "$1.new"; mv "$1.new" "$1"'],
  ['removed', 'rm "$1"'],
] as const) {
  test(`a bound file whose source is ${what} on a file system that only the process has`, async (t) => {
    if (!needs(t, ...wanted)) return;
    const folder = workFolder(t);
    const [source, over] = [join(folder, 'lib.so'), join(folder, 'over.so')];
    const script =
      'mount -t tmpfs none "$1"; cp "$2" "$3"; touch "$4"; mount --bind "$3" "$4"; LD_PRELOAD="$4" exec "$5" 600';
    const child = await startBound(t, script, folder, someLibrary(), source, over, sleepProgram());
    await untilMapped(child.pid, over);
    // The copying shell becomes the process itself, so a file that is gone within two seconds would count as its own unpacking.
    await sleep(2100);
    spawnSync('nsenter', [`--target=${child.pid}`, '--mount', 'sh', '-ec', leave, 'sh', source]);
    const [map] = processOf(scan('--pid', String(child.pid)), child.pid)?.maps ?? [];
    assert.deepEqual([map?.path, map?.role, map?.state], [over, 'code', what]);
  });
}

test('a file of a lower layer of an overlay keeps its link, and is found', async (t) => {
  if (!needs(t, ...wanted)) return;
  let base = '';
  // Hooks run in order: this one unmounts before another one removes the folder.
  t.after(() => spawnSync('umount', ['-l', join(base, 'merged'), base]));
  base = workFolder(t);
  // The layers of an overlay must not be on another overlay.
  spawnSync('mount', ['-t', 'tmpfs', 'lib-users-test', base]);
  for (const name of ['lower', 'upper', 'work', 'merged']) mkdirSync(join(base, name));
  makeFiles(join(base, 'lower'));
  const merged = join(base, 'merged');
  const layers = ['lower', 'upper', 'work'].map((name) => `${name}dir=${join(base, name)}`).join();
  const { status, stderr } = spawnSync('mount', ['-t', 'overlay', 'lib-users-test', '-o', layers, merged]);
  if (!skipUnless(t, status === 0, `no overlay here: ${stderr}`)) return;
  const [library, program] = [join(merged, 'lib.so'), join(merged, 'program')];
  const script = 'mount --bind "$1" "$3"; mount --bind "$2" "$4"; LD_PRELOAD="$3" exec "$4" 600';
  const child = await startBound(t, script, library, program, bound(library), bound(program));
  await untilMapped(child.pid, 'bound-lib.so');
  assert.equal(processOf(scan(), child.pid), undefined, 'clean before');
  replace(library);
  unlinkSync(program);
  const found = processOf(scan(), child.pid);
  assert.deepEqual(facts(found), [
    ['bound-lib.so', 'library', 'code', 'replaced'],
    ['bound-program', 'executable', 'code', 'removed'],
  ]);
  assert.deepEqual(
    found?.maps.map(({ links }) => links),
    [1, 1],
    'the link count says nothing here',
  );
});

/** Starts sleep(1) as `path`; the script has bound a file over that path. */
async function startProgram(t: TestContext, script: string, ...words: string[]) {
  const child = await startBound(t, script, ...words);
  await until('it sleeps', () => readFileSync(`/proc/${child.pid}/wchan`, 'utf8').includes('nanosleep'));
  return child;
}

/** In a shell line: waits for the child that was started last. */
const untilItSleeps = 'until grep -q nanosleep /proc/$!/wchan; do :; done';

/** The sleeping child of a process. */
async function childOf(t: TestContext, parent: number): Promise<number> {
  const read = () => Number(readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').split(' ')[0]);
  await until('it has a child', () => read() > 0);
  const pid = read();
  t.after(() => process.kill(pid, 'SIGKILL'));
  await until('it sleeps', () => readFileSync(`/proc/${pid}/wchan`, 'utf8').includes('nanosleep'));
  return pid;
}

function makeProgram(path: string): string {
  copyFileSync(sleepProgram(), path);
  chmodSync(path, 0o755);
  return path;
}

const programOf = (pid: number) => {
  const found = processOf(scan('--pid', String(pid)), pid);
  const map = found?.maps.find(({ kind }) => kind === 'executable');
  return map && [map.path, map.state];
};

test('a bound folder whose source was removed: the files below it', async (t) => {
  if (!needs(t, ...wanted)) return;
  const folder = workFolder(t);
  const [source, point] = [join(folder, 'app'), join(folder, 'point')];
  for (const path of [source, point]) mkdirSync(path);
  makeProgram(join(source, 'run'));
  const child = await startProgram(t, 'mount --bind "$1" "$2"; exec "$2/run" 600', source, point);
  rmSync(source, { recursive: true });
  assert.deepEqual(programOf(child.pid), [join(point, 'run'), 'removed']);
  mkdirSync(source);
  assert.deepEqual(programOf(child.pid), [join(point, 'run'), 'removed']);
  makeProgram(join(source, 'run'));
  assert.deepEqual(programOf(child.pid), [join(point, 'run'), 'replaced'], 'a restart would bind the new folder');
});

test('a bound file that is used directly too, and one that came back to its source', async (t) => {
  if (!needs(t, ...wanted)) return;
  const folder = workFolder(t);
  const [source, point, kept] = ['a', 'b', 'kept'].map((name) => join(folder, name)) as [string, string, string];
  for (const path of [source, point]) makeProgram(path);
  const inside = await startProgram(t, 'mount --bind "$1" "$2"; exec "$2" 600', source, point);
  const direct = await startProgram(t, 'exec "$1" 600', source);
  linkSync(source, kept);
  unlinkSync(source);
  assert.deepEqual(
    [programOf(inside.pid), programOf(direct.pid)],
    [
      [point, 'removed'],
      [source, 'removed'],
    ],
  );
  linkSync(kept, source);
  assert.deepEqual([programOf(inside.pid), programOf(direct.pid)], [undefined, undefined], 'the very file is back');
  replace(source);
  assert.deepEqual(
    [programOf(inside.pid), programOf(direct.pid)],
    [
      [point, 'replaced'],
      [source, 'replaced'],
    ],
  );
});

test('several mounts at one path, and a bound file that was renamed away first', async (t) => {
  if (!needs(t, ...wanted)) return;
  const folder = workFolder(t);
  const [a, b, point] = ['a', 'b', 'point'].map((name) => join(folder, name)) as [string, string, string];
  for (const path of [a, b, point]) makeProgram(path);
  const script = `mount --bind "$1" "$3"; "$3" 600 & ${untilItSleeps}; mount --bind "$2" "$3"; exec "$3" 600`;
  const upper = await startProgram(t, script, a, b, point);
  const lower = await childOf(t, upper.pid);
  renameSync(a, `${a}.old`);
  copyFileSync(`${a}.old`, a);
  assert.deepEqual([programOf(lower), programOf(upper.pid)], [undefined, undefined], 'no mark, no finding');
  replace(b);
  assert.deepEqual(
    [programOf(lower), programOf(upper.pid)],
    [undefined, [point, 'replaced']],
    'each has its own mount',
  );
  // The kernel detaches the upper mount too, because the lower file was its mount point.
  unlinkSync(`${a}.old`);
  assert.deepEqual(programOf(lower), [point, 'removed']);
});

test('a program bound over itself, as ExecPaths= does, whose path was replaced', async (t) => {
  if (!needs(t, ...wanted)) return;
  const program = makeProgram(join(workFolder(t), 'a program'));
  const child = await startProgram(t, 'mount --bind "$1" "$1"; exec "$1" 600', program);
  replace(program);
  assert.equal(readlinkSync(`/proc/${child.pid}/exe`), '/ (deleted)', 'the kernel says no more');
  const found = processOf(scan(), child.pid);
  const facts = { path: program, path_base64: null, path_source: 'command_line' };
  assert.deepEqual(found?.executable, { ...facts, deleted: true });
  const [map] = found?.maps ?? [];
  assert.deepEqual({ ...map, ...facts, state: 'replaced', role: 'code', kind: 'executable' }, map);
  assert.ok(map?.replaced_at, 'when the new program came');
});

test('a library and a log bound over themselves, whose paths were replaced, have no name', async (t) => {
  if (!needs(t, ...wanted)) return;
  const script = `mount --bind "$1" "$1"; mount --bind "$3" "$3"
exec 9>>"$3"; LD_PRELOAD="$1" exec "$2" 600`;
  const { child, files } = await startAll(t, workFolder(t), script);
  for (const path of [files.library, files.log]) replace(path);
  const found = processOf(scan(), child.pid);
  const gone = [...(found?.maps ?? []), ...(found?.fds ?? [])];
  assert.deepEqual(
    gone.map(({ path, path_source, state }) => [path.replace(/inode .*\)/, 'inode N)'), path_source, state]),
    Array(2).fill(['(mount point removed, inode N)', 'none', 'unknown']),
  );
  assert.equal(found?.maps[0]?.role, 'code');
  const text = runCli(['scan', '--no-config', '--format', 'text', '--pid', String(child.pid)]).stdout;
  assert.doesNotMatch(text, /(^|\s)\/([\s:,]|$)/m, 'no bare slash');
});

test('a mount that was lazily unmounted shows a path that means nothing', async (t) => {
  if (!needs(t, ...wanted)) return;
  const folder = workFolder(t);
  const [source, point] = [join(folder, 'app'), join(folder, 'point')];
  for (const path of [source, point]) mkdirSync(path);
  makeProgram(join(source, 'run'));
  const child = await startProgram(
    t,
    `mount --bind "$1" "$2"; "$2/run" 600 & ${untilItSleeps}; umount -l "$2"; exec sleep 600`,
    source,
    point,
  );
  const run = await childOf(t, child.pid);
  unlinkSync(join(source, 'run'));
  assert.deepEqual(programOf(run), ['/run', 'unknown'], 'not "removed" because our root holds no /run');
});
