// lib-users check on reports with fixes: exit codes, what each format says of them, and the remedy if a report does not know them.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Drift } from '../../src/documents/generated/drift.ts';
import type { Package, PackageInUse, Report, UnitFile } from '../../src/documents/generated/report.ts';
import { errorDocument, runCli } from '../support/cli.ts';
import { readGolden } from '../support/golden.ts';
import { needs } from '../support/needs.ts';
import { lintJunit, lintMetrics, parseJunit, parsePerfdata, parseWorkflowCommand } from '../support/parsers.ts';
import { file, report, unit } from '../support/reports.ts';
import { temporaryFolder } from '../support/temporary.ts';

const ids = (count: number) => Array.from({ length: count }, (_, i) => `CVE-2026-${30000 - i}`);
const owned = (name: string): Package => ({ manager: 'dpkg', name, version: '2', running_version: '1' });
const code = (name: string, pid: number): UnitFile => ({
  ...file('code', `/usr/lib/${name}.so.1`, [pid]),
  package: owned(name),
});
function inUse(name: string, pid: number, unitName: string, fixes: PackageInUse['fixes']): PackageInUse {
  return {
    ...{ name, source: name, manager: 'dpkg', installed_version: '2', running_version: '1', evidence: 'file_time' },
    ...{ replaced_at: null, fixes, unknown_because: fixes === null ? 'no_changelog' : null, pids: [pid] },
    units: [{ scope: 'system', user: null, name: unitName }],
  };
}
const fixed = (count: number, complete = true) => ({ count, cves: ids(count), complete });

const nginx = unit('nginx.service', [code('libexpat', 100), code('libexpatw', 100)]);
const cron = unit('cron.service', [code('libc', 200)]);
const made = (packages: PackageInUse[] | null, ...units: Report['units']): Report => ({
  ...report({ units }),
  packages,
});
const expat = (fixes: PackageInUse['fixes']) => [
  inUse('libexpat', 100, 'nginx.service', fixes),
  inUse('libexpatw', 100, 'nginx.service', fixes),
];
const libc = (fixes: PackageInUse['fixes']) => inUse('libc', 200, 'cron.service', fixes);

const lacking = made([...expat(fixed(27)), libc(fixed(0))], nginx, cron);
const closed = made([...expat(fixed(0)), libc(fixed(0))], nginx, cron);
const unknown = made([...expat(fixed(0)), libc(null)], nginx, cron);
const atLeast = made(expat(fixed(3, false)), nginx);
const withoutFixes = made(null, nginx);
const incomplete = (of: Report): Report => ({ ...of, scan: { ...of.scan, complete: false } });

/** The same, on a host whose kernel waits for a reboot that closes ids. */
function booted(of: Report): Report {
  const reason = { code: 'kernel_outdated', running: '6.1.0-27', installed: '6.1.0-28', since: null } as const;
  const kernel_fixes: Report['host']['kernel_fixes'] = {
    ...{ release: '6.1.0-28', name: 'linux-image', source: 'linux', manager: 'dpkg', evidence: 'kernel_version' },
    ...{ running_version: '1', installed_version: '2', fixes: fixed(40), unknown_because: null },
  };
  return { ...of, host: { ...of.host, reboot: { required: true, reasons: [reason] }, kernel_fixes } };
}

const only = ['--fixes-only'];
const plugin = ['--format', 'nagios'];
const codes: [name: string, of: Report, flags: string[], code: number][] = [
  ['fixes are not in memory', lacking, only, 5],
  ['all fixes are in memory', closed, only, 0],
  ['without the flag everything counts', closed, [], 5],
  ['fixes are not known', unknown, only, 4],
  ['fixes are not known, allowed', unknown, [...only, '--allow-incomplete'], 0],
  ['fixes are not known, and required', unknown, [...only, '--allow-incomplete', '--require-complete'], 4],
  ['fixes are not known of another unit', unknown, [...only, '--unit', 'nginx.service'], 0],
  ['at least some fixes are not in memory', atLeast, only, 5],
  ['not everything seen', incomplete(closed), only, 4],
  ['nothing counts', lacking, [...only, '--fail-on', 'never'], 0],
  ['only a reboot closes the rest, and no finding has it', booted(closed), only, 0],
  ['only a reboot closes the rest, and a reboot counts', booted(closed), [...only, '--reboot', 'fail'], 5],
  [
    'Nagios: the ids of the kernel are not among those of findings',
    booted(closed),
    [...only, ...plugin, '--reboot', 'ok', '--critical-cves', '0'],
    0,
  ],
  ['Nagios: WARNING', lacking, [...only, ...plugin], 1],
  ['Nagios: OK', closed, [...only, ...plugin], 0],
  ['Nagios: UNKNOWN', unknown, [...only, ...plugin], 3],
  ['Nagios: allowed', unknown, [...only, ...plugin, '--allow-incomplete'], 0],
  [
    'Nagios: UNKNOWN if all must be known',
    unknown,
    [...only, ...plugin, '--allow-incomplete', '--require-complete'],
    3,
  ],
  ['Nagios: more fixes than allowed', lacking, [...plugin, '-w', '9', '--critical-cves', '26'], 2],
  ['Nagios: as many as allowed', lacking, [...plugin, '-w', '9', '--critical-cves', '27'], 0],
  ['Nagios: fixes inside a range', lacking, [...plugin, '-w', '9', '--critical-cves', '@20:30'], 2],
  ['Nagios: counted or not', lacking, [...plugin, '--fail-on', 'never', '--critical-cves', '0'], 2],
  [
    'Nagios: of the findings that are shown',
    lacking,
    [...plugin, '--unit', 'cron*', '-w', '9', '--critical-cves', '0'],
    0,
  ],
  ['Nagios: at least 3, and 2 are too many', atLeast, [...plugin, '-w', '9', '--critical-cves', '2'], 2],
  ['Nagios: at least 3, and 5 are too many', atLeast, [...plugin, '-w', '9', '--critical-cves', '5'], 3],
  ['Nagios: at least 3, and any number is right', atLeast, [...plugin, '-w', '9', '--critical-cves', '2:'], 0],
  ['Nagios: at least 3, and 4 are too few', atLeast, [...plugin, '-w', '9', '--critical-cves', '4:'], 3],
  ['Nagios: at least 3, and from 2 on is wrong', atLeast, [...plugin, '-w', '9', '--critical-cves', '@2:'], 2],
  ['Nagios: not known', unknown, [...plugin, '-w', '9', '--critical-cves', '0'], 3],
  ['Nagios: not known, allowed', unknown, [...plugin, '-w', '9', '--critical-cves', '0', '--allow-incomplete'], 0],
  [
    'Nagios: not known, and the gate is open',
    unknown,
    [...plugin, '--fail-on', 'never', '-w', '9', '--critical-cves', '0'],
    3,
  ],
  ['Nagios: not known hides no WARNING', unknown, [...plugin, '-w', '0', '--critical-cves', '0'], 1],
];
for (const [name, of, flags, code] of codes) {
  test(`exit code ${code}: ${name}`, (t) => {
    const { now } = write(t, { now: of });
    const result = runCli(['check', now, '--no-config', ...flags]);
    assert.equal(result.code, code, result.stdout + result.stderr);
    assert.doesNotMatch(result.stdout + result.stderr, /vulnerable/i);
  });
}

function write<Name extends string>(t: TestContext, documents: Readonly<Record<Name, object>>): Record<Name, string> {
  const names = Object.keys(documents) as Name[];
  const texts = names.map((name): [string, string] => [`${name}.json`, JSON.stringify(documents[name])]);
  const folder = temporaryFolder(t, Object.fromEntries(texts));
  return Object.fromEntries(names.map((name) => [name, join(folder, `${name}.json`)])) as Record<Name, string>;
}

for (const flags of [only, ['--critical-cves', '0']]) {
  test(`${flags[0]} on what was made without --fixes is a wrong use (2), and the remedy is named`, (t) => {
    const golden = readGolden<Drift>('drift');
    const { fixes: _, fixes_only: __, ...old } = golden;
    const files = write(t, { report: withoutFixes, clean: made(null), drift: { ...golden, fixes: null }, old });
    const saved = flags === only ? [] : [files.drift, files.old];
    for (const path of [files.report, files.clean, ...saved]) {
      const result = runCli(['check', path, '--no-config', '--json', ...flags]);
      assert.deepEqual([result.code, result.stdout], [2, ''], path);
      const { message, hint } = errorDocument(result);
      assert.equal(
        message,
        `${flags[0]} wants to know which fixes are not in memory, and ${path} was made without --fixes`,
      );
      assert.equal(hint, 'make the report with lib-users scan --fixes');
      const asPlugin = runCli(['check', path, '--no-config', ...plugin, ...flags]);
      assert.equal(asPlugin.code, 3);
      assert.match(asPlugin.stdout, /^LIB_USERS UNKNOWN - .*\(make the report with lib-users scan --fixes\)\n$/);
    }
  });
}

test('a scan is asked for fixes by --fixes, --fixes-only and --critical-cves; a report is not', (t) => {
  for (const flags of [['--fixes'], only, ['--critical-cves', '0']]) {
    const { stdout, stderr } = runCli(['check', '--no-config', '--pid', String(process.pid), '--json', ...flags]);
    assert.notEqual((JSON.parse(stdout) as Drift).fixes, null, `${flags}: ${stderr}`);
  }
  const { stdout } = runCli(['check', '--no-config', '--pid', String(process.pid), '--json']);
  assert.equal((JSON.parse(stdout) as Drift).fixes, null);
  const { now } = write(t, { now: lacking });
  const refused = runCli(['check', now, '--no-config', '--json', '--fixes']);
  assert.equal(refused.code, 2);
  assert.match(errorDocument(refused).message, /--fixes is about a scan/);
});

test('the document says what was not allowed', (t) => {
  const { now } = write(t, { now: closed });
  const drift = JSON.parse(runCli(['check', now, '--no-config', '--json', '--fail-on', 'never']).stdout) as Drift;
  assert.deepEqual([drift.allow_incomplete, drift.allow_unseen_users], [false, false]);
});

test('a range that is none, and --fixes-only beside a saved judgement, are wrong uses (2)', (t) => {
  const { now, drift } = write(t, { now: lacking, drift: readGolden<Drift>('drift') });
  const wrong = (...args: string[]) => errorDocument(runCli(['check', ...args, '--no-config', '--json'])).message;
  assert.match(wrong(now, '--critical-cves', '5:1'), /^--critical-cves 5:1: not a threshold range/);
  assert.match(
    errorDocument(runCli(['check', drift, '--json', '--fixes-only'])).message,
    /^--fixes-only is about the judgement/,
  );
});

const forms = ['nagios', 'junit', 'github', 'text', 'rows'] as const;
type Forms = Record<(typeof forms)[number], string>;

/** Prints the judgement in every form: as it is made, and again from the document; both must be equal. */
function printAll(t: TestContext, of: Report, ...flags: string[]): Forms & { stderr: string; drift: Drift } {
  const { now } = write(t, { now: of });
  const print = (suffix: string, args: string[]) => {
    const copies = forms.flatMap((form) => ['--also', `${form}=${now}.${form}.${suffix}`]);
    const { stderr } = runCli([
      'check',
      ...args,
      '--no-config',
      '--json',
      '--output',
      `${now}.json.${suffix}`,
      ...copies,
    ]);
    const texts = forms.map((form) => [form, readFileSync(`${now}.${form}.${suffix}`, 'utf8')]);
    return { ...(Object.fromEntries(texts) as Forms), stderr };
  };
  const first = print('made', [now, ...flags]);
  assert.deepEqual(print('read', [`${now}.json.made`]), first);
  return { ...first, drift: JSON.parse(readFileSync(`${now}.json.made`, 'utf8')) as Drift };
}

const twenty = ids(20).join(', ');

test('fixes that are not in memory, in every format', (t) => {
  const { nagios, junit, github, text, rows } = printAll(t, lacking, ...only);
  assert.equal(
    nagios.split(' |')[0],
    'LIB_USERS WARNING - 1 stale unit with fixes not in memory: nginx.service; fixed on disk, not in memory: CVE-2026-30000, CVE-2026-29999 and 25 more',
  );
  assert.match(nagios, / pending_fixes=27;;;0 /);
  assert.ok(junit.includes(`fixed on disk, not in memory: ${twenty} and 7 more</failure>`), junit);
  assert.match(junit, /failures="1" errors="0" skipped="1"/);
  assert.ok(
    github.startsWith('::error title=nginx.service on web-1::/usr/lib/libexpat.so.1: library replaced%0A'),
    github,
  );
  assert.ok(github.includes(`%0Afixed on disk, not in memory: ${twenty} and 7 more\n`), github);
  assert.doesNotMatch(github, /cron/);
  assert.match(text, /^The gate is closed: 2 findings with fixes that are not in memory, of 3 findings$/m);
  assert.match(text, /^ {4}fixed on disk, not in memory: CVE-2026-30000, CVE-2026-29999 and 25 more$/m);
  const cells = rows
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    cells.map((row) => [row.package, row.package_version, row.running_version, row.pending_fixes]),
    [
      ['libc', '2', '1', 0],
      ['libexpat', '2', '1', 27],
      ['libexpatw', '2', '1', 27],
    ],
  );
});

test('fixes that are not known, in every format: never clean, and the reason is said', (t) => {
  const { nagios, junit, github, text, rows, stderr } = printAll(t, unknown, ...only);
  const said =
    'of 1 finding it is not known whether fixes are on disk and not in memory (its changelog cannot be read)';
  assert.equal(stderr, `lib-users: warning: ${said}\n`);
  assert.equal(nagios.split(' |')[0], `LIB_USERS UNKNOWN - 0 stale units with fixes not in memory; ${said}`);
  assert.doesNotMatch(nagios, /pending_fixes/);
  assert.match(junit, /failures="0" errors="1" skipped="1"/);
  assert.match(junit, /<error message="1 new, and it is not known whether fixes are on disk and not in memory"/);
  assert.match(junit, /not known whether fixes are on disk and not in memory: its changelog cannot be read<\/error>/);
  assert.ok(github.includes(`::error title=web-1::${said}\n`), github);
  const flat = text.replaceAll(/\n +/g, ' ');
  assert.match(
    flat,
    /^Nobody knows whether the gate is open: 0 findings with fixes that are not in\nmemory, of 3 findings in all \(--fixes-only\)\.$/m,
  );
  assert.match(flat, /^Of 1 finding it is not known whether fixes are on disk and not in memory \(its/m);
  assert.match(flat, /libc\.so\.1 \(pid 200\) not known whether fixes are on disk and not in memory: its changelog/);
  assert.match(rows, /"package":"libc","package_version":"2","running_version":"1","pending_fixes":null/);
});

test('performance data: no 0 of fixes beside UNKNOWN, because a process that was not seen may lack some', (t) => {
  const { now, whole, some } = write(t, { now: incomplete(closed), whole: closed, some: incomplete(lacking) });
  const line = (path: string) => runCli(['check', path, '--no-config', ...plugin, ...only]).stdout;
  assert.match(line(whole), /^LIB_USERS OK .* pending_fixes=0;/);
  assert.match(line(now), /^LIB_USERS UNKNOWN .*\|/);
  assert.doesNotMatch(line(now), /pending_fixes/);
  assert.match(line(some), / pending_fixes=27;/, 'at least');
});

test('what is not known and allowed is said all the same', (t) => {
  const { nagios, junit, github, stderr } = printAll(t, unknown, ...only, '--allow-incomplete');
  assert.match(stderr, /of 1 finding it is not known/);
  assert.match(nagios, /^LIB_USERS OK - .*; of 1 finding it is not known/);
  assert.match(junit, /failures="0" errors="0" skipped="2"/);
  assert.match(github, /^::warning title=web-1::of 1 finding it is not known/m);
});

test('at least these fixes, and not all: every format says so', (t) => {
  const { nagios, junit, github, text } = printAll(t, atLeast, ...only);
  for (const [form, said] of Object.entries({ nagios, junit, github, text })) {
    assert.ok(
      said.includes('fixed on disk, not in memory: at least CVE-2026-30000, CVE-2026-29999'),
      `${form}: ${said}`,
    );
  }
});

test('without --fixes no format says a word of fixes, and JSON says that nobody asked', (t) => {
  const { stderr, drift, ...texts } = printAll(t, withoutFixes);
  assert.equal(stderr, '');
  for (const form of ['nagios', 'junit', 'github', 'text'] as const) assert.doesNotMatch(texts[form], /fix/i, form);
  assert.match(texts.rows, /"running_version":"1","pending_fixes":null/);
  assert.deepEqual(drift.findings[0]?.fixes_unknown_because, ['not_asked']);
});

test('21 ids: 20 are named, and that 1 more is there; 20 are named all', (t) => {
  const said = (count: number) => printAll(t, made(expat(fixed(count)), nginx), ...only).github;
  assert.ok(said(21).includes(`: ${twenty} and 1 more\n`));
  assert.ok(said(20).includes(`: ${ids(19).join(', ')} and ${ids(20).at(-1)}\n`));
});

test('a unit with two packages: each id once; a list that was cut makes it at least so many', (t) => {
  const packages = [
    inUse('libexpat', 100, 'nginx.service', fixed(3)),
    inUse('libexpatw', 100, 'nginx.service', fixed(5)),
  ];
  assert.match(printAll(t, made(packages, nginx), ...only).text, /memory: CVE-2026-30000, CVE-2026-29999 and 3 more$/m);
  const cut = { count: 150, cves: ids(150), complete: true };
  const same = [inUse('libexpat', 100, 'nginx.service', cut), inUse('libexpatw', 100, 'nginx.service', fixed(5))];
  assert.match(
    printAll(t, made(same, nginx), ...only).text.replaceAll(/\n +/g, ' '),
    /memory: at least CVE-2026-30000, CVE-2026-29999 and 148 more$/m,
  );
  const one = [inUse('libexpat', 100, 'nginx.service', cut)];
  const two = unit('nginx.service', [code('libexpat', 100), { ...code('libexpat', 100), path: '/usr/lib/b.so' }]);
  assert.match(printAll(t, made(one, two), ...only).text, /memory: CVE-2026-30000, CVE-2026-29999 and 148 more$/m);
});

test('the programs that read the formats read the fixes', (t) => {
  if (!needs(t, 'xmllint', 'python3', 'Monitoring::Plugin', 'promtool')) return;
  const { nagios, junit, github } = printAll(t, lacking, ...only);
  assert.equal(lintJunit([junit]), '');
  const failure = parseJunit([junit])[0]?.cases.find(({ name }) => name === 'nginx.service');
  assert.equal(failure?.outcome, 'failure');
  assert.deepEqual(failure?.text.match(/CVE-\d+-\d+/g), ids(20));
  const { now } = write(t, { now: lacking });
  const limited = runCli(['check', now, '--no-config', ...plugin, '--critical-cves', '~:26']);
  for (const [line, critical] of [
    [nagios, ''],
    [limited.stdout, '~:26'],
  ] as const) {
    const [values = []] = parsePerfdata([line.split('|')[1]!.trim()]);
    const pending = values.find(({ label }) => label === 'pending_fixes');
    assert.deepEqual([pending?.value, pending?.critical ?? ''], [27, critical]);
  }
  const [annotation] = github.split('\n').map((line) => parseWorkflowCommand(line));
  assert.deepEqual(annotation?.message.match(/CVE-\d+-\d+/g), ids(20));
  const metrics = runCli(['check', now, '--no-config', '--format', 'openmetrics', ...only]).stdout;
  assert.deepEqual(lintMetrics(metrics), { status: 0, output: '' });
  assert.match(metrics, /^lib_users_pending_fixes\{scope="system",unit="nginx.service",user=""\} 27$/m);
  assert.doesNotMatch(metrics, /CVE-/);
});
