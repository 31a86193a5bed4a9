// Outdated scripts and programs -> the plan: what is certain restarts, what is likely is left to people unless a rule says otherwise, and
// a hint is no reason for anything.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Outdated, Report, SystemdFacts, UnitFile } from '../../src/documents/generated/report.ts';
import { validateDocument } from '../../src/documents/validate.ts';
import { buildPlan } from '../../src/plan/build.ts';
import type { UserPolicyRule } from '../../src/policy/rule.ts';
import { outdated } from '../support/outdated.ts';
import { facts, libc, process, report, rotatedLog, unit } from '../support/reports.ts';

function of(old: Outdated[], files: UnitFile[] = [], changed: Partial<SystemdFacts> = {}, name = 'a.service'): Report {
  const own = unit(name, files, { outdated: old, pids: [100], systemd: { ...facts, ...changed } });
  return report({
    units: [own],
    processes: [
      { ...process(100, files, { unit: { name, scope: 'system', user: null, source: 'cgroup_v2' } }), outdated: old },
    ],
  });
}

const rule = (more: Partial<UserPolicyRule>): UserPolicyRule[] => [
  { unit: 'a.service', action: 'restart', reason: 'ours', file: 'c.yaml', line: 3, ...more },
];
const likely = outdated('likely');

/** `action blocked_by: codes; remarks`. */
const rows: [name: string, of: Report, expected: string | null, rules?: UserPolicyRule[]][] = [
  ['certain', of([outdated('certain')]), 'restart: snap_outdated'],
  ['likely', of([likely]), 'manual inferred: script_outdated'],
  ['possible', of([outdated('possible')]), null],
  ['likely and possible', of([likely, outdated('possible', '/usr/bin/b')]), 'manual inferred: script_outdated'],
  ['likely, with a rule for it', of([likely]), 'restart: script_outdated', rule({ inferred: 'restart' })],
  ['likely, with a rule for restarts', of([likely]), 'manual inferred: script_outdated', rule({})],
  [
    'likely, with a rule for the path',
    of([likely]),
    'restart: script_outdated',
    rule({ inferred: 'restart', path: '/usr/*' }),
  ],
  [
    'likely, with a rule for another unit',
    of([likely]),
    'manual inferred: script_outdated',
    rule({ unit: 'b.service', inferred: 'restart' }),
  ],
  ['likely, with a rule to ignore', of([likely]), null, rule({ action: 'ignore' })],
  ['likely, with a rule for people', of([likely]), 'manual: script_outdated', rule({ action: 'manual' })],
  ['possible, with a rule for it', of([outdated('possible')]), null, rule({ inferred: 'restart' })],
  ['certain, with a rule to ignore', of([outdated('certain')]), null, rule({ action: 'ignore' })],
  [
    'likely, in a unit that cannot start',
    of([likely], [], { can_start: false }),
    'manual cannot_start: script_outdated',
    rule({ inferred: 'restart' }),
  ],
  ['likely, beside gone code', of([likely], [libc]), 'restart: script_outdated, library_replaced'],
  [
    'likely, beside gone code of a unit for people',
    of([likely], [libc], { refuse_manual_stop: true }),
    'manual refuse_manual_stop: script_outdated, library_replaced',
  ],
  ['likely, beside a log', of([likely], [rotatedLog], { can_reload: true }), 'reload: log_held; likely_outdated'],
  [
    'certain, beside a log',
    of([outdated('certain')], [rotatedLog], { can_reload: true }),
    'restart: snap_outdated, log_held',
  ],
  ['certain, of a message bus', of([outdated('certain')], [], {}, 'dbus.service'), 'manual: snap_outdated'],
];

for (const [name, made, expected, rules = []] of rows) {
  test(`plan: ${name}: ${expected}`, async () => {
    assert.equal(await validateDocument('report', made), null);
    const plan = buildPlan(made, rules, '2026-11-23T08:00:00Z');
    assert.equal(await validateDocument('plan', plan), null);
    const [action, ...others] = plan.actions;
    assert.deepEqual(others, []);
    const told = action && {
      what: [action.action, action.blocked_by].filter(Boolean).join(' '),
      codes: action.because.map(({ code }) => code).join(', '),
      remarks: action.remarks!.map(({ code }) => `; ${code}`).join(''),
    };
    assert.equal(told === undefined ? null : `${told.what}: ${told.codes}${told.remarks}`, expected);
    assert.equal(plan.services.length, expected?.startsWith('restart') ? 1 : 0);
  });
}
