// The small procfs records: stat, status, fdinfo, mountinfo, cgroup.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { toText } from '../../src/procfs/bytes.ts';
import { parseCgroup } from '../../src/procfs/cgroup.ts';
import { accessOf, parseFdInfo } from '../../src/procfs/fdinfo.ts';
import { formatStatDevice } from '../../src/procfs/file-systems.ts';
import { hidesProcesses } from '../../src/procfs/hidepid.ts';
import { parseMountinfo } from '../../src/procfs/mountinfo.ts';
import { MountTable } from '../../src/procfs/mounts.ts';
import { parseStat } from '../../src/procfs/stat.ts';
import { parseEffectiveCapabilities, parseGroups, parseUids } from '../../src/procfs/status.ts';

const statTail = 'S 41 42 42 0 -1 FLAGS 1 0 0 0 2 1 0 0 20 0 3 0 1848491 1000 200 1844';
const statRows: [name: string, text: string, comm: string | null, kernel?: boolean][] = [
  ['a plain name', `42 (nginx) ${statTail.replace('FLAGS', '4194560')}`, 'nginx', false],
  ['a name that imitates the rest', `42 (a) S (b) ${statTail.replace('FLAGS', '4194560')}`, 'a) S (b', false],
  ['`) R 1`', `42 () R 1) ${statTail.replace('FLAGS', '4194560')}`, ') R 1', false],
  ['a name with a newline', `42 (a\nb) ${statTail.replace('FLAGS', '4194560')}`, 'a\nb', false],
  ['a kernel thread', `2 (kthreadd) ${statTail.replace('FLAGS', '2129984')}`, 'kthreadd', true],
  ['garbage', 'no parentheses at all', null],
  ['cut short', '42 (nginx) S 1', null],
];
for (const [name, text, comm, kernel] of statRows) {
  test(`stat: ${name}`, () => {
    const stat = parseStat(text);
    assert.equal(stat?.name ?? null, comm);
    if (!stat) return;
    assert.equal(stat.ppid, 41);
    assert.equal(stat.threads, 3);
    assert.equal(stat.startTicks, 1848491);
    assert.equal(stat.kernelThread, kernel);
  });
}

test('stat: a process on its way out says so in its flags', () => {
  const exiting = (flags: string) => parseStat(`42 (nginx) ${statTail.replace('FLAGS', flags)}`)?.exiting;
  assert.deepEqual([exiting('4194564'), exiting('4194560')], [true, false]);
});

test('stat: a process that has executed nothing since its fork says so in its flags', () => {
  const onlyForked = (flags: string) => parseStat(`42 (nginx) ${statTail.replace('FLAGS', flags)}`)?.onlyForked;
  assert.deepEqual([onlyForked('4194368'), onlyForked('4194304')], [true, false]);
});

const sessionRows: [
  name: string,
  session: string,
  tty: string,
  expected: [session: number, terminal: string | null],
][] = [
  ['the kernel says 0 for no terminal', '42', '0', [42, null]],
  ['a pseudo terminal', '41', '34819', [41, 'pts/3']],
  ['a pseudo terminal beyond 255', '41', '1083436', [41, 'pts/300']],
  ['a virtual console', '41', '1025', [41, 'tty1']],
  ['a serial console', '41', '1088', [41, 'ttyS0']],
  ['the system console', '41', '1281', [41, '5:1']],
  ['a session that we cannot see', '0', '0', [0, null]],
  ['a process on its way out', '-1', '0', [0, null]],
];
for (const [name, session, tty, expected] of sessionRows) {
  test(`stat: session and terminal, ${name}`, () => {
    const stat = parseStat(
      `42 (bash) ${statTail.replace('42 42 0', `42 ${session} ${tty}`).replace('FLAGS', '4194560')}`,
    );
    assert.deepEqual([stat?.session, stat?.terminal], expected);
  });
}

test('status: uids', () => {
  assert.deepEqual(parseUids('State:\tD (disk sleep)\nUid:\t1000\t0\t0\t0\n'), [1000, 0, 0, 0]);
  assert.deepEqual(parseUids(''), []);
});

test('status: capabilities and groups', () => {
  const text = 'Name:\tsu\nUid:\t1000\t0\t0\t1000\nGroups:\t4 24 \nCapEff:\t0000000000080000\n';
  assert.deepEqual(parseGroups(text), [4, 24]);
  assert.equal(parseEffectiveCapabilities(text), 1n << 19n);
});

const fdRows: [flags: string, append: boolean][] = [
  ['0100000', false],
  ['0102001', true],
  ['0102002', true],
  ['012100000', false],
];
for (const [flags, append] of fdRows) {
  test(`fdinfo: flags ${flags} ${append ? '' : 'do not '}append`, () => {
    const info = parseFdInfo(`pos:\t0\nflags:\t${flags}\nmnt_id:\t29\nino:\t7\n`);
    assert.deepEqual(info, { append, mountId: 29, inode: 7n });
  });
}
test('the mode of a link in /proc/PID/fd says how the file is open', () => {
  const modes = [0o120500, 0o120300, 0o120700, 0o120000];
  assert.deepEqual(modes.map(accessOf), ['read', 'write', 'read_write', 'path']);
});
test('fdinfo without mnt_id says nothing', () => assert.equal(parseFdInfo('pos:\t0\nflags:\t02\n'), null));

const mountinfo = [
  '22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw',
  '23 22 0:21 / /proc rw,nosuid shared:2 master:1 - proc proc rw,hidepid=2,gid=4',
  '24 22 0:40 / /mnt/with\\040space\\012x rw - fuse.sshfs host:/ rw,user_id=0',
  '25 22 0:41 / /mnt rw propagate_from:2 - autofs systemd-1 rw',
  '26 25 254:2 /sub /mnt/with\\040space\\012x/local rw - xfs /dev/vda2 rw',
  'odd line',
].join('\n');
test('mountinfo: escapes, optional fields, odd lines', () => {
  const mounts = parseMountinfo(mountinfo);
  assert.deepEqual(
    mounts.map(({ id, device, mountPoint, fsType }) => [id, device, mountPoint, fsType]),
    [
      [22, 'fe:01', '/', 'ext4'],
      [23, '00:15', '/proc', 'proc'],
      [24, '00:28', '/mnt/with space\nx', 'fuse.sshfs'],
      [25, '00:29', '/mnt', 'autofs'],
      [26, 'fe:02', '/mnt/with space\nx/local', 'xfs'],
    ],
  );
  assert.deepEqual(
    new MountTable(mounts).onTheWay('/mnt/with space\nx/local/f').map((mount) => mount.id),
    [22, 25, 24, 26],
  );
});

const rootRows: [field: string, root: string, gone: boolean][] = [
  ['/', '/', false],
  ['/srv/a', '/srv/a', false],
  ['/srv/a//deleted', '/srv/a', true],
  ['/srv/with\\040space//deleted', '/srv/with space', true],
  ['/srv/deleted', '/srv/deleted', false],
  ['/srv/a\\040(deleted)', '/srv/a (deleted)', false],
  ['/srv/deleted//deleted', '/srv/deleted', true],
  ['net:[4026531840]', 'net:[4026531840]', false],
];
for (const [field, root, gone] of rootRows) {
  test(`mountinfo: the root ${field} is ${root}${gone ? ', which is gone' : ''}`, () => {
    const [mount] = parseMountinfo(`26 25 254:2 ${field} /mnt rw - xfs /dev/vda2 rw`);
    assert.deepEqual([mount?.root, mount?.rootGone, mount?.mountPoint], [root, gone, '/mnt']);
  });
}

const sources = new MountTable(
  parseMountinfo(
    [
      '1 1 254:1 / / rw - ext4 /dev/vda1 rw',
      '2 1 254:1 /srv/data /mnt/data rw - ext4 /dev/vda1 rw',
      '3 1 254:1 /srv/a//deleted /mnt/a rw - ext4 /dev/vda1 rw',
      '4 1 254:3 / /covered rw - ext4 /dev/vda3 rw',
      '5 4 0:9 / /covered/b rw - tmpfs tmpfs rw',
      '6 1 0:50 /@ /sub rw - btrfs /dev/vdb rw',
      '7 1 0:50 /@home/x /file rw - btrfs /dev/vdb rw',
    ].join('\n'),
  ),
);
const sourceRows: [device: string, inside: string, paths: string[], why: string][] = [
  ['fe:01', '/srv/a', ['/srv/a'], 'never through the mount whose own root is gone'],
  ['fe:01', '/srv/data/f', ['/srv/data/f', '/mnt/data/f'], 'through each mount that shows it'],
  ['fe:01', '/srv/database', ['/srv/database'], 'a folder is no prefix of a name'],
  ['fe:01', '/mnt/data/f', [], 'covered by another mount of the same file system'],
  ['fe:03', '/b/f', [], 'covered by a mount below'],
  ['fe:03', '/c', ['/covered/c'], 'beside that mount'],
  ['00:32', '/@/etc/x', ['/sub/etc/x'], 'below a subvolume'],
  ['00:32', '/@home/x', ['/file'], 'a mounted file is a path of its own'],
  ['00:32', '/@home/y', [], 'a subvolume that is mounted nowhere'],
  ['fe:02', '/x', [], 'a file system that is mounted nowhere'],
];
for (const [device, inside, paths, why] of sourceRows) {
  test(`where ${inside} of ${device} is seen: ${why}`, () => assert.deepEqual(sources.pathsOf(device, inside), paths));
}

test('mounts on the way to any path are those that a plain search finds', () => {
  const path = fc
    .array(fc.constantFrom('a', 'b', 'ab', 'x y', ''), { maxLength: 4 })
    .map((names) => `/${names.join('/')}`);
  const point = path.map((text) => text.replace(/\/+/g, '/').replace(/(.)\/$/, '$1'));
  fc.assert(
    fc.property(fc.array(point, { maxLength: 12 }), path, (points, to) => {
      const mounts = points.map((mountPoint, id) => ({
        id,
        device: '00:01',
        root: '/',
        rootGone: false,
        mountPoint,
        fsType: 'tmpfs',
        options: '',
      }));
      const passes = (at: string) => to === at || to.startsWith(at === '/' ? at : `${at}/`);
      const passed = mounts.filter(
        ({ mountPoint }, index) => passes(mountPoint) && !points.includes(mountPoint, index + 1),
      );
      const expected = passed.sort((one, other) => one.mountPoint.length - other.mountPoint.length);
      assert.deepEqual(new MountTable(mounts).onTheWay(to), expected);
    }),
    { numRuns: 2000 },
  );
});

const walkRows: [path: string, local: boolean][] = [
  ['/usr/lib/x', true],
  ['/mnt', false],
  ['/mnt/other', false],
  ['/mntx/other', true],
  ['/mnt/with space\nx/f', false],
  // A local file system on top of a remote one: the walk to it asks the remote one.
  ['/mnt/with space\nx/local/f', false],
  ['relative', false],
];
for (const [path, local] of walkRows) {
  test(`a walk to ${JSON.stringify(path)} is ${local ? '' : 'not '}local`, () => {
    assert.equal(new MountTable(parseMountinfo(mountinfo)).isLocalWalk(path), local);
  });
}
test('without a root mount (a chroot) no walk is local', () => {
  assert.equal(new MountTable(parseMountinfo(mountinfo.split('\n')[1] ?? '')).isLocalWalk('/proc/x'), false);
});

const viewers: [name: string, options: string, capabilities: bigint, groups: number[], hidden: boolean, ns?: string][] =
  [
    ['no option', 'rw', 0n, [], false],
    ['hidepid=0', 'rw,hidepid=0', 0n, [], false],
    ['hidepid=2 without privilege', 'rw,hidepid=2', 0n, [], true],
    ['hidepid=invisible without privilege', 'rw,hidepid=invisible', 0n, [], true],
    ['hidepid=2 with CAP_SYS_PTRACE', 'rw,hidepid=2', 1n << 19n, [], false],
    ['hidepid=2 with CAP_SYS_PTRACE of a user namespace', 'rw,hidepid=2', 1n << 19n, [], true, 'user:[4026532210]'],
    ['hidepid=2 for the group gid=', 'rw,hidepid=2,gid=4', 0n, [4], false],
    ['ptraceable spares no group', 'rw,hidepid=ptraceable,gid=4', 0n, [4], true],
  ];
for (const [name, options, effectiveCapabilities, groups, hidden, userNamespace = 'user:[4026531837]'] of viewers) {
  test(`hidepid: ${name}`, () => {
    const mount = { id: 1, device: '00:15', root: '/', rootGone: false, mountPoint: '/proc', fsType: 'proc', options };
    assert.equal(hidesProcesses(mount, { effectiveCapabilities, groups, userNamespace }), hidden);
  });
}

test('cgroup lines split on the first two colons only', () => {
  const lines = parseCgroup('9:name=systemd:/a:b/c\n0::/x.service\n1:cpu,cpuacct:/\nodd\n');
  assert.deepEqual(lines, [
    { hierarchy: 9, controllers: 'name=systemd', path: '/a:b/c' },
    { hierarchy: 0, controllers: '', path: '/x.service' },
    { hierarchy: 1, controllers: 'cpu,cpuacct', path: '/' },
  ]);
});

const deviceRows: [device: bigint, text: string][] = [
  [0xfe01n, 'fe:01'],
  [0x2fn, '00:2f'],
  [(1n << 20n) | 0x30n, '00:130'],
  [(0x1n << 44n) | 0x501n, '1005:01'],
];
for (const [device, text] of deviceRows) {
  test(`device ${device} prints as ${text}`, () => assert.equal(formatStatDevice(device), text));
}

test('bytes that are no UTF-8 keep their raw form', () => {
  assert.deepEqual(toText('/opt/agent/lib/\xffplug.so'), {
    text: '/opt/agent/lib/\ufffdplug.so',
    base64: 'L29wdC9hZ2VudC9saWIv/3BsdWcuc28=',
  });
  assert.deepEqual(toText('\xc3\xa4'), { text: 'ä', base64: null });
  assert.equal(toText('\xed\xa0\x80').base64, '7aCA', 'an encoded surrogate is no UTF-8');
});
