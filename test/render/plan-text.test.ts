// The checklist of a plan against golden files (`UPDATE_GOLDEN=1 node scripts/test.mjs test/render` writes them anew),
// and what must hold of it whatever the plan says.

import { doesNotMatch, equal, match, ok } from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Plan } from '../../src/documents/generated/plan.ts';
import type { Report } from '../../src/documents/generated/report.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { compileSelection } from '../../src/plan/selection.ts';
import { renderPlanText } from '../../src/render/plan-text.ts';
import { readGolden } from '../support/golden.ts';
import { projectRoot } from '../support/project.ts';
import { anyReport } from '../support/report-arbitrary.ts';
import { process as affected, facts, file, libc, report, rotatedLog, unit } from '../support/reports.ts';

const plain = (columns: number) => ({ colour: false, columns });
const text = (of: Report): string => renderPlanText(buildPlan(of, [], '2026-11-23T07:40:13Z'), plain(100));

const evil = ' \x1b[31m\x9b\r\n\u202e\\x1b"; reboot';
const deploy = { uid: 1000, name: 'deploy' };
const docker = { runtime: 'docker', id: '4f6c', name: 'web', user: deploy } as const;

/** Something of everything: carriers, helpers, leftovers, containers of users, hostile names. */
function crowded(): Plan {
  const pids = Array.from({ length: 9 }, (_, index) => 200 + index);
  const libraries = pids.map((pid) => file('code', `/usr/libx/lib${pid}.so`, [pid]));
  const many = file('code', '/usr/lib/libc.so.6', [100, ...pids]);
  const units = [
    unit('ansible-pull.service', [libc]),
    unit('init.scope', [file('code', '/usr/lib/libc.so.6', [1])], { slice: null }),
    unit('nginx.service', [rotatedLog], { systemd: { ...facts, can_reload: true } }),
    unit('many.service', [many, ...libraries]),
    unit('cron.service', [file('code', '/usr/lib/libc.so.6', [300])], { systemd: { ...facts, kill_mode: 'process' } }),
    unit(`evil${evil}.service`, [libc]),
    unit('session-7.scope', [file('code', evil, [400])], { slice: 'user-1000.slice' }),
    unit('init.scope', [file('code', '/usr/lib/libc.so.6', [500])], { scope: 'user', user: deploy, systemd: null }),
    unit('dbus.service', [libc], { scope: 'user', user: deploy, systemd: null }),
  ];
  const processes = [
    affected(600, [libc], { container: docker }),
    affected(601, [libc], { container: { ...docker, runtime: 'libvirt', name: 'vm1', id: null, user: null } }),
    affected(602, [libc], { name: evil, executable: { path: `/opt/${evil}`, path_base64: null, deleted: true } }),
    affected(603, [libc], { executable: null }),
  ];
  const rules = [
    {
      unit: 'many.service',
      action: 'manual',
      reason: `fails over by hand${evil}`,
      file: '/etc/c.yaml',
      line: 4,
    } as const,
  ];
  return buildPlan(report({ units, processes, scan: { carriers: ['ansible-pull.service'] } }), rules, '');
}

const golden: readonly [file: string, plan: Plan, columns: number][] = [
  ['plan-worked-80', readGolden<Plan>('plan'), 80],
  ['plan-worked-40', readGolden<Plan>('plan'), 40],
  ['plan-clean-80', buildPlan(report({}), [], ''), 80],
  ['plan-incomplete-80', buildPlan(report({ scan: { complete: false } }), [], ''), 80],
  ['plan-crowded-100', crowded(), 100],
];

for (const [name, plan, columns] of golden) {
  test(`plan text: ${name}`, () => {
    const path = join(projectRoot, 'test/fixtures/render', `${name}.txt`);
    const rendered = renderPlanText(plan, plain(columns));
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, rendered);
    equal(rendered, readFileSync(path, 'utf8'));
  });

  test(`plan text: ${name} is the same under its colours`, () => {
    const coloured = renderPlanText(plan, { colour: true, columns });
    equal(coloured.replace(/\x1b\[\d+m/g, '').replace(/ +$/gm, ''), renderPlanText(plan, plain(columns)));
  });
}

test('an incomplete plan says so and never calls the host clean', () => {
  const parts = { units: [unit('a.service', [libc])], scan: { complete: false } };
  match(text(report({ scan: { complete: false } })), /may not be clean/);
  match(text(report(parts)), /There may be more: the scan did not see everything/);
  match(
    text(report({ ...parts, scan: { detail: 'units' }, summary: { processes: 2 } })),
    /leaves out processes in no unit/,
  );
  const narrowed = buildPlan(readGolden<Report>('report'), [], '', compileSelection(['none.service'], []));
  match(
    renderPlanText({ ...narrowed, reboot: { required: null, reasons: [] } }, plain(200)),
    /narrowed.*may not be clean/,
  );
  match(text(report({})), /^Nothing to do\.$/m);
});

test('a reboot alone is something to do', () => {
  const reasons = [{ code: 'kernel_modules_missing', running: '6.1.0' } as const];
  const shown = text(report({ host: { reboot: { required: true, reasons } } }));
  match(shown, /A reboot to do\.[\s\S]*Reboot: required: the modules of the running kernel 6\.1\.0 are gone/);
  doesNotMatch(shown, /Nothing to do\./);
});

test('no control or bidi character gets through, and nothing is a command for a shell', () => {
  fc.assert(
    fc.property(anyReport, (drawn) => {
      const shown = renderPlanText(buildPlan(drawn, [], ''), plain(80));
      ok(
        !/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]/u.test(shown),
        JSON.stringify(shown),
      );
      ok(!shown.includes('systemctl'), shown);
    }),
    { numRuns: 200 },
  );
});
