// Paths and the databases of a host -> the programs that are started, and their problems.
import assert from 'node:assert/strict';
import test from 'node:test';
import { queryPackages } from '../../src/packages/packages.ts';
import { makeTree, type Tree } from '../support/tree.ts';
import { fakeRun, said } from './fake-run.ts';

const dpkg: Tree = {
  'var/lib/dpkg/status': 'Package: a\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n',
  'var/lib/dpkg/info/a.list': '/.\n/usr/bin/a\n',
};
const nothing = said(1, '', '');

/** The programs that are started for a path without an owner. */
const rows: [name: string, tree: Tree, programs: string[]][] = [
  ['dpkg: no process', dpkg, []],
  ['rpm of RHEL', { 'var/lib/rpm/rpmdb.sqlite': '' }, ['rpm']],
  ['rpm of Fedora and SUSE', { 'usr/lib/sysimage/rpm/rpmdb.sqlite': '' }, ['rpm']],
  ['rpm of old', { 'var/lib/rpm/Packages': '' }, ['rpm']],
  ['rpm, installed on Debian and without a database, would make one', { ...dpkg, 'var/lib/rpm': null }, []],
  ['dpkg and rpm', { ...dpkg, 'var/lib/rpm/rpmdb.sqlite': '' }, ['rpm']],
  ['pacman', { 'var/lib/pacman/local/ALPM_DB_VERSION': '9\n' }, ['pacman']],
  ['apk', { 'lib/apk/db/installed': '' }, ['apk']],
  ['apk since the merge of /usr', { 'usr/lib/apk/db/installed': '' }, ['apk']],
];
for (const [name, tree, programs] of rows) {
  test(`packages: ${name}`, (t) => {
    const { run, calls } = fakeRun(...programs.map(() => nothing));
    assert.deepEqual(queryPackages(['/usr/bin/b'], run, makeTree(t, tree)), { owners: new Map(), problem: null });
    assert.deepEqual(
      calls.map(([file]) => file),
      programs,
    );
  });
}

test('packages: a path that dpkg owns is not asked for again', (t) => {
  const { run, calls } = fakeRun(said(1, '', 'error: file /usr/bin/b: No such file or directory\n'));
  const { owners } = queryPackages(
    ['/usr/bin/a', '/usr/bin/b'],
    run,
    makeTree(t, { ...dpkg, 'var/lib/rpm/rpmdb.sqlite': '' }),
  );
  assert.deepEqual([...owners], [['/usr/bin/a', { manager: 'dpkg', name: 'a', version: '1' }]]);
  assert.equal(calls[0]?.at(-2), '--');
  assert.equal(calls[0]?.at(-1), '/usr/bin/b');
});

test('packages: no path that could be an option, or that no package has', (t) => {
  const { run, calls } = fakeRun(nothing);
  queryPackages(['--root=/x', 'relative', '/a\nb', '/c'], run, makeTree(t, { 'lib/apk/db/installed': '' }));
  assert.deepEqual(calls, [['apk', 'info', '-W', '--', '/c']]);
});

test('packages: no path, no process', (t) => {
  const { run, calls } = fakeRun();
  assert.deepEqual(queryPackages([], run, makeTree(t, { 'lib/apk/db/installed': '' })), {
    owners: new Map(),
    problem: null,
  });
  assert.deepEqual(calls, []);
});

test('packages: no database is a problem', (t) => {
  assert.match(queryPackages(['/a'], fakeRun().run, makeTree(t, {})).problem ?? '', /no package database/);
});

test('packages: a program that is not there is a problem', (t) => {
  const { run } = fakeRun({ kind: 'missing' });
  const root = makeTree(t, { 'var/lib/rpm/rpmdb.sqlite': '' });
  assert.equal(queryPackages(['/a'], run, root).problem, 'rpm is not installed');
});
