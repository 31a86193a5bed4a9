// What is gone, in which state, and what it is to the process: marks, identity, roles, rules.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMarked, renamesOpenFiles } from '../../src/deleted/gone.ts';
import { classifyFdRole, classifyMapRole } from '../../src/deleted/role.ts';
import { compileRules, ignoreRules, shippedRules } from '../../src/deleted/rules.ts';
import { classifyGone, type GoneQuestion } from '../../src/deleted/state.ts';
import { SuppressedTally } from '../../src/deleted/suppressed.ts';
import type { FileLook, PathLook } from '../../src/procfs/view.ts';

const markRows: [name: string, mark: string | null, path?: string][] = [
  ['/usr/lib/libc.so (deleted)', 'suffix', '/usr/lib/libc.so'],
  ['/opt/x (deleted) (deleted)', 'suffix', '/opt/x (deleted)'],
  ['/opt/x  (deleted)', 'suffix', '/opt/x '],
  ['(deleted)/usr/lib/libc.so', 'prefix', '/usr/lib/libc.so'],
  ['(deleted) /usr/lib/libc.so', 'prefix', '/usr/lib/libc.so'],
  ['/srv/.nfs0000000000abcdef00000001', 'nfs', '/srv/.nfs0000000000abcdef00000001'],
  ['/srv/.nfs123', null],
  ['/srv/.nfs0000000000abcdef00000001/x', null],
  ['/mnt/.fuse_hidden0000000100000002', 'fuse', '/mnt/.fuse_hidden0000000100000002'],
  ['/mnt/.fuse_hidden1', null],
  ['/opt/x(deleted)', null],
  ['/opt/(deleted)', null],
  ['socket:[1]', null],
];
for (const [name, mark, path] of markRows) {
  test(`mark of ${name}: ${mark}`, () => {
    const marked = parseMarked(name);
    assert.equal(marked?.mark ?? null, mark);
    if (marked) assert.equal(marked.path, path);
  });
}

const file = (inode: bigint): PathLook => ({ kind: 'file', device: 1n, inode, changedAtNs: 5n });
const absent: PathLook = { kind: 'absent' };
const unknown: PathLook = { kind: 'unknown' };
const unlinked: GoneQuestion = {
  name: '/x (deleted)',
  marked: { mark: 'suffix', path: '/x' },
  links: null,
  unlinkedAtNs: null,
  renamesOpenFiles: false,
  look: () => absent,
  isSame: () => null,
};
type Verdict = 'replaced' | 'removed' | 'unknown' | null;
const stateRows: [name: string, literal: PathLook, now: PathLook, known: boolean, verdict: Verdict][] = [
  ['another file at the path', absent, file(8n), true, 'replaced'],
  ['nothing at the path', absent, absent, true, 'removed'],
  ['we could not look', unknown, unknown, true, 'unknown'],
  ['a file really named `x (deleted)`', file(7n), absent, true, null],
  ['another file of that literal name', file(9n), absent, true, 'removed'],
  ['renamed back: the same inode at its path', absent, file(7n), true, null],
  ['own identity not known', absent, file(8n), false, 'unknown'],
  ['own identity not known, nothing there', absent, absent, false, 'removed'],
];
for (const [name, literal, now, known, verdict] of stateRows) {
  test(`state: ${name}`, () => {
    const question = {
      ...unlinked,
      look: (path: string) => (path === '/x' ? now : literal),
      isSame: (look: FileLook) => (known ? look.inode === 7n : null),
    };
    const gone = classifyGone(question);
    assert.equal(gone?.state ?? null, verdict);
    assert.equal(gone?.replacedAtNs ?? null, verdict === 'replaced' ? 5n : null, "the new file's ctime");
    const when = classifyGone({ ...question, unlinkedAtNs: 3n })?.replacedAtNs ?? null;
    assert.equal(when, verdict === null ? null : 3n, 'when the old file lost its name');
  });
}
test('a file without a link is not looked for under the name with the mark', () => {
  const looks: string[] = [];
  const look = (path: string) => {
    looks.push(path);
    return absent;
  };
  for (const links of [null, 1, 0]) assert.equal(classifyGone({ ...unlinked, links, look })?.state, 'removed');
  assert.deepEqual(looks, ['/x (deleted)', '/x', '/x (deleted)', '/x', '/x']);
});
test('a silly rename is unknown on its own file system and nothing elsewhere; nobody looks', () => {
  const look = () => assert.fail('looked at a remote file system');
  const marked = { mark: 'nfs' as const, path: '/srv/.nfs0000000000abcdef00000001' };
  const question = { ...unlinked, name: marked.path, marked, look, isSame: look };
  assert.equal(classifyGone({ ...question, renamesOpenFiles: true })?.state, 'unknown');
  assert.equal(classifyGone(question), null);
});

for (const [mark, fsType, renames] of [
  ['nfs', 'nfs4', true],
  ['nfs', 'fuse.sshfs', false],
  ['fuse', 'fuse.sshfs', true],
  ['fuse', 'ext4', false],
  ['suffix', 'nfs4', false],
] as const) {
  test(`a name of mark ${mark} on ${fsType}: the client renames open files: ${renames}`, () =>
    assert.equal(renamesOpenFiles({ mark, path: '/x' }, fsType), renames));
}

type MapCase = Parameters<typeof classifyMapRole>[0];
const map = (path: string, more: Partial<MapCase> = {}): MapCase => ({
  path,
  kind: 'library',
  state: 'removed',
  links: 0,
  inode: 5n,
  ...more,
});
const mapRows: [name: string, map: MapCase, born: bigint | null, role: string][] = [
  ['a library removed by an upgrade', map('/usr/lib/libssl.so.1'), 50n, 'code'],
  ['a library loaded and replaced after the start', map('/usr/lib/libssl.so.3', { state: 'replaced' }), 150n, 'code'],
  ['a library loaded and removed after the start, from a package', map('/usr/lib/libssl.so.1'), 150n, 'code'],
  ['JNA in /tmp', map('/tmp/jna-114/jna8871.tmp'), null, 'scratch'],
  ['a plug-in replaced in /tmp', map('/tmp/plugin.so', { state: 'replaced' }), null, 'code'],
  ['unpacked by itself in its own folder', map('/home/app/.cache/x.so'), 150n, 'scratch'],
  ['there before it started', map('/home/app/lib/x.so'), 50n, 'code'],
  ['birth time not known', map('/home/app/lib/x.so'), null, 'code'],
  ['another link left', map('/home/app/lib/x.so', { links: 1 }), 150n, 'code'],
  ['/usr/local belongs to no package', map('/usr/local/lib/x.so'), 150n, 'scratch'],
  ['a locale archive', map('/usr/lib/locale/locale-archive', { kind: 'data', state: 'replaced' }), 50n, 'data'],
  ['a program removed from /tmp', map('/tmp/a.out', { kind: 'executable' }), 50n, 'code'],
  ['a program that was never a file', map('/memfd:x', { kind: 'executable' }), null, 'scratch'],
  ['could not look', map('/tmp/x.so', { state: 'unknown', links: null }), null, 'code'],
];
for (const [name, input, born, role] of mapRows) {
  test(`role of a map: ${name}: ${role}`, () => assert.equal(classifyMapRole(input, born, 100n), role));
}

type FdCase = Parameters<typeof classifyFdRole>[0];
const fd = (path: string, more: Partial<FdCase> = {}): FdCase => ({
  path,
  kind: 'regular',
  state: 'removed',
  links: 0,
  inode: 5n,
  access: 'read_write',
  append: false,
  bornAtNs: 150n,
  ...more,
});
const fdRows: [name: string, fd: FdCase, role: string][] = [
  ['append', fd('/srv/app/out.txt', { access: 'write', append: true }), 'log'],
  ['written below /var/log', fd('/var/log/nginx/a.log', { access: 'write' }), 'log'],
  ['written below a logs folder', fd('/opt/app/logs/a.txt', { access: 'write' }), 'log'],
  ['only read below /var/log', fd('/var/log/nginx/a.log', { access: 'read' }), 'file'],
  ['a log in /tmp', fd('/tmp/x.log', { access: 'write', append: true }), 'log'],
  ['a temporary table of MariaDB', fd('/tmp/ibXXXX'), 'scratch'],
  ['replaced in /tmp', fd('/tmp/x', { state: 'replaced' }), 'file'],
  ['a dropped table of PostgreSQL', fd('/var/lib/postgresql/15/main/base/5/16392'), 'file'],
  ['a spill file at home', fd('/home/app/spill'), 'scratch'],
  ['only written at home', fd('/home/app/out', { access: 'write' }), 'file'],
  ['older than the process', fd('/home/app/data', { bornAtNs: 50n }), 'file'],
  ['O_TMPFILE', fd('/home/app/#5'), 'scratch'],
  ['memfd', fd('/memfd:x', { append: true }), 'scratch'],
  ['a directory', fd('/var/log/old', { kind: 'directory', access: 'read', append: false }), 'file'],
];
for (const [name, input, role] of fdRows) {
  test(`role of an fd: ${name}: ${role}`, () => assert.equal(classifyFdRole(input, 100n), role));
}

const ruleRows: [path: string, rule: string | null, inode?: bigint][] = [
  ['/memfd:my mem', 'memfd'],
  ['/x/memfd:y', null],
  ['/SYSV0052e2c1', 'sysv-shm'],
  ['/SYSVx', null],
  ['/dev/zero', 'dev-zero'],
  ['/dev/zero/x', null],
  ['/dev/shm/sem.x', 'dev-shm'],
  ['/drm mm object', 'drm'],
  ['/i915', 'drm'],
  ['/[aio]', 'aio'],
  ['/a', null],
  ['/[io_uring]', 'io-uring'],
  ['/anon_hugepage', 'hugepages'],
  ['/secretmem', 'secretmem'],
  ['/run/nscd/dbAbC', 'nscd'],
  ['/run/.#proc-kmsg2160164fa38326f0', 'nspawn-kmsg'],
  ['/run/.#proc-kmsg2160164fa38326f', null],
  ['/run/.#proc-kmsg2160164fa38326fx', null],
  ['/run/x/.#proc-kmsg2160164fa38326f0', null],
  ['/tmp/orcexec.AbCdEf', 'orc'],
  ['/home/u/.glAbCdEf', 'gl'],
  ['/home/u/.cache/JNA/temp/jna123.tmp', 'jna'],
  ['/tmp/jna-114/jna8871.tmp', null],
  ['/any/where/#77', 'tmpfile', 77n],
  ['/any/where/#78', null, 77n],
  ['/any/where/#77', null],
  ['/usr/lib/libc.so.6', null],
];
for (const [path, rule, inode] of ruleRows) {
  test(`rule for ${path} (${inode ?? 'no inode'}): ${rule}`, () => {
    assert.equal(compileRules(shippedRules)(path, 'map', inode ?? null)?.id ?? null, rule);
  });
}

test("the user's patterns come first, cross slashes, and literals are literal", () => {
  const match = compileRules([...ignoreRules(['/var/*#sql*'], ['/opt/[a]*']), ...shippedRules]);
  assert.equal(match('/var/lib/mysql/#sql_1', 'fd', null)?.id, 'ignore');
  assert.equal(match('/opt/[a]*', 'map', null)?.id, 'ignore_literal');
  assert.equal(match('/opt/ab', 'map', null), null);
});

test('what is hidden is counted, a file on disk once', () => {
  const tally = new SuppressedTally();
  const [rule] = shippedRules as [(typeof shippedRules)[0] & object];
  tally.add({ rule, via: 'map', heldBytes: 512, file: 'a' });
  tally.add({ rule, via: 'fd', heldBytes: 512, file: 'a' });
  tally.add({ rule, via: 'fd', heldBytes: null, file: null });
  assert.deepEqual(tally.toDocument(), [{ rule: rule.id, reason: rule.reason, maps: 1, fds: 2, held_bytes: 512 }]);
});
