// lib-users check as a process: exit codes, the place of each output, and the words about bad input.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Drift } from '../../src/documents/generated/drift.ts';
import type { RebootRequiredFile, Report, UnseenOwner } from '../../src/documents/generated/report.ts';
import { errorDocument, runCli } from '../support/cli.ts';
import { readGolden } from '../support/golden.ts';
import { file, libc, report, unit } from '../support/reports.ts';
import { temporaryFolder } from '../support/temporary.ts';

const before = '2026-11-23T06:00:00Z';
const clean = report({});
const stale = report({ units: [unit('a.service', [{ ...libc, replaced_at: before }])] });
const later = (document: Report): Report => ({ ...document, generated_at: '2026-11-23T09:00:00Z' });
const incomplete = (document: Report): Report => ({ ...document, scan: { ...document.scan, complete: false } });
const more = report({ units: [...stale.units, unit('b.service', [file('code', '/usr/lib/libssl.so.3')])] });
/** One process of each of these owners was blocked. */
const unseen = (document: Report, ...kinds: UnseenOwner['kind'][]): Report => ({
  ...document,
  scan: {
    ...document.scan,
    complete: false,
    processes: { ...document.scan.processes, blocked: kinds.length },
    unseen: kinds.map((kind, index) => ({ user: { uid: index, name: null }, kind, denied: 0, failed: 0, blocked: 1 })),
  },
});

function setUp(t: TestContext, documents: Readonly<Record<string, object | string>>): string {
  const texts = Object.entries(documents).map(([name, content]) => [
    name,
    typeof content === 'string' ? content : JSON.stringify(content),
  ]);
  return temporaryFolder(t, Object.fromEntries(texts));
}

const codes: [name: string, report: Report, baseline: Report | null, flags: string[], code: number][] = [
  ['clean', clean, null, [], 0],
  ['a finding without a baseline', stale, null, [], 5],
  ['the same finding as before', later(stale), stale, [], 0],
  ['the same finding, on any', later(stale), stale, ['--fail-on', 'any'], 5],
  ['a new finding', later(more), stale, [], 5],
  ['a new finding, on never', later(more), stale, ['--fail-on', 'never'], 0],
  ['a new finding, filtered out', later(more), stale, ['--unit', 'a.*'], 0],
  ['a new finding of another kind', later(more), stale, ['--kind', 'data'], 0],
  ['a new finding of another role', later(more), stale, ['--role', 'log', '--role', 'file'], 0],
  ['resolved', later(clean), stale, [], 0],
  ['not everything seen', incomplete(clean), null, [], 4],
  ['not everything seen, allowed', incomplete(clean), null, ['--allow-incomplete'], 0],
  ["users' processes were not seen", unseen(clean, 'user'), null, [], 4],
  ["users' processes were not seen, allowed", unseen(clean, 'user'), null, ['--allow-unseen-users'], 0],
  ["a service's process was not seen", unseen(clean, 'user', 'service'), null, ['--allow-unseen-users'], 4],
  ["root's process was not seen", unseen(clean, 'root'), null, ['--allow-unseen-users'], 4],
  ["users' processes, required", unseen(clean, 'user'), null, ['--require-complete', '--allow-unseen-users'], 4],
  ["users' processes, and findings", unseen(stale, 'user'), null, ['--allow-unseen-users'], 5],
  ['findings win over incompleteness', incomplete(stale), null, [], 5],
  ['and over --require-complete', incomplete(stale), null, ['--require-complete'], 5],
  ['not everything seen, required', incomplete(clean), null, ['--require-complete', '--allow-incomplete'], 4],
  ['Nagios: OK', clean, null, ['--format', 'nagios'], 0],
  ['Nagios: WARNING by default', stale, null, ['--format', 'nagios'], 1],
  ['Nagios: CRITICAL', more, null, ['--format', 'nagios', '-w', '0', '-c', '1'], 2],
  ['Nagios: within the thresholds', more, null, ['--format', 'nagios', '-w', '5', '-c', '1:9'], 0],
  ['Nagios: too old', stale, null, ['--format', 'nagios', '--critical-age', '1h'], 2],
  ['Nagios: not that old', stale, null, ['--format', 'nagios', '-w', '9', '--critical-age', '9999w'], 0],
  [
    'Nagios: too old, though it was in the baseline',
    later(stale),
    stale,
    ['--format', 'nagios', '--critical-age', '1h'],
    2,
  ],
  [
    'Nagios: too old, whatever counts',
    stale,
    null,
    ['--format', 'nagios', '--fail-on', 'never', '--critical-age', '1h'],
    2,
  ],
  [
    'Nagios: too old, and not everything seen',
    incomplete(later(stale)),
    stale,
    ['--format', 'nagios', '--require-complete', '--critical-age', '1h'],
    2,
  ],
  [
    'Nagios: UNKNOWN where completeness is required',
    incomplete(clean),
    null,
    ['--format', 'nagios', '--allow-incomplete', '--require-complete'],
    3,
  ],
  ['Nagios: UNKNOWN', incomplete(clean), null, ['--format', 'nagios'], 3],
  ['Nagios: UNKNOWN hides no WARNING', incomplete(stale), null, ['--format', 'nagios'], 1],
  ['Nagios: UNKNOWN hides no CRITICAL', incomplete(stale), null, ['--format', 'nagios', '-c', '0'], 2],
  ['Nagios: allowed', incomplete(clean), null, ['--format', 'nagios', '--allow-incomplete'], 0],
];
const rebooting = (document: Report, required: boolean | null): Report => ({
  ...document,
  host: { ...document.host, reboot: { required, reasons: required === true ? [requiredFile] : [] } },
});
const requiredFile: RebootRequiredFile = {
  code: 'reboot_required_file',
  path: '/run/reboot-required',
  packages: ['linux-base'],
  since: null,
};
const flagged = rebooting(clean, true);
const untold = rebooting(clean, null);
const bus = report({ units: [unit('dbus.service', [libc])] });
const plugin = ['--format', 'nagios'];
codes.push(
  ['a reboot is required, and nobody asked', flagged, null, [], 0],
  ['a reboot is required, as a warning', flagged, null, ['--reboot', 'warning'], 0],
  ['a reboot is required, as a failure', flagged, null, ['--reboot', 'fail'], 5],
  ['a reboot is required, whatever the findings', flagged, null, ['--reboot', 'fail', '--fail-on', 'never'], 5],
  ['a reboot is required, though not everything was seen', incomplete(flagged), null, ['--reboot', 'fail'], 5],
  ['a reboot is required by a unit', later(bus), bus, ['--reboot', 'fail'], 5],
  ['a reboot is not required', clean, null, ['--reboot', 'fail'], 0],
  ['a reboot is not known, and nobody asked', untold, null, [], 0],
  ['a reboot is not known, as a failure', untold, null, ['--reboot', 'fail'], 4],
  ['a reboot is not known, allowed', untold, null, ['--reboot', 'fail', '--allow-incomplete'], 0],
  ['a reboot is not known, completeness required', untold, null, ['--reboot', 'fail', '--require-complete'], 4],
  ['a reboot is not known, and something is stale', rebooting(stale, null), null, ['--reboot', 'fail'], 5],
  ['JUnit: a reboot is required, and nobody asked', flagged, null, ['--format', 'junit'], 0],
  ['GitHub: a reboot is required, as a failure', flagged, null, ['--format', 'github', '--reboot', 'fail'], 5],
  ['Nagios: a reboot is WARNING by default', flagged, null, plugin, 1],
  ['Nagios: a reboot, whatever the thresholds', flagged, null, [...plugin, '-w', '5', '-c', '9'], 1],
  ['Nagios: a reboot, as nothing', flagged, null, [...plugin, '--reboot', 'ok'], 0],
  ['Nagios: a reboot, as a failure', flagged, null, [...plugin, '--reboot', 'fail'], 2],
  ['Nagios: a reboot, though not everything was seen', incomplete(flagged), null, plugin, 1],
  ['Nagios: a reboot is not known', untold, null, plugin, 0],
  ['Nagios: a reboot is not known, as a failure', untold, null, [...plugin, '--reboot', 'fail'], 3],
  ['Nagios: a reboot is not known, allowed', untold, null, [...plugin, '--reboot', 'fail', '--allow-incomplete'], 0],
);
for (const [name, now, then, flags, code] of codes) {
  test(`exit code ${code}: ${name}`, (t) => {
    const folder = setUp(t, { 'now.json': now, ...(then === null ? {} : { 'then.json': then }) });
    const baseline = then === null ? [] : ['--baseline', join(folder, 'then.json')];
    const result = runCli(['check', join(folder, 'now.json'), ...baseline, '--no-config', ...flags]);
    assert.equal(result.code, code, result.stdout + result.stderr);
  });
}

const golden = readGolden<Report>('report');
const bad: [name: string, content: object | string, message: RegExp][] = [
  ['of another major version', { ...golden, schema_version: '2.0.0' }, /schema_version 2\.0\.0.*reads 1\.x/],
  ['half-written', JSON.stringify(golden).split('"nginx.serv', 1)[0] ?? '', /line 1, column \d+: the text is cut off/],
  [
    'of the wrong kind',
    readGolden<object>('plan'),
    /is a lib-users\/plan, not a lib-users\/report or lib-users\/drift/,
  ],
  ['no document of ours', { a: 1 }, /no document of lib-users/],
  ['empty', '', /is empty/],
  ['invalid', { ...golden, units: 1 }, /not valid at \/units/],
];
for (const [name, content, message] of bad) {
  test(`a baseline that is ${name} is a wrong input (2)`, (t) => {
    const folder = setUp(t, { 'now.json': clean, 'base.json': content });
    const args = ['check', join(folder, 'now.json'), '--no-config', '--baseline', join(folder, 'base.json')];
    const result = runCli([...args, '--json']);
    assert.deepEqual([result.code, result.stdout], [2, '']);
    assert.match(errorDocument(result).message, message);
    const plugin = runCli([...args, '--format', 'nagios']);
    assert.equal(plugin.code, 3);
    assert.match(plugin.stdout, /^LIB_USERS UNKNOWN - .*\n$/);
  });
}

test('a baseline that is not there is named', () => {
  const result = runCli(['check', '-', '--no-config', '--json', '--baseline', '/nowhere/base.json'], {
    input: JSON.stringify(clean),
  });
  assert.equal(result.code, 2);
  assert.equal(errorDocument(result).code, 'input_unreadable');
});

const usage: [name: string, args: string[], message: RegExp][] = [
  ['a scan flag beside a report', ['-', '--proc', '/proc'], /--proc is about a scan/],
  ['a process beside a report', ['-', '--pid', '1'], /--pid is about a scan/],
  ['no process id', ['--pid', 'x'], /--pid x: not a process id/],
  ['standard input twice', ['-', '--baseline', '-'], /- is given twice/],
  ['a range that is none', ['-', '-w', '5:1'], /--warning 5:1: not a threshold range/],
  ['an age without a unit', ['-', '--critical-age', '7'], /--critical-age 7: not a time/],
  ['a role that is none', ['-', '--role', 'cod'], /--role/],
  ['a glob that never ends', ['-', '--unit', 'a[b'], /--unit "a\[b"/],
  ['a file twice', ['-', '--output', '/tmp/x', '--also', 'json=/tmp/x'], /^\/tmp\/x would be written twice/],
  ['a file twice, by another name', ['-', '--output', '/tmp/x', '--also', 'json=/tmp/../tmp/x'], /\/tmp\/x would be/],
  ['a baseline in place of a result', ['-', '--output', '/tmp/x', '--write-baseline', '/tmp/x'], /\/tmp\/x would be/],
  ['a baseline beside the result', ['-', '--write-baseline', '-'], /^standard output would be written twice/],
  ['two results on standard output', ['-', '--also', 'text=/dev/stdout'], /^standard output would be written twice/],
];
for (const [name, args, message] of usage) {
  test(`usage (2): ${name}`, () => {
    const result = runCli(['check', '--no-config', '--json', ...args], { input: JSON.stringify(clean) });
    assert.equal(result.code, 2, result.stderr);
    assert.match(errorDocument(result).message, message);
  });
}

const wrongPlugins: [name: string, args: string[], said: RegExp][] = [
  ['two formats', ['--format', 'nagios', '--json'], /exclude each other/],
  ['a format twice', ['--format', 'nagios', '--format', 'json'], /can be given only once/],
  ['a flag that is none', ['--format=nagios', '--bogus'], /unknown flag --bogus/],
  ['a range that is none', ['--format', 'nagios', '-w', '5:1'], /not a threshold range \(as in 5/],
];
for (const [name, args, said] of wrongPlugins) {
  test(`Nagios: ${name} is UNKNOWN, with the remedy`, () => {
    const { code, stdout, stderr } = runCli(['check', ...args]);
    assert.deepEqual([code, stderr], [3, '']);
    assert.match(stdout, /^LIB_USERS UNKNOWN - .*\n$/);
    assert.match(stdout, said);
  });
}

test('Nagios: the line says which units are too old', (t) => {
  const young = unit('b.service', [file('code', '/usr/lib/libssl.so.3')]);
  young.files[0]!.replaced_at = '2999-01-01T00:00:00Z';
  const folder = setUp(t, { 'now.json': report({ units: [...stale.units, young] }) });
  const flags = ['--no-config', '--format', 'nagios', '--critical-age', '1h'];
  assert.match(
    runCli(['check', join(folder, 'now.json'), ...flags]).stdout,
    /^LIB_USERS CRITICAL - 2 stale units; 1 stale for too long: a\.service \|/,
  );
});

test('what is said of a required reboot, in every format', (t) => {
  const folder = setUp(t, { 'now.json': flagged, 'untold.json': untold });
  const check = (name: string, ...args: string[]) =>
    runCli(['check', join(folder, name), '--no-config', ...args]).stdout;
  const why = '/run/reboot-required exists for linux-base';
  const drift = JSON.parse(check('now.json', '--json')) as Drift;
  const said = { required: true, reasons: [requiredFile], unknown_because: null, kind: 'full', fixes: null };
  assert.deepEqual(drift.reboot, { ...said, counts_as: 'ok', by_default: true });
  assert.equal((JSON.parse(check('now.json', '--json', '--reboot', 'fail')) as Drift).verdict, 'drift');
  assert.equal(
    check('now.json', '--format', 'nagios').split(' |')[0],
    `LIB_USERS WARNING - 0 stale units; a reboot is required: ${why}`,
  );
  assert.match(check('now.json', '--format', 'nagios'), / reboot=1;;;0;1$/m);
  assert.doesNotMatch(check('untold.json', '--format', 'nagios'), /reboot=/);
  assert.match(check('untold.json', '--format', 'nagios'), /^LIB_USERS OK .*it is not known whether a reboot is/);
  const text = check('now.json', '--format', 'text', '--reboot', 'fail').replaceAll(/\n +/g, ' ');
  assert.match(text, /^The gate is closed: nothing is stale \(--reboot fail\)\.$/m);
  assert.ok(text.includes(`A reboot is required: ${why}.\n`), text);
  assert.match(check('untold.json', '--format', 'text', '--reboot', 'fail'), /^Nobody knows whether the gate is open/m);
  const commands = { ok: 'notice', warning: 'warning', fail: 'error' };
  for (const [effect, command] of Object.entries(commands)) {
    const lines = check('now.json', '--format', 'github', '--reboot', effect);
    assert.ok(lines.includes(`::${command} title=web-1::a reboot is required: ${why}\n`), lines);
  }
  const outcomes = { ok: 'skipped', warning: 'skipped', fail: 'failure' };
  for (const [effect, outcome] of Object.entries(outcomes)) {
    const junit = check('now.json', '--format', 'junit', '--reboot', effect);
    assert.match(junit, new RegExp(`name="no reboot is required"[^>]*>\\s*<${outcome} message="a reboot is required`));
  }
  assert.match(check('untold.json', '--format', 'junit', '--reboot', 'fail'), /<error message="it is not known/);
});

test('a copy for the plugin warns of a reboot, though the gate of the result takes it as nothing', (t) => {
  const folder = setUp(t, { 'now.json': flagged });
  const copy = join(folder, 'nagios.txt');
  const result = runCli(['check', join(folder, 'now.json'), '--no-config', '--json', '--also', `nagios=${copy}`]);
  assert.equal(result.code, 0);
  assert.equal((JSON.parse(result.stdout) as Drift).reboot?.counts_as, 'ok');
  assert.match(readFileSync(copy, 'utf8'), /^LIB_USERS WARNING/);
});

test('the configuration says what a required reboot is, and which units want one; a flag wins', (t) => {
  const head = 'kind: lib-users/config\nschema_version: 1.0.0\n';
  const folder = setUp(t, {
    'now.json': flagged,
    'stale.json': stale,
    'fail.yaml': `${head}check: {reboot: fail}\n`,
    'unit.yaml': `${head}policy: [{unit: a.service, action: reboot, reason: x}]\n`,
    'none.yaml': `${head}check: {reboot: maybe}\n`,
  });
  const check = (name: string, config: string, ...args: string[]) =>
    runCli(['check', join(folder, name), '--no-config', '--config', join(folder, config), ...args]);
  assert.equal(check('now.json', 'fail.yaml').code, 5);
  assert.equal(check('now.json', 'fail.yaml', '--reboot', 'ok').code, 0);
  assert.equal(check('now.json', 'fail.yaml', '--format', 'nagios').code, 2);
  const { reboot } = JSON.parse(check('stale.json', 'unit.yaml', '--json').stdout) as Drift;
  assert.deepEqual([reboot?.required, reboot?.reasons], [true, [{ code: 'unit', unit: 'a.service' }]]);
  const wrong = check('now.json', 'none.yaml');
  assert.deepEqual([wrong.code, wrong.stdout], [2, '']);
  assert.match(wrong.stderr, /none\.yaml:3: check\.reboot: expected one of ok, warning, fail/);
});

test('a baseline of another host is allowed, and said', (t) => {
  const other = { ...stale, host: { ...stale.host, hostname: 'db-1', id: 'f'.repeat(32) } };
  const folder = setUp(t, { 'now.json': later(stale), 'base.json': other });
  const result = runCli([
    'check',
    join(folder, 'now.json'),
    '--no-config',
    '--json',
    '--baseline',
    join(folder, 'base.json'),
  ]);
  assert.equal(result.code, 0);
  assert.match(result.stderr, /the baseline is of another host: db-1, this is web-1/);
  assert.equal((JSON.parse(result.stdout) as Drift).baseline?.host.hostname, 'db-1');
  const clone = { ...stale, host: { ...stale.host, id: 'f'.repeat(32) } };
  const clones = setUp(t, { 'now.json': later(stale), 'base.json': clone });
  const said = runCli(['check', join(clones, 'now.json'), '--no-config', '--baseline', join(clones, 'base.json')]);
  assert.match(said.stderr, /the baseline is of another host of the name web-1/);
});

test('the baseline is written where the gate is open, and only there', (t) => {
  const folder = setUp(t, { 'stale.json': stale, 'more.json': later(more), 'clean.json': clean });
  const base = join(folder, 'base.json');
  const check = (name: string, ...args: string[]) =>
    runCli(['check', join(folder, name), '--no-config', '--json', ...args]);
  const refused = check('stale.json', '--write-baseline', base);
  assert.equal(refused.code, 5);
  assert.match(refused.stderr, /is not written/);
  assert.ok(!existsSync(base));
  assert.equal(check('stale.json', '--write-baseline', base, '--fail-on', 'never').code, 0);
  const first = readFileSync(base, 'utf8');
  assert.equal(runCli(['validate', base]).code, 0);
  assert.equal(check('more.json', '--baseline', base, '--write-baseline', base).code, 5);
  assert.equal(readFileSync(base, 'utf8'), first);
  assert.equal(check('clean.json', '--baseline', base, '--write-baseline', base).code, 0);
  assert.equal((JSON.parse(readFileSync(base, 'utf8')) as Drift).counts.resolved, 1);
});

test('what the configuration accepts does not count, is said, and ends on its day', (t) => {
  const config = (until: string) => `kind: lib-users/config
schema_version: 1.0.0
check:
  accept: [{unit: a.service, until: "${until}", reason: CHG-4711}]
`;
  const folder = setUp(t, { 'now.json': stale, 'open.yaml': config('2999-12-31'), 'over.yaml': config('2020-12-31') });
  const check = (name: string) =>
    runCli(['check', join(folder, 'now.json'), '--no-config', '--config', join(folder, name), '--json']);
  const open = check('open.yaml');
  assert.equal(open.code, 0);
  const { accepted, counts } = JSON.parse(open.stdout) as Drift;
  assert.deepEqual(
    accepted?.map(({ finding, reason, until }) => [finding.unit, finding.change, reason, until]),
    [['a.service', 'new', 'CHG-4711', '2999-12-31']],
  );
  assert.equal(counts.new, 0);
  assert.match(open.stderr, /1 finding accepted by .*open\.yaml:4: CHG-4711/);
  const form = (format: string) =>
    runCli(['check', join(folder, 'now.json'), '--config', join(folder, 'open.yaml'), '--format', format]).stdout;
  assert.match(form('nagios'), /^LIB_USERS OK - 0 stale units; 1 finding accepted \|/);
  assert.match(form('github'), /nothing counts: 0 new, 0 remaining, 0 resolved, 0 unseen and 1 accepted$/m);
  const over = check('over.yaml');
  assert.equal(over.code, 5);
  assert.match(over.stderr, /over\.yaml:4 ended on 2020-12-31: CHG-4711/);
});

test('text says what is new, remains and is resolved, and why the gate is closed', (t) => {
  const was = report({ units: [...stale.units, unit('c.service', [libc])] });
  const folder = setUp(t, { 'now.json': later(more), 'base.json': was });
  const { stdout } = runCli([
    'check',
    join(folder, 'now.json'),
    '--no-config',
    '--format',
    'text',
    '--baseline',
    join(folder, 'base.json'),
  ]);
  assert.equal(
    stdout,
    `web-1  2026-11-23 09:00:00 UTC since 2026-11-23 07:40:12 UTC
The gate is closed: 1 new, 1 remaining and 1 resolved (--fail-on new).

new
  b.service
    replaced  library     /usr/lib/libssl.so.3 (pid 100)

remaining
  a.service
    replaced  library     /usr/lib/libc.so.6 (pid 100) since 2026-11-23 07:40:12
        UTC

resolved
  c.service
    replaced  library     /usr/lib/libc.so.6 since 2026-11-23 07:40:12 UTC
`,
  );
});

test('the other forms come along with --also', (t) => {
  const folder = setUp(t, { 'now.json': stale });
  const forms = ['junit', 'openmetrics', 'github', 'nagios', 'rows', 'text'];
  const result = runCli([
    ...['check', join(folder, 'now.json'), '--no-config', '--json'],
    ...forms.flatMap((form) => ['--also', `${form}=${join(folder, form)}`]),
  ]);
  assert.equal(result.code, 5);
  for (const form of forms) assert.match(readFileSync(join(folder, form), 'utf8'), /a\.service/, form);
});
