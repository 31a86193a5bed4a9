import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { LibUsersError } from '../src/errors.ts';
import { targetName, writeOutputs } from '../src/output.ts';
import { needs } from './support/needs.ts';
import { temporaryFolder } from './support/temporary.ts';

function write(path: string, text = 'new\n'): void {
  writeOutputs([{ path, text }]);
}

function unwritable(message: RegExp) {
  return (error: unknown) =>
    error instanceof LibUsersError &&
    error.code === 'output_unwritable' &&
    error.exitCode === 3 &&
    message.test(error.message);
}

test('a new file has the mode that the umask leaves, and nothing else is left behind', (t) => {
  const folder = temporaryFolder(t);
  const old = process.umask(0o027);
  t.after(() => process.umask(old));
  write(join(folder, 'report.json'));
  assert.equal(readFileSync(join(folder, 'report.json'), 'utf8'), 'new\n');
  assert.equal(statSync(join(folder, 'report.json')).mode & 0o7777, 0o640);
  assert.deepEqual(readdirSync(folder), ['report.json']);
});

test('a file that is there keeps its mode and is replaced as a whole', (t) => {
  const folder = temporaryFolder(t, { 'report.json': 'old, and much longer than the new one\n' });
  const file = join(folder, 'report.json');
  chmodSync(file, 0o604);
  const { ino } = statSync(file);
  write(file);
  assert.equal(readFileSync(file, 'utf8'), 'new\n');
  assert.equal(statSync(file).mode & 0o7777, 0o604);
  assert.notEqual(statSync(file).ino, ino);
});

test('a file that is there keeps its group', (t) => {
  if (!needs(t, 'CAP_CHOWN')) return;
  const file = join(temporaryFolder(t, { 'report.json': 'old' }), 'report.json');
  chownSync(file, 0, 65534);
  write(file);
  assert.deepEqual([statSync(file).uid, statSync(file).gid], [0, 65534]);
});

test('a new file has the mode that was asked for, and a file that is there keeps its own', (t) => {
  const folder = temporaryFolder(t, { old: 'old' });
  chmodSync(join(folder, 'old'), 0o644);
  const paths = ['old', 'new'].map((name) => join(folder, name));
  writeOutputs(paths.map((path) => ({ path, text: 'new', mode: 0o600 })));
  assert.deepEqual(
    paths.map((path) => statSync(path).mode & 0o7777),
    [0o644, 0o600],
  );
});

test("another user's file and FIFO are refused, and stay as they were", (t) => {
  if (!needs(t, 'CAP_CHOWN')) return;
  const folder = temporaryFolder(t, { file: 'old' });
  execFileSync('mkfifo', [join(folder, 'fifo')]);
  for (const [name, message] of [
    ['file', /file is a file of another user \(uid 65534\)/],
    ['fifo', /fifo is a FIFO of another user \(uid 65534\)/],
  ] as const) {
    const path = join(folder, name);
    chownSync(path, 65534, 65534);
    // A reader, so that the FIFO could be opened for writing.
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    t.after(() => closeSync(reader));
    assert.throws(() => write(path), unwritable(message));
    assert.equal(readFileSync(reader, 'utf8'), name === 'file' ? 'old' : '');
    assert.equal(statSync(path).uid, 65534);
  }
  assert.deepEqual(readdirSync(folder).sort(), ['fifo', 'file']);
});

// The owner of a folder exchanges what is in it (renameat2(2), RENAME_EXCHANGE) between the look at the name and its opening.
const exchange = `
import ctypes, os, sys
libc = ctypes.CDLL(None)
os.chdir(sys.argv[1])
os.setuid(65534)
os.symlink(sys.argv[2], 'link')
print('ready', flush=True)
while True: libc.renameat2(-100, b'out', -100, b'link', 2)`;

test("root's FIFO that is exchanged for a link all the time: nothing is written through the link", async (t) => {
  if (!needs(t, 'CAP_CHOWN', 'python3')) return;
  const folder = temporaryFolder(t, { victim: 'old', 'theirs/.keep': '' });
  const [victim, theirs] = [join(folder, 'victim'), join(folder, 'theirs')];
  const out = join(theirs, 'out');
  chmodSync(folder, 0o755);
  execFileSync('mkfifo', [out]);
  // Somebody reads the FIFO, so that a write into it goes through.
  const reader = openSync(out, constants.O_RDWR | constants.O_NONBLOCK);
  t.after(() => closeSync(reader));
  chownSync(theirs, 65534, 65534);
  const attacker = spawn('python3', ['-c', exchange, theirs, victim], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => attacker.kill('SIGKILL'));
  await once(attacker.stdout, 'data');
  let refused = 0;
  for (let tries = 0; tries < 20000; tries++) {
    try {
      write(out, 'n');
    } catch (error) {
      assert.ok(unwritable(/another user|exchanged|ELOOP|EAGAIN|ENOENT/)(error), String(error));
      refused++;
    }
  }
  assert.ok(refused > 0, 'the link was never met');
  assert.equal(readFileSync(victim, 'utf8'), 'old');
});

test('where one file cannot be written no file is touched', (t) => {
  const folder = temporaryFolder(t, { 'a.json': 'old' });
  const outputs = [join(folder, 'a.json'), join(folder, 'b.json'), join(folder, 'no/such/folder')];
  assert.throws(
    () => writeOutputs(outputs.map((path) => ({ path, text: 'new' }))),
    unwritable(/no\/such\/folder \(ENOENT\)/),
  );
  assert.equal(readFileSync(join(folder, 'a.json'), 'utf8'), 'old');
  assert.deepEqual(readdirSync(folder), ['a.json']);
});

test('paths that cannot be written', (t) => {
  const folder = temporaryFolder(t, { file: 'old' });
  mkdirSync(join(folder, 'folder'));
  symlinkSync('loop', join(folder, 'loop'));
  const rows: [path: string, message: RegExp][] = [
    [join(folder, 'folder'), /EISDIR/],
    [join(folder, 'file/below'), /ENOTDIR/],
    [join(folder, 'loop'), /ELOOP/],
    ['/proc/report.json', /\/proc\/report\.json \(E/],
    ['/dev/full', /ENOSPC/],
  ];
  for (const [path, message] of rows) assert.throws(() => write(path), unwritable(message), path);
});

test('a link of ours is followed, and stays', (t) => {
  const folder = temporaryFolder(t, { 'real/report.json': 'old' });
  symlinkSync('real/report.json', join(folder, 'link'));
  symlinkSync('real/new.json', join(folder, 'dangling'));
  write(join(folder, 'link'));
  write(join(folder, 'dangling'));
  assert.equal(readlinkSync(join(folder, 'link')), 'real/report.json');
  assert.equal(readFileSync(join(folder, 'real/report.json'), 'utf8'), 'new\n');
  assert.equal(readFileSync(join(folder, 'real/new.json'), 'utf8'), 'new\n');
});

test("another user's link is not followed", (t) => {
  if (!needs(t, 'CAP_CHOWN')) return;
  const folder = temporaryFolder(t, { victim: 'old' });
  const link = join(folder, 'link');
  symlinkSync('victim', link);
  execFileSync('chown', ['-h', '65534', link]);
  assert.throws(() => write(link), unwritable(/symbolic link of another user \(uid 65534\)/));
  assert.equal(readFileSync(join(folder, 'victim'), 'utf8'), 'old');
  assert.ok(lstatSync(link).isSymbolicLink());
});

test('what is no regular file is written to, not replaced', async (t) => {
  write('/dev/null');
  assert.ok(statSync('/dev/null').isCharacterDevice());
  const fifo = join(temporaryFolder(t), 'fifo');
  execFileSync('mkfifo', [fifo]);
  assert.throws(() => write(fifo), unwritable(/ENXIO/), 'nobody reads');
  const text = await readFifo(t, fifo, () => write(fifo, 'through the pipe\n'));
  assert.equal(text, 'through the pipe\n');
  assert.ok(statSync(fifo).isFIFO());
});

async function readFifo(t: TestContext, fifo: string, action: () => void): Promise<string> {
  const reader = spawn('cat', [fifo]);
  t.after(() => reader.kill());
  let text = '';
  reader.stdout.on('data', (data) => {
    text += data;
  });
  const closed = once(reader, 'close');
  // cat has opened it when a write no longer fails.
  for (let tries = 0; ; tries++) {
    try {
      action();
      break;
    } catch (error) {
      if (tries > 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  await closed;
  return text;
}

test('a descriptor path is the descriptor itself: what was there stays', (t) => {
  const file = join(temporaryFolder(t, { log: 'first\n' }), 'log');
  const fd = openSync(file, 'a');
  t.after(() => closeSync(fd));
  write(`/dev/fd/${fd}`, 'second\n');
  write(`/proc/self/fd/${fd}`, 'third\n');
  assert.equal(readFileSync(file, 'utf8'), 'first\nsecond\nthird\n');
  assert.throws(() => write('/dev/fd/987'), unwritable(/EBADF/));
});

test('a relative path in a folder that is gone cannot be written to', (t) => {
  const here = process.cwd();
  const gone = join(temporaryFolder(t), 'gone');
  mkdirSync(gone);
  process.chdir(gone);
  t.after(() => process.chdir(here));
  rmdirSync(gone);
  assert.throws(() => targetName('report.json'), unwritable(/report\.json \(ENOENT\)/));
  assert.throws(() => write('report.json'), unwritable(/report\.json \(ENOENT\)/));
});
