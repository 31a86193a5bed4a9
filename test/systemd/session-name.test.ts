// The scan, the plan and the drift read a session's name in the same way.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Report } from '../../src/documents/generated/report.ts';
import { collectSightings } from '../../src/drift/sightings.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { buildContext } from '../../src/plan/target.ts';
import { parseCgroup } from '../../src/procfs/cgroup.ts';
import { attributeProcess } from '../../src/systemd/attribute.ts';
import { parseManagerUid, parseSession } from '../../src/systemd/session-name.ts';
import { libc, process, report, unit } from '../support/reports.ts';

const host = { pid: 'pid:[1]', cgroup: 'cgroup:[1]' };

const rows: [unit: string, slice: string | null, expected: { id: string; uid: number } | null][] = [
  ['session-7.scope', 'user-1000.slice', { id: '7', uid: 1000 }],
  ['session-c1.scope', 'user-0.slice', { id: 'c1', uid: 0 }],
  ['session-a-b.scope', 'user-1000.slice', null],
  ['session-.scope', 'user-1000.slice', null],
  ['session-7.scope', 'user-65535.slice', null],
  ['session-7.scope', 'user-4294967295.slice', null],
  ['session-7.scope', 'user-01000.slice', null],
  ['session-7.scope', 'user-.slice', null],
  ['session-7.scope', 'system.slice', null],
  ['session-7.scope', null, null],
  ['session-7.service', 'user-1000.slice', null],
];
for (const [name, slice, expected] of rows) {
  test(`session: ${name} in ${slice}`, () => {
    assert.deepEqual(parseSession(name, slice), expected, 'the names');

    const path = `/${[slice, name].filter(Boolean).join('/')}`;
    const scanned = attributeProcess(parseCgroup(`0::${path}\n`), host, host).session;
    assert.deepEqual(scanned, expected, 'scan');

    const named = { name, scope: 'system', user: null, source: 'cgroup_v2' } as const;
    const of = report({
      units: [unit(name, [libc], { slice })],
      processes: [process(100, [libc], { session: null, unit: named })],
    });
    const session = buildPlan(of, [], '').actions[0]?.session;
    assert.deepEqual(session && { id: session.id, uid: session.user?.uid }, expected, 'plan');
    assert.equal(collectSightings(of)[0]?.user?.uid, expected?.uid, 'drift');

    const old = { ...of, scan: { ...of.scan, carriers: [name], caller: undefined } } as unknown as Report;
    assert.deepEqual([...buildContext(old).callerUids], expected === null ? [] : [expected.uid], 'the caller');
  });
}

test("the uid of a user's manager", () => {
  assert.deepEqual(
    ['user@1000.service', 'user@0.service', 'user@01.service', 'user@65535.service', 'user@a.service', 'a.service'].map(
      parseManagerUid,
    ),
    [1000, 0, null, null, null, null],
  );
});
