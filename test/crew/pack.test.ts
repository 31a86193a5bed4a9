// An inspection goes through JSON and comes back the same. An inspection without findings becomes one word.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packInspection, unpackInspection } from '../../src/crew/pack.ts';
import { packSetup, unpackSetup } from '../../src/crew/protocol.ts';
import { shippedHideRules } from '../../src/deleted/hide-rules.ts';
import type { Inspection } from '../../src/deleted/inspect.ts';

const finding = {
  path: '/usr/lib/caf\xc3\xa9\x00.so',
  pathSource: 'kernel',
  state: 'replaced',
  role: 'code',
  replacedAtNs: 1_764_453_600_123_456_789n,
  device: 'fd:01',
  inode: 2n ** 64n - 1n,
  links: 0,
  heldBytes: 4096,
  bornAtNs: null,
  modifiedAtNs: 1764453600123456700n,
  ownerUid: 0,
  unlinkedAtNs: 0n,
  onHost: true,
  fsType: 'ext4',
} as const;
const affected: Inspection = {
  outcome: 'inspected',
  mayBeOutdated: true,
  affected: {
    pid: 9,
    identity: {
      stat: {
        name: 'a) b',
        state: 'S',
        ppid: 1,
        session: 9,
        terminal: null,
        threads: 1,
        startTicks: 77,
        kernelThread: false,
        exiting: false,
        onlyForked: false,
      },
      effectiveUid: 33,
      commandLine: 'a\0b\xff',
      commandTruncated: false,
      cgroup: '0::/system.slice/a.service\n',
      namespaces: { pid: null, cgroup: 'cgroup:[1]' },
    },
    executable: { path: '/usr/bin/a', pathSource: 'kernel', deleted: false },
    maps: [{ ...finding, kind: 'library', mappings: 3, mappedBytes: 8192, executable: true }],
    fds: [{ ...finding, fd: 7, kind: 'regular', sizeBytes: 1, access: 'write', append: null, mountPoint: '/' }],
  },
  hidden: [],
  cut: null,
};
const throughJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

test('findings come back the same', () => {
  assert.deepEqual(unpackInspection(throughJson(packInspection(affected))), affected);
});

test('a hidden use comes back with the reported fields of its rule', () => {
  const rule = shippedHideRules[0]!;
  const hidden = [{ rule, via: 'fd', heldBytes: 5, file: 'fd:01 3' }] as const;
  const back = unpackInspection(
    throughJson(packInspection({ outcome: 'inspected', affected: null, hidden, cut: null, mayBeOutdated: false })),
  );
  const { id, reason } = rule;
  assert.deepEqual(back.hidden, [{ ...hidden[0], rule: { id, reason } }]);
});

test('the cut of a process comes back the same, with findings and without', () => {
  const { identity } = affected.affected!;
  const held = [{ device: 'fd:01', inode: String(2n ** 64n - 1n), heldBytes: 9, fsType: null }];
  const cut = { pid: 9, identity, maps: 1, fds: 2, unreadFds: 3, longPaths: 4, held };
  const alone: Inspection = { outcome: 'failed', affected: null, hidden: [], cut, mayBeOutdated: false };
  for (const inspection of [{ ...affected, cut }, alone])
    assert.deepEqual(unpackInspection(throughJson(packInspection(inspection))), inspection);
});

test('a process without findings becomes one word', () => {
  for (const outcome of ['inspected', 'kernel_threads', 'denied', 'failed', 'vanished'] as const) {
    const inspection: Inspection = { outcome, affected: null, hidden: [], cut: null, mayBeOutdated: false };
    assert.equal(packInspection(inspection), outcome);
    assert.deepEqual(unpackInspection(outcome), inspection);
  }
});

test('the setup of the questions comes back the same', () => {
  const setup = {
    procPath: '/proc',
    include: { maps: true, fds: false },
    rules: shippedHideRules,
    bootedAtNs: 12n,
    clockTicksPerSecond: 100,
  };
  assert.deepEqual(unpackSetup(throughJson(packSetup(setup))), setup);
  assert.equal(unpackSetup(throughJson(packSetup({ ...setup, bootedAtNs: null }))).bootedAtNs, null);
});
