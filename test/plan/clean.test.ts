// Whether a plan is clean: nothing is left but the caller's own connection, which ends with the caller.

import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Process, Report, Unit } from '../../src/documents/generated/report.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { compileSelection } from '../../src/plan/selection.ts';
import { anyReport } from '../support/report-arbitrary.ts';
import { file, jna, libc, process, report, unit } from '../support/reports.ts';

const at = '2026-11-23T07:40:13Z';
const on = (...pids: number[]) => [file('code', '/usr/lib/libc.so.6', pids)];
const slice = (uid: number) => ({ slice: `user-${uid}.slice` });

const session = unit('session-11.scope', on(50), slice(1001));
const other = unit('session-12.scope', on(60), slice(1001));
const manager = unit('user@1001.service', on(43, 44), slice(1001));
const inManager = { name: 'user@1001.service', scope: 'system', user: null, source: 'cgroup_v2' } as const;
const helper = process(44, [libc], { name: '(sd-pam)', unit: inManager });
const app = unit('app.service', on(70), { scope: 'user', user: { uid: 1001, name: null }, systemd: null });
const ssh = unit('ssh.service', on(80));
const pull = unit('ansible-pull.service', on(90));
const foreign = unit('user@1002.service', on(91), slice(1002));

const viaSsh = { carriers: ['session-11.scope', 'ssh.service'], caller: { session: '11', uid: 1001 } };
const viaPull = { carriers: ['ansible-pull.service', 'init.scope'], caller: null };
const viaManager = { carriers: ['user@1001.service'], caller: null };
/** A report of 1.0, which does not say through which session it was made. */
const old = { carriers: ['session-11.scope', 'ssh.service'] };

const all = [session, manager];
const rows: [name: string, parts: Parameters<typeof report>[0], clean: boolean | null, own: string[]][] = [
  ['nothing is stale', { scan: viaSsh }, true, []],
  ['the session of the caller', { units: [session], scan: viaSsh }, true, ['session-11.scope']],
  ['its user manager alone', { units: [manager], scan: viaSsh }, true, ['user@1001.service']],
  [
    'session, manager and helper',
    { units: all, processes: [helper], scan: viaSsh },
    true,
    ['user@1001.service', 'user@1001.service', 'session-11.scope'],
  ],
  ['another session of the same user', { units: [other], scan: viaSsh }, false, []],
  ['a service of the same user', { units: [app], scan: viaSsh }, false, []],
  ['the manager of another user', { units: [foreign], scan: viaSsh }, false, []],
  ['the ssh server that carries the caller', { units: [session, ssh], scan: viaSsh }, false, ['session-11.scope']],
  ['the unit that the caller runs in', { units: [pull], scan: viaPull }, false, []],
  ['a manager, but no session carries the caller', { units: [manager], scan: viaManager }, false, []],
  ["a session, but none is the caller's", { units: [session], scan: viaPull }, false, []],
  ['an old report, session affected', { units: all, scan: old }, true, ['user@1001.service', 'session-11.scope']],
  ['an old report, session not affected', { units: [manager], scan: old }, false, []],
  ['only scratch files', { units: [unit('a.service', [jna])], scan: viaSsh }, true, []],
  ['not everything was seen', { scan: { ...viaSsh, complete: false } }, null, []],
  [
    'not everything was seen, but the session',
    { units: [session], scan: { ...viaSsh, complete: false } },
    null,
    ['session-11.scope'],
  ],
  ['not everything was seen, and a service', { units: [ssh], scan: { ...viaSsh, complete: false } }, false, []],
  ['processes were left out', { scan: { ...viaSsh, detail: 'units' }, summary: { processes: 2 } }, null, []],
];

function planOf(parts: Parameters<typeof report>[0]) {
  const made: Report = report(parts);
  if (parts.scan?.caller === undefined) delete made.scan.caller;
  return buildPlan(made, [], at);
}

for (const [name, parts, clean, own] of rows) {
  test(`clean is ${clean}: ${name}`, () => {
    const plan = planOf(parts);
    equal(plan.clean, clean);
    deepEqual(
      plan.actions.flatMap(({ callers_own, unit: of }) => (callers_own ? [of] : [])),
      own,
    );
  });
}

test('a required reboot keeps a plan from being clean, and an unknown one does not', () => {
  const needed = { code: 'kernel_modules_missing', running: '6.1.0' } as const;
  const reboot = (required: boolean | null) => ({ required, reasons: required === true ? [needed] : [] });
  const clean = (required: boolean | null) => planOf({ scan: viaSsh, host: { reboot: reboot(required) } }).clean;
  deepEqual([clean(true), clean(false), clean(null)], [false, true, true]);
});

test("a user's rule for a unit keeps a plan from being clean, unless the rule ignores the unit", () => {
  const rule = (action: 'manual' | 'ignore' | 'reboot') =>
    buildPlan(report({ units: [ssh], scan: viaSsh }), [{ unit: 'ssh.*', action, reason: 'x', file: 'f', line: 1 }], at);
  deepEqual([rule('manual').clean, rule('reboot').clean, rule('ignore').clean], [false, false, true]);
});

test('a plan that was narrowed is never clean', () => {
  const narrowed = (units: string[], actions: string[]) =>
    buildPlan(report({ units: all, scan: viaSsh }), [], at, compileSelection(units, actions)).clean;
  deepEqual(
    [narrowed(['session-*'], []), narrowed([], ['reboot']), narrowed(['none.service'], [])],
    [null, null, null],
  );
});

test('clean says no more than the plan, for any report', () => {
  fc.assert(
    fc.property(anyReport, (drawn: Report) => {
      const { clean, actions, reboot, complete } = buildPlan(drawn, [], at);
      const left = actions.some(({ callers_own }) => !callers_own) || reboot.required === true;
      equal(clean, left ? false : complete ? true : null);
      for (const { callers_own, action, carries_caller, scope } of actions) {
        if (callers_own && action === 'end_session') equal(carries_caller, true);
        if (callers_own) equal(['restart', 'reload', 'daemon_reexec', 'restart_container'].includes(action), false);
        if (callers_own && drawn.scan.caller === null) equal(action === 'reexec_user_manager', false, scope ?? '');
      }
    }),
  );
});

test('the same targets in any order are the same plan', () => {
  const units: Unit[] = [...all, ssh];
  const processes: Process[] = [helper];
  const there = report({ units, processes, scan: viaSsh });
  const back = report({ units: units.toReversed(), processes, scan: viaSsh });
  deepEqual(buildPlan(there, [], at), buildPlan(back, [], at));
});
