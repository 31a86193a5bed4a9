// A report with what systemd said of each unit -> the plan's restarts: their impact, their order, which of them another one does as
// well, and which are left to people for what they take along.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Action } from '../../src/documents/generated/plan.ts';
import type { Dependencies, RelatedUnit, Report, SystemdFacts } from '../../src/documents/generated/report.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { compileSelection } from '../../src/plan/selection.ts';
import type { UserPolicyRule } from '../../src/policy/rule.ts';
import { renderPlanText } from '../../src/render/plan/text.ts';
import { facts, libc, noActions, noDependencies, report, startsAgain, unit } from '../support/reports.ts';

type Lists = Partial<Dependencies>;

function affected(
  units: Record<string, Lists & { facts?: Partial<SystemdFacts> }>,
  others: RelatedUnit[] = [],
  carriers: string[] = [],
) {
  const made = Object.entries(units).map(([name, { facts: more, ...lists }], index) =>
    unit(name, [{ ...libc, pids: [100 + index] }], {
      systemd: { ...facts, ...noActions, dependencies: { ...noDependencies, ...lists }, ...more },
    }),
  );
  const empty = report({ units: made, related: others });
  return { ...empty, scan: { ...empty.scan, carriers } };
}

function related(name: string, lists: Lists = {}, more: Partial<RelatedUnit> = {}): RelatedUnit {
  const dependencies = { ...noDependencies, ...lists };
  return {
    name,
    names: [name],
    load_state: 'loaded',
    active_state: 'active',
    dependencies,
    ...noActions,
    ...startsAgain,
    ...more,
  };
}

const planOf = (given: ReturnType<typeof affected>, rules: UserPolicyRule[] = []) =>
  buildPlan(given, rules, '2026-11-23T07:40:12Z');
const rule = (more: Partial<UserPolicyRule>): UserPolicyRule => ({
  ...{ unit: 'a.service', action: 'restart', reason: 'so it is', file: 'c.yaml', line: 3 },
  ...more,
});
const summary = ({ action, unit: name, blocked_by, covered_by, argv }: Action) =>
  [action, name, blocked_by, covered_by && `with ${covered_by}`, argv === null ? 'no command' : null]
    .filter(Boolean)
    .join(' ');

test('the services are in the order of a boot, also through a target', () => {
  const plan = planOf(
    affected(
      {
        'a.service': { after: ['net.target'] },
        'b.service': {},
        'c.service': { after: ['b.service'] },
        'z.service': {},
      },
      [related('net.target', { after: ['z.service'] })],
    ),
  );
  assert.deepEqual(plan.services, ['b.service', 'c.service', 'z.service', 'a.service']);
});

test('a unit that restarts with another one has no command of its own, and keeps its entry', () => {
  const plan = planOf(affected({ 'a.service': { consists_of: ['b.service'] }, 'b.service': {}, 'c.service': {} }));
  assert.deepEqual(plan.services, ['a.service', 'c.service']);
  assert.deepEqual(plan.actions.map(summary), [
    'restart a.service',
    'restart b.service with a.service no command',
    'restart c.service',
  ]);
});

test('a chain is covered by its beginning, whatever the names', () => {
  const plan = planOf(
    affected({
      'c.service': { required_by: ['b.service'] },
      'b.service': { required_by: ['a.service'] },
      'a.service': {},
    }),
  );
  assert.deepEqual(plan.services, ['c.service']);
  for (const { unit: name, covered_by } of plan.actions) {
    assert.equal(covered_by, name === 'c.service' ? null : 'c.service');
  }
});

test('of units that restart each other, one is restarted', () => {
  const plan = planOf(
    affected({ 'a.service': { required_by: ['b.service'] }, 'b.service': { bound_by: ['a.service'] } }),
  );
  assert.deepEqual(plan.services, ['a.service']);
});

test('a unit that is reloaded is not covered by a restart', () => {
  const given = affected({ 'a.service': { consists_of: ['b.service'] }, 'b.service': {} });
  const plan = planOf(given, [rule({ unit: 'b.service', action: 'signal', signal: 'HUP' })]);
  assert.equal(plan.actions.find(({ unit: name }) => name === 'b.service')?.covered_by, null);
});

test('if a restart takes the caller along, it comes last, and nothing waits for it', () => {
  const given = affected(
    { 'a.service': { consists_of: ['b.service', 'ssh.service'] }, 'b.service': {} },
    [related('ssh.service')],
    ['ssh.service'],
  );
  const plan = planOf(given);
  assert.deepEqual(plan.actions.map(summary), ['restart b.service', 'restart a.service']);
  assert.deepEqual(
    plan.actions.map(({ carries_caller }) => carries_caller),
    [false, true],
  );
});

test('a selection of units does not let a unit be covered by one that is not in the plan', () => {
  const given = affected({ 'a.service': { consists_of: ['b.service'] }, 'b.service': {} });
  const plan = buildPlan(given, [], '2026-11-23T07:40:12Z', compileSelection(['b.service'], []));
  assert.deepEqual(plan.services, ['b.service']);
});

test('services in a cycle say so, and no others', () => {
  const plan = planOf(
    affected({ 'b.service': { after: ['a.service'] }, 'a.service': { after: ['b.service'] }, 'c.service': {} }),
  );
  assert.deepEqual(plan.services, ['c.service', 'a.service', 'b.service']);
  const message =
    'no order lets a.service and b.service start after each other (After=, Before=): the first by name is restarted first';
  assert.deepEqual(
    plan.actions.map(({ remarks }) => remarks),
    [[], [{ code: 'start_cycle', message }], [{ code: 'start_cycle', message }]],
  );
});

test('the units that are in the way of a restart are named, and no others', () => {
  const said = (given: ReturnType<typeof affected>, rules: UserPolicyRule[]) => {
    const plan = planOf(given, rules);
    const action = plan.actions.find(({ unit: name }) => name === 'a.service');
    const messages = (action?.remarks ?? []).map(({ code, message }) => `${code}: ${message}`);
    for (const message of messages)
      assert.match(
        renderPlanText(plan, { colour: false, columns: 200 }),
        new RegExp(message.slice('takes_others: '.length)),
      );
    return messages;
  };
  const others = [related('c.service'), related('dbus.service'), related('gdm.service')];
  const given = affected(
    { 'a.service': { required_by: ['c.service', 'dbus.service'], propagates_stop_to: ['gdm.service'] } },
    others,
  );
  const takes = 'takes_others: a restart takes';
  assert.deepEqual(said(given, []), [`${takes} dbus.service and gdm.service along, which are left alone`]);
  assert.deepEqual(said(given, [rule({}), rule({ unit: 'c.service', action: 'manual' })]), [
    `${takes} c.service along, which is left alone`,
  ]);
  assert.deepEqual(said(given, [rule({})]), []);
});

test('a unit that would not start again is not restarted with another one, and is named', () => {
  for (const lost of [{ programs_present: false }, { conditions_met: false }, { fragment_present: false }]) {
    const given = affected({ 'a.service': { required_by: ['b.service'] } }, [related('b.service', {}, lost)]);
    const [action] = planOf(given).actions;
    assert.equal(action && summary(action), 'manual a.service takes_others no command');
    assert.deepEqual(action?.remarks, [
      {
        code: 'takes_others',
        message:
          'a restart takes b.service along, which would not start again: what the start needs is gone or stopped, or a condition does not hold',
      },
    ]);
    assert.deepEqual(planOf(given, [rule({ unit: 'b.service' })]).services, ['a.service']);
  }
});

const stoppedNeed = [related('z.service', {}, { active_state: 'inactive' })];
const requisites: [name: string, given: ReturnType<typeof affected>, rules: UserPolicyRule[], expected: string][] = [
  [
    'is stopped',
    affected({ 'a.service': { requisite: ['z.service'] } }, stoppedNeed),
    [],
    'manual a.service cannot_start_again no command',
  ],
  [
    'is stopped, and a rule wants the restart',
    affected({ 'a.service': { requisite: ['z.service'] } }, stoppedNeed),
    [rule({})],
    'restart a.service',
  ],
  [
    'is stopped, and is started with it',
    affected({ 'a.service': { requisite: ['z.service'], wants: ['z.service'] } }, stoppedNeed),
    [],
    'restart a.service',
  ],
  ['runs', affected({ 'a.service': { requisite: ['z.service'] } }, [related('z.service')]), [], 'restart a.service'],
  [
    'is stopped, of a unit that restarts with it',
    affected({ 'a.service': { required_by: ['b.service'] } }, [
      ...stoppedNeed,
      related('b.service', { requisite: ['z.service'] }),
    ]),
    [],
    'manual a.service takes_others no command',
  ],
];
for (const [name, given, rules, expected] of requisites) {
  test(`a unit of Requisite= ${name}`, () => {
    const [action] = planOf(given, rules).actions;
    assert.equal(action && summary(action), expected);
    if (expected.includes('takes_others'))
      assert.match(action?.remarks?.[0]?.message ?? '', /takes b\.service along, which would not/);
  });
}

const onZ = { requires: ['z.service'], after: ['z.service'] };
const ofZ = (more: Partial<RelatedUnit>, lists: Lists = {}) =>
  related('z.service', lists, { active_state: 'inactive', ...more });
const stays = 'manual a.service cannot_start_again no command';
const required: [name: string, given: ReturnType<typeof affected>, rules: UserPolicyRule[], expected: string][] = [
  ['its start fails', affected({ 'a.service': onZ }, [ofZ({ start_fails: true })]), [], stays],
  [
    'its start fails, and a rule wants the restart',
    affected({ 'a.service': onZ }, [ofZ({ start_fails: true })]),
    [rule({})],
    'restart a.service',
  ],
  [
    'its start fails, and it runs',
    affected({ 'a.service': onZ }, [ofZ({ start_fails: true, active_state: 'active' })]),
    [],
    'restart a.service',
  ],
  [
    'its start fails, in no order',
    affected({ 'a.service': { requires: ['z.service'] } }, [ofZ({ start_fails: true })]),
    [],
    'restart a.service',
  ],
  [
    'its start fails, and it is wanted only',
    affected({ 'a.service': { wants: ['z.service'], after: ['z.service'] } }, [ofZ({ start_fails: true })]),
    [],
    'restart a.service',
  ],
  ['nobody knows', affected({ 'a.service': onZ }, [ofZ({ start_fails: null })]), [], 'restart a.service'],
  [
    'a condition does not hold',
    affected({ 'a.service': onZ }, [ofZ({ start_fails: false, conditions_met: false, programs_present: false })]),
    [],
    'restart a.service',
  ],
  [
    'systemd does not wait for the program that is gone',
    affected({ 'a.service': onZ }, [ofZ({ programs_present: false })]),
    [],
    'restart a.service',
  ],
  [
    'a condition does not hold, and the unit is bound to it',
    affected({ 'a.service': onZ }, [ofZ({ start_fails: false, conditions_met: false }, { bound_by: ['a.service'] })]),
    [],
    stays,
  ],
  [
    'its program is gone, and the unit is bound to it',
    affected({ 'a.service': { requires: ['z.service'] } }, [
      ofZ({ programs_present: false }, { bound_by: ['a.service'] }),
    ]),
    [],
    stays,
  ],
  [
    'between them is one that is stopped',
    affected({ 'a.service': { requires: ['y.service'], after: ['y.service'] } }, [
      related('y.service', onZ, { active_state: 'failed' }),
      ofZ({ start_fails: true }),
    ]),
    [],
    stays,
  ],
  [
    'between them is one that runs',
    affected({ 'a.service': { requires: ['y.service'], after: ['y.service'] } }, [
      related('y.service', onZ),
      ofZ({ start_fails: true }),
    ]),
    [],
    'restart a.service',
  ],
  [
    'a unit that restarts with it requires it',
    affected({ 'a.service': { consists_of: ['b.service'] } }, [related('b.service', onZ), ofZ({ start_fails: true })]),
    [],
    'manual a.service takes_others no command',
  ],
  [
    'between them is one that restarts as well',
    affected({ 'a.service': { required_by: ['b.service'] } }, [
      related('b.service', { requires: ['a.service', 'y.service'], after: ['y.service'] }),
      related('y.service', onZ, { active_state: 'inactive' }),
      ofZ({ start_fails: true }),
    ]),
    [],
    'manual a.service takes_others no command',
  ],
];
for (const [name, given, rules, expected] of required) {
  test(`a required unit that is stopped: ${name}`, () => {
    const plan = planOf(given, rules);
    const [action] = plan.actions;
    assert.equal(action && summary(action), expected);
    const named = action?.remarks?.find(({ code }) => code === 'cannot_start_again')?.message ?? '';
    assert.equal(named.includes('z.service'), action?.action === 'manual');
    if (named) assert.ok(renderPlanText(plan, { colour: false, columns: 300 }).includes(named));
  });
}

test('a selection of units does not hide what restarts with them', () => {
  const given = affected({
    'a.service': { required_by: ['b.service'] },
    'b.service': { facts: { refuse_manual_stop: true } },
  });
  const plan = buildPlan(given, [], '2026-11-23T07:40:12Z', compileSelection(['a.service'], []));
  assert.deepEqual(plan.actions.map(summary), ['manual a.service takes_others no command']);
});

test('a restart carries the caller if systemd said nothing of the unit that does', () => {
  const plan = planOf(affected({ 'a.service': { required_by: ['ssh.service'] } }, [], ['ssh.service']));
  assert.equal(plan.actions[0]?.carries_caller, true);
});

const blocks: [name: string, given: ReturnType<typeof affected>, rules: UserPolicyRule[], expected: string][] = [
  [
    'a failure that reboots the host',
    affected({ 'a.service': { facts: { failure_action: 'reboot' } } }),
    [],
    'manual a.service may_reboot no command',
  ],
  [
    'the failure of one that restarts with it',
    affected({ 'a.service': { bound_by: ['b.service'] } }, [
      related('b.service', {}, { start_limit_action: 'reboot' }),
    ]),
    [],
    'manual a.service may_reboot no command',
  ],
  [
    'a failure that reboots the host, and a rule that wants the restart',
    affected({ 'a.service': { facts: { failure_action: 'reboot' } } }),
    [rule({})],
    'restart a.service',
  ],
  [
    'a unit that the shipped policy leaves alone restarts with it',
    affected({ 'a.service': { required_by: ['dbus.service'] } }, [related('dbus.service')]),
    [],
    'manual a.service takes_others no command',
  ],
  [
    'a unit that the shipped policy leaves alone stops with it',
    affected({ 'a.service': { propagates_stop_to: ['gdm.service'] } }, [related('gdm.service')]),
    [],
    'manual a.service takes_others no command',
  ],
  [
    "a unit that the user's policy leaves alone restarts with it",
    affected({ 'a.service': { required_by: ['b.service'] } }, [related('b.service')]),
    [rule({ unit: 'b.service', action: 'manual' })],
    'manual a.service takes_others no command',
  ],
  [
    'a unit that is itself left to people restarts with it',
    affected({ 'a.service': { required_by: ['b.service'] }, 'b.service': { facts: { refuse_manual_stop: true } } }),
    [],
    'manual a.service takes_others no command',
  ],
  [
    'a unit that the shipped policy leaves alone, by its alias, restarts with it',
    affected({ 'a.service': { required_by: ['mydm.service'] } }, [
      related('mydm.service', {}, { names: ['display-manager.service', 'mydm.service'] }),
    ]),
    [],
    'manual a.service takes_others no command',
  ],
  [
    "a unit that the user's policy leaves alone, by its alias, restarts with it",
    affected({ 'a.service': { required_by: ['mariadb.service'] } }, [
      related('mariadb.service', {}, { names: ['mariadb.service', 'mysql.service'] }),
    ]),
    [rule({ unit: 'mysql.service', action: 'manual' })],
    'manual a.service takes_others no command',
  ],
  [
    'a rule wants the restart, and another rule leaves alone what restarts with it',
    affected({ 'a.service': { required_by: ['b.service'] } }, [related('b.service')]),
    [rule({}), rule({ unit: 'b.service', action: 'manual' })],
    'manual a.service takes_others no command',
  ],
  [
    'a rule wants the restart, and the shipped policy leaves alone what restarts with it',
    affected({ 'a.service': { required_by: ['dbus.service'] } }, [related('dbus.service')]),
    [rule({})],
    'restart a.service',
  ],
  [
    'systemd said nothing of a unit that the shipped policy leaves alone',
    affected({ 'a.service': { required_by: ['dbus.service'] } }),
    [],
    'manual a.service takes_others no command',
  ],
  [
    'the manager of a user restarts with it',
    affected({ 'a.service': { required_by: ['user@1000.service'] } }, [related('user@1000.service')]),
    [],
    'manual a.service takes_others no command',
  ],
  [
    'a session stops with it',
    affected({ 'a.service': { propagates_stop_to: ['session-2.scope'] } }, [related('session-2.scope')]),
    [],
    'manual a.service takes_others no command',
  ],
  [
    'systemd said nothing of any other unit',
    affected({ 'a.service': { required_by: ['b.service'] } }),
    [],
    'restart a.service',
  ],
  [
    'a unit that is left alone, of which only a process that outlives a restart is affected',
    affected({
      'a.service': { required_by: ['docker.service'] },
      'docker.service': { facts: { kill_mode: 'process', main_pid: 7 } },
    }),
    [],
    'manual a.service takes_others no command',
  ],
  [
    'a target restarts with it, and starts what somebody has stopped',
    affected({ 'a.service': { required_by: ['app.target'] } }, [related('app.target')]),
    [],
    'manual a.service takes_others no command',
  ],
  [
    'a unit that restarts with it has a unit file that systemd cannot read, and a rule wants the restart',
    affected({ 'a.service': { required_by: ['b.service'] } }, [
      related('b.service', {}, { load_state: 'bad-setting' }),
    ]),
    [rule({})],
    'manual a.service cannot_start_again no command',
  ],
  [
    'a unit that it requires is masked',
    affected({ 'a.service': { requires: ['b.service'] } }, [related('b.service', {}, { load_state: 'masked' })]),
    [],
    'manual a.service cannot_start_again no command',
  ],
  [
    'its failure starts the target that reboots the host',
    affected({ 'a.service': { on_failure: ['reboot.target'] } }),
    [],
    'manual a.service may_reboot no command',
  ],
  [
    'any other unit restarts with it',
    affected({ 'a.service': { required_by: ['b.service'] } }, [related('b.service')]),
    [],
    'restart a.service',
  ],
];
for (const [name, given, rules, expected] of blocks) {
  test(`left to people: ${name}`, () => {
    const action = planOf(given, rules).actions.find(({ unit: name }) => name === 'a.service')!;
    assert.equal(summary(action), expected);
    assert.ok(action.impact, 'the impact is said in any case');
  });
}

test('the impact says what systemd said', () => {
  const told = {
    ...{
      start_limit_burst: 5,
      start_limit_interval_seconds: 10,
      starts_left: 5,
      stop_timeout_seconds: 90,
      last_start_seconds: 0.2,
    },
    kept_descriptors: 2,
  };
  const lists = { required_by: ['b.service'], propagates_stop_to: ['c.service'], triggered_by: ['a.socket'] };
  const given = affected({ 'a.service': { ...lists, facts: told } }, [
    ...[related('a.socket'), related('b.service'), related('c.service')],
  ]);
  assert.deepEqual(planOf(given).actions[0]?.impact, {
    ...{ also_restarts: ['b.service'], also_stops: ['c.service'], complete: true, socket_activated: true },
    ...{ also_starts: [], restarts_again: [], refused_by: [] },
    ...{ kept_descriptors: 2, last_start_seconds: 0.2, stop_timeout_seconds: 90, may_reboot: false },
    start_limit: { burst: 5, interval_seconds: 10, left: 5 },
    ...{ listening: null, unlisted: null, established: null },
  });
});

test('a report that does not say it, as of 1.3, gives the plan that it gave, in the order of the names', () => {
  const { related_units: _, ...older } = affected({ 'b.service': { consists_of: ['a.service'] }, 'a.service': {} });
  const plan = planOf(older);
  assert.deepEqual(plan.services, ['a.service', 'b.service']);
  assert.deepEqual(
    plan.actions.map(({ impact, covered_by }) => [impact, covered_by]),
    [
      [null, null],
      [null, null],
    ],
  );
});

const listening = [
  { protocol: 'tcp', address: '0.0.0.0', port: 443 },
  { protocol: 'tcp', address: '::', port: 443 },
  { protocol: 'udp', address: '::', port: 53 },
] as const;
const busy = affected({ 'a.service': { required_by: ['b.service'] } }, [related('b.service')]);
busy.units[0]!.sockets = { listening: [...listening], unlisted: 0, established: 37 };

test('the impact has the sockets that the report has', () => {
  const { impact } = planOf(busy).actions[0]!;
  assert.deepEqual([impact?.listening, impact?.unlisted, impact?.established], [listening, 0, 37]);
});

const busyBelow = affected({ 'b.service': {}, 'a.service': { consists_of: ['b.service'] } });
busyBelow.units[0]!.sockets = { listening: [...listening], unlisted: 0, established: 37 };

test('a unit that depends on two units of the plan is said to restart twice', () => {
  const given = affected(
    {
      'a.service': { required_by: ['b.service', 'x.service'] },
      'b.service': {},
      'c.service': { required_by: ['b.service', 'd.service'] },
      'd.service': {},
    },
    [related('x.service')],
  );
  const plan = planOf(given);
  assert.deepEqual(plan.services, ['a.service', 'c.service']);
  assert.deepEqual(
    plan.actions.map(({ unit: name, impact }) => [name, impact?.restarts_again]),
    [
      ['a.service', []],
      ['b.service', []],
      ['c.service', ['b.service']],
      ['d.service', []],
    ],
  );
});

test('a restart that stands before the caller is repeated with it', () => {
  const given = affected(
    { 'a.service': { consists_of: ['b.service', 'ssh.service'] }, 'b.service': {} },
    [related('ssh.service')],
    ['ssh.service'],
  );
  const actions = planOf(given).actions.map(({ unit: name, impact }) => [name, impact?.restarts_again]);
  assert.deepEqual(actions, [
    ['b.service', []],
    ['a.service', ['b.service']],
  ]);
});

const lines: [name: string, given: ReturnType<typeof affected>, expected: RegExp][] = [
  [
    'others that restart',
    affected({ 'a.service': { required_by: ['b.service', 'c.service', 'd.service', 'e.service'] } }, [
      ...['b', 'c', 'd', 'e'].map((letter) => related(`${letter}.service`)),
    ]),
    /restarts 4 others \(b\.service, c\.service, d\.service and 1 more\)/,
  ],
  [
    'one that stops',
    affected({ 'a.service': { propagates_stop_to: ['b.service'] } }, [related('b.service')]),
    /stops 1 other \(b\.service\), which systemd does not start again/,
  ],
  [
    'what restarts twice',
    affected({ 'a.service': { required_by: ['b.service'] }, 'c.service': { required_by: ['b.service'] } }, [
      related('b.service'),
    ]),
    /restarts 1 other \(b\.service\), of them b\.service for a second time/,
  ],
  [
    'what starts',
    affected({ 'a.service': { wants: ['b.service'] } }, [related('b.service', {}, { active_state: 'inactive' })]),
    /starts 1 other \(b\.service\) that is stopped/,
  ],
  [
    'what systemd cannot load',
    affected({ 'a.service': { requires: ['b.service'] } }, [related('b.service', {}, { load_state: 'masked' })]),
    /systemd cannot load b\.service and refuses the restart/,
  ],
  ['sockets', busy, /restarts 1 other \(b\.service\), 37 connections, listens on 443\n/],
  ['a slow start', affected({ 'a.service': { facts: { last_start_seconds: 12.4 } } }), /its last start took 12 s/],
  [
    'the connections of what another restart does as well',
    busyBelow,
    /37 connections, listens on 443, restarts with a\.service, so it needs/,
  ],
  [
    'what another restart does as well',
    affected({ 'a.service': { consists_of: ['b.service'] }, 'b.service': {} }),
    /restarts with a\.service, so it needs no command of its own/,
  ],
  [
    'an answer with a gap',
    affected({ 'a.service': { required_by: ['b.service', 'lost.service'] } }, [related('b.service')]),
    /restarts at least 1 other \(b\.service\), systemd did not say all that it takes along/,
  ],
];
for (const [name, given, expected] of lines) {
  test(`text: ${name}`, () => assert.match(renderPlanText(planOf(given), { colour: false, columns: 200 }), expected));
}

test('a restart that covers others closes what they close', () => {
  const given = affected({ 'a.service': { consists_of: ['b.service'] }, 'b.service': {} });
  const owner = { manager: 'dpkg', name: 'libb', version: '2' } as const;
  const [, b] = given.units;
  b!.files = b!.files.map((each) => ({ ...each, package: owner }));
  const packages: NonNullable<Report['packages']> = [
    {
      ...{ name: 'libb', source: 'libb', manager: 'dpkg', installed_version: '2', running_version: '1' },
      ...{ evidence: 'file_time', replaced_at: null, units: [], pids: [101] },
      unknown_because: null,
      fixes: { count: 1, cves: ['CVE-2026-1000'], complete: true },
    },
  ];
  const counts = planOf({ ...given, packages }).actions.map(({ unit: name, fixes }) => [name, fixes?.count ?? null]);
  assert.deepEqual(counts, [
    ['a.service', 1],
    ['b.service', 1],
  ]);
});
