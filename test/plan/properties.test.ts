// Properties of every plan, for any report: the reports are drawn from the report's own schema.

import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Report } from '../../src/documents/generated/report.ts';
import { validateDocument } from '../../src/documents/validate.ts';
import { buildPlan } from '../../src/plan/build.ts';
import type { UserPolicyRule } from '../../src/policy/rule.ts';
import { isUnitName } from '../../src/systemd/unit-name.ts';
import { anyReport } from '../support/report-arbitrary.ts';

const now = '2026-11-23T07:40:13Z';
const runs = { numRuns: 400 };

const anyRule: fc.Arbitrary<UserPolicyRule> = fc.record({
  unit: fc.constantFrom(undefined, '*', '*.service', 'nginx.service', '*.scope'),
  path: fc.constantFrom(undefined, '*', '/*'),
  action: fc.constantFrom('restart', 'reload', 'signal', 'manual', 'ignore', 'reboot'),
  signal: fc.constant('HUP'),
  reason: fc.constant('ours'),
  file: fc.constant('c.yaml'),
  line: fc.nat(),
});
const anyRules = fc.array(anyRule, { maxLength: 3 });

test('a report that is drawn from the schema meets the schema', async () => {
  await fc.assert(
    fc.asyncProperty(anyReport, async (report) => equal(await validateDocument('report', report), null)),
    runs,
  );
});

test('any valid report gives a valid plan', async () => {
  await fc.assert(
    fc.asyncProperty(anyReport, anyRules, async (report, rules) => {
      equal(await validateDocument('plan', buildPlan(report, rules, now)), null);
    }),
    runs,
  );
});

const asUser = 'setpriv --reuid=N --regid=N --clear-groups env XDG_RUNTIME_DIR=/run/user/N';
const verbs = ['try-restart', 'try-reload-or-restart', 'kill', 'daemon-reload', 'daemon-reexec'];

test("no action's argv holds a unit that fails systemd's name grammar, or a verb that starts anything", () => {
  fc.assert(
    fc.property(anyReport, anyRules, (report, rules) => {
      for (const { argv, unit } of buildPlan(report, rules, now).actions) {
        if (argv === null) continue;
        equal(
          argv.slice(0, argv.indexOf('systemctl')).join(' ').replace(/\d+/g, 'N'),
          argv[0] === 'systemctl' ? '' : asUser,
        );
        equal(argv.filter((word) => verbs.includes(word)).length, 1, argv.join(' '));
        const end = argv.indexOf('--');
        if (end < 0) ok(['daemon-reload', 'daemon-reexec'].includes(argv.at(-1)!), argv.join(' '));
        else ok(argv.length === end + 2 && argv[end + 1] === unit && isUnitName(unit!), argv.join(' '));
      }
    }),
    runs,
  );
});

test('services never holds a unit whose facts say that it cannot be restarted', () => {
  fc.assert(
    fc.property(anyReport, anyRules, (report, rules) => {
      for (const name of buildPlan(report, rules, now).services) {
        ok(isUnitName(name) && name.endsWith('.service'), name);
        const restartable = report.units.some(
          ({ name: each, scope, systemd }) =>
            each === name &&
            scope === 'system' &&
            (systemd === null
              ? rules.length > 0
              : systemd.load_state === 'loaded' &&
                (rules.length > 0 || (!systemd.transient && systemd.fragment_present !== false)) &&
                systemd.can_start &&
                systemd.can_stop &&
                !systemd.refuse_manual_start &&
                !systemd.refuse_manual_stop &&
                systemd.type !== 'oneshot'),
        );
        ok(restartable, name);
      }
    }),
    runs,
  );
});

test('the plan does not depend on the order of processes and units', () => {
  fc.assert(
    fc.property(anyReport, anyRules, (drawn, rules) => {
      const processes = [...new Map(drawn.processes.map((process) => [process.pid, process])).values()];
      const report: Report = { ...drawn, processes };
      const turned = { ...report, processes: processes.toReversed(), units: report.units.toReversed() };
      equal(JSON.stringify(buildPlan(turned, rules, now)), JSON.stringify(buildPlan(report, rules, now)));
    }),
    runs,
  );
});

test('the same report gives the same plan, byte for byte but for the time, and is left as it was', () => {
  fc.assert(
    fc.property(anyReport, (report) => {
      const before = JSON.stringify(report);
      const first = buildPlan(report, [], now);
      const second = buildPlan(JSON.parse(before) as Report, [], '2027-01-01T00:00:00Z');
      equal(JSON.stringify({ ...second, generated_at: now }), JSON.stringify(first));
      equal(JSON.stringify(report), before);
    }),
    runs,
  );
});

test('every file of every unit is a reason or ignored, and nothing is both', () => {
  fc.assert(
    fc.property(anyReport, (drawn) => {
      const report = { ...drawn, processes: [] };
      const { actions, ignored } = buildPlan(report, [], now);
      for (const { name, files } of report.units) {
        for (const { path, pids } of files) {
          for (const pid of pids) {
            const uses = [
              ...actions.filter(({ unit }) => unit === name).flatMap(({ because }) => because),
              ...ignored.filter(({ unit }) => unit === name),
            ];
            ok(
              uses.some((use) => use.path === path && use.pids.includes(pid)),
              `${name} ${path} ${pid}`,
            );
          }
        }
      }
      const keys = [...actions.flatMap(({ because }) => because), ...ignored].map(({ code }) => code);
      deepEqual(
        keys.filter((code) => code === 'policy'),
        [],
      );
    }),
    runs,
  );
});

test('an incomplete report never gives a complete plan, nor a reboot that is ruled out', () => {
  fc.assert(
    fc.property(anyReport, (report) => {
      const plan = buildPlan({ ...report, scan: { ...report.scan, complete: false } }, [], now);
      equal(plan.complete, false);
      ok(plan.reboot.required !== false);
    }),
    runs,
  );
});
