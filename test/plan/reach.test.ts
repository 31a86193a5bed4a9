// The dependencies that systemd said -> the units that a restart restarts and stops. The rules are systemd's own: transaction.c.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Dependencies } from '../../src/documents/generated/report.ts';
import type { Node, Units } from '../../src/plan/known-units.ts';
import { reachOf } from '../../src/plan/reach.ts';
import { noActions, noDependencies, startsAgain } from '../support/reports.ts';

interface Known extends Partial<Dependencies> {
  state?: string;
  load?: string;
  actions?: Partial<Node>;
  /** Whether systemd did not say the dependencies. */
  silent?: true;
}

function unitsWith(known: Record<string, Known>): Units {
  return new Map(
    Object.entries(known).map(([name, { state = 'active', load = 'loaded', actions, silent, ...lists }]) => [
      name,
      {
        ...{ names: [name], load_state: load, active_state: state },
        dependencies: silent ? null : { ...noDependencies, ...lists },
        ...{ ...noActions, ...startsAgain, ...actions },
      },
    ]),
  );
}

/** A systemd that restarts what it would both stop and start. */
const version = 257;

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
    const reach = reachOf('a', unitsWith(units), version);
    assert.deepEqual([reach?.restarts, reach?.stops, reach?.complete], [restarts, stops, complete]);
  });
}

test('reach: a report in which every unit requires every other is not followed to its end', () => {
  const names = Array.from({ length: 400 }, (_, index) => `u${index}`);
  const units = unitsWith(Object.fromEntries(names.map((name) => [name, { required_by: names }])));
  const reach = reachOf('u0', units, version);
  assert.deepEqual([reach?.restarts.length, reach?.complete], [399, false]);
  const few = unitsWith(
    Object.fromEntries(names.slice(0, 200).map((name) => [name, { required_by: names.slice(0, 200) }])),
  );
  assert.equal(reachOf('u0', few, version)?.complete, true);
});

test('reach: nothing is known of a unit whose dependencies systemd did not say', () => {
  assert.equal(reachOf('a', unitsWith({ a: { silent: true } }), version), null);
  assert.equal(reachOf('a', unitsWith({}), version), null);
});

const ends: [name: string, units: Record<string, Known>, expected: boolean | null][] = [
  ['no action', { a: {} }, false],
  ['its own failure', { a: { actions: { failure_action: 'reboot-force' } } }, true],
  [
    'the failure of one that restarts with it',
    { a: { required_by: ['b'] }, b: { actions: { failure_action: 'poweroff' } } },
    true,
  ],
  [
    'the failure of one that stops with it',
    { a: { propagates_stop_to: ['b'] }, b: { actions: { failure_action: 'exit' } } },
    true,
  ],
  [
    'the failure of one that is stopped',
    { a: { required_by: ['b'] }, b: { actions: { failure_action: 'reboot' }, state: 'inactive' } },
    false,
  ],
  ['a systemd that says no actions', { a: { actions: { failure_action: null } } }, null],
  ['a companion that is not known', { a: { required_by: ['b'] } }, null],
  ['a job that takes too long', { a: { actions: { job_timeout_action: 'reboot-force' } } }, true],
  ['OnFailure=reboot.target', { a: { on_failure: ['reboot.target'] } }, true],
  ['OnSuccess=poweroff.target', { a: { on_success: ['poweroff.target'] } }, true],
  ['OnFailure=emergency.target', { a: { on_failure: ['emergency.target'] }, 'emergency.target': {} }, true],
  ['OnFailure=systemd-kexec.service', { a: { on_failure: ['systemd-kexec.service'] } }, true],
  ['OnFailure of one that restarts with it', { a: { bound_by: ['b'] }, b: { on_failure: ['halt.target'] } }, true],
  ['OnFailure= of a unit that tells somebody', { a: { on_failure: ['mail'] }, mail: { state: 'inactive' } }, false],
  ['OnFailure= of a unit that is not known', { a: { on_failure: ['mail'] } }, null],
  [
    'OnFailure= of a unit whose end reboots',
    { a: { on_failure: ['mail'] }, mail: { state: 'inactive', actions: { success_action: 'reboot' } } },
    true,
  ],
  [
    'OnFailure= of a unit that is started too often',
    { a: { on_failure: ['mail'] }, mail: { state: 'inactive', actions: { start_limit_action: 'poweroff' } } },
    true,
  ],
  [
    'OnFailure= of a unit that starts one that ends the host',
    { a: { on_failure: ['mail'] }, mail: { state: 'inactive', wants: ['end'] }, end: { on_failure: ['exit.target'] } },
    true,
  ],
  [
    'OnFailure= of a target of another name',
    { a: { on_failure: ['my.target'] }, 'my.target': { actions: { names: ['kexec.target', 'my.target'] } } },
    true,
  ],
  [
    'OnFailure= that stops every other unit',
    { a: { on_failure: ['b'], actions: { on_failure_job_mode: 'isolate' } }, b: {} },
    true,
  ],
  [
    'how OnFailure= starts is not known',
    { a: { on_failure: ['b'], actions: { on_failure_job_mode: null } }, b: {} },
    null,
  ],
  ['no OnSuccess= in a systemd that does not know it', { a: { actions: { on_success_job_mode: null } } }, false],
  [
    'one that starts with it and ends the host',
    { a: { wants: ['b'] }, b: { state: 'inactive', actions: { success_action: 'reboot' } } },
    true,
  ],
  ['one that may start with it is not known', { a: { wants: ['b'] } }, null],
];
for (const [name, units, expected] of ends) {
  test(`the end of the host: ${name}`, () =>
    assert.equal(reachOf('a', unitsWith(units), version)?.mayEndHost, expected));
}

const sockets: [name: string, units: Record<string, Known>, expected: boolean | null][] = [
  ['none', { a: { triggered_by: ['a.timer'] } }, false],
  ['an active one', { a: { triggered_by: ['a.socket'] }, 'a.socket': {} }, true],
  ['a stopped one', { a: { triggered_by: ['a.socket'] }, 'a.socket': { state: 'inactive' } }, false],
  ['one of which nothing is known', { a: { triggered_by: ['a.socket'] } }, null],
];
for (const [name, units, expected] of sockets) {
  test(`a socket that starts it: ${name}`, () =>
    assert.equal(reachOf('a', unitsWith(units), version)?.hasSocket, expected));
}

interface StartRow {
  units: Record<string, Known>;
  version?: number | null;
  restarts?: string[];
  stops?: string[];
  starts?: string[] | null;
  refused?: string[];
}

/** Seen on systemd 257, 252 and 247. */
const startRows: Record<string, StartRow> = {
  'what it wants and requires starts, and what these want': {
    units: {
      a: { wants: ['b'], requires: ['c'] },
      b: { state: 'inactive', wants: ['d'] },
      c: { state: 'failed' },
      d: { state: 'inactive' },
    },
    starts: ['b', 'c', 'd'],
  },
  'what a running unit wants does not start': {
    units: { a: { wants: ['b'] }, b: { wants: ['c'] }, c: { state: 'inactive' } },
  },
  'what a companion wants starts': {
    units: { a: { required_by: ['b'] }, b: { wants: ['c'] }, c: { state: 'inactive' } },
    restarts: ['b'],
    starts: ['c'],
  },
  'a wanted unit that is not known': { units: { a: { wants: ['b'] } }, starts: null },
  'a wanted unit without a file': { units: { a: { wants: ['b'] }, b: { state: 'inactive', load: 'not-found' } } },
  'a wanted unit that requires one without a file': {
    units: {
      a: { wants: ['b'] },
      b: { state: 'inactive', requires: ['c'] },
      c: { state: 'inactive', load: 'not-found' },
    },
  },
  'a required unit without a file': {
    units: { a: { requires: ['b'] }, b: { load: 'not-found' } },
    refused: ['b'],
  },
  'a required unit that is masked': { units: { a: { requires: ['b'] }, b: { load: 'masked' } }, refused: ['b'] },
  'a required unit that requires one without a file': {
    units: { a: { requires: ['b'] }, b: { requires: ['c'] }, c: { load: 'not-found' } },
    refused: ['c'],
  },
  'a companion with a bad unit file': {
    units: { a: { required_by: ['b'] }, b: { load: 'bad-setting' } },
    restarts: ['b'],
    refused: ['b'],
  },
  'a companion that requires a masked unit': {
    units: { a: { consists_of: ['b'] }, b: { requires: ['c'] }, c: { load: 'masked' } },
    restarts: ['b'],
    refused: ['c'],
  },
  'a stopped companion with a bad unit file': {
    units: { a: { required_by: ['b'] }, b: { load: 'bad-setting', state: 'inactive' } },
  },
  'what it stops and wants restarts': {
    units: { a: { propagates_stop_to: ['b'], wants: ['b'] }, b: { consists_of: ['c'] }, c: {} },
    restarts: ['b', 'c'],
  },
  'what it stops and something that it wants wants restarts': {
    units: { a: { propagates_stop_to: ['b'], wants: ['c'] }, b: {}, c: { wants: ['b'] } },
    restarts: ['b'],
  },
  'what it stops and a companion wants restarts': {
    units: { a: { propagates_stop_to: ['c'], required_by: ['b'] }, b: { wants: ['c'] }, c: {} },
    restarts: ['b', 'c'],
  },
  'what restarts in that way stops what it stops': {
    units: { a: { propagates_stop_to: ['b'], wants: ['b'] }, b: { propagates_stop_to: ['c'] }, c: {} },
    restarts: ['b'],
    stops: ['c'],
  },
  'an older systemd leaves it as it is, and a stop is the worst': {
    units: { a: { propagates_stop_to: ['b'], wants: ['b'] }, b: {} },
    version: 253,
    stops: ['b'],
  },
  'of a systemd that nobody knows, a stop is the worst': {
    units: { a: { propagates_stop_to: ['b'], wants: ['b'] }, b: {} },
    version: null,
    stops: ['b'],
  },
  'what it conflicts with stops, and what requires that': {
    units: { a: { conflicts: ['b'] }, b: { required_by: ['c'] }, c: {} },
    stops: ['b', 'c'],
  },
  'what starts stops what it conflicts with': {
    units: { a: { wants: ['b'] }, b: { state: 'inactive', conflicts: ['c'] }, c: {} },
    starts: ['b'],
    stops: ['c'],
  },
};

for (const [name, row] of Object.entries(startRows)) {
  const { units, version: given = version, restarts = [], stops = [], starts = [], refused = [] } = row;
  test(`starts: ${name}`, () => {
    const reach = reachOf('a', unitsWith(units), given);
    assert.deepEqual(
      [reach?.restarts, reach?.stops, reach?.starts, reach?.refusedBy],
      [restarts, stops, starts, refused],
    );
  });
}

test('a unit with more dependencies than any host has: not all that it takes along is known', () => {
  const wants = Array.from({ length: 100_001 }, (_, index) => `w${index}`);
  const reach = reachOf('a', unitsWith({ a: { wants, propagates_stop_to: ['b'] }, b: {} }), version);
  assert.deepEqual([reach?.complete, reach?.starts], [false, null]);
});

test('a long chain of units that each stops and starts the next restarts as a whole', () => {
  const names = Array.from({ length: 500 }, (_, index) => `u${index}`);
  const next = (index: number) => names.slice(index + 1, index + 2);
  const units = unitsWith(
    Object.fromEntries(
      names.map((name, index) => [name, { propagates_stop_to: next(index), wants: next(index) }] as const),
    ),
  );
  const reach = reachOf('u0', units, version);
  assert.deepEqual([reach?.restarts.length, reach?.stops, reach?.complete], [499, [], true]);
});

test('what a unit wants that only restarts because of another one is started again', () => {
  const units = unitsWith({
    a: { propagates_stop_to: ['b'], wants: ['b'] },
    b: { required_by: ['e'], propagates_stop_to: ['d'] },
    d: {},
    e: { wants: ['d'] },
  });
  const reach = reachOf('a', units, version);
  assert.deepEqual([reach?.restarts, reach?.stops], [['b', 'd', 'e'], []]);
});
