// lib-users check on a judgement that was saved: its output, its exit code, and the flags that it refuses.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Drift, Finding } from '../../src/documents/generated/drift.ts';
import type { Report } from '../../src/documents/generated/report.ts';
import { errorDocument, runCli } from '../support/cli.ts';
import { readGolden } from '../support/golden.ts';
import { libc, report, unit } from '../support/reports.ts';
import { temporaryFolder } from '../support/temporary.ts';

const stale = report({ units: [unit('a.service', [{ ...libc, replaced_at: '2026-11-23T06:00:00Z' }])] });
const clean = report({});
const incomplete = (of: Report): Report => ({ ...of, scan: { ...of.scan, complete: false } });
const usersUnseen = (of: Report): Report => ({
  ...of,
  scan: {
    ...of.scan,
    complete: false,
    processes: { ...of.scan.processes, denied: 2 },
    unseen: [{ user: { uid: 1000, name: 'deploy' }, kind: 'user', denied: 2, failed: 0, blocked: 0 }],
  },
});
const rebooting = (of: Report, required: boolean | null): Report => ({
  ...of,
  host: { ...of.host, reboot: { required, reasons: [] } },
});
const accepting = `kind: lib-users/config
schema_version: 1.0.0
check:
  accept:
    - {unit: a.service, until: "2999-12-31", reason: CHG-1}
    - {path: /opt/*, until: "2020-12-31", reason: CHG-2}
`;

function write(t: TestContext, contents: Readonly<Record<string, object | string>>): string {
  const texts = Object.entries(contents).map(([name, content]): [string, string] => [
    name,
    typeof content === 'string' ? content : JSON.stringify(content),
  ]);
  return temporaryFolder(t, Object.fromEntries(texts));
}

const forms = ['nagios', 'junit', 'github', 'text', 'rows', 'ndjson'];
/** Prints the judgement as JSON, and every other form of it into the folder; the name of each file ends in `suffix`. */
function printAll(folder: string, suffix: string, args: readonly string[]) {
  const copies = forms.flatMap((form) => ['--also', `${form}=${join(folder, `${form}.${suffix}`)}`]);
  return runCli(['check', ...args, '--no-config', '--json', '--output', join(folder, `json.${suffix}`), ...copies]);
}

const judgements: [name: string, now: Report, flags: string[]][] = [
  ['closed', stale, []],
  ['open', clean, []],
  ['open, since nothing counts', stale, ['--fail-on', 'never']],
  ['open, since the finding remains', { ...stale, generated_at: '2026-11-23T09:00:00Z' }, ['--baseline', 'base.json']],
  ['of a blind scan', incomplete(clean), []],
  ['of a blind scan, allowed', incomplete(clean), ['--allow-incomplete']],
  ['of a scan that missed processes of users', usersUnseen(clean), []],
  ['of a scan that missed processes of users, allowed', usersUnseen(clean), ['--allow-unseen-users']],
  ['of a scan that missed more, so that it is not allowed', incomplete(clean), ['--allow-unseen-users']],
  ['of a blind scan with findings', incomplete(stale), []],
  ['closed by a reboot', rebooting(clean, true), ['--reboot', 'fail']],
  ['open though a reboot is required', rebooting(clean, true), []],
  ['open though a reboot is required, as somebody said', rebooting(clean, true), ['--reboot', 'ok']],
  ['unknown since nobody knows of a reboot', rebooting(clean, null), ['--reboot', 'fail']],
  ['with what is accepted, and what no longer is', stale, ['--config', 'config.yaml']],
];
const places: ReadonlySet<string> = new Set(['base.json', 'config.yaml']);

for (const [name, now, flags] of judgements) {
  test(`a saved judgement is printed as it was made: ${name}`, (t) => {
    const folder = write(t, { 'now.json': now, 'base.json': stale, 'config.yaml': accepting });
    const placed = flags.map((flag) => (places.has(flag) ? join(folder, flag) : flag));
    const made = printAll(folder, 'made', [join(folder, 'now.json'), ...placed]);
    const read = printAll(folder, 'read', [join(folder, 'json.made')]);
    assert.deepEqual([read.code, read.stderr], [made.code, made.stderr]);
    for (const form of [...forms, 'json']) {
      const text = (suffix: string) => readFileSync(join(folder, `${form}.${suffix}`), 'utf8');
      assert.equal(text('read'), text('made'), form);
    }
    const asPlugin = (file: string, ...args: string[]) =>
      runCli(['check', join(folder, file), '--no-config', '--format', 'nagios', '--critical-age', '9999w', ...args]);
    const plugin = asPlugin('now.json', ...placed);
    const saved = asPlugin('json.made');
    assert.deepEqual([saved.code, saved.stdout], [plugin.code, plugin.stdout]);
  });
}

test('a saved judgement comes from standard input as well', () => {
  const drift = readGolden<Drift>('drift');
  const { code, stdout } = runCli(['check', '-', '--format', 'nagios'], { input: JSON.stringify(drift) });
  assert.equal(code, 1);
  assert.match(
    stdout,
    /^LIB_USERS WARNING - 1 newly stale unit: ssh\.service; fixed on disk, not in memory: .*; a reboot is required: /,
  );
});

test('the thresholds of a plugin are for a saved judgement too', () => {
  const input = JSON.stringify(readGolden<Drift>('drift'));
  const plugin = (...args: string[]) => runCli(['check', '-', '--format', 'nagios', ...args], { input }).code;
  assert.equal(plugin('-w', '5'), 1, 'of the reboot');
  assert.equal(plugin('-w', '5', '-c', '0'), 2);
  assert.equal(plugin('-w', '5', '--critical-age', '1h'), 2, 'auditd.service is stale for more than an hour');
});

test('what --write-baseline kept is a judgement whose gate is open, whatever it knows beside', (t) => {
  const two = report({ units: [...stale.units, unit('b.service', [libc])] });
  const folder = write(t, { 'now.json': { ...two, generated_at: '2026-11-23T09:00:00Z' }, 'base.json': two });
  const kept = join(folder, 'kept.json');
  const args = ['--unit', 'a.service', '--fail-on', 'new', '--baseline', join(folder, 'base.json')];
  const made = runCli(['check', join(folder, 'now.json'), '--no-config', '--json', '--write-baseline', kept, ...args]);
  assert.equal(made.code, 0);
  const { findings } = JSON.parse(readFileSync(kept, 'utf8')) as Drift;
  assert.deepEqual(
    findings.map(({ unit, counted }) => [unit, counted]),
    [
      ['a.service', false],
      ['b.service', false],
    ],
  );
  assert.equal(runCli(['check', kept, '--format', 'github']).code, 0);
});

const judging: [flag: string, ...values: string[]][] = [
  ['--baseline', 'base.json'],
  ['--write-baseline', 'kept.json'],
  ['--fail-on', 'any'],
  ['--reboot', 'fail'],
  ['--allow-incomplete'],
  ['--fixes-only'],
  ['--allow-unseen-users'],
  ['--unit', '*.service'],
  ['--role', 'code'],
  ['--kind', 'library'],
  ['--config', 'config.yaml'],
];
for (const [flag, ...values] of judging) {
  test(`${flag} beside a saved judgement is a wrong use (2)`, (t) => {
    const folder = write(t, { 'drift.json': readGolden<Drift>('drift') });
    const placed = values.map((value) => (/\.(?:json|yaml)$/.test(value) ? join(folder, value) : value));
    const result = runCli(['check', join(folder, 'drift.json'), '--json', flag, ...placed]);
    assert.deepEqual([result.code, result.stdout], [2, '']);
    const { message, hint } = errorDocument(result);
    assert.equal(message, `${flag} is about the judgement, and ${folder}/drift.json was judged already`);
    assert.equal(hint, 'leave the flag out, or judge the report anew');
    assert.ok(!existsSync(join(folder, 'kept.json')));
  });
}

test('a flag of a scan beside a saved judgement is a wrong use too', () => {
  const result = runCli(['check', '-', '--proc', '/proc', '--json'], { input: JSON.stringify(readGolden('drift')) });
  assert.equal(result.code, 2);
  assert.match(errorDocument(result).message, /--proc is about a scan/);
});

test('metrics are about the whole report: a saved judgement has none, and nothing is written', (t) => {
  const folder = write(t, { 'drift.json': readGolden<Drift>('drift') });
  const out = join(folder, 'out.json');
  for (const flags of [
    ['--format', 'openmetrics'],
    ['--json', '--output', out, '--also', 'openmetrics=/dev/null'],
  ]) {
    const result = runCli(['check', join(folder, 'drift.json'), ...flags]);
    assert.deepEqual([result.code, result.stdout], [2, '']);
    assert.match(result.stderr, /openmetrics wants the report.*\(give the report that was judged\)/);
  }
  assert.ok(!existsSync(out));
});

for (const [allowing, now] of [
  ['--allow-incomplete', incomplete(clean)],
  ['--allow-unseen-users', usersUnseen(clean)],
] as const) {
  test(`--require-complete holds for a saved judgement, though it was made with ${allowing}`, (t) => {
    const folder = write(t, { 'now.json': now });
    const saved = join(folder, 'saved.json');
    const save = ['--no-config', '--json', allowing, '--output', saved];
    assert.equal(runCli(['check', join(folder, 'now.json'), ...save]).code, 0);
    const result = runCli(['check', saved, '--json', '--require-complete']);
    assert.deepEqual([result.code, result.stdout], [4, '']);
    assert.equal(errorDocument(result).message, 'the report that was judged did not see everything');
    assert.equal(runCli(['check', saved, '--format', 'nagios', '--require-complete']).code, 3);
    assert.equal(runCli(['check', saved, '--format', 'nagios']).code, 0);
  });
}

/** The document as lib-users wrote it when the schema had this minor. */
function ofMinor(minor: 0 | 1 | 2 | 3, before: Drift): Drift {
  const { fixes_only: _fixesOnly, fixes: _fixes, ...document } = before;
  const withoutFixes = (finding: Finding): Finding => {
    const { package: _, fixes: __, fixes_unknown_because: ___, undecided: ____, ...rest } = finding;
    return rest;
  };
  if (minor === 3) {
    return {
      ...document,
      schema_version: '1.3.0',
      findings: document.findings.map(withoutFixes),
      resolved: document.resolved.map(withoutFixes),
    };
  }
  const { allow_incomplete: _, allow_unseen_users: __, expired: ___, accepted = [], reboot, ...rest } = document;
  const { generated_at, complete } = document.report;
  const older = (finding: Finding): Finding => {
    const { stale_since: _, counted: __, ...facts } = withoutFixes(finding);
    return facts;
  };
  return {
    ...rest,
    schema_version: `1.${minor}.0`,
    report: { generated_at, complete },
    findings: document.findings.map(older),
    resolved: document.resolved.map(older),
    unseen: document.unseen.map(older),
    ...(minor < 1
      ? {}
      : { accepted: accepted.map(({ finding, reason, until }) => ({ finding: older(finding), reason, until })) }),
    ...(minor < 2 || reboot === undefined ? {} : { reboot: (({ by_default: _, ...said }) => said)(reboot) }),
  };
}

const lacks: [minor: 0 | 1 | 2, said: RegExp][] = [
  [
    0,
    /1\.0\.0 does not say what the configuration accepts, whether a reboot is required, since when a file is stale, what /,
  ],
  [1, /1\.1\.0 does not say whether a reboot is required, since when a file is stale, what gone files hold and how/],
  [2, /1\.2\.0 does not say since when a file is stale, what gone files hold and how many processes were looked at/],
];
for (const [minor, said] of lacks) {
  test(`a judgement of version 1.${minor} is printed as well as it can be, and what it does not say is said`, (t) => {
    const folder = write(t, { 'drift.json': ofMinor(minor, readGolden<Drift>('drift')) });
    const print = (format: string, ...args: string[]) =>
      runCli(['check', join(folder, 'drift.json'), '--format', format, ...args]);
    const text = print('text');
    assert.equal(text.code, 5);
    assert.match(text.stderr, said);
    assert.match(text.stdout, /^The gate is closed: 1 new, 1 remaining and 1 resolved \(--fail-on new\)\.$/m);
    assert.equal(/It is not known whether a reboot is/.test(text.stdout), minor < 2);
    assert.deepEqual(JSON.parse(print('json').stdout), ofMinor(minor, readGolden<Drift>('drift')));
    assert.match(print('github').stdout, /^::error title=ssh\.service on web-1::/m);

    const plugin = print('nagios').stdout;
    assert.match(plugin, /^LIB_USERS WARNING - 1 newly stale unit: ssh\.service; /);
    assert.doesNotMatch(plugin, /held|not_inspected/);
    assert.equal(/ reboot=1;/.test(plugin), minor === 2);

    const junit = print('junit').stdout;
    assert.doesNotMatch(junit, /<testsuite [^>]* time="/);
    assert.match(junit, /failures="1" errors="0" skipped="2"/);
  });
}

test('a judgement of version 1.3 is printed like one of today that was made without --fixes', (t) => {
  const folder = write(t, { 'drift.json': ofMinor(3, readGolden<Drift>('drift')) });
  for (const format of ['text', 'junit', 'github', 'nagios']) {
    const { stdout, stderr } = runCli(['check', join(folder, 'drift.json'), '--format', format]);
    assert.equal(stderr, '');
    assert.match(stdout, /ssh\.service/);
    assert.doesNotMatch(stdout, /fix/);
  }
});

test('a judgement of an earlier version: nobody knows whether a file is stale for too long, so the plugin does not either', (t) => {
  const folder = write(t, { 'drift.json': ofMinor(2, readGolden<Drift>('drift')) });
  const plugin = (...args: string[]) =>
    runCli(['check', join(folder, 'drift.json'), '--format', 'nagios', '-w', '9', ...args]);
  const unknown = plugin('--critical-age', '1h');
  assert.equal(unknown.code, 3);
  assert.match(unknown.stdout, /; 2 findings of unknown age; /);
  const old = plugin('--critical-age', '10m');
  assert.equal(old.code, 2, 'auditd.service was first seen half an hour before');
  assert.match(old.stdout, /; 1 stale for too long: auditd\.service; 1 finding of unknown age; /);
});

test('a judgement of version 1.2 whose scan was blind: the plugin is OK only if the gate was open', (t) => {
  const blind = { ...readGolden<Drift>('drift'), fail_on: 'never' as const };
  blind.report.complete = false;
  for (const [verdict, code] of [
    ['incomplete', 3],
    ['pass', 0],
  ] as const) {
    const folder = write(t, { 'drift.json': { ...ofMinor(2, { ...blind, verdict }) } });
    assert.equal(runCli(['check', join(folder, 'drift.json'), '--format', 'nagios']).code, code);
  }
});

test('a judgement of a later version is printed without what this version does not know', (t) => {
  const drift = { ...readGolden<object>('drift'), schema_version: '1.9.0', mood: 'good' };
  const folder = write(t, { 'drift.json': drift });
  const { code, stdout } = runCli(['check', join(folder, 'drift.json'), '--json']);
  assert.equal(code, 5);
  const { mood, ...known } = drift;
  assert.deepEqual(JSON.parse(stdout), known);
  assert.equal(mood, 'good');
});
