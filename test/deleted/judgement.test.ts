// Files in use -> whether they are gone, and their state: marks, identity, rules.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classifyGone, type GoneQuestion } from '../../src/deleted/gone.ts';
import { compileRules, ignoreRules, shippedHideRules } from '../../src/deleted/hide-rules.ts';
import { parseMarked, renamesOpenFiles } from '../../src/deleted/mark.ts';
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

const file = (inode: bigint): PathLook => ({
  kind: 'file',
  device: 1n,
  inode,
  regular: true,
  directory: false,
  link: false,
  size: 1n,
  target: null,
  changedAtNs: 5n,
  modifiedAtNs: 0n,
  bornAtNs: null,
  ownerUid: 0,
});
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
    assert.equal(compileRules(shippedHideRules)(path, 'map', inode ?? null)?.id ?? null, rule);
  });
}

test('each shipped rule has a path that it hides', () => {
  const tried = new Set(ruleRows.map(([, rule]) => rule));
  assert.deepEqual(
    shippedHideRules.map(({ id }) => id).filter((id) => !tried.has(id)),
    [],
  );
});

test("the user's patterns come first, cross slashes, and literals are literal", () => {
  const match = compileRules([...ignoreRules(['/var/*#sql*'], ['/opt/[a]*']), ...shippedHideRules]);
  assert.equal(match('/var/lib/mysql/#sql_1', 'fd', null)?.id, 'ignore');
  assert.equal(match('/opt/[a]*', 'map', null)?.id, 'ignore_literal');
  assert.equal(match('/opt/ab', 'map', null), null);
});

test('hidden uses are counted, and a file on disk once', () => {
  const tally = new SuppressedTally();
  const [rule] = shippedHideRules as [(typeof shippedHideRules)[0] & object];
  tally.add({ rule, via: 'map', heldBytes: 512, file: 'a' });
  tally.add({ rule, via: 'fd', heldBytes: 512, file: 'a' });
  tally.add({ rule, via: 'fd', heldBytes: null, file: null });
  assert.deepEqual(tally.toDocument(), [{ rule: rule.id, reason: rule.reason, maps: 1, fds: 2, held_bytes: 512 }]);
});
