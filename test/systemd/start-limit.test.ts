// The last start of a unit and its limit -> the starts that are left, if that is known.

import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { startsLeft } from '../../src/systemd/start-limit.ts';

const now = 100_000_000_000n;
const limit = { active_state: 'active', start_limit_burst: 5, start_limit_interval_seconds: 10 };
const rows: [name: string, changes: Partial<typeof limit> | object, startedUsec: number | null, left: number | null][] =
  [
    ['started long ago', {}, 80_000_000, 5],
    ['started within the interval', {}, 95_000_000, null],
    ['started one interval ago', {}, 90_000_000, null],
    ['not active: a start may have been refused since', { active_state: 'failed' }, 80_000_000, null],
    ['without a limit', { start_limit_interval_seconds: 0 }, 80_000_000, null],
    ['no start is let through', { start_limit_burst: 0 }, 80_000_000, null],
    ['no limit is known', { start_limit_burst: null }, 80_000_000, null],
    ['no start is known', {}, null, null],
  ];
for (const [name, changes, startedUsec, left] of rows) {
  test(name, () => equal(startsLeft({ ...limit, ...changes }, startedUsec, now), left));
}
