// If a process has too many findings, the report lists the most telling ones in their order, and counts the rest and its held bytes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutFindings, cutToReport } from '../../src/deleted/cut.ts';
import type { AffectedProcess, FdFinding, MapFinding } from '../../src/deleted/finding.ts';
import { longestPath, shortenPath } from '../../src/deleted/long-path.ts';
import { toText } from '../../src/procfs/bytes.ts';
import type { Identity } from '../../src/procfs/process.ts';

const identity = (commandLine = 'daemon\0'): Identity => ({
  stat: {
    ...{ name: 'daemon', state: 'S', ppid: 1, session: 1, terminal: null, threads: 1, startTicks: 250 },
    ...{ kernelThread: false, exiting: false, onlyForked: false },
  },
  ...{ effectiveUid: 1000, commandLine, commandTruncated: false, cgroup: '', namespaces: { pid: null, cgroup: null } },
});
const common: Omit<MapFinding, 'path' | 'inode' | 'kind' | 'role' | 'mappings' | 'mappedBytes' | 'executable'> = {
  ...{ state: 'removed', device: 'fe:01', links: 0, heldBytes: 4096, onHost: true, fsType: 'ext4' },
  ...{ bornAtNs: null, ownerUid: 0 },
  ...{ modifiedAtNs: null, unlinkedAtNs: null, replacedAtNs: null, pathSource: 'kernel' },
};
const map = (path: string, inode: bigint, more: Partial<MapFinding> = {}): MapFinding => ({
  ...common,
  ...{ path, inode, kind: 'library', role: 'code', mappings: 1, mappedBytes: 4096, executable: true, ...more },
});
const fd = (number: number, path: string, inode: bigint, more: Partial<FdFinding> = {}): FdFinding => ({
  ...common,
  ...{ fd: number, path, inode, kind: 'regular', role: 'file', sizeBytes: 4096, access: 'write', append: true },
  ...{ mountPoint: '/', ...more },
});

test('findings that fit are not cut', () => {
  const found = { maps: [map('/a.so', 1n)], fds: [fd(3, '/b', 2n)] };
  assert.deepEqual(
    cutFindings(7, found, 0, () => assert.fail('nobody asks who it is')),
    { ...found, cut: null },
  );
});

test('findings that call for action stay, then those stale for longest, then those that hold most; in their order', () => {
  const maps = [
    map('/data', 1n, { kind: 'data', role: 'data', heldBytes: 9999 }),
    map('/new.so', 2n, { replacedAtNs: 9n }),
    map('/old.so', 3n, { replacedAtNs: 5n }),
  ];
  const fds = [
    fd(3, '/small', 4n, { heldBytes: 1 }),
    fd(4, '/large', 5n, { heldBytes: 2 }),
    fd(5, '/log', 6n, { role: 'log' }),
  ];
  const listed = (room: number) => {
    const { maps: keptMaps, fds: keptFds, cut } = cutFindings(7, { maps, fds }, 0, identity, room);
    assert.deepEqual([cut?.maps, cut?.fds], [3 - keptMaps.length, 3 - keptFds.length]);
    return [...keptMaps, ...keptFds].map(({ path }) => path);
  };
  assert.deepEqual(listed(550), ['/old.so']);
  assert.deepEqual(listed(1000), ['/new.so', '/old.so']);
  assert.deepEqual(listed(1450), ['/new.so', '/old.so', '/log']);
  assert.deepEqual(listed(1900), ['/new.so', '/old.so', '/large', '/log']);
});

test('a text counts with its length in JSON, which is longer for controls and for invalid bytes', () => {
  for (const unit of ['\x01', '\xff']) {
    const found = { maps: [map(`/${'a'.repeat(1000)}`, 1n), map(`/${unit.repeat(1000)}`, 2n)], fds: [] };
    assert.equal(cutFindings(7, found, 0, identity, 2900).maps.length, 1, JSON.stringify(unit));
  }
});

test('findings that are not listed are counted, and the bytes of each file once', () => {
  const fds = [
    fd(3, '/a', 1n),
    fd(4, '/a', 1n),
    fd(5, '/b', 2n, { heldBytes: null }),
    fd(6, '/c', 3n, { heldBytes: 8192 }),
  ];
  const { fds: kept, cut } = cutFindings(7, { maps: [], fds }, 2, identity, 0);
  assert.deepEqual(kept, []);
  assert.deepEqual([cut?.pid, cut?.fds, cut?.unreadFds], [7, 4, 2]);
  assert.deepEqual(
    cut?.held.map(({ inode, heldBytes }) => [inode, heldBytes]),
    [
      ['3', 8192],
      ['1', 4096],
    ],
  );
});

test('a path that is too long says how it begins, and which file it is', () => {
  const long = `/home/u/${'\xc3\xa9'.repeat(longestPath)}`;
  const { text, base64 } = toText(shortenPath(long, 7n, 'fe:01'));
  assert.equal(base64, null);
  assert.match(text, /^\(path of 16392 bytes, inode 7 on fe:01: \/home\/u\/é+…\)$/);
  const found = { maps: [map(shortenPath(long, 7n, 'fe:01'), 7n, { pathSource: 'none' })], fds: [] };
  assert.equal(cutFindings(7, found, 0, identity).cut?.longPaths, 1);
});

const affected = (pid: number, files: number, commandLine?: string): AffectedProcess => ({
  ...{ pid, identity: identity(commandLine), executable: null, maps: [] },
  fds: Array.from({ length: files }, (_, index) => fd(index, `/${index}`, BigInt(index))),
});

test('the room of a report is shared so that those who want much leave the others what they want', () => {
  const processes = [affected(1, 2), affected(2, 500), affected(3, 40), affected(4, 300), affected(5, 1)];
  const { processes: listed, cuts } = cutToReport(processes, [], 100_000);
  const amounts = listed.map(({ fds }) => fds.length);
  assert.deepEqual([amounts[0], amounts[2], amounts[4]], [2, 40, 1]);
  assert.ok(amounts[1]! > 80 && amounts[1] === amounts[3], String(amounts));
  assert.deepEqual(
    cuts.map(({ pid, fds }) => [pid, fds]),
    [
      [2, 500 - amounts[1]!],
      [4, 300 - amounts[3]!],
    ],
  );
  assert.deepEqual(cutToReport(processes, [], 1_000_000), { processes, cuts: [] });
});

test('a long command line is shortened first, and what was cut before is counted with the rest', () => {
  const before = cutFindings(1, affected(1, 3), 1, identity, 0).cut!;
  const long = affected(1, 10, 'x'.repeat(100_000));
  const { processes, cuts } = cutToReport([long, affected(2, 1)], [before], 12_000);
  const [{ identity: shown, fds }] = processes as [AffectedProcess];
  assert.deepEqual([shown.commandLine.length, shown.commandTruncated], [4096, true]);
  assert.ok(fds.length > 5, `${fds.length} descriptors`);
  assert.deepEqual(
    cuts.map((cut) => [cut.pid, cut.fds, cut.unreadFds]),
    [[1, 3 + 10 - fds.length, 1]],
  );
});
