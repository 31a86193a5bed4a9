// A made-up dpkg database, and this host's own -> the owners of paths.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import test from 'node:test';
import { parseDiversions, parseDpkgStatus, readDpkg } from '../../src/packages/dpkg.ts';
import { needs } from '../support/needs.ts';
import { makeTree, type Tree } from '../support/tree.ts';

const stanza = (name: string, version: string, more = '') =>
  `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nMulti-Arch: same\n${more}Version: ${version}\nDescription: x\n Version: 9\n\n`;
const info = (lists: Record<string, string[]>): Tree =>
  Object.fromEntries(
    Object.entries(lists).map(([name, paths]) => [
      `var/lib/dpkg/info/${name}.list`,
      `${['/.', ...paths].join('\n')}\n`,
    ]),
  );

const debian: Tree = {
  lib: { link: 'usr/lib' },
  bin: { link: 'usr/bin' },
  'usr/lib/x86_64-linux-gnu': null,
  'var/lib/dpkg/status':
    stanza('libc6', '2.36-9+deb12u14') +
    stanza('libc6', '2.36-9+deb12u9').replace('amd64', 'i386') +
    stanza('bash', '5.2.15-2+b8') +
    stanza('dash', '0.5.12-2') +
    stanza('libssl3', '3.0.15-1~deb12u1') +
    stanza('half', '2').replace('ok installed', 'ok half-configured') +
    stanza('removed', '1').replace('install ok installed', 'deinstall ok config-files'),
  ...info({
    'libc6:amd64': ['/lib', '/lib/x86_64-linux-gnu', '/lib/x86_64-linux-gnu/libc.so.6', '/usr/share/doc'],
    'libc6:i386': ['/lib', '/lib/i386-linux-gnu/libc.so.6', '/usr/share/doc'],
    'libssl3:amd64': ['/usr/lib/x86_64-linux-gnu/libssl.so.3', '/usr/lib/x86_64-linux-gnu/a b\xe4.so'],
    bash: ['/bin', '/bin/bash', '/bin/sh', '/usr/share/doc'],
    dash: ['/bin/dash', '/bin/sh', '/usr/bin/local'],
    half: ['/usr/bin/half'],
    removed: ['/etc/removed.conf'],
    unknown: ['/usr/bin/unknown'],
  }),
  'var/lib/dpkg/info/bash.md5sums': '/usr/bin/md5\n',
  'var/lib/dpkg/diversions': '/bin/sh\n/bin/sh.distrib\ndash\n/usr/bin/local\n/usr/bin/local.mine\n:\n',
};

const rows: [name: string, path: string, owner: [name: string, version: string] | null][] = [
  ['listed as it is', '/usr/lib/x86_64-linux-gnu/libssl.so.3', ['libssl3', '3.0.15-1~deb12u1']],
  ['listed below /lib', '/usr/lib/x86_64-linux-gnu/libc.so.6', ['libc6', '2.36-9+deb12u14']],
  ['asked for below /lib, listed below /usr/lib', '/lib/x86_64-linux-gnu/libssl.so.3', ['libssl3', '3.0.15-1~deb12u1']],
  ['of another architecture', '/usr/lib/i386-linux-gnu/libc.so.6', ['libc6', '2.36-9+deb12u9']],
  ['bytes that are no UTF-8', '/usr/lib/x86_64-linux-gnu/a b\xe4.so', ['libssl3', '3.0.15-1~deb12u1']],
  ['of several, the first by name', '/usr/share/doc', ['bash', '5.2.15-2+b8']],
  ['diverted: the diverting package keeps the name', '/usr/bin/sh', ['dash', '0.5.12-2']],
  ['diverted: the others have the new name', '/usr/bin/sh.distrib', ['bash', '5.2.15-2+b8']],
  ["the administrator's diversion: nobody has the old name", '/usr/bin/local', null],
  ["the administrator's diversion: the new name", '/usr/bin/local.mine', ['dash', '0.5.12-2']],
  ['unpacked and not configured', '/usr/bin/half', ['half', '2']],
  ['only its configuration is left', '/etc/removed.conf', null],
  ['a list without a package', '/usr/bin/unknown', null],
  ['only the end of a listed path', '/lib/libssl.so.3', null],
  ['only the beginning of a listed path', '/usr/lib/x86_64-linux-gnu/libssl.so', null],
  ['in a file that is no list', '/usr/bin/md5', null],
  ['nowhere', '/opt/x', null],
];
for (const [name, path, owner] of rows) {
  test(`dpkg: ${name}`, (t) => {
    const expected = owner === null ? [] : [[path, { manager: 'dpkg', name: owner[0], version: owner[1] }]];
    const { owners, problem } = readDpkg([path], makeTree(t, debian));
    assert.deepEqual([...owners], expected);
    assert.equal(problem, null);
  });
}

test('dpkg: two names of one file are both answered', (t) => {
  const paths = ['/lib/x86_64-linux-gnu/libc.so.6', '/usr/lib/x86_64-linux-gnu/libc.so.6'];
  assert.deepEqual([...readDpkg(paths, makeTree(t, debian)).owners.keys()].sort(), paths);
});

test('dpkg: without the merge of /usr, /bin/bash is not /usr/bin/bash', (t) => {
  const root = makeTree(t, { ...debian, bin: null });
  assert.deepEqual([...readDpkg(['/bin/bash', '/usr/bin/bash'], root).owners.keys()], ['/bin/bash']);
});

test('dpkg: no diversions file, and a list without its last newline', (t) => {
  const root = makeTree(t, { 'var/lib/dpkg/status': stanza('a', '1'), 'var/lib/dpkg/info/a.list': '/.\n/usr/bin/a' });
  assert.equal(readDpkg(['/usr/bin/a'], root).owners.get('/usr/bin/a')?.version, '1');
});

test('dpkg: a database that cannot be read is a problem', (t) => {
  const root = makeTree(t, { 'var/lib/dpkg/status': '' });
  assert.match(readDpkg(['/usr/bin/a'], root).problem ?? '', /\/var\/lib\/dpkg cannot be read \(ENOENT\)$/);
});

test('dpkg: status', () => {
  const versions = parseDpkgStatus(
    `${stanza('libc6', '2.36-9')}Package: torn\n\n${stanza('b', '1', 'Conffiles:\n /etc/b 12\n')}`,
  );
  assert.deepEqual(
    [...versions],
    [
      ['libc6', '2.36-9'],
      ['libc6:amd64', '2.36-9'],
      ['b', '1'],
      ['b:amd64', '1'],
    ],
  );
});

test('dpkg: diversions, a torn one at the end left out', () => {
  assert.deepEqual(
    [...parseDiversions('/a\n/a.d\npkg\n/b\n/b.d\n:\n/c\n/c.d')],
    [
      ['/a', { to: '/a.d', by: 'pkg' }],
      ['/b', { to: '/b.d', by: null }],
    ],
  );
});

test('dpkg: this host, as dpkg-query has it', (t) => {
  const files = ['/usr/bin/dpkg', '/usr/share/doc/dpkg/copyright', '/var/lib/dpkg/alternatives'].filter((file) =>
    existsSync(file),
  );
  if (!needs(t, 'dpkg-query')) return;
  assert.ok(files.length > 0);
  const query = (...args: string[]) => spawnSync('dpkg-query', args, { encoding: 'utf8' }).stdout.trim();
  const { owners } = readDpkg(files, '/');
  for (const file of files) {
    const name = query('-S', '--', file).split(':')[0]!;
    assert.deepEqual(
      owners.get(file),
      { manager: 'dpkg', name, version: query('-W', '-f', `\${Version}`, name) },
      file,
    );
  }
});
