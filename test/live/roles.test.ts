// Evidence of real processes -> roles of gone files, and the results of plan, check and metrics.

import assert from 'node:assert/strict';
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Plan } from '../../src/documents/generated/plan.ts';
import type { Report } from '../../src/documents/generated/report.ts';
import { run } from '../guest/run.ts';
import { processOf, python, runCli, scan, someLibrary, start, workFolder } from '../support/live.ts';
import { needs } from '../support/needs.ts';
import { temporaryFolder } from '../support/temporary.ts';

function planOf(pid: number): Plan {
  const answer = runCli(['plan', '--no-config', '--no-systemctl', '--format', 'json', '--pid', String(pid)]);
  assert.equal(answer.status, 0, answer.stderr);
  return JSON.parse(answer.stdout) as Plan;
}

/** `code replaced PATH` for each gone file that the process uses. */
function rolesOf(pid: number): string[] {
  const found = processOf(scan('--pid', String(pid)), pid);
  return [...(found?.maps ?? []), ...(found?.fds ?? [])].map(({ role, state, path }) => `${role} ${state} ${path}`);
}

/** `library_replaced PATH` for each reason of an action. */
function reasonsOf(pid: number): string[] {
  return planOf(pid).actions.flatMap(({ because }) => because.map(({ code, path }) => `${code} ${path}`));
}

/** Renames another file over it, as an installer does. */
function replace(path: string): void {
  copyFileSync(path, `${path}.new`);
  renameSync(`${path}.new`, path);
}

/** Runs a Python program that prints `ready` and stays. */
async function startPython(t: TestContext, program: string, ...args: string[]) {
  const stay = "\nprint('ready', flush=True)\ntime.sleep(600)\n";
  return start(t, [python ?? '', '-c', `import ctypes, os, shutil, sys, time\n${program}${stay}`, ...args], {
    ready: true,
  });
}

async function makeJar(folder: string, name: string): Promise<string> {
  const source = join(folder, `${name}.java`);
  const body =
    name === 'Main' ? 'System.out.println(new Part()); Thread.sleep(600000);' : 'System.out.println("nothing");';
  writeFileSync(source, `class ${name} { public static void main(String[] a) throws Exception { ${body} } }`);
  await run(['javac', '-d', folder, '-cp', folder, source]);
  await run(['jar', 'cf', join(folder, `${name}.jar`), '-C', folder, `${name}.class`]);
  return join(folder, `${name}.jar`);
}

test('jars of a JVM: replaced by rename, and removed since the new one has another name', async (t) => {
  if (!needs(t, 'java', 'javac')) return;
  const folder = workFolder(t);
  const part = await makeJar(folder, 'Part');
  const main = await makeJar(folder, 'Main');
  for (const name of ['Part', 'Main']) unlinkSync(join(folder, `${name}.class`));
  const { pid } = await start(t, ['java', '-cp', `${main}:${part}`, 'Main'], { ready: true });
  assert.deepEqual(rolesOf(pid), [], 'clean before');
  replace(main);
  copyFileSync(part, join(folder, 'Part-2.jar'));
  unlinkSync(part);
  assert.deepEqual(rolesOf(pid).sort(), [`code removed ${part}`, `code replaced ${main}`]);
  assert.deepEqual(reasonsOf(pid), [`library_replaced ${main}`, `library_removed ${part}`]);
});

test('a jar that a backup reads is no code of the backup', async (t) => {
  if (!needs(t, 'python3')) return;
  const jar = join(workFolder(t), 'x.jar');
  writeFileSync(jar, 'x');
  const { pid } = await startPython(t, 'f = open(sys.argv[1])', jar);
  replace(jar);
  assert.deepEqual(rolesOf(pid), [`file replaced ${jar}`]);
  assert.deepEqual(reasonsOf(pid), []);
});

for (const shell of ['bash', 'dash', 'zsh'] as const) {
  test(`the script of a running ${shell}`, async (t) => {
    if (!needs(t, shell)) return;
    const script = join(workFolder(t), 'run');
    writeFileSync(script, `#!/bin/${shell}\necho ready\nread line\n`, { mode: 0o755 });
    const { pid } = await start(t, [script], { ready: true });
    assert.deepEqual(rolesOf(pid), [], 'clean before');
    replace(script);
    assert.deepEqual(rolesOf(pid), [`code replaced ${script}`]);
    assert.deepEqual(reasonsOf(pid), [`library_replaced ${script}`]);
  });
}

/** Makes a library, certainly after its own start, loads it, and unlinks it some seconds later. */
const unpack = `
time.sleep(0.1)
shutil.copy(sys.argv[1], sys.argv[2])
ctypes.CDLL(sys.argv[2])
time.sleep(float(sys.argv[3]))
os.unlink(sys.argv[2])`;

test('a library that a process unpacked, loaded and unlinked is scratch, wherever it lay', async (t) => {
  if (!needs(t, 'python3', 'stat map_files')) return;
  const folder = temporaryFolder(t, {}, '/opt');
  const { pid } = await startPython(t, unpack, someLibrary(), join(folder, 'x.so'), '0');
  assert.deepEqual(rolesOf(pid), [`scratch removed ${folder}/x.so`]);
  assert.deepEqual(planOf(pid).actions, []);
});

test('one that lay there for longer is code, but not in a folder for what is unpacked', async (t) => {
  if (!needs(t, 'python3', 'stat map_files')) return;
  const folder = workFolder(t);
  mkdirSync(join(folder, 'temp'));
  const [plugin, unpacked] = await Promise.all(
    ['x.so', 'temp/x.so'].map((name) => startPython(t, unpack, someLibrary(), join(folder, name), '2.5')),
  );
  assert.deepEqual(rolesOf(plugin!.pid), [`code removed ${folder}/x.so`]);
  assert.deepEqual(rolesOf(unpacked!.pid), [`scratch removed ${folder}/temp/x.so`]);
});

test('a library that a forked child has of its parent is scratch of the child too', async (t) => {
  // overlayfs may show the ctime of a lower layer, so a ctime from before the child's start proves nothing.
  if (!needs(t, 'python3', 'stat map_files', 'no overlayfs')) return;
  const path = join(workFolder(t), 'x.so');
  const fork = `${unpack}
time.sleep(0.1)
child = os.fork()
if child == 0: time.sleep(600)
open(sys.argv[4], 'w').write(str(child))`;
  const note = join(workFolder(t), 'pid');
  const { pid } = await startPython(t, fork, someLibrary(), path, '0', note);
  const child = Number(readFileSync(note, 'utf8'));
  t.after(() => process.kill(child, 'SIGKILL'));
  assert.deepEqual([rolesOf(pid), rolesOf(child)], [[`scratch removed ${path}`], [`scratch removed ${path}`]]);
});

const size = 200 * 1024 * 1024;
/** Makes a file of that size, and unlinks it. */
const hold = `
f = open(sys.argv[1], 'w+b')
os.posix_fallocate(f.fileno(), 0, int(sys.argv[2]))
os.unlink(sys.argv[1])`;

/** The file system may need a block more, for a file in many pieces. */
function heldBytesOf(pid: number, path: string): number {
  const folder = `/proc/${pid}/fd`;
  const held = readdirSync(folder).find((fd) => readlinkSync(join(folder, fd)) === `${path} (deleted)`);
  return statSync(join(folder, held ?? assert.fail('it is not held'))).blocks * 512;
}

test('a large file that a process made and unlinked is no scratch: plan, check and metrics say what it holds', async (t) => {
  if (!needs(t, 'python3')) return;
  const path = join(workFolder(t), 'f');
  const { pid } = await startPython(t, hold, path, String(size));
  const held = heldBytesOf(pid, path);
  assert.ok(held >= size);
  const report = scan('--pid', String(pid));
  assert.deepEqual(rolesOf(pid), [`file removed ${path}`]);
  const plan = planOf(pid);
  assert.deepEqual(plan.actions, [], 'nothing is restarted for it');
  // If systemd runs, the test itself may be in a unit or a session, and then the action is the end of that one.
  const isOwn = processOf(report, pid)?.unit === null;
  const end = isOwn ? 'the end of the process' : '(?:a restart|the end) of [^;]+';
  assert.match(plan.ignored[0]?.reason ?? '', new RegExp(`; ${end} frees 200\\.0 MiB$`));
  assert.equal(plan.ignored[0]?.held_bytes, held);
  assert.deepEqual(
    plan.held?.map(({ process, held_bytes, held_memory_bytes }) => [process?.pid, held_bytes, held_memory_bytes]),
    [[isOwn ? pid : undefined, held, 0]],
  );
  const folder = temporaryFolder(t, { 'report.json': JSON.stringify(report) });
  const check = runCli(['check', join(folder, 'report.json'), '--no-config', '--fail-on', 'any', '--format', 'nagios']);
  assert.equal(check.status, 1, check.stdout);
  assert.match(check.stdout, /^LIB_USERS WARNING/);
  const metrics = runCli(['check', join(folder, 'report.json'), '--no-config', '--format', 'openmetrics']).stdout;
  const labels = isOwn ? 'scope="",unit="",user=""' : '[^}]*';
  assert.match(metrics, new RegExp(`^lib_users_held_bytes\\{${labels}\\} ${held}$`, 'm'));
});

test('in /tmp a small file that a process unlinked is scratch, and a large one is not', async (t) => {
  if (!needs(t, 'python3')) return;
  const folder = temporaryFolder(t, {}, '/tmp');
  const small = await startPython(t, hold, join(folder, 'small'), '8192');
  const large = await startPython(t, hold, join(folder, 'large'), String(8 * 1024 * 1024));
  assert.deepEqual(rolesOf(small.pid), [`scratch removed ${folder}/small`]);
  assert.deepEqual(rolesOf(large.pid), [`file removed ${folder}/large`]);
});

test('a file without a name is hidden by a rule while it is small', async (t) => {
  if (!needs(t, 'python3')) return;
  const unnamed = `
f = os.open(sys.argv[1], os.O_RDWR | os.O_TMPFILE)
os.posix_fallocate(f, 0, int(sys.argv[2]))`;
  const folder = workFolder(t);
  const small = await startPython(t, unnamed, folder, '8192');
  const large = await startPython(t, unnamed, folder, String(8 * 1024 * 1024));
  assert.deepEqual(rolesOf(small.pid), []);
  assert.deepEqual(
    rolesOf(large.pid).map((line) => line.replace(/[0-9]+$/, 'INODE')),
    [`file removed ${folder}/#INODE`],
  );
});

const held: readonly [what: string, name: string, mode: string, role: string, reason: RegExp | null][] = [
  ['a log that is appended to', 'a.log', 'a', 'log', null],
  ['a log that is written from its beginning', 'gc.log', 'w', 'log', null],
  ['a log that is only read', 'a.log', 'r', 'file', /^a log by its name, but not written as one/],
  ["Redis' append-only file", 'db.1.incr.aof', 'a', 'file', /^a file of a database/],
  ["a segment of Kafka's in a folder of the name logs", 'logs/t-0/00000000000000000000.log', 'r+', 'file', /database/],
  ["a segment of Kafka's in another folder", 'data/t-0/00000000000000000000.log', 'r+', 'file', /database/],
  ['a dump that leaks', 'dump.rdb', 'w', 'file', /^a file of a database/],
  ['anything else', 'table', 'r+', 'file', /^held open, and neither a log nor code/],
];
for (const [what, name, mode, role, reason] of held) {
  test(`${what} is ${role}`, async (t) => {
    if (!needs(t, 'python3')) return;
    const path = join(workFolder(t), name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, 'x'.repeat(9000));
    const { pid } = await startPython(t, 'f = open(sys.argv[1], sys.argv[2])', path, mode);
    unlinkSync(path);
    assert.deepEqual(rolesOf(pid), [`${role} removed ${path}`]);
    const { actions, ignored } = planOf(pid);
    // The log of a person who is no service may be for nobody to act on: test/hostile/handed-files.test.ts.
    if (reason === null && process.geteuid?.() !== 0) return assert.equal(actions.length + ignored.length, 1);
    assert.deepEqual([actions.length, ignored.length], reason === null ? [1, 0] : [0, 1]);
    if (reason !== null) assert.match(ignored[0]!.reason, reason);
  });
}

test('files held on tmpfs are memory, and not disk space', async (t) => {
  if (!needs(t, 'python3', 'mounts')) return;
  const folder = workFolder(t);
  const program = `
f = open(sys.argv[1], 'a')
f.write('x' * (3 << 20)); f.flush()
os.unlink(sys.argv[1])
print('ready', flush=True); time.sleep(600)`;
  const mount = 'mount -t tmpfs none "$1" && shift && exec "$@"';
  const path = join(folder, 'a.log');
  const command = [python ?? '', '-c', `import os, sys, time${program}`, path] as const;
  const { pid } = await start(t, ['unshare', '--mount', 'sh', '-c', mount, 'sh', folder, ...command], { ready: true });
  const report: Report = scan('--pid', String(pid));
  const bytes = 3 << 20;
  assert.deepEqual([report.summary.held_bytes, report.summary.held_memory_bytes], [bytes, bytes]);
  const text = runCli(['scan', '--no-config', '--no-systemctl', '--format', 'text', '--pid', String(pid)]).stdout;
  assert.match(text, /holds 3\.0 MiB of memory\./);
  assert.match(text, /\(3\.0 MiB of\s+memory held\)/);
  assert.doesNotMatch(text, /of disk/);
});

test('a host with nothing but scratch is not introduced as one that runs on gone files', async (t) => {
  if (!needs(t, 'python3')) return;
  const { pid } = await startPython(t, hold, join(temporaryFolder(t, {}, '/tmp'), 'x'), '8192');
  const text = runCli(['scan', '--no-config', '--no-systemctl', '--format', 'text', '--pid', String(pid)]).stdout;
  assert.match(text, /No program or library in use is gone: 1 process uses scratch files/);
  assert.doesNotMatch(text, /files that are gone/);
});
