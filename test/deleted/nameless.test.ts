// A process whose program the kernel prints as `/` -> the program, from texts that the process can change.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Evidence } from '../../src/deleted/evidence.ts';
import { inferProgram } from '../../src/deleted/infer-program.ts';
import { nameByInode } from '../../src/deleted/nameless.ts';
import { MountTable } from '../../src/procfs/mounts.ts';

const root = { id: 1, device: 'fd:01', root: '/', rootGone: false, mountPoint: '/', fsType: 'ext4', options: '' };
const present = new Set(['/usr/bin/redis-server', '/usr/sbin/nginx', '/opt/app/run', '/usr/bin/cut-off-here-']);
const links = new Map([
  ['/usr/bin/redis-link', '/usr/bin/link'],
  ['/usr/bin/link', '/usr/bin/redis-server'],
  ['/usr/bin/loop', '/usr/bin/loop'],
]);
const view: Evidence['view'] = {
  look(path) {
    const file = {
      kind: 'file',
      device: 1n,
      inode: 1n,
      regular: present.has(path),
      directory: false,
      link: links.has(path),
      size: 1n,
      target: null,
      changedAtNs: 1n,
      modifiedAtNs: 0n,
      bornAtNs: null,
      ownerUid: 0,
    } as const;
    const target = links.get(path);
    if (target) return { ...file, target };
    return path === '/usr/bin' || present.has(path) ? file : { kind: 'absent' };
  },
  mountPath: (path) => path,
  mounts: new MountTable([root]),
};

const rows: [what: string, commandLine: string, name: string, path: string | null, source?: string][] = [
  ['the first word', '/usr/bin/redis-server\0--port\x000\0', 'redis-server', '/usr/bin/redis-server', 'command_line'],
  [
    'a title without a NUL',
    '/usr/bin/redis-server 127.0.0.1:6379',
    'redis-server',
    '/usr/bin/redis-server',
    'command_line',
  ],
  ['a link to a link to it', '/usr/bin/redis-link\0', 'redis-link', '/usr/bin/redis-server', 'command_line'],
  ['a link to itself', '/usr/bin/loop\0', 'x', null],
  ['a program that was removed, and its name', '/usr/bin/gone\0-x\0', 'gone', '/usr/bin/gone', 'command_line'],
  ['a path with a blank', '/srv/my app\0-x\0', 'my app', '/srv/my app', 'command_line'],
  [
    'a name that was cut off',
    '/srv/a-very-long-name-of-a-daemon\0',
    'a-very-long-nam',
    '/srv/a-very-long-name-of-a-daemon',
    'command_line',
  ],
  ['another name, but a program that is there', '/opt/app/run\0', 'main-thread', '/opt/app/run', 'command_line'],
  ['another name, and nothing there', '/opt/app/none\0', 'main-thread', null],
  ['a title in words', 'nginx: master process /usr/sbin/nginx', 'nginx', '/usr/sbin/nginx', 'process_name'],
  ['a relative path', './redis-server\0', 'redis-server', '/usr/bin/redis-server', 'process_name'],
  ['dots in the path', '/usr/bin/../bin/redis-server\0', 'x', null],
  ['a folder', '/usr/bin\0', 'x', null],
  ['the root', '/\0', '', null],
  ['no words at all', '', '', null],
  ['a name that may be cut off, and no path', 'x', 'cut-off-here-12', null],
  ['a name that climbs', 'x', '../bin/x', null],
];
for (const [what, commandLine, name, path, source] of rows) {
  test(`the program by its own words: ${what}: ${path}`, () => {
    const evidence = {
      view,
      viewAround: null,
      ownView: view,
      commandLine,
      name,
    } as unknown as Evidence;
    assert.deepEqual(inferProgram(evidence), path === null ? null : { path, pathSource: source });
  });
}

test('a file without a path is told apart by its inode', () => {
  const none = 'none';
  assert.deepEqual(nameByInode(42n, 'fd:01'), { path: '(mount point removed, inode 42 on fd:01)', pathSource: none });
  assert.deepEqual(nameByInode(42n, null), { path: '(mount point removed, inode 42)', pathSource: none });
  assert.deepEqual(nameByInode(null, null), { path: '(mount point removed)', pathSource: none });
});
