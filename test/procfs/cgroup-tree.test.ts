// The processes of a cgroup and of those below it, read from folders that stand for a hierarchy; live tests read real ones.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { toBuffer } from '../../src/procfs/bytes.ts';
import { readTree } from '../../src/procfs/cgroup-tree.ts';
import { makeTree, type Tree } from '../support/tree.ts';

const rows: [name: string, tree: Tree, expected: number[] | null][] = [
  ['alone', { 'cgroup.procs': '20\n3\n', 'cgroup.type': 'domain\n' }, [3, 20]],
  ['empty', { 'cgroup.procs': '' }, []],
  [
    'below it',
    { 'cgroup.procs': '', 'a/cgroup.procs': '5\n', 'a/b/cgroup.procs': '4\n', 'c/cgroup.procs': '6\n' },
    [4, 5, 6],
  ],
  ['a process that moved meanwhile counts once', { 'cgroup.procs': '5\n', 'a/cgroup.procs': '5\n' }, [5]],
  ['one that was removed meanwhile', { 'cgroup.procs': '5\n', a: null }, [5]],
  ['a process of another PID namespace', { 'cgroup.procs': '5\n0\n' }, null],
  ['what cannot be read', { 'cgroup.procs': '5\n', 'a/cgroup.procs': null }, null],
  ['too many processes', { 'cgroup.procs': Array.from({ length: 5000 }, (_, pid) => `${pid + 1}\n`).join('') }, null],
];
for (const [name, tree, expected] of rows) {
  test(`a cgroup tree: ${name}`, (t) => assert.deepEqual(readTree(makeTree(t, tree)), expected));
}

test('a cgroup tree: a name of bytes that are no text', (t) => {
  const root = makeTree(t, { 'cgroup.procs': '5\n' });
  const below = toBuffer(`${root}/\xff\xfe`);
  mkdirSync(below);
  writeFileSync(Buffer.concat([below, Buffer.from('/cgroup.procs')]), '7\n');
  assert.deepEqual(readTree(root), [5, 7]);
});

test('a cgroup tree: too many cgroups', (t) => {
  const root = makeTree(t, { 'cgroup.procs': '5\n' });
  for (let index = 0; index < 1000; index++) mkdirSync(join(root, String(index)));
  assert.equal(readTree(root), null);
});

test('a cgroup tree: a cgroup that is not there has no processes', () => {
  assert.deepEqual(readTree('/nonexistent/cgroup'), []);
});
