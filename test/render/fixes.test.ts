// The security fixes of a report as text, rows and metrics; and how the report itself lists them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KernelFixes, PackageInUse, Report } from '../../src/documents/generated/report.ts';
import { validateDocument } from '../../src/documents/validate.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { versionsText } from '../../src/render/fixes-words.ts';
import { renderOpenmetrics } from '../../src/render/openmetrics.ts';
import type { AttributedProcess, ReportFacts } from '../../src/report/facts.ts';
import { buildPackages } from '../../src/report/packages.ts';
import { renderRows, renderText } from '../support/joined.ts';
import { file, process, report, unit } from '../support/reports.ts';

const owner = {
  manager: 'dpkg',
  name: 'libexpat1',
  version: '2.5-1+deb12u5',
  running_version: '2.5-1+deb12u2',
} as const;
const expat = { ...file('code', '/usr/lib/libexpat.so.1'), package: owner };
const ids = (count: number) => Array.from({ length: count }, (_, i) => `CVE-2026-${99999 - i}`);

const inUse = (cves: readonly string[] | null, more: Partial<PackageInUse> = {}): PackageInUse => ({
  ...{ name: owner.name, source: 'expat', manager: 'dpkg', installed_version: owner.version },
  ...{ running_version: owner.running_version, evidence: 'file_time', replaced_at: null },
  fixes: cves === null ? null : { count: cves.length, cves: [...cves], complete: true },
  unknown_because: cves === null ? 'no_changelog' : null,
  ...{ units: [{ scope: 'system', user: null, name: 'nginx.service' }], pids: [100] },
  ...more,
});
const partly = (cves: readonly string[]) => ({ fixes: { count: cves.length, cves: [...cves], complete: false } });

const nginxUnit = { name: 'nginx.service', scope: 'system', user: null, source: 'cgroup_v2' } as const;

function made(packages: PackageInUse[] | null): Report {
  const loose = { ...process(200, [{ ...expat, pids: [200] }]) };
  const maps = loose.maps.map((map) => ({ ...map, package: owner }));
  return {
    ...report({
      units: [unit('nginx.service', [expat])],
      processes: [process(100, [], { unit: nginxUnit }), { ...loose, maps }],
    }),
    packages,
  };
}
const text = (packages: PackageInUse[] | null) => renderText(made(packages), { colour: false, columns: 160 });

test('text: a paragraph of its own', () => {
  const shown = text([
    inUse(ids(1), { name: 'zlib1g', running_version: null, installed_version: '2' }),
    inUse(ids(27)),
  ]);
  assert.match(
    shown,
    /\nFixed on disk, not in memory:\n {2}libexpat1 2\.5-1\+deb12u2 → u5: CVE-2026-99999, CVE-2026-99998 and 25 more \(nginx\.service\)\n {2}zlib1g an earlier version → 2: CVE-2026-99999 \(nginx\.service\)\n/,
  );
  assert.doesNotMatch(shown, /vulnerable/i);
});

test('text: what is not known is said, and is not nothing', () => {
  assert.match(text([inUse(null)]), /\n {2}Not known of libexpat1 \(its changelog cannot be read\)\n/);
  assert.match(text([inUse([], partly([]))]), /\n {2}Not known of libexpat1 \(its changelog does not reach back\)\n/);
  assert.match(text([inUse(ids(2), partly(ids(2)))]), /: at least CVE-2026-99999 and CVE-2026-99998 \(/);
  const unread = { count: 0, cves: [], complete: false, incomplete_because: 'advisories_unread' } as const;
  assert.match(
    text([inUse([], { fixes: { ...unread, cves: [] } })]),
    /\n {2}Not known of libexpat1 \(not all advisories can be read\)\n/,
  );
});

test('text: who asked for the upgrade', () => {
  const user = { uid: 1000, name: 'al\x1b[31mice' };
  const rows: [NonNullable<PackageInUse['replaced_by']>, RegExp][] = [
    [{ command: '/usr/bin/unattended-upgrade -v', user: null }, /\(nginx\.service; replaced by unattended-upgrade\)/],
    [{ command: 'apt', user }, /\(nginx\.service; replaced by apt for al[^\x1b]*\[31mice\)/],
    [{ command: null, user: { uid: 1000, name: null } }, /\(nginx\.service; replaced by apt for 1000\)/],
    [{ command: 'a\x1b[31m\nb', user: null }, /\(nginx\.service; replaced by a[^\x1b\n]*\[31m[^\n]*b\)/],
  ];
  for (const [replaced_by, expected] of rows) assert.match(text([inUse(ids(1), { replaced_by })]), expected);
});

test('text: without --fixes, and with nothing fixed, there is no word of it', () => {
  for (const packages of [null, [], [inUse([])]]) assert.doesNotMatch(text(packages), /Fixed on disk|Not known of|CVE/);
});

test('text: names and versions with control characters are shown as such', () => {
  const evil = 'x\x1b[31m\ny';
  const units = [{ scope: 'system', user: null, name: evil }] as const;
  const shown = text([
    inUse(ids(1), { name: evil, running_version: evil, installed_version: evil, units: [...units] }),
    inUse(null, { name: evil }),
  ]);
  assert.ok(!shown.includes('\x1b'));
  assert.ok(!/^y/m.test(shown));
});

const versions: [running: string | null, installed: string, shown: string][] = [
  ['2.5-1+deb12u2', '2.5-1+deb12u5', '2.5-1+deb12u2 → u5'],
  ['2.36-9+deb12u9', '2.36-9+deb12u10', '2.36-9+deb12u9 → u10'],
  ['3.0.20-1~deb12u2', '3.0.22-1~deb12u2', '3.0.20-1~deb12u2 → 3.0.22-1~deb12u2'],
  ['1.2', '1.3', '1.2 → 1.3'],
  ['1.2-1ubuntu3', '1.2-1ubuntu3.1', '1.2-1ubuntu3 → 1.2-1ubuntu3.1'],
  [null, '2', 'an earlier version → 2'],
];
for (const [running, installed, shown] of versions) {
  test(`versions: ${shown}`, () => assert.equal(versionsText(running, installed), shown));
}

test('text: code of no package now, and of a container', () => {
  const stray = /\nFixed on disk, not in memory:\n {2}Not known of code that is of no package now, or in a container\n/;
  const gone = (path: string) => ({ ...made([]), units: [unit('nginx.service', [file('code', path)])], processes: [] });
  const shown = (of: Report) => renderText(of, { colour: false, columns: 160 });
  assert.match(shown(gone('/usr/lib/gone.so')), stray);
  const box = process(7, [file('code', '/usr/lib/x.so', [7])], {
    container: { runtime: 'docker', id: 'a', name: null, user: null },
  });
  assert.match(shown({ ...made([]), units: [], processes: [box] }), stray);
  assert.doesNotMatch(shown(gone('/srv/own.so')), /not in memory/);
  assert.doesNotMatch(shown({ ...gone('/usr/lib/gone.so'), packages: null }), /not in memory/);
});

test('rows: the running version and the count, null where they are not known', () => {
  const cells = (packages: PackageInUse[] | null) => {
    const [row] = renderRows({ ...made(packages), units: [] }).split('\n');
    const { running_version, pending_fixes } = JSON.parse(row ?? '');
    return [running_version, pending_fixes];
  };
  assert.deepEqual(cells([inUse(ids(27), { pids: [200] })]), [owner.running_version, 27]);
  assert.deepEqual(cells([inUse(ids(27), { pids: [100] })]), [owner.running_version, null]);
  assert.deepEqual(cells([inUse(null, { pids: [200] })]), [owner.running_version, null]);
  assert.deepEqual(cells([inUse([], { pids: [200] })]), [owner.running_version, 0]);
});

test("rows: somebody's own code has no fix, and of code that no package has any more nobody knows", () => {
  const cell = (path: string, packages: PackageInUse[] | null) => {
    const of = { ...report({ units: [], processes: [process(200, [file('code', path, [200])])] }), packages };
    return JSON.parse(renderRows(of).split('\n')[0] ?? '').pending_fixes;
  };
  assert.deepEqual([cell('/srv/app/own.so', []), cell('/usr/lib/gone.so', [])], [0, null]);
  assert.equal(cell('/srv/app/own.so', null), null);
});

const pending = (packages: PackageInUse[] | null) =>
  renderOpenmetrics(made(packages), null, null)
    .split('\n')
    .filter((line) => line.startsWith('lib_users_pending_fixes'));
const nginx = 'lib_users_pending_fixes{scope="system",unit="nginx.service",user=""}';

test('metrics: a number a unit, and no id', () => {
  const shared = inUse(ids(3), { name: 'expat', pids: [100, 200] });
  assert.deepEqual(pending([inUse(ids(27)), shared]), [
    `${nginx} 27`,
    'lib_users_pending_fixes{scope="",unit="",user=""} 3',
  ]);
  assert.deepEqual(pending([inUse([])]), [`${nginx} 0`]);
  assert.deepEqual(pending([inUse(ids(2), partly(ids(2)))]), [`${nginx} 2`], 'at least');
  for (const packages of [null, [], [inUse(null)], [inUse([], partly([]))]]) assert.deepEqual(pending(packages), []);
});

test('metrics: no 0 for a label if the number of one of its units or processes is not known', () => {
  const line = (owned: readonly string[], strays: Record<string, ReturnType<typeof file>>) => {
    const units = Object.entries(strays).map(([name, stray], index) => unit(name, [{ ...stray, pids: [index] }]));
    const known = owned.map((name) => unit(name, [{ ...expat, pids: [300] }]));
    const packages = owned.map((name) => inUse([], { units: [{ scope: 'system', user: null, name }], pids: [300] }));
    return renderOpenmetrics({ ...report({ units: [...known, ...units], processes: [] }), packages }, null, null)
      .split('\n')
      .filter((each) => each.startsWith('lib_users_pending_fixes'));
  };
  const gone = file('code', '/usr/lib/gone.so');
  const sum = 'lib_users_pending_fixes{scope="system",unit="run-*.service",user=""}';
  const [first, second] = ['run-1234567.service', 'run-7654321.service'] as const;
  assert.deepEqual(line([first], {}), [`${sum} 0`]);
  assert.deepEqual(line([first], { [second]: gone }), []);
  assert.deepEqual(line([first], { [second]: { ...gone, role: 'log' } }), [`${sum} 0`]);

  const loose = made([inUse([], { units: [], pids: [200] })]);
  const box = process(201, [{ ...gone, pids: [201] }]);
  const shown = (extra: Report['processes']) =>
    /^lib_users_pending_fixes\{scope="".*$/m.exec(
      renderOpenmetrics({ ...loose, processes: [...loose.processes, ...extra] }, null, null),
    )?.[0];
  assert.equal(shown([]), 'lib_users_pending_fixes{scope="",unit="",user=""} 0');
  assert.equal(shown([box]), undefined);
});

test('metrics: no 0 if not everything was seen', () => {
  const shown = (packages: PackageInUse[]) => {
    const of = made(packages);
    return /^lib_users_pending_fixes\{.*$/m.exec(
      renderOpenmetrics({ ...of, scan: { ...of.scan, complete: false } }, null, null),
    )?.[0];
  };
  assert.equal(shown([inUse([])]), undefined);
  assert.equal(shown([inUse(ids(27))]), `${nginx} 27`, 'at least');
});

test("metrics: somebody's own code is of no package, and no package fixes it", () => {
  const own = file('code', '/srv/app/own.so');
  const [line] = renderOpenmetrics(
    { ...made([inUse([])]), units: [unit('nginx.service', [expat, own])] },
    null,
    null,
  ).match(/^lib_users_pending_fixes\{.*$/m) ?? [''];
  assert.equal(line, `${nginx} 0`);
});

test('the report lists the newest 500 ids and counts all, by name and version, each unit and process once', async () => {
  const member = (pid: number, name: string | null): { process: AttributedProcess; replacedAtNs: bigint } =>
    ({
      process: {
        pid,
        attribution: { unit: name === null ? null : { name, scope: 'system', uid: null, source: 'cgroup_v2' } },
      },
      replacedAtNs: BigInt(pid) * 1_000_000_000n,
    }) as never;
  const version = (
    runningVersion: string | null,
    cves: readonly string[] | null,
    ...users: ReturnType<typeof member>[]
  ) => ({
    ...{
      manager: 'dpkg',
      name: 'libexpat1',
      source: 'expat',
      installedVersion: '3',
      runningVersion,
      evidence: 'file_time',
    },
    ...{
      fixes: cves && { cves, incompleteBecause: null },
      replacedBy: { command: 'apt-get \xc3\xa4 -o x=secret', user: { uid: 1000, name: 'alice' } },
      unknownBecause: cves === null ? 'no_changelog' : null,
      uses: [],
      users,
    },
  });
  const packages = [
    version('2', ids(10_000), member(9, 'b.service'), member(7, 'b.service'), member(7, 'a.service'), member(8, null)),
    version('1', null, member(5, null)),
  ];
  const facts = {
    fixes: { packages, runningVersions: new Map(), formerOwners: new Map() },
    userName: () => null,
    scan: { command_line: 'full' },
  } as unknown as ReportFacts;
  const built = buildPackages(facts) ?? [];
  assert.deepEqual(
    built.map(({ running_version, replaced_at, fixes, unknown_because, units, pids }) => [
      ...[running_version, replaced_at, fixes?.count ?? null, fixes?.cves.length ?? null, unknown_because],
      ...[units.map(({ name }) => name), pids],
    ]),
    [
      ['1', '1970-01-01T00:00:05Z', null, null, 'no_changelog', [], [5]],
      ['2', '1970-01-01T00:00:07Z', 10_000, 500, null, ['a.service', 'b.service'], [7, 8, 9]],
    ],
  );
  for (const [mode, command] of [
    ['full', 'apt-get ä -o x=secret'],
    ['program', 'apt-get'],
    ['none', null],
  ] as const) {
    const [first] = buildPackages({ ...facts, scan: { ...facts.scan, command_line: mode } }) ?? [];
    assert.deepEqual(first?.replaced_by, { command, user: { uid: 1000, name: 'alice' } });
  }
  assert.deepEqual(built[1]?.fixes?.cves, ids(500));
  assert.equal(await validateDocument('report', { ...made(built) }), null);
  assert.equal(buildPackages({ ...facts, fixes: null }), null);
});

const image = { name: 'linux-image-6.1.0-28', running_version: '6.1.112-1', installed_version: '6.1.115-1' };
const kernelOf = (fixes: KernelFixes['fixes'], more: Partial<KernelFixes> = {}): KernelFixes => ({
  ...{ release: '6.1.0-28', source: 'linux', manager: 'dpkg', evidence: 'kernel_version' },
  ...image,
  ...{ fixes, unknown_because: null },
  ...more,
});
const all = (cves: string[]) => ({ count: cves.length, cves, complete: true });
/** A host on which nothing is stale. */
function withKernel(kernel_fixes: KernelFixes | null): Report {
  const of = report({ units: [], processes: [] });
  return { ...of, packages: [], host: { ...of.host, kernel_fixes } };
}
const unknownKernel = kernelOf(null, { unknown_because: 'livepatch' });

test('text: the fixes that only a reboot brings', () => {
  const shown = (kernel: KernelFixes | null) => renderText(withKernel(kernel), { colour: false, columns: 160 });
  assert.match(
    shown(kernelOf(all(ids(3)))),
    /\nFixed on disk, not in memory:\n {2}linux-image-6\.1\.0-28 6\.1\.112-1 → 6\.1\.115-1: CVE-2026-99999, CVE-2026-99998 and CVE-2026-99997 \(a reboot\)\n/,
  );
  assert.match(shown(kernelOf({ ...all(ids(1)), complete: false })), /: at least CVE-2026-99999 \(a reboot\)\n/);
  assert.match(shown(kernelOf({ ...all([]), complete: false })), /6\.1\.115-1: not known \(a reboot\)\n/);
  assert.match(
    shown(unknownKernel),
    /\n {2}Not known of the kernel 6\.1\.0-28: a live patch may have brought some of its fixes\n/,
  );
  for (const kernel of [null, kernelOf(all([]))]) assert.doesNotMatch(shown(kernel), /Fixed on disk/);
});

test('plan: the line of the reboot has the fixes that it closes, and the fixes of the commands do not', () => {
  const planOf = (kernel: KernelFixes | null) => buildPlan(withKernel(kernel), [], '2026-11-23T07:40:13Z');
  const { reboot, fixes } = planOf(kernelOf(all(ids(30))));
  assert.deepEqual(reboot.fixes, {
    ...{ count: 30, cves: ids(20), complete: true },
    packages: [{ ...image, count: 30 }],
  });
  assert.equal(fixes?.count, 0);
  assert.equal(planOf(kernelOf(all([]))).reboot.fixes?.count, 0);
  for (const kernel of [null, unknownKernel]) assert.equal(planOf(kernel).reboot.fixes, null);
});

test('metrics: a number for the kernel, and none if it is not known', () => {
  const sample = (kernel: KernelFixes | null) =>
    /^lib_users_kernel_pending_fixes (\d+)$/m.exec(renderOpenmetrics(withKernel(kernel), null, null))?.[1] ?? null;
  assert.equal(sample(kernelOf(all(ids(3)))), '3');
  assert.equal(sample(kernelOf(all([]))), '0');
  assert.equal(sample(kernelOf({ ...all(ids(1)), complete: false })), '1');
  for (const kernel of [null, unknownKernel, kernelOf({ ...all([]), complete: false })])
    assert.equal(sample(kernel), null);
});
