// The checklist of a plan against golden files (`UPDATE_GOLDEN=1 node scripts/test.mjs test/render` writes them anew),
// and the rules that hold for the checklist of every plan.

import { doesNotMatch, equal, match, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Plan } from '../../../src/documents/generated/plan.ts';
import type { Report } from '../../../src/documents/generated/report.ts';
import { buildPlan } from '../../../src/plan/build.ts';
import { compileSelection } from '../../../src/plan/selection.ts';
import { renderPlanText } from '../../../src/render/plan/text.ts';
import { shellLine } from '../../../src/render/shell-words.ts';
import { readGolden } from '../../support/golden.ts';
import { projectRoot } from '../../support/project.ts';
import { anyReport } from '../../support/report-arbitrary.ts';
import { process as affected, facts, file, libc, report, rotatedLog, unit } from '../../support/reports.ts';

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

test("the caller's own connection stands by itself, and nothing else left is clean", () => {
  const owner = { uid: 1001, name: 'deploy' };
  const ref = { name: 'user@1001.service', scope: 'system', user: null, source: 'cgroup_v2' } as const;
  const helper = affected(44, [libc], { name: '(sd-pam)', user: owner, unit: ref });
  const manager = unit('user@1001.service', [file('code', '/usr/lib/libc.so.6', [43, 44])], {
    slice: 'user-1001.slice',
  });
  const session = unit('session-11.scope', [file('code', '/usr/lib/libc.so.6', [50])], { slice: 'user-1001.slice' });
  const scan = { carriers: ['session-11.scope', 'ssh.service'], caller: { session: '11', uid: 1001 } };
  const parts = { units: [manager, session], processes: [helper], scan };
  const own = text(report(parts));
  match(own, /^Clean but for your own connection\.$/m);
  match(
    own,
    /^Your own connection, which ends when you log out:\n {2}\[ \] re-execute user@1001\.service of user deploy$/m,
  );
  match(own, /^ {2}\[ \] end session 11 of user deploy$/m);
  match(
    own,
    /see to process 44 "\(sd-pam\)".* in user@1001\.service of user deploy\n +it is not the systemd of the user/,
  );
  doesNotMatch(own, /things? to do|Last, since|See to these|Log out and in again/);
  const ssh = text(report({ ...parts, units: [...parts.units, unit('ssh.service', [libc])] }));
  match(ssh, /^4 things to do\.$/m);
  match(ssh, /^Last, since this scan was run from within:\n {2}\[ \] restart ssh\.service$/m);
  match(text(report({ ...parts, scan: { ...scan, complete: false } })), /^3 things to do\. There may be more/m);
});

test('a reboot alone is something to do', () => {
  const reasons = [{ code: 'kernel_modules_missing', running: '6.1.0' } as const];
  const shown = text(report({ host: { reboot: { required: true, reasons } } }));
  match(
    shown,
    /A reboot to do\.[\s\S]*Reboot: a full one is required: the modules of the running kernel 6\.1\.0 are gone/,
  );
  doesNotMatch(shown, /Nothing to do\./);
});

test('no control or bidi character gets through', () => {
  fc.assert(
    fc.property(anyReport, (drawn) => {
      const shown = renderPlanText(buildPlan(drawn, [], ''), plain(80));
      ok(
        !/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]/u.test(shown),
        JSON.stringify(shown),
      );
    }),
    { numRuns: 200 },
  );
});

/** The lines below the items that a person would take for commands. */
const commandsIn = (shown: string) => shown.split('\n').filter((line) => /^ {6}(systemctl|setpriv) /.test(line));

test('what is shown as a command is to a shell the argument vector of its action, whatever the width', () => {
  const seen: { argv: string[]; line: string }[] = [];
  fc.assert(
    fc.property(anyReport, fc.constantFrom(20, 80), (drawn, columns) => {
      const plan = buildPlan(drawn, [], '');
      const argvs = plan.actions.flatMap(({ argv }) => (argv === null ? [] : [argv]));
      const lines = commandsIn(renderPlanText(plan, plain(columns)));
      equal(lines.length, argvs.length);
      // The text has the actions in the order of the plan, those that carry the caller last, as the plan has them.
      seen.push(...lines.map((line, index) => ({ line: line.trim(), argv: argvs[index]! })));
    }),
    { numRuns: 200 },
  );
  const names = ['dev-disk-by\\x2did.service', 'x@a\\x20b:1.service', '-.service', 'a@:1.3-b@0.service'];
  const units = names.map((name) => unit(name, [libc]));
  const plan = buildPlan(report({ units }), [], '');
  const quoted = commandsIn(renderPlanText(plan, plain(80)));
  seen.push(...quoted.map((line, index) => ({ line: line.trim(), argv: plan.actions[index]!.argv! })));
  equal(quoted.length, names.length);
  // Each word in brackets of its own, by a real shell.
  const script = seen.map(({ line }) => `printf '[%s]' ${line}; echo`).join('\n');
  for (const shell of ['sh', 'bash']) {
    const { stdout } = spawnSync(shell, ['-c', script], { encoding: 'utf8', maxBuffer: 1 << 26 });
    equal(stdout, seen.map(({ argv }) => `${argv.map((word) => `[${word}]`).join('')}\n`).join(''), shell);
  }
});

const lines: readonly (readonly [argv: string[], line: string | null])[] = [
  [['systemctl', 'try-restart', '--', 'a-b_c@1:2.service'], 'systemctl try-restart -- a-b_c@1:2.service'],
  [['systemctl', '--', 'a\\x2db.service'], "systemctl -- 'a\\x2db.service'"],
  [['env', 'A=$(reboot) `x` "y" ~ * ! #', 'x'], `env 'A=$(reboot) \`x\` "y" ~ * ! #' x`],
  [['a', '=b', '~c'], "a '=b' '~c'"],
  [['a', "it's"], null],
  [['a', 'line\nline'], null],
  [['a', 'café'], null],
  [['a', 'right\u202eleft'], null],
  [['a', ''], null],
  [[], null],
];
for (const [argv, line] of lines) test(`shell line: ${JSON.stringify(argv)}`, () => equal(shellLine(argv), line));

test('a command that is not safe to copy is not shown, and the text says where it is', () => {
  const plan = buildPlan(report({ units: [unit('a.service', [libc])] }), [], '');
  const [action] = plan.actions;
  const shown = renderPlanText({ ...plan, actions: [{ ...action!, argv: ['systemctl', "it's"] }] }, plain(200));
  match(shown, /^ {6}its command is not safe to copy from here: see --format json$/m);
  doesNotMatch(shown, /it's/);
});

test('a container that nobody can name is told apart by its processes', () => {
  const unknown = { runtime: 'unknown', id: null, name: null, user: null } as const;
  const shown = text(report({ processes: [640, 641].map((pid) => affected(pid, [libc], { container: unknown })) }));
  match(shown, /^ {2}\[ \] container with processes 640, 641$/m);
  match(
    text(report({ processes: [affected(640, [libc], { container: unknown })] })),
    /^ {2}\[ \] container with process 640$/m,
  );
});

test('what is to be known first is said below the command', () => {
  const systemd = { ...facts, need_daemon_reload: true };
  match(
    text(report({ units: [unit('a.service', [libc], { systemd })] })),
    /-- a\.service\n {6}its unit file changed on disk: run systemctl daemon-reload first/,
  );
});

test('systemd reads changed unit files before anything else', () => {
  const systemd = { ...facts, need_daemon_reload: true };
  const units = ['b.service', 'a.service'].map((name) => unit(name, [libc], { systemd }));
  const shown = text(report({ units, scan: { carriers: ['b.service'] } }));
  match(
    shown,
    /^Have systemd read its unit files again, before anything else:\n {2}\[ \] the manager of the system\n {6}systemctl daemon-reload\n {6}the unit files of a\.service and b\.service changed on disk\n\nRestart services:\n {2}\[ \] a\.service$/m,
  );
  doesNotMatch(text(report({ units: [unit('a.service', [libc])] })), /daemon-reload/);
});

test('a soft reboot is advice: what it cures, and what lives on', () => {
  const reboot = { required: false, reasons: [], kernel_current: true };
  const host = { init: 'systemd', systemd_version: 257, reboot } as const;
  const dbus = unit('dbus.service', [libc], { systemd: { ...facts, survives_soft_reboot: false } });
  const soft = text(report({ units: [dbus], host }));
  match(soft, /^Reboot: required, a soft one is enough: dbus\.service cannot be restarted safely$/m);
  match(soft, /^ {8}systemctl soft-reboot ends every process and starts the system anew/m);
  match(soft, /The kernel lives\s+on\.$/m);
  const keeper = unit('keeper.service', [libc], { systemd: { ...facts, survives_soft_reboot: true } });
  match(
    text(report({ units: [dbus, keeper], host })),
    /lives\s+on,\s+and\s+keeper\.service\s+may,\s+on\s+its\s+old\s+files/,
  );
  const unknown = text(report({ units: [unit('dbus.service', [libc])], host: { ...host, systemd_version: null } }));
  match(unknown, /^Reboot: required: dbus\.service cannot be restarted safely$/m);
  doesNotMatch(unknown, /soft/);
});

test('plan text: a byte that is no UTF-8 is shown as in the text of a scan', () => {
  const base64 = (bytes: string) => Buffer.from(bytes, 'latin1').toString('base64');
  const odd = { path: '/opt/\ufffd/lib.so', path_base64: base64('/opt/\xff/lib.so') };
  const program = { path: '/opt/\ufffd/run', path_base64: base64('/opt/\xfe/run'), deleted: true };
  const scratch = { ...file('scratch', '/tmp/x', [701]), path: '/tmp/\ufffd', path_base64: base64('/tmp/\xfd') };
  const processes = [affected(700, [{ ...libc, ...odd }], { executable: program }), affected(701, [scratch], {})];
  const plan = buildPlan(report({ processes }), [], '');
  const shown = renderPlanText(plan, plain(200));
  for (const text of ['/opt/\\xff/lib.so', '/opt/\\xfe/run', '/tmp/\\xfd'])
    ok(shown.includes(text), `${text}\n${shown}`);
  doesNotMatch(shown, /\ufffd/);
});
