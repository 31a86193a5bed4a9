// An incomplete or narrowed plan never says that the host is clean.

import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { Report } from '../../src/documents/generated/report.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { compileSelection } from '../../src/plan/selection.ts';
import { readGolden } from '../support/golden.ts';
import { facts, libc, process, report, unit } from '../support/reports.ts';

const unitsOnly = { detail: 'units' } as const;
const kernel = { code: 'kernel_modules_missing', running: '6.1.0' } as const;
const notKnown = { reboot: { required: null, reasons: [] } };

const rows: readonly (readonly [name: string, of: Report, complete: boolean, reboot: boolean | null])[] = [
  ['complete', report({}), true, false],
  ['incomplete: a reboot cannot be ruled out', report({ scan: { complete: false } }), false, null],
  [
    'incomplete, but a reboot is known to be due',
    report({ scan: { complete: false }, host: { reboot: { required: true, reasons: [kernel] } } }),
    false,
    true,
  ],
  ['complete, but reboot facts are not known', report({ host: notKnown }), true, null],
  ['not known, but a unit needs it', report({ units: [unit('dbus.service', [libc])], host: notKnown }), true, true],
  [
    'units only, and processes outside units were left out',
    report({ units: [unit('a.service', [libc])], scan: unitsOnly, summary: { processes: 2 } }),
    false,
    null,
  ],
  [
    'units only, and every process is in a unit',
    report({ units: [unit('a.service', [libc])], scan: unitsOnly, summary: { processes: 1 } }),
    true,
    false,
  ],
  ['processes outside units are there', report({ processes: [process(9, [libc])] }), true, false],
];

for (const [name, of, complete, reboot] of rows) {
  test(name, () => {
    const plan = buildPlan(of, [], '');
    deepEqual([plan.complete, plan.report.complete, plan.reboot.required], [complete, of.scan.complete, reboot]);
  });
}

const container = { code: 'container', message: 'this is a container' } as const;
const because: readonly (readonly [name: string, of: Report, code: string | null])[] = [
  ['known', report({}), null],
  ['not everything was seen', report({ scan: { complete: false } }), 'incomplete'],
  [
    'the report says why',
    report({ host: { reboot: { ...notKnown.reboot, unknown_because: container } } }),
    'container',
  ],
  [
    'the report says why, and is incomplete',
    report({ scan: { complete: false }, host: { reboot: { ...notKnown.reboot, unknown_because: container } } }),
    'container',
  ],
  ['an earlier report does not say why', report({ host: notKnown }), null],
  [
    'a unit needs one all the same',
    report({
      units: [unit('dbus.service', [libc])],
      host: { reboot: { ...notKnown.reboot, unknown_because: container } },
    }),
    null,
  ],
];
for (const [name, of, code] of because) {
  test(`why a reboot is not known: ${name}`, () => {
    equal(buildPlan(of, [], '').reboot.unknown_because?.code ?? null, code);
  });
}

const golden = readGolden<Report>('report');

test('--unit keeps units whose whole name matches, and no target without a unit', () => {
  const plan = buildPlan(golden, [], '', compileSelection(['*.scope', 'dbus*', 'search.service'], []));
  deepEqual(
    plan.actions.map(({ unit: name }) => name),
    ['session-7.scope', 'dbus.service'],
  );
  deepEqual(
    plan.ignored.map(({ unit: name }) => name),
    ['search.service'],
  );
  equal(plan.complete, false);
});

test('--unit takes an alias in full, but no pattern of one', () => {
  const systemd = { ...facts, names: ['app.service', 'web.service'] };
  const of = report({ units: [unit('app.service', [libc], { systemd })] });
  const kept = (pattern: string) => buildPlan(of, [], '', compileSelection([pattern], [])).services;
  deepEqual([kept('web.service'), kept('web*'), kept('app*')], [['app.service'], [], ['app.service']]);
});

test('--action keeps these actions, and the lists follow', () => {
  const plan = buildPlan(golden, [], '', compileSelection([], ['signal', 'restart']));
  deepEqual(
    plan.actions.map(({ action }) => action),
    ['restart', 'restart', 'signal', 'restart'],
  );
  deepEqual(plan.services, ['cron.service', 'nginx.service']);
  deepEqual(plan.reboot.reasons, golden.host.reboot.reasons);
  equal(buildPlan(golden, [], '', compileSelection([], ['signal'])).services.length, 0);
});

test('without --unit and --action the plan is whole', () => {
  deepEqual(buildPlan(golden, [], '', compileSelection([], [])), buildPlan(golden, [], ''));
});
