// Processes that could not be looked at: whose they are, whatever their owner does before the scan ends.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import type { Inspection } from '../../src/deleted/inspect.ts';
import { readOwners } from '../../src/host/owners.ts';
import { describeUnseen, findUnseen } from '../../src/scan/unseen.ts';
import { python, start } from '../support/live.ts';
import { needs } from '../support/needs.ts';

const inspection = (outcome: Inspection['outcome']): Inspection => ({
  ...{ outcome, affected: null, hidden: [], cut: null, mayBeOutdated: false },
});
const person = 4711;

function describe(pids: readonly number[], outcomes: readonly Inspection['outcome'][]) {
  const { inspections, unseen } = findUnseen(pids, outcomes.map(inspection), '/proc', new Set());
  const said = describeUnseen(unseen, { ownerOf: readOwners('/'), userName: () => null });
  return { outcomes: inspections.map(({ outcome }) => outcome), ...said };
}

test('a process that has ended meanwhile is nobody who was not seen, so no user can make an owner that nobody knows', () => {
  const { pid } = spawnSync('true');
  const said = describe([process.pid, pid, pid, pid], ['inspected', 'denied', 'failed', 'blocked']);
  assert.deepEqual(said, {
    outcomes: ['inspected', 'vanished', 'vanished', 'vanished'],
    blocked: [],
    owners: [],
    warning: null,
  });
});

test('a set-uid program belongs to the user who started it, and a service that acts for a user to root', async (t) => {
  if (!needs(t, 'another user', 'python3')) return;
  const as = (real: number, effective: number) => {
    const script = `import os,time; os.setresuid(${real},${effective},0); print('ready',flush=True); time.sleep(600)`;
    return start(t, [python as string, '-c', script], { ready: true });
  };
  const setUid = await as(person, 0);
  const acting = await as(0, person);
  const said = describe([setUid.pid!, acting.pid!], ['failed', 'blocked']);
  assert.deepEqual(said.owners, [
    { user: { uid: 0, name: null }, kind: 'root', denied: 0, failed: 0, blocked: 1 },
    { user: { uid: person, name: null }, kind: 'user', denied: 0, failed: 1, blocked: 0 },
  ]);
  assert.deepEqual(said.blocked[0]?.user, { uid: 0, name: null });
});
