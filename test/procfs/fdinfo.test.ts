// fdinfo is read at least to the inode, and that of one of our own descriptors is always of the file that has the number now.
import assert from 'node:assert/strict';
import { closeSync, openSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseFdInfo } from '../../src/procfs/fdinfo.ts';
import { O_PATH, readFdInfoText, readOwnFdInfoText } from '../../src/procfs/reader.ts';
import { temporaryFolder } from '../support/temporary.ts';

const texts: [name: string, text: string, inode: bigint | null][] = [
  ['as Linux 5.14 and newer writes it', 'pos:\t0\nflags:\t012000000\nmnt_id:\t29\nino:\t4711\n', 4711n],
  [
    'with the lines of locks and of a driver',
    'flags:\t02\nmnt_id:\t29\nino:\t4711\nlock:\t1: POSIX\neventfd-id: 3\n',
    4711n,
  ],
  ['as an older kernel writes it', 'pos:\t0\nflags:\t012000000\nmnt_id:\t29\n', null],
  ['empty', '', null],
];
for (const [name, text, inode] of texts) {
  test(`fdinfo ${name}`, (t) => {
    const path = join(temporaryFolder(t), 'fdinfo');
    writeFileSync(path, text);
    const read = readFdInfoText(path);
    assert.ok(text.startsWith(read));
    assert.deepEqual(parseFdInfo(read), parseFdInfo(text));
    assert.equal(parseFdInfo(read)?.inode ?? null, inode);
  });
}

/** Opens a file, and closes it after the test. */
function held(t: TestContext, path: string): number {
  const fd = openSync(path, O_PATH);
  t.after(() => closeSync(fd));
  return fd;
}

test('the number of a closed descriptor tells of the file that has it now', (t) => {
  const [proc, file] = ['/proc/self', join(temporaryFolder(t), 'file')];
  writeFileSync(file, '');
  const mountOf = (fd: number) => parseFdInfo(readOwnFdInfoText(fd))?.mountId;
  const [onProc, onDisk] = [mountOf(held(t, proc)), mountOf(held(t, file))];
  assert.notEqual(onProc, onDisk);
  const first = openSync(proc, O_PATH);
  assert.equal(mountOf(first), onProc);
  closeSync(first);
  assert.throws(() => readOwnFdInfoText(first), { code: 'ENOENT' });
  const second = held(t, file);
  assert.equal(second, first, 'the lowest free number');
  assert.equal(mountOf(second), onDisk);
});

test('of ten numbers only four stay open', (t) => {
  const fds = Array.from({ length: 10 }, () => held(t, '/proc/self'));
  const before = readdirSync('/proc/self/fd').length;
  for (let round = 0; round < 3; round++) for (const fd of fds) assert.ok(parseFdInfo(readOwnFdInfoText(fd)));
  assert.ok(readdirSync('/proc/self/fd').length <= before + 4);
});
