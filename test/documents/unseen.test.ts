// The users whose processes a scan did not see. They are "only users" only if no other processes were missed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Report, UnseenOwner } from '../../src/documents/generated/report.ts';
import { onlyUsersUnseen } from '../../src/documents/unseen.ts';
import { report } from '../support/reports.ts';

const owner = (kind: UnseenOwner['kind'], counts: Partial<UnseenOwner> = {}): UnseenOwner => ({
  user: kind === null ? null : { uid: 1000, name: null },
  kind,
  denied: 0,
  failed: 0,
  blocked: 0,
  ...counts,
});

/** A report that saw all but these. */
function without(unseen: UnseenOwner[], change: (report: Report) => void = () => {}): Report {
  const made = structuredClone(report({}));
  const sum = (name: 'denied' | 'failed' | 'blocked') => unseen.reduce((all, each) => all + each[name], 0);
  Object.assign(made.scan.processes, { denied: sum('denied'), failed: sum('failed'), blocked: sum('blocked') });
  made.scan.unseen = unseen;
  made.scan.complete = false;
  change(made);
  return made;
}

const users = [owner('user', { blocked: 2 }), owner('user', { failed: 1 })];

test('if all that was not seen is users’ own, they are named', () => {
  assert.deepEqual(onlyUsersUnseen(without(users)), users);
});

const rows: [what: string, made: Report][] = [
  ['root’s process was not seen', without([...users, owner('root', { failed: 1 })])],
  ['a service’s process was not seen', without([...users, owner('service', { blocked: 1 })])],
  ['nobody knows whose process was not seen', without([...users, owner(null, { blocked: 1 })])],
  ['fewer are named than were not seen', without(users, ({ scan }) => scan.processes.failed++)],
  ['procfs hides processes', without(users, ({ warnings }) => warnings.push({ code: 'hidepid', message: 'hidden' }))],
  ['a filter left out processes', without(users, ({ scan }) => scan.filters.pids.push(1))],
  ['a filter left out units', without(users, ({ scan }) => scan.filters.units.push('a*'))],
  ['descriptors were left out', without(users, ({ scan }) => Object.assign(scan, { include: ['maps'] }))],
  ['an earlier version does not say whose', without([], ({ scan }) => delete scan.unseen)],
  ['everything was seen', without([], ({ scan }) => Object.assign(scan, { complete: true }))],
];

for (const [what, made] of rows) {
  test(`not only users: ${what}`, () => {
    assert.equal(onlyUsersUnseen(made), null);
  });
}
