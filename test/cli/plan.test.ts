// lib-users plan as users run it: from a file, from standard input, from a scan of its own, and the inputs that it refuses.

import { deepEqual, equal, match } from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Plan } from '../../src/documents/generated/plan.ts';
import type { Report } from '../../src/documents/generated/report.ts';
import { schemas } from '../../src/documents/generated/schemas.ts';
import { actionNames } from '../../src/plan/selection.ts';
import { errorDocument, runCli } from '../support/cli.ts';
import { readGolden } from '../support/golden.ts';
import { projectRoot } from '../support/project.ts';

const folder = mkdtempSync(join(tmpdir(), 'lib-users-plan-'));
after(() => rmSync(folder, { recursive: true }));

const examples = join(projectRoot, 'test/fixtures/documents');
const reportFile = join(examples, 'report.json');
const reportText = readFileSync(reportFile, 'utf8');
const golden = readGolden<Plan>('plan');

function put(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function plan(...args: string[]) {
  return runCli(['plan', '--no-config', ...args]);
}

test('from a file, with no /proc and no systemd asked, it is the worked example', () => {
  const { code, stdout, stderr } = plan(reportFile);
  const made = JSON.parse(stdout) as Plan;
  deepEqual({ ...made, generated_at: golden.generated_at }, golden);
  match(made.generated_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  deepEqual([code, stderr], [0, '']);
});

test('from standard input it is the same', () => {
  const { code, stdout } = runCli(['plan', '--no-config', '-'], { input: reportText });
  deepEqual([code, { ...JSON.parse(stdout), generated_at: golden.generated_at }], [0, golden]);
});

test('ndjson is one line', () => {
  const { stdout } = plan(reportFile, '--format', 'ndjson');
  equal(stdout.split('\n').length, 2);
  equal(JSON.parse(stdout).kind, 'lib-users/plan');
});

test('text is a checklist', () => {
  const { code, stdout } = plan(reportFile, '--format', 'text');
  equal(code, 0);
  match(stdout, /^Restart services:\n {2}\[ \] cron\.service\n/m);
});

test('--unit and --action narrow it', () => {
  const shown = (...flags: string[]) =>
    (JSON.parse(plan(reportFile, ...flags).stdout) as Plan).actions.map(({ unit }) => unit);
  deepEqual(shown('--unit', 'nginx*', '--unit', 'app.service'), ['nginx.service', 'app.service']);
  deepEqual(shown('--action', 'reboot', '--action', 'signal'), ['rsyslog.service', 'dbus.service']);
  deepEqual(shown('--action', 'restart', '--unit', 'n*'), ['nginx.service']);
});

test('--action takes the closed list of the schema', () => {
  const { $defs } = schemas.plan as { $defs: Record<string, { enum: string[] }> };
  deepEqual([...actionNames], $defs.action_name!.enum);
});

test('a policy of the configuration decides, and the plan repeats its place and reason', () => {
  const config = put(
    'config.yaml',
    'kind: lib-users/config\nschema_version: 1.0.0\npolicy:\n  - {unit: "nginx*", action: manual, reason: behind a balancer}\n',
  );
  const { actions, services } = JSON.parse(plan(reportFile, '--config', config).stdout) as Plan;
  deepEqual(services, ['cron.service']);
  deepEqual(actions.find(({ unit }) => unit === 'nginx.service')?.policy, {
    rule: `${config}:4`,
    reason: 'behind a balancer',
  });
});

test('a policy that can never match is an error with its line', () => {
  const config = put(
    'bad.yaml',
    'kind: lib-users/config\nschema_version: 1.0.0\npolicy:\n  - {unit: nginx, action: manual, reason: r}\n',
  );
  const result = plan(reportFile, '--config', config);
  deepEqual([result.code, result.stdout, errorDocument(result).code], [2, '', 'invalid_config']);
  match(errorDocument(result).message, new RegExp(`${config}:4: `));
});

const report = JSON.parse(reportText) as Report;
const changed = (edit: (copy: Record<string, never> & Report) => void): string => {
  const copy = JSON.parse(reportText);
  edit(copy);
  return JSON.stringify(copy);
};

// The place is behind a comma, so that no word or string is cut in two.
const cut = reportText.slice(0, reportText.lastIndexOf(',', 3000) + 1);
const bad: readonly (readonly [name: string, text: string, message: RegExp])[] = [
  ['empty', '', /is empty/],
  ['blank', ' \n', /is empty/],
  ['truncated', cut, new RegExp(`line ${cut.split('\n').length}, column \\d+: the text is cut off`)],
  ['no JSON', 'kind: lib-users/report\n', /line 1, column 1: this is not JSON/],
  ['no object', '[]', /no document of lib-users/],
  ['a plan', JSON.stringify(golden), /is a lib-users\/plan, not a lib-users\/report/],
  ['another major version', JSON.stringify({ ...report, schema_version: '2.0.0' }), /schema_version 2\.0\.0/],
  ['a missing key', changed((copy) => delete (copy as Partial<Report>).scan), /not valid at \/: .*scan/],
  [
    'a pid that is text',
    changed((copy) => Object.assign(copy.units[1]!, { pids: ['640'] })),
    /not valid at \/units\/1\/pids\/0: must be integer/,
  ],
  [
    'an unknown role',
    changed((copy) => Object.assign(copy.units[1]!.files[0]!, { role: 'kernel' })),
    /not valid at \/units\/1\/files\/0\/role: must be one of/,
  ],
  [
    'an unknown key',
    changed((copy) => Object.assign(copy.host, { uptime: 5 })),
    /\/host: must not have the property uptime/,
  ],
];

for (const [name, text, message] of bad) {
  for (const source of ['a file', 'standard input']) {
    test(`bad input from ${source}: ${name}`, () => {
      const path = source === 'a file' ? put('input.json', text) : '-';
      const result = runCli(['plan', '--no-config', path], { input: text });
      const error = errorDocument(result);
      deepEqual([result.code, result.stdout, error.code], [2, '', 'invalid_document']);
      match(error.message, message);
    });
  }
}

test('bad input: standard input that is closed, a file that is not there, a folder', () => {
  const closed = runCli(['plan', '--no-config', '-'], { input: undefined, stdio: ['ignore', 'pipe', 'pipe'] });
  deepEqual([closed.code, closed.stdout, errorDocument(closed).exit_code], [2, '', 2]);
  for (const path of [join(folder, 'none.json'), folder]) {
    const result = plan(path);
    deepEqual([result.code, result.stdout, errorDocument(result).code], [2, '', 'input_unreadable']);
  }
});

test('a flag of the scan does not go with a report', () => {
  for (const flags of [
    ['--pid', '1'],
    ['--only', 'maps'],
    ['--no-systemctl'],
    ['--ignore', '/x'],
    ['--detail', 'units'],
  ]) {
    const result = plan(reportFile, ...flags);
    deepEqual([result.code, result.stdout, errorDocument(result).code], [2, '', 'usage'], flags.join(' '));
    match(errorDocument(result).message, new RegExp(`^${flags[0]} `));
  }
});

test('an incomplete report: the plan says so, and --require-complete ends with 4', () => {
  const path = put(
    'incomplete.json',
    changed((copy) => Object.assign(copy.scan, { complete: false })),
  );
  const { code, stdout } = plan(path);
  deepEqual([code, JSON.parse(stdout).complete, JSON.parse(stdout).report.complete], [0, false, false]);
  const result = plan(path, '--require-complete');
  deepEqual([result.code, result.stdout, errorDocument(result).code], [4, '', 'incomplete']);
  equal(plan(reportFile, '--require-complete').code, 0);
});

test('a report that fell empty is clean only where it is complete', () => {
  const nothing = (copy: Report) =>
    Object.assign(copy, { units: [], processes: [], host: { ...copy.host, reboot: { required: false, reasons: [] } } });
  const clean = put('clean.json', changed(nothing));
  const partly = put(
    'partly.json',
    changed((copy) => Object.assign(nothing(copy).scan, { complete: false })),
  );
  match(plan(clean, '--format', 'text').stdout, /^Nothing to do\.$/m);
  match(plan(partly, '--format', 'text').stdout, /may not be\sclean/);
});

test('without a file it scans this host', () => {
  const { code, stdout } = plan('--pid', String(process.pid), '--no-systemctl');
  const made = JSON.parse(stdout) as Plan;
  deepEqual([code, made.kind, made.complete, made.report.complete], [0, 'lib-users/plan', false, false]);
});
