// Files of the host -> their beginning, whatever their length.
import assert from 'node:assert/strict';
import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { readHostFile } from '../../src/host/files.ts';
import { makeTree } from '../support/tree.ts';

test('no more of a file is read than its limit, even if no memory could hold the file', (t) => {
  const root = makeTree(t, { 'etc/os-release': 'ID=debian\n' });
  truncateSync(join(root, 'etc/os-release'), 2 ** 40);
  assert.equal(readHostFile(root, 'etc/os-release', 10), 'ID=debian\n');
  const text = readHostFile(root, 'etc/os-release');
  assert.equal(text?.length, 1024 * 1024);
  assert.ok(text.startsWith('ID=debian\n\0'));
});

test('a file that is not there, and a folder, have no text', (t) => {
  const root = makeTree(t, { 'etc/os-release': 'ID=debian\n' });
  assert.deepEqual([readHostFile(root, 'etc/none'), readHostFile(root, 'etc')], [null, null]);
});
