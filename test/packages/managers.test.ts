// The answers were recorded from rpm 4.18.0 and pacman 6.0.2 with databases of their own; apk's follow its source.
import assert from 'node:assert/strict';
import test from 'node:test';
import { queryApk } from '../../src/packages/apk.ts';
import { queryPacman } from '../../src/packages/pacman.ts';
import { queryRpm } from '../../src/packages/rpm.ts';
import { makeTree } from '../support/tree.ts';
import { fakeRun, said } from './fake-run.ts';

const rpmPaths = [
  '/usr/lib64/libfoo.so.1',
  '/usr/lib64/gone.so',
  '/usr/lib64/with space.so',
  '/usr/lib64/pct%n*.so',
  '/usr/lib64/libbar.so.2',
  '/usr/share/shared',
  '/usr',
];
const rpmLabels = `package\tlibfoo-1.2-3.el9.x86_64
package\tlibfoo-1.2-3.el9.x86_64
package\tlibfoo-1.2-3.el9.x86_64
package\tlibbar-2.0-1.fc39.x86_64
package\tlibfoo-1.2-3.el9.x86_64
package\tlibbar-2.0-1.fc39.x86_64
file /usr is not owned by any package
`;
const rpmComplaint = 'error: file /usr/lib64/gone.so: No such file or directory\n';
const rpmFiles = `libbar\t2.0-1.fc39\t/lib64/libbar.so.2
libbar\t2.0-1.fc39\t/usr/share/shared
libfoo\t1:1.2-3.el9\t/usr/lib64/libfoo.so.1
libfoo\t1:1.2-3.el9\t/usr/lib64/pct%n*.so
libfoo\t1:1.2-3.el9\t/usr/lib64/with space.so
libfoo\t1:1.2-3.el9\t/usr/share/shared
`;
const libfoo = { manager: 'rpm', name: 'libfoo', version: '1:1.2-3.el9' };
const libbar = { manager: 'rpm', name: 'libbar', version: '2.0-1.fc39' };

test('rpm: two calls, whatever is missing, shared or listed under another name', (t) => {
  const { run, calls } = fakeRun(said(2, rpmLabels, rpmComplaint), said(0, rpmFiles));
  const answer = queryRpm(rpmPaths, run, makeTree(t, { lib64: { link: 'usr/lib64' } }));
  assert.deepEqual(answer, {
    owners: new Map([
      ['/usr/lib64/libbar.so.2', libbar],
      ['/usr/share/shared', libbar],
      ['/usr/lib64/libfoo.so.1', libfoo],
      ['/usr/lib64/pct%n*.so', libfoo],
      ['/usr/lib64/with space.so', libfoo],
    ]),
    problem: null,
  });
  assert.deepEqual(calls, [
    ['rpm', '-qf', '--queryformat', 'package\t%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}\\n', '--', ...rpmPaths],
    [
      'rpm',
      '-q',
      '--queryformat',
      '[%{=NAME}\\t%{=EVR}\\t%{FILENAMES}\\n]',
      '--',
      'libbar-2.0-1.fc39.x86_64',
      'libfoo-1.2-3.el9.x86_64',
    ],
  ]);
});

test('rpm: without the link, /lib64 and /usr/lib64 are two folders', (t) => {
  const { run } = fakeRun(said(2, rpmLabels, rpmComplaint), said(0, rpmFiles));
  assert.equal(queryRpm(rpmPaths, run, makeTree(t, { lib64: null })).owners.has('/usr/lib64/libbar.so.2'), false);
});

test('rpm: if no path is owned, one call and no problem', (t) => {
  const { run, calls } = fakeRun(said(2, 'file /usr is not owned by any package\n', rpmComplaint));
  assert.deepEqual(queryRpm(['/usr', '/usr/lib64/gone.so'], run, makeTree(t, {})), {
    owners: new Map(),
    problem: null,
  });
  assert.equal(calls.length, 1);
});

test('rpm: a database that cannot be opened', (t) => {
  const stderr = `error: cannot open Packages index using sqlite - No such file or directory (2)
error: cannot open Packages database in /var/lib/rpm
error: file /usr/x: No such file or directory
`;
  const { run } = fakeRun(said(1, '', stderr));
  const { owners, problem } = queryRpm(['/usr/x'], run, makeTree(t, {}));
  assert.equal(owners.size, 0);
  assert.match(problem ?? '', /^rpm: .*cannot open Packages database in \/var\/lib\/rpm$/);
});

test('rpm: the second call fails', (t) => {
  const { run } = fakeRun(said(0, 'package\tlibfoo-1.2-3.el9.x86_64\n'), { kind: 'timeout' });
  const { owners, problem } = queryRpm(['/usr/lib64/libfoo.so.1'], run, makeTree(t, {}));
  assert.equal(owners.size, 0);
  assert.match(problem ?? '', /^rpm did not answer/);
});

test('pacman: one call; folders have a slash at the end and may have several owners', (t) => {
  const stdout = `/usr/lib/libz.so.1.3 is owned by zlib 1:1.3-1
/usr/lib/with space.so is owned by zlib 1:1.3-1
/usr/lib/x is owned by y 1 is owned by zlib 1:1.3-1
/usr/lib/libfoo.so is owned by foo 2-1
/usr/share/d/ is owned by foo 2-1
/usr/share/d/ is owned by zlib 1:1.3-1
`;
  const stderr = 'error: No package owns /usr/lib/unowned.so\n';
  const paths = [
    '/usr/lib/libz.so.1.3',
    '/usr/lib/with space.so',
    '/usr/lib/x is owned by y 1',
    '/lib/libfoo.so',
    '/usr/lib/unowned.so',
    '/usr/share/d',
  ];
  const { run, calls } = fakeRun(said(1, stdout, stderr));
  const zlib = { manager: 'pacman', name: 'zlib', version: '1:1.3-1' };
  const foo = { manager: 'pacman', name: 'foo', version: '2-1' };
  assert.deepEqual(queryPacman(paths, run, makeTree(t, { lib: { link: 'usr/lib' } })), {
    owners: new Map([
      ['/usr/lib/libz.so.1.3', zlib],
      ['/usr/lib/with space.so', zlib],
      ['/usr/lib/x is owned by y 1', zlib],
      ['/lib/libfoo.so', foo],
      ['/usr/share/d', foo],
    ]),
    problem: null,
  });
  assert.deepEqual(calls, [['pacman', '-Qo', '--', ...paths]]);
});

test('pacman: a database of another version', (t) => {
  const stderr =
    'error: failed to initialize alpm library:\n(root: /, dbpath: /var/lib/pacman/)\ndatabase is incorrect version\n';
  const { run } = fakeRun(said(255, '', stderr));
  assert.equal(
    queryPacman(['/usr/x'], run, makeTree(t, {})).problem,
    'pacman: error: failed to initialize alpm library: (root: /, dbpath: /var/lib/pacman/) database is incorrect version',
  );
});

const apkRows: [name: string, line: string, path: string, owner: [name: string, version: string] | null][] = [
  [
    'plain',
    '/lib/ld-musl-x86_64.so.1 is owned by musl-1.2.4_git20230717-r4',
    '/lib/ld-musl-x86_64.so.1',
    ['musl', '1.2.4_git20230717-r4'],
  ],
  [
    'hyphens and digits in the name',
    '/usr/lib/a.so is owned by gtk+2.0-lang-2-1.2.3-r0',
    '/usr/lib/a.so',
    ['gtk+2.0-lang-2', '1.2.3-r0'],
  ],
  ['a virtual package', '/a is owned by .deps-20240101.120000', '/a', ['.deps', '20240101.120000']],
  ['a path with blanks', '/a  b is owned by c is owned by d-1-r0', '/a  b is owned by c', ['d', '1-r0']],
  [
    "a link that nobody owns: its target's owner is not the path's",
    '/usr/bin/x symlink target is owned by busybox-1.36.1-r15',
    '/usr/bin/x',
    null,
  ],
  ['a path that was not asked for', '/b is owned by c-1-r0', '/a', null],
  ['no version', '/a is owned by c', '/a', null],
];
for (const [name, line, path, owner] of apkRows) {
  test(`apk: ${name}`, () => {
    const { run, calls } = fakeRun(said(1, `${line}\n`, 'ERROR: /nope: Could not find owner package\n'));
    const { owners, problem } = queryApk([path, '/nope'], run);
    const expected = owner === null ? [] : [[path, { manager: 'apk', name: owner[0], version: owner[1] }]];
    assert.deepEqual([...owners], expected);
    assert.equal(problem, null);
    assert.deepEqual(calls, [['apk', 'info', '-W', '--', path, '/nope']]);
  });
}
