// One answer: plan, check, fleet and both metrics agree on the same report with the same policy.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isWhole } from '../../src/documents/coverage.ts';
import { countedFindings } from '../../src/documents/drift-gate.ts';
import type { Report } from '../../src/documents/generated/report.ts';
import type { Filters } from '../../src/drift/finding-filter.ts';
import { judge } from '../../src/drift/judge.ts';
import { compileStale } from '../../src/drift/stale.ts';
import { FleetFold } from '../../src/fleet/fold.ts';
import { buildPlan, compileRebootJudge } from '../../src/plan/build.ts';
import type { UserPolicyRule } from '../../src/policy/rule.ts';
import { renderNagios } from '../../src/render/drift/nagios.ts';
import { renderFleetOpenmetrics } from '../../src/render/fleet/openmetrics.ts';
import { renderOpenmetrics } from '../../src/render/openmetrics.ts';
import { anyReport } from '../support/report-arbitrary.ts';
import { facts, libc, report, unit } from '../support/reports.ts';

const now = new Date('2026-11-23T10:00:00Z');
const thresholds = {
  warning: null,
  critical: null,
  criticalAgeSeconds: null,
  criticalCves: null,
  requireComplete: false,
};

const rule = fc.record(
  {
    unit: fc.constantFrom('nginx.service', 'dbus*', '*', 'session-*.scope', 'user@*.service'),
    path: fc.constantFrom('*', '/usr/*'),
    action: fc.constantFrom('reboot', 'restart', 'ignore', 'manual'),
  },
  { requiredKeys: ['unit', 'action'] },
);
const policy = fc
  .array(rule, { maxLength: 3 })
  .map((rules) =>
    rules.map((each, index): UserPolicyRule => ({ ...each, reason: 'x', file: 'c.yaml', line: index + 1 })),
  );

/** The answer of each command on reboots. */
function answers(of: Report, rules: readonly UserPolicyRule[]) {
  const plan = buildPlan(of, rules, of.generated_at);
  const reboot = compileRebootJudge(rules)(of);
  const filters: Filters = { units: [], roles: null, kinds: [] };
  const effect = { ...reboot, counts_as: 'fail' } as const;
  const judgement = judge(of, null, {
    failOn: 'never',
    allowIncomplete: true,
    allowUnseenUsers: false,
    fixesOnly: false,
    filters,
    accept: [],
    reboot: effect,
    now,
  });
  const fold = new FleetFold();
  fold.add(of, 'a.json', { reboot, stale: compileStale(filters, [], now)(of), whole: isWhole(of) });
  const fleet = fold.build(now, { failOn: ['reboot'], allowIncomplete: false });
  return { plan, judgement, fleet };
}

const sample = (text: string, name: string): string | undefined =>
  new RegExp(`^${name}(?:\\{[^\\n]*\\})? (\\S+)$`, 'm').exec(text)?.[1];

test('on reboots', () => {
  const seen = new Set<boolean | null>();
  const byUnit = new Set<string>();
  fc.assert(
    fc.property(anyReport, policy, (of, rules) => {
      const { plan, judgement, fleet } = answers(of, rules);
      const { required, reasons, kind } = plan.reboot;
      seen.add(required);
      for (const reason of reasons) byUnit.add(reason.code);
      const { counts_as: _, ...said } = judgement.drift.reboot ?? { counts_as: null };
      const { survivors: __, ...needed } = plan.reboot;
      assert.deepEqual(said, needed);
      const [host] = fleet.hosts;
      assert.deepEqual([host?.reboot_required, host?.reboot_reasons, host?.reboot_kind], [required, reasons, kind]);
      assert.equal(fleet.summary.reboot_required, Number(required === true));
      assert.equal(fleet.verdict, required === null ? 'incomplete' : required ? 'drift' : 'pass');
      assert.equal(judgement.drift.verdict, required === true ? 'drift' : 'pass');
      const expected = required === null ? undefined : String(Number(required));
      const metrics = renderOpenmetrics(of, plan, judgement.drift);
      assert.equal(sample(metrics, 'lib_users_reboot_required'), expected);
      assert.equal(sample(renderFleetOpenmetrics(fleet), 'lib_users_fleet_reboot_required'), expected);
      assert.equal(/ reboot=(\d);/.exec(renderNagios(judgement.drift, thresholds).text)?.[1], expected);
      if (required === true) assert.equal(plan.clean, false);
    }),
    { numRuns: 400, seed: 20261130 },
  );
  assert.deepEqual([...seen].map(String).sort(), ['false', 'null', 'true']);
  assert.ok(byUnit.has('unit'), 'a unit that only a reboot cures was among them');
});

const own: UserPolicyRule = { unit: 'web.*', action: 'reboot', reason: 'x', file: 'c.yaml', line: 1 };
const named = (...names: string[]) => ({ systemd: { ...facts, names } });
const wanting: [name: string, of: Report, rules: UserPolicyRule[], unit: string][] = [
  ['the bus', report({ units: [unit('dbus.service', [libc])] }), [], 'dbus.service'],
  [
    'the bus by an alias',
    report({ units: [unit('bus-1.service', [libc], named('bus-1.service', 'dbus.service'))] }),
    [],
    'bus-1.service',
  ],
  ["by the user's rule", report({ units: [unit('web.service', [libc])] }), [own], 'web.service'],
  [
    "by the user's rule and an alias",
    report({ units: [unit('nginx.service', [libc], named('nginx.service', 'web.service'))] }),
    [own],
    'nginx.service',
  ],
];
for (const [name, of, rules, wants] of wanting) {
  test(`a unit that only a reboot cures is a reason for all: ${name}`, () => {
    const { plan, fleet, judgement } = answers(of, rules);
    const reasons = [{ code: 'unit', unit: wants }];
    assert.deepEqual(
      [plan.reboot.reasons, fleet.hosts[0]?.reboot_reasons, judgement.drift.reboot?.reasons],
      [reasons, reasons, reasons],
    );
  });
}

test('on what counts: a host counts in the fleet exactly if check without a baseline counts anything', () => {
  const roles = fc.constantFrom<Filters['roles']>(null, ['code'], ['code', 'log'], ['file'], ['scratch']);
  const accept = fc.constantFrom([], [{ unit: 'nginx.service' }], [{ path: '*a*' }]);
  const counted = new Set<boolean>();
  fc.assert(
    fc.property(anyReport, roles, accept, (of, wanted, entries) => {
      const accepted = entries.map((entry) => ({ ...entry, reason: 'x', file: 'c.yaml', line: 1 }));
      const filters: Filters = { units: [], roles: wanted, kinds: [] };
      const reboot = { required: false, reasons: [], counts_as: 'ok' } as const;
      const options = {
        failOn: 'any',
        allowIncomplete: false,
        allowUnseenUsers: false,
        fixesOnly: false,
        filters,
        accept: accepted,
        now,
      } as const;
      const judgement = judge(of, null, { ...options, reboot: { ...reboot, reasons: [] } });
      const stale = compileStale(filters, accepted, now)(of);
      counted.add(stale > 0);
      const closing = countedFindings(judgement.drift).length;
      if (closing > 0) assert.ok(stale > 0);
      // check makes one finding of a file in all its roles, with the weightiest role. The fleet counts the lighter roles as well.
      const hidden = wanted !== null && !wanted.includes('code');
      if (!hidden) assert.equal(stale > 0, closing > 0);
    }),
    { numRuns: 400, seed: 20261130 },
  );
  assert.equal(counted.size, 2);
});
