// lib-users fleet as a process: folders with foreign files, broken lines, standard input, exit codes.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Fleet } from '../../src/documents/generated/fleet.ts';
import type { Plan } from '../../src/documents/generated/plan.ts';
import type { Report } from '../../src/documents/generated/report.ts';
import { errorDocument, runCli } from '../support/cli.ts';
import { readGolden } from '../support/golden.ts';
import { libc, report, unit } from '../support/reports.ts';
import { temporaryFolder } from '../support/temporary.ts';

const golden = readGolden<Report>('report');
const named = (hostname: string): Report => {
  const made = report({ units: [unit('a.service', [libc])] });
  return { ...made, host: { ...made.host, hostname, id: null } };
};
const line = (document: object): string => `${JSON.stringify(document)}\n`;
const fold = (stdout: string): Fleet => JSON.parse(stdout) as Fleet;

test('a folder with foreign files: they are listed with their reason, the rest is folded', (t) => {
  const folder = temporaryFolder(t, {
    'a.json': JSON.stringify(named('a'), null, 2),
    'sub/deep/b.json': line(named('b')),
    'README.md': '# Reports\n\nOne a host.\n',
    'list.json': JSON.stringify([named('c'), named('d')], null, 2),
    'led.json': `Welcome to c\n${line(named('c'))}`,
    'binary.gz': Buffer.from([0x1f, 0x8b, 8, 10, 0xff, 10, 0x7b, 0]).toString('latin1'),
    'plan.json': JSON.stringify(readGolden<object>('plan'), null, 2),
    'old.json': line({ ...golden, schema_version: '2.0.0' }),
    'wrong.json': line({ ...golden, scan: { ...golden.scan, processes: { ...golden.scan.processes, seen: 'x' } } }),
    'odd.json': line({ ...golden, host: { ...golden.host, labels: { 'a\nb': 1 } } }),
    'cut.json': JSON.stringify(golden, null, 2).split('"nginx.serv', 1)[0] ?? '',
    'empty.json': '',
    'latin1.json': 'x',
    '.hidden.json': 'x',
  });
  symlinkSync('..', join(folder, 'sub/loop'));
  symlinkSync('nowhere', join(folder, 'dangling.json'));
  spawnSync('mkfifo', [join(folder, 'fifo')]);
  mkdirSync(join(folder, 'void'));
  const result = runCli(['fleet', folder, '--json']);
  assert.equal(result.code, 0, result.stderr);
  const { hosts, unreadable_inputs, summary } = fold(result.stdout);
  assert.deepEqual(
    hosts.map(({ hostname, source }) => [hostname, source]),
    [
      ['a', join(folder, 'a.json')],
      ['b', join(folder, 'sub/deep/b.json')],
      ['c', `${join(folder, 'led.json')}:2`],
    ],
  );
  const reasons = Object.fromEntries(
    unreadable_inputs.map(({ source, code, message }) => [source.slice(folder.length + 1), `${code}: ${message}`]),
  );
  assert.deepEqual(reasons, {
    'README.md': 'invalid_document: its 2 lines from here are not a JSON object',
    'binary.gz': 'invalid_document: its 2 lines from here are not a JSON object',
    'binary.gz:3': 'invalid_document: line 3, column 2: this is not JSON',
    'led.json': 'invalid_document: it is not a JSON object',
    'list.json': reasons['list.json'],
    'cut.json': reasons['cut.json'],
    'dangling.json': 'input_unreadable: cannot be read (ENOENT)',
    'empty.json': 'invalid_document: it is empty',
    fifo: 'input_unreadable: neither a file nor a folder',
    'latin1.json': 'invalid_document: it is not a JSON object',
    'odd.json': String.raw`invalid_document: it is not valid at "/host/labels/a\nb": must be string`,
    'old.json': 'invalid_document: it has schema_version 2.0.0, and this lib-users reads 1.x of lib-users/report',
    'plan.json': 'invalid_document: it is a lib-users/plan, not a report',
    void: 'input_unreadable: the folder is empty',
    'wrong.json': 'invalid_document: it is not valid at /scan/processes/seen: must be integer',
  });
  assert.match(reasons['cut.json'] ?? '', /invalid_document: line \d\d+, column \d+: the text is cut off/);
  assert.match(
    reasons['list.json'] ?? '',
    /invalid_document: its \d\d+ lines from here are a list, give the reports one by one \(jq '\.\[\]'\)/,
  );
  assert.equal(summary.unreadable_inputs, 15);
  assert.match(result.stderr, /15 inputs could not be read/);
});

test('standard input: a line cut in the middle costs no other', () => {
  const cut = line(named('cut')).slice(0, 200);
  const input = `${line(named('a'))}${cut}\n${JSON.stringify(named('b'), null, 2)}\n${line(named('c'))}`;
  const { code, stdout } = runCli(['fleet', '-', '--json'], { input });
  assert.equal(code, 0);
  const { hosts, unreadable_inputs } = fold(stdout);
  assert.deepEqual(
    hosts.map(({ hostname }) => hostname),
    ['a', 'b', 'c'],
  );
  assert.deepEqual(
    unreadable_inputs.map(({ source }) => source),
    ['-:2'],
  );
  assert.deepEqual(
    hosts.map(({ source }) => source.split(':')[0]),
    ['-', '-', '-'],
  );
});

test('bytes that are no UTF-8 are refused, not guessed', (t) => {
  const folder = temporaryFolder(t, { 'a.json': line(named('a')) });
  const input = Buffer.from(line(named('b\xff')), 'latin1');
  const { code, stdout } = runCli(['fleet', '-', join(folder, 'a.json'), '--json'], { input });
  assert.equal(code, 0);
  assert.deepEqual(
    fold(stdout).unreadable_inputs.map(({ source, message }) => `${source} ${message}`),
    ['- it is not UTF-8 text'],
  );
});

test('two million lines of something else cost nothing but the time to read them', () => {
  const { code, stdout } = runCli(['fleet', '-', '--json'], { input: `${'1\n'.repeat(2_000_000)}${line(named('a'))}` });
  assert.equal(code, 0);
  const { hosts, unreadable_inputs } = fold(stdout);
  assert.deepEqual([hosts[0]?.hostname, hosts[0]?.source], ['a', '-:2000001']);
  assert.deepEqual(
    unreadable_inputs.map(({ source, message }) => `${source} ${message}`),
    ['- its 2000000 lines from here are not a JSON object'],
  );
});

const nothing: [name: string, args: (folder: string) => string[], code: string][] = [
  ['no such file', (folder) => [join(folder, 'x')], 'input_unreadable'],
  ['an empty folder', (folder) => [folder], 'input_unreadable'],
  ['empty standard input', () => ['-'], 'invalid_document'],
];
for (const [name, args, code] of nothing) {
  test(`exit code 2 where nothing could be read: ${name}`, (t) => {
    const result = runCli(['fleet', ...args(temporaryFolder(t)), '--json']);
    assert.deepEqual([result.code, result.stdout], [2, '']);
    assert.equal(errorDocument(result).code, code);
  });
}

test('usage: no input, and standard input twice', () => {
  assert.equal(runCli(['fleet', '--json']).code, 2);
  assert.equal(runCli(['fleet', '-', '-', '--json']).code, 2);
});

test('--require-complete: an incomplete host or an unreadable input is exit code 4', (t) => {
  const folder = temporaryFolder(t, { 'a.json': line(named('a')), 'b.json': 'x' });
  assert.equal(runCli(['fleet', join(folder, 'a.json'), '--require-complete', '--json']).code, 0);
  const result = runCli(['fleet', folder, '--require-complete', '--json']);
  assert.deepEqual([result.code, result.stdout], [4, '']);
  assert.match(errorDocument(result).message, /1 input could not be read/);
});

test('text names files, units, and who could not be seen or must reboot', (t) => {
  const blind = { ...named('db-1'), units: [], scan: { ...golden.scan, complete: false } };
  const folder = temporaryFolder(t, {
    'all.ndjson': [named('web-1'), named('web-2'), blind, golden].map(line).join(''),
    x: '?',
  });
  const { stdout } = runCli(['fleet', folder, '--format', 'text']);
  for (const expected of [
    /^3 of 4 hosts use replaced or deleted files, 1 not fully seen \(1 in part\), 1\s+input\s+unreadable,\s+1\s+must\s+reboot,/m,
    /^ +2 hosts replaced library {4}\/usr\/lib\/libc\.so\.6 \(a\.service\)$/m,
    /^ {2}a\.service on web-1, web-2$/m,
    /^seen only in part\n {2}db-1 \(the report does not say why\)$/m,
    /^must reboot\n {2}web-1$/m,
    /^could not be read\n {2}.*x: it is not a JSON object$/m,
  ])
    assert.match(stdout, expected);
});

test('rows: one line for every file and host', (t) => {
  const folder = temporaryFolder(t, { 'all.ndjson': [named('a'), named('b')].map(line).join('') });
  const { stdout } = runCli(['fleet', folder, '--format', 'rows']);
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map((row) => JSON.parse(row));
  assert.deepEqual(
    rows.map(({ hostname, path, units_on_any_host }) => [hostname, path, units_on_any_host]),
    [
      ['a', libc.path, 'a.service'],
      ['b', libc.path, 'a.service'],
    ],
  );
});

const clean = (hostname: string): Report => ({ ...named(hostname), units: [] });
const blind = (made: Report): Report => ({ ...made, scan: { ...made.scan, complete: false } });
const needing = (made: Report, required: boolean | null): Report => ({
  ...made,
  host: { ...made.host, reboot: { required, reasons: required === true ? [needed] : [] } },
});
const needed = { code: 'reboot_needed_file', path: '/run/reboot-needed' } as const;
const onBus: Report = { ...clean('bus'), units: [unit('dbus.service', [libc])] };

const gates: [name: string, reports: (Report | string)[], flags: string, code: number][] = [
  ['without a gate', [named('a'), blind(named('b')), 'x'], '', 0],
  ['any, clean', [clean('a'), clean('b')], '--fail-on any', 0],
  ['any, one is stale', [clean('a'), named('b')], '--fail-on any', 5],
  ['any, only a reboot', [needing(clean('a'), true)], '--fail-on any', 0],
  ['any, one was not seen', [clean('a'), blind(clean('b'))], '--fail-on any', 4],
  ['any, one was not seen, allowed', [clean('a'), blind(clean('b'))], '--fail-on any --allow-incomplete', 0],
  ['any, one could not be read', [clean('a'), 'x'], '--fail-on any', 4],
  ['any, one could not be read, allowed', [clean('a'), 'x'], '--fail-on any --allow-incomplete', 0],
  ['any, stale wins over what could not be read', [named('a'), 'x'], '--fail-on any', 5],
  ['any, stale wins over --require-complete', [named('a'), 'x'], '--fail-on any --require-complete', 5],
  ['any, --require-complete', [clean('a'), 'x'], '--fail-on any --require-complete --allow-incomplete', 4],
  ['reboot, none', [named('a')], '--fail-on reboot', 0],
  ['reboot, by a file', [clean('a'), needing(clean('b'), true)], '--fail-on reboot', 5],
  ['reboot, by a unit', [onBus], '--fail-on reboot', 5],
  ['reboot, not known', [needing(clean('a'), null)], '--fail-on reboot', 4],
  ['reboot, not known, required', [needing(clean('a'), null)], '--fail-on reboot --require-complete', 4],
  ['incomplete, clean', [clean('a'), named('b')], '--fail-on incomplete', 0],
  ['incomplete, one was not seen', [blind(clean('a'))], '--fail-on incomplete', 5],
  ['incomplete, one could not be read', [clean('a'), 'x'], '--fail-on incomplete', 5],
  ['several by a comma', [needing(clean('a'), true)], '--fail-on any,reboot', 5],
  ['several by giving it again', [needing(clean('a'), true)], '--fail-on any --fail-on reboot', 5],
  ['several, not known', [needing(clean('a'), null)], '--fail-on any,reboot,incomplete', 5],
  ['JUnit without --fail-on, stale', [named('a')], '--format junit', 5],
  ['JUnit without --fail-on, not seen', [blind(clean('a'))], '--format junit', 5],
  ['JUnit without --fail-on, not seen, allowed', [blind(clean('a'))], '--format junit --allow-incomplete', 0],
  ['JUnit without --fail-on, a reboot', [needing(clean('a'), true)], '--format junit', 0],
  ['JUnit, reboot', [needing(clean('a'), true)], '--format junit --fail-on reboot', 5],
  ['OpenMetrics without --fail-on', [named('a')], '--format openmetrics', 0],
];
for (const [name, reports, flags, code] of gates) {
  test(`exit code ${code}: ${name}`, (t) => {
    const files = reports.map((each, index) => [`${index}.json`, typeof each === 'string' ? each : line(each)]);
    const folder = temporaryFolder(t, Object.fromEntries(files));
    const result = runCli(['fleet', folder, '--no-config', ...flags.split(' ').filter(Boolean)]);
    assert.equal(result.code, code, result.stderr);
  });
}

test('usage (2): --fail-on', (t) => {
  const folder = temporaryFolder(t, { 'a.json': line(named('a')) });
  const wrong = (...args: string[]) => runCli(['fleet', folder, '--no-config', '--json', ...args]);
  const rows: [args: string[], message: RegExp][] = [
    [['--fail-on', 'all'], /^--fail-on all: expected one of any, reboot, incomplete$/],
    [['--fail-on', 'any,all'], /^--fail-on all: expected one of any, reboot, incomplete$/],
    [['--fail-on', 'incomplete', '--allow-incomplete'], /^--allow-incomplete contradicts --fail-on incomplete$/],
  ];
  for (const [args, message] of rows) {
    const result = wrong(...args);
    assert.deepEqual([result.code, result.stdout], [2, ''], args.join(' '));
    assert.match(errorDocument(result).message, message);
  }
});

test('the configuration decides what counts and what wants a reboot, as for plan and check', (t) => {
  const folder = temporaryFolder(t, {
    'reports/a.json': line(named('a')),
    'c.yaml': `kind: lib-users/config
schema_version: 1.0.0
policy: [{unit: a.service, action: reboot, reason: x}]
check: {accept: [{unit: a.service, reason: CHG-1}]}
`,
  });
  const run = (command: string, from: string) =>
    runCli([command, from, '--no-config', '--config', join(folder, 'c.yaml'), '--json']).stdout;
  const [host] = fold(run('fleet', join(folder, 'reports'))).hosts;
  const { reboot } = JSON.parse(run('plan', join(folder, 'reports/a.json'))) as Plan;
  assert.deepEqual([host?.reboot_required, host?.reboot_reasons, host?.stale], [reboot.required, reboot.reasons, 0]);
  assert.deepEqual(reboot.reasons, [{ code: 'unit', unit: 'a.service' }]);
});

test('text and JSON say what the gate says', (t) => {
  const folder = temporaryFolder(t, { 'a.json': line(named('a')), 'b.json': line(clean('b')) });
  const run = (...args: string[]) => runCli(['fleet', folder, '--no-config', ...args]).stdout;
  assert.match(run('--format', 'text', '--fail-on', 'any'), /^The gate is closed \(--fail-on any\)\.$/m);
  assert.match(run('--format', 'text', '--fail-on', 'reboot'), /^The gate is open \(--fail-on reboot\)\.$/m);
  assert.doesNotMatch(run('--format', 'text'), /The gate/);
  const { fail_on, verdict, hosts } = fold(run('--json', '--fail-on', 'incomplete,any'));
  assert.deepEqual([fail_on, verdict], [['any', 'incomplete'], 'drift']);
  assert.deepEqual(
    hosts.map((host) => [host.stale, host.verdict]),
    [
      [1, 'drift'],
      [0, 'pass'],
    ],
  );
});
