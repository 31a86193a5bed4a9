// Owners -> how long their processes are waited for: a bounded time for each, and root and services lose nothing to other owners.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Patience } from '../../src/crew/patience.ts';

const root = { kind: 'root', key: 0 } as const;
const service = { kind: 'service', key: 33 } as const;
const user = (key: number) => ({ kind: 'user' as const, key });

test('an owner who has kept no reader waiting is read in order, and waited for a second at most', () => {
  const patience = new Patience();
  assert.equal(patience.isTried, false);
  assert.equal(patience.standing(user(1000)), 'first');
  assert.equal(patience.deadline(user(1000), false), 1000);
});

test('the fourth process of an owner is read last, and not waited for so long', () => {
  const patience = new Patience();
  for (let blocked = 0; blocked < 3; blocked++) {
    assert.equal(patience.standing(user(1000)), 'first');
    patience.strike(user(1000));
  }
  assert.equal(patience.standing(user(1000)), 'last');
  assert.ok(patience.deadline(user(1000), false) < 1000);
  for (const other of [root, service, user(1001)]) assert.equal(patience.standing(other), 'first');
});

test('waits that end in time count as well: in the end an owner is left out', () => {
  const patience = new Patience();
  let waited = 0;
  for (; patience.standing(user(1000)) !== 'never'; waited += 500) patience.charge(user(1000), 500);
  assert.equal(waited, 10_000);
  assert.equal(patience.deadline(user(1000), false), 0);
  for (const other of [root, service, user(1001)]) assert.equal(patience.standing(other), 'first');
});

test('work counts as well, but less than waits', () => {
  const patience = new Patience();
  let worked = 0;
  for (; patience.standing(user(1000)) !== 'never'; worked += 500) patience.chargeWork(user(1000), 500);
  assert.ok(worked > 20_000 && worked < 60_000, `${worked}`);
});

test('a user with many uids gets no more time than all users together, and root and services lose none', () => {
  const patience = new Patience();
  let waited = 0;
  for (let key = 100_000; patience.standing(user(key)) !== 'never'; key++) {
    patience.charge(user(key), 100);
    waited += 100;
    assert.ok(waited < 60_000, 'it has no end');
  }
  for (const other of [root, service]) assert.equal(patience.standing(other), 'first');
});

test('the second question about a process may take longer than the first', () => {
  const patience = new Patience();
  for (let blocked = 0; blocked < 5; blocked++) patience.strike(service);
  assert.ok(patience.deadline(service, true) > 1000);
});
