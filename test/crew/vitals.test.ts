// Processes that count as ours: a helper that still waits does, and no other user can make a process that does.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOurs, readStatus } from '../../src/crew/vitals.ts';

test('a process is ours if all its uids are: a set-uid program that another user has started is not', () => {
  const own = process.geteuid?.() ?? 0;
  const status = (...uids: number[]) => `State:\tD (disk sleep)\nUid:\t${uids.join('\t')}\n`;
  assert.equal(isOurs(status(own, own, own, own)), true);
  assert.equal(isOurs(status(own + 1, own, own, own)), false);
  assert.equal(isOurs(status(own, own, own + 1, own)), false);
  assert.equal(isOurs(readStatus(process.pid)), true);
  assert.equal(isOurs(''), false);
});
