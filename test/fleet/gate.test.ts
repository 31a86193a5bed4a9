// --fail-on over many hosts, one case a row: the facts that close the gate, and the facts that make it unknown.

import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { FleetCause, FleetVerdict } from '../../src/documents/generated/fleet.ts';
import { judgeFleet, judgeHost } from '../../src/fleet/gate.ts';

const clean = { stale: 0, rebootRequired: false, whole: true };
const hosts: [name: string, facts: typeof clean | Parameters<typeof judgeHost>[0], verdicts: string][] = [
  // Without a gate; any; reboot; incomplete; all three; any,reboot though not everything was seen.
  ['clean', clean, 'null pass pass pass pass pass'],
  ['stale', { ...clean, stale: 2 }, 'null drift pass pass drift drift'],
  ['a reboot', { ...clean, rebootRequired: true }, 'null pass drift pass drift drift'],
  ['a reboot is not known', { ...clean, rebootRequired: null }, 'null pass incomplete pass incomplete pass'],
  ['not whole', { ...clean, whole: false }, 'null incomplete pass incomplete incomplete pass'],
  [
    'not whole, stale',
    { stale: 1, rebootRequired: null, whole: false },
    'null drift incomplete incomplete drift drift',
  ],
];
const gates: [failOn: FleetCause[], allowIncomplete: boolean][] = [
  [[], false],
  [['any'], false],
  [['reboot'], false],
  [['incomplete'], false],
  [['any', 'reboot', 'incomplete'], false],
  [['any', 'reboot'], true],
];
for (const [name, facts, verdicts] of hosts) {
  test(`a host: ${name}`, () => {
    const all = gates.map(([failOn, allowIncomplete]) => String(judgeHost(facts, { failOn, allowIncomplete })));
    equal(all.join(' '), verdicts);
  });
}

const fleets: [hosts: FleetVerdict[], unread: number, allowIncomplete: boolean, verdict: FleetVerdict][] = [
  [['pass', 'pass'], 0, false, 'pass'],
  [['pass', 'drift', 'incomplete'], 1, false, 'drift'],
  [['pass', 'incomplete'], 0, false, 'incomplete'],
  [['pass'], 1, false, 'incomplete'],
  [['pass'], 1, true, 'pass'],
];
for (const [verdicts, unread, allowIncomplete, verdict] of fleets) {
  test(`a fleet of ${verdicts.join(', ')}, ${unread} unread${allowIncomplete ? ', allowed' : ''}: ${verdict}`, () => {
    equal(judgeFleet(verdicts, unread, { failOn: ['any'], allowIncomplete }), verdict);
    equal(judgeFleet([], unread, { failOn: [], allowIncomplete }), null);
  });
}
