// Folders that are links into /usr -> all names of one file.
import assert from 'node:assert/strict';
import test from 'node:test';
import { namesOf, readMergedFolders, resolveName } from '../../src/packages/merged-folders.ts';
import { makeTree } from '../support/tree.ts';

const debian = new Map([
  ['/bin/', '/usr/bin/'],
  ['/lib/', '/usr/lib/'],
  ['/lib64/', '/usr/lib64/'],
  ['/var/run/', '/run/'],
]);
/** Fedora 42 and Arch: one folder for programs. */
const fedora = new Map([
  ['/bin/', '/usr/bin/'],
  ['/sbin/', '/usr/sbin/'],
  ['/usr/sbin/', '/usr/bin/'],
]);

test('merged folders: relative and absolute links, and no folder that is none', (t) => {
  const root = makeTree(t, {
    bin: { link: 'usr/bin' },
    lib: { link: '/usr/lib' },
    sbin: null,
    'usr/sbin': { link: 'bin' },
    'var/run': { link: '../run' },
  });
  assert.deepEqual(
    [...readMergedFolders(root)],
    [
      ['/bin/', '/usr/bin/'],
      ['/lib/', '/usr/lib/'],
      ['/usr/sbin/', '/usr/bin/'],
      ['/var/run/', '/run/'],
    ],
  );
});

const rows: [name: string, path: string, merged: Map<string, string>, resolved: string, names: string[]][] = [
  ['a program', '/usr/bin/sh', debian, '/usr/bin/sh', ['/usr/bin/sh', '/bin/sh']],
  ['by its old name', '/bin/sh', debian, '/usr/bin/sh', ['/bin/sh', '/usr/bin/sh']],
  ['/lib is no part of /lib64', '/usr/lib64/ld.so', debian, '/usr/lib64/ld.so', ['/usr/lib64/ld.so', '/lib64/ld.so']],
  ['/run', '/run/x', debian, '/run/x', ['/run/x', '/var/run/x']],
  ['elsewhere', '/opt/bin/x', debian, '/opt/bin/x', ['/opt/bin/x']],
  ['the folder itself is a link, and no file in it', '/bin', debian, '/bin', ['/bin']],
  ['a link to a link', '/sbin/x', fedora, '/usr/bin/x', ['/sbin/x', '/usr/bin/x', '/bin/x', '/usr/sbin/x']],
  ['no link at all', '/usr/bin/sh', new Map(), '/usr/bin/sh', ['/usr/bin/sh']],
  [
    'a circle ends',
    '/bin/x',
    new Map([
      ['/bin/', '/sbin/'],
      ['/sbin/', '/bin/'],
    ]),
    '/sbin/x',
    ['/bin/x', '/sbin/x'],
  ],
];
for (const [name, path, merged, resolved, names] of rows) {
  test(`merged folders: ${name}`, () => {
    assert.equal(resolveName(path, merged), resolved);
    assert.deepEqual(namesOf(path, merged).sort(), names.sort());
  });
}
