// The dependencies that systemd said -> the units that a restart restarts and stops. The rules are systemd's own: transaction.c.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Dependencies } from '../../src/documents/generated/report.ts';
import { reachOf, type Units } from '../../src/plan/reach.ts';

const none: Dependencies = {
  ...{ required_by: [], requisite_of: [], bound_by: [], consists_of: [], propagates_stop_to: [] },
  ...{ triggered_by: [], after: [] },
};

interface Known extends Partial<Dependencies> {
  state?: string;
  failure?: string | null;
  /** Whether systemd did not say the dependencies. */
  silent?: true;
}

function unitsWith(known: Record<string, Known>): Units {
  return new Map(
    Object.entries(known).map(([name, { state = 'active', failure = 'none', silent, ...lists }]) => [
      name,
      {
        names: [name],
        active_state: state,
        dependencies: silent ? null : { ...none, ...lists },
        ...{ failure_action: failure, success_action: 'none', start_limit_action: 'none' },
      },
    ]),
  );
}

interface Row {
  units: Record<string, Known>;
  restarts?: string[];
  stops?: string[];
  complete?: false;
}

const rows: Record<string, Row> = {
  'nothing depends on it': { units: { a: {} } },
  'each of the four lists restarts with it': {
    units: {
      a: { required_by: ['b'], requisite_of: ['c'], bound_by: ['d'], consists_of: ['e'] },
      b: {},
      c: {},
      d: {},
      e: {},
    },
    restarts: ['b', 'c', 'd', 'e'],
  },
  'a chain of three': {
    units: { a: { required_by: ['b'] }, b: { consists_of: ['c'] }, c: { bound_by: ['d'] }, d: {} },
    restarts: ['b', 'c', 'd'],
  },
  'a cycle ends, and the unit is not its own companion': {
    units: { a: { required_by: ['b'] }, b: { required_by: ['c'] }, c: { required_by: ['a'] } },
    restarts: ['b', 'c'],
  },
  'what is stopped stays stopped, and leads no further': {
    units: {
      a: { required_by: ['b', 'x'] },
      b: { state: 'inactive', required_by: ['c'] },
      c: {},
      x: { state: 'failed' },
    },
  },
  'what is about to start restarts': {
    units: { a: { required_by: ['b'] }, b: { state: 'activating' } },
    restarts: ['b'],
  },
  'PropagatesStopTo stops': { units: { a: { propagates_stop_to: ['b'] }, b: {} }, stops: ['b'] },
  'the stop goes on by every list': {
    units: { a: { propagates_stop_to: ['b'] }, b: { required_by: ['c'], propagates_stop_to: ['d'] }, c: {}, d: {} },
    stops: ['b', 'c', 'd'],
  },
  'a unit that restarts with it stops another one': {
    units: { a: { required_by: ['b'] }, b: { propagates_stop_to: ['c'] }, c: {} },
    restarts: ['b'],
    stops: ['c'],
  },
  'a restart in the same transaction wins over a stop': {
    units: { a: { required_by: ['b'], propagates_stop_to: ['b'] }, b: {} },
    restarts: ['b'],
  },
  'a stop of what is not active': { units: { a: { propagates_stop_to: ['b'] }, b: { state: 'inactive' } } },
  'a stop goes on from a unit that is stopped': {
    units: {
      a: { propagates_stop_to: ['b.target'] },
      'b.target': { state: 'inactive', consists_of: ['c'], propagates_stop_to: ['d'] },
      c: {},
      d: {},
    },
    stops: ['c', 'd'],
  },
  'a scope and a device do not restart, and lead no further': {
    units: {
      a: { required_by: ['b.scope'], bound_by: ['c.device'] },
      'b.scope': { required_by: ['d'] },
      'c.device': { bound_by: ['d'] },
      d: {},
    },
  },
  'a scope stops': { units: { a: { propagates_stop_to: ['b.scope'] }, 'b.scope': {} }, stops: ['b.scope'] },
  'a unit that systemd did not name': {
    units: { a: { required_by: ['b', 'c'] }, b: {} },
    restarts: ['b'],
    complete: false,
  },
  'a unit whose dependencies systemd did not say': {
    units: { a: { required_by: ['b'] }, b: { silent: true } },
    restarts: ['b'],
    complete: false,
  },
  'a unit that is stopped takes nothing along': { units: { a: { state: 'inactive', required_by: ['b'] }, b: {} } },
};

for (const [name, { units, restarts = [], stops = [], complete = true }] of Object.entries(rows)) {
  test(`reach: ${name}`, () => {
    const reach = reachOf('a', unitsWith(units));
    assert.deepEqual([reach?.restarts, reach?.stops, reach?.complete], [restarts, stops, complete]);
  });
}

test('reach: a report in which every unit requires every other is not followed to its end', () => {
  const names = Array.from({ length: 400 }, (_, index) => `u${index}`);
  const units = unitsWith(Object.fromEntries(names.map((name) => [name, { required_by: names }])));
  const reach = reachOf('u0', units);
  assert.deepEqual([reach?.restarts.length, reach?.complete], [399, false]);
  const few = unitsWith(
    Object.fromEntries(names.slice(0, 200).map((name) => [name, { required_by: names.slice(0, 200) }])),
  );
  assert.equal(reachOf('u0', few)?.complete, true);
});

test('reach: nothing is known of a unit whose dependencies systemd did not say', () => {
  assert.equal(reachOf('a', unitsWith({ a: { silent: true } })), null);
  assert.equal(reachOf('a', unitsWith({})), null);
});

const ends: [name: string, units: Record<string, Known>, expected: boolean | null][] = [
  ['no action', { a: {} }, false],
  ['its own failure', { a: { failure: 'reboot-force' } }, true],
  ['the failure of one that restarts with it', { a: { required_by: ['b'] }, b: { failure: 'poweroff' } }, true],
  ['the failure of one that stops with it', { a: { propagates_stop_to: ['b'] }, b: { failure: 'exit' } }, true],
  [
    'the failure of one that is stopped',
    { a: { required_by: ['b'] }, b: { failure: 'reboot', state: 'inactive' } },
    false,
  ],
  ['a systemd that says no actions', { a: { failure: null } }, null],
  ['a companion that is not known', { a: { required_by: ['b'] } }, null],
];
for (const [name, units, expected] of ends) {
  test(`the end of the host: ${name}`, () => assert.equal(reachOf('a', unitsWith(units))?.mayEndHost, expected));
}

const sockets: [name: string, units: Record<string, Known>, expected: boolean | null][] = [
  ['none', { a: { triggered_by: ['a.timer'] } }, false],
  ['an active one', { a: { triggered_by: ['a.socket'] }, 'a.socket': {} }, true],
  ['a stopped one', { a: { triggered_by: ['a.socket'] }, 'a.socket': { state: 'inactive' } }, false],
  ['one of which nothing is known', { a: { triggered_by: ['a.socket'] } }, null],
];
for (const [name, units, expected] of sockets) {
  test(`a socket that starts it: ${name}`, () => assert.equal(reachOf('a', unitsWith(units))?.hasSocket, expected));
}
