// Units whose files changed on disk -> the one daemon-reload of the plan: first, and only if such a unit is restarted or reloaded.

import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { Plan } from '../../src/documents/generated/plan.ts';
import type { Dependencies, RelatedUnit, SystemdFacts, Unit, UnitFile } from '../../src/documents/generated/report.ts';
import { validateDocument } from '../../src/documents/validate.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { compileSelection } from '../../src/plan/selection.ts';
import { facts, libc, noActions, report, rotatedLog, startsAgain, unit } from '../support/reports.ts';

const changed = { need_daemon_reload: true };
const lists = [
  'required_by',
  'requisite_of',
  'bound_by',
  'consists_of',
  'propagates_stop_to',
  'triggered_by',
  'after',
  'requires',
  'requisite',
  'wants',
  'conflicts',
  'on_failure',
  'on_success',
];
const noLists = Object.fromEntries(lists.map((name) => [name, []])) as unknown as Dependencies;

function service(name: string, more: Partial<SystemdFacts> = {}, files: UnitFile[] = [libc], of: Partial<Unit> = {}) {
  return unit(name, files, { systemd: { ...facts, ...more }, ...of });
}

interface Given {
  units?: string[];
  actions?: string[];
  carriers?: string[];
  related?: RelatedUnit[];
  rule?: 'ignore' | 'manual' | 'signal' | 'restart';
}

function plan(units: Unit[], { units: only = [], actions = [], carriers = [], related = [], rule }: Given = {}): Plan {
  const signal = rule === 'signal' ? { signal: 'HUP' } : {};
  const rules =
    rule === undefined
      ? []
      : [{ unit: 'a.service', action: rule, reason: 'so it is', file: 'c.yaml', line: 1, ...signal }];
  return buildPlan(
    report({ units, related, scan: { carriers } }),
    rules,
    '2026-11-23T07:40:12Z',
    compileSelection(only, actions),
  );
}

const restartsOther = service('a.service', { dependencies: { ...noLists, required_by: ['other.service'] } });
const other: RelatedUnit = {
  ...{ name: 'other.service', names: ['other.service'], load_state: 'loaded', active_state: 'active' },
  ...{ dependencies: noLists, ...noActions, ...startsAgain, ...changed },
};

const said = ({ actions }: Plan) =>
  actions.map(({ action, unit: name }) => (name === null ? action : `${action} ${name}`));

const a = service('a.service', changed);
const rows: [name: string, plan: Plan, actions: string[]][] = [
  ['no unit file changed', plan([service('a.service')]), ['restart a.service']],
  ['one changed', plan([a, service('b.service')]), ['daemon_reload', 'restart a.service', 'restart b.service']],
  [
    'two changed',
    plan([a, service('b.service', changed)]),
    ['daemon_reload', 'restart a.service', 'restart b.service'],
  ],
  [
    'a reload reads the file as well',
    plan([service('a.service', { ...changed, can_reload: true }, [rotatedLog])]),
    ['daemon_reload', 'reload a.service'],
  ],
  ['a signal does not', plan([a], { rule: 'signal' }), ['signal a.service']],
  ['a person', plan([service('a.service', { ...changed, refuse_manual_stop: true })]), ['manual a.service']],
  ['the policy', plan([a], { rule: 'manual' }), ['manual a.service']],
  ['nothing to do', plan([a], { rule: 'ignore' }), []],
  // systemd would unload the unit, and then it could not start it again.
  [
    'the file is gone, and the user says restart',
    plan([service('a.service', { ...changed, fragment_present: false })], { rule: 'restart' }),
    ['restart a.service'],
  ],
  ['nobody asked systemd', plan([service('a.service', {}, [libc], { systemd: null })]), ['manual a.service']],
  [
    'a unit of a user: its manager was not asked',
    plan([service('a.service', {}, [libc], { systemd: null, scope: 'user', user: { uid: 1000, name: 'alice' } })]),
    ['restart a.service'],
  ],
  [
    'the unit that carries the caller still comes last',
    plan([a, service('b.service')], { carriers: ['a.service'] }),
    ['daemon_reload', 'restart b.service', 'restart a.service'],
  ],
  [
    'a unit that another restart covers',
    plan([
      service('a.service', { ...changed, dependencies: noLists }),
      service('b.service', { dependencies: { ...noLists, consists_of: ['a.service'] } }),
    ]),
    ['daemon_reload', 'restart a.service', 'restart b.service'],
  ],
  [
    'a unit that is not selected restarts with one that is',
    plan(
      [
        service('a.service', { ...changed, dependencies: noLists }),
        service('b.service', { dependencies: { ...noLists, consists_of: ['a.service'] } }),
      ],
      { units: ['b.service'] },
    ),
    ['daemon_reload', 'restart b.service'],
  ],
  [
    'a unit that is not affected restarts with another one',
    plan([restartsOther], { related: [other] }),
    ['daemon_reload', 'restart a.service'],
  ],
  [
    'systemd did not say whether the file of the other one changed',
    plan([restartsOther], { related: [{ ...other, need_daemon_reload: null }] }),
    ['restart a.service'],
  ],
  [
    'the other one is stopped',
    plan([restartsOther], { related: [{ ...other, active_state: 'inactive' }] }),
    ['restart a.service'],
  ],
  ['another unit is selected', plan([a, service('b.service')], { units: ['b.service'] }), ['restart b.service']],
  ['only restarts are selected', plan([a], { actions: ['restart'] }), ['daemon_reload', 'restart a.service']],
  ['only what people do is selected', plan([a], { actions: ['manual'] }), []],
  ['it alone is selected', plan([a], { actions: ['daemon_reload'] }), ['daemon_reload']],
];
for (const [name, made, actions] of rows) {
  test(name, async () => {
    deepEqual(said(made), actions);
    equal(made.daemon_reload, actions.includes('daemon_reload'));
    equal(await validateDocument('plan', made), null);
  });
}

test('it names the units that systemd forgets with it', () => {
  const gone = service('gone.service', { fragment_present: false });
  const [first] = plan([a, gone]).actions;
  deepEqual(first?.remarks?.slice(1), [
    { code: 'forgets_units', message: 'systemd forgets how to start gone.service, because its unit file is gone' },
  ]);
});

test('it names a unit that restarts with another one, and so does the action of that one', () => {
  const [first, second] = plan([restartsOther], { related: [other] }).actions;
  deepEqual(first?.remarks, [
    { code: 'unit_files_changed', message: 'the unit file of other.service changed on disk' },
  ]);
  deepEqual(second?.remarks, [
    {
      code: 'daemon_reload_first',
      message:
        'the unit file of other.service, which restarts with it, changed on disk: run systemctl daemon-reload first, or systemd uses the old one',
    },
  ]);
});

test('it has a command, and names the units', () => {
  const [first] = plan([service('b.service', changed), a]).actions;
  deepEqual(
    [first?.argv, first?.unit, first?.scope, first?.because, first?.remarks],
    [
      ['systemctl', 'daemon-reload'],
      null,
      null,
      [],
      [{ code: 'unit_files_changed', message: 'the unit files of a.service and b.service changed on disk' }],
    ],
  );
});
