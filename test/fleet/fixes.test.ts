// --cve and the fleet's list of fixes: the hosts that lack a fix in memory, and the hosts for which nobody can know.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fleetExitCode, parseCve } from '../../src/commands/fleet-flags.ts';
import { compareCves } from '../../src/cves.ts';
import type { Fleet } from '../../src/documents/generated/fleet.ts';
import type { KernelFixes, PackageInUse, Report } from '../../src/documents/generated/report.ts';
import { validateDocument } from '../../src/documents/validate.ts';
import { FleetFold } from '../../src/fleet/fold.ts';
import { renderFleetJunit } from '../../src/render/fleet/junit.ts';
import { renderFleetText } from '../../src/render/fleet/text.ts';
import { assess, noGate } from '../support/assess.ts';
import { needs } from '../support/needs.ts';
import { lintJunit, parseJunit } from '../support/parsers.ts';
import { anyReport } from '../support/report-arbitrary.ts';
import { file, process, report, unit } from '../support/reports.ts';

const asked = 'CVE-2026-32776';
const owner = { manager: 'dpkg', name: 'libexpat1', version: '2.5-1+deb12u5' } as const;
const expat = { ...file('code', '/usr/lib/libexpat.so.1'), package: owner };

const inUse = (cves: readonly string[] | null, more: Partial<PackageInUse> = {}): PackageInUse => ({
  ...{ name: owner.name, source: 'expat', manager: 'dpkg', installed_version: owner.version },
  ...{ running_version: '2.5-1+deb12u2', evidence: 'file_time', replaced_at: null },
  fixes: cves === null ? null : { count: cves.length, cves: [...cves], complete: true },
  unknown_because: cves === null ? 'no_changelog' : null,
  ...{ units: [{ scope: 'system', user: null, name: 'a.service' }], pids: [100] },
  ...more,
});

type Parts = Parameters<typeof report>[0];
function host(hostname: string, packages: PackageInUse[] | null, parts: Parts = {}): Report {
  const made = report({ units: [unit('a.service', [expat])], processes: [process(100, [])], ...parts });
  return { ...made, packages, host: { ...made.host, hostname, id: null } };
}
const whole = { scan: { complete: true, detail: 'processes' } } as const;

function fold(reports: readonly Report[], cve: string | null = asked, refused = 0): Fleet {
  const fleet = new FleetFold();
  for (const each of reports) fleet.add(each, 'x', assess(each));
  for (let i = 0; i < refused; i++) fleet.refuse('y', { source: 'y', code: 'invalid_document', message: 'torn' });
  return fleet.build(new Date('2026-11-23T08:12:00Z'), noGate, cve);
}

test('each host says why not all fixes are known that it lacks', () => {
  const unknown = (made: Report) => fold([made], null).hosts[0]?.fixes_unknown;
  assert.deepEqual(unknown(host('a', [inUse([asked])], whole)), []);
  assert.deepEqual(unknown(host('a', null, whole)), ['not_asked']);
  assert.deepEqual(unknown(host('a', null, { ...whole, units: [] })), []);
  const cut = inUse(null, { fixes: { count: 600, cves: [asked], complete: false } });
  assert.deepEqual(unknown(host('a', [cut], { scan: { complete: false } })), [
    'not_everything_seen',
    'changelog_incomplete',
    'list_cut',
  ]);
});

const lacking = (name: string) => host(name, [inUse([asked, 'CVE-2026-1000'])], whole);
const closed = (name: string) => host(name, [inUse([])], whole);
const many = Array.from({ length: 500 }, (_, i) => `CVE-2026-${99999 - i}`);

const outdated = { code: 'kernel_outdated', installed: '6.1.0-28', running: '6.1.0-27', since: null } as const;
/** A host on which nothing is stale, and an older kernel runs. */
function booted(
  hostname: string,
  kernel_fixes: KernelFixes | null | undefined,
  packages: PackageInUse[] | null = [],
): Report {
  const made = host(hostname, packages, { ...whole, units: [], processes: [] });
  const { kernel_fixes: _, ...about } = made.host;
  const reboot = { required: true, reasons: [outdated] };
  return { ...made, host: { ...about, reboot, ...(kernel_fixes === undefined ? {} : { kernel_fixes }) } };
}
const image = { name: 'linux-image-6.1.0-28', running_version: '6.1.112-1', installed_version: '6.1.115-1' };
const kernel = (cves: readonly string[] | null, more: Partial<KernelFixes> = {}): KernelFixes => ({
  ...{ release: '6.1.0-28', source: 'linux', manager: 'dpkg', evidence: 'kernel_version' },
  ...image,
  fixes: cves === null ? null : { count: cves.length, cves: [...cves], complete: true },
  unknown_because: cves === null ? 'livepatch' : null,
  ...more,
});

/** A host on which nothing is stale, and whose kernels nobody can compare. */
function unsure(code: NonNullable<Report['host']['reboot']['unknown_because']>['code']): Report {
  const made = booted('a', undefined, null);
  const reboot = { required: null, reasons: [], unknown_because: { code, message: 'so it is' } };
  return { ...made, host: { ...made.host, reboot } };
}

/** A host on which nothing is stale, and a package asks for a reboot. */
function asksForReboot(about: Pick<Report['host']['reboot'], 'kernel_current' | 'livepatches'>): Report {
  const made = booted('a', undefined, null);
  const asks = { code: 'reboot_required_file' as const, path: '/run/reboot-required', packages: [], since: null };
  return { ...made, host: { ...made.host, reboot: { required: true, reasons: [asks], ...about } } };
}

const rows: [name: string, reports: Report[], exitCode: number, lacking: string[], unknown: string[]][] = [
  ['a host lacks it', [closed('a'), lacking('b')], 5, ['b'], []],
  ['no host lacks it', [closed('a')], 0, [], []],
  [
    'what is found wins over what is not known',
    [lacking('a'), host('b', [inUse(null)], whole)],
    5,
    ['a'],
    ['b fixes_unknown'],
  ],
  ['a changelog is missing', [host('a', [inUse(null)], whole)], 4, [], ['a fixes_unknown']],
  [
    'a changelog does not reach back',
    [host('a', [inUse([], { fixes: { count: 0, cves: [], complete: false } })], whole)],
    4,
    [],
    ['a changelog_incomplete'],
  ],
  ['code of a package that the list of packages lacks', [host('a', [], whole)], 4, [], ['a fixes_unknown']],
  [
    'code of a package that other processes run',
    [host('a', [inUse([], { pids: [7] })], whole)],
    4,
    [],
    ['a fixes_unknown'],
  ],
  ['it was not asked', [host('a', null, whole)], 4, [], ['a not_asked']],
  ['it was not asked, and nothing is stale', [host('a', null, { ...whole, units: [], processes: [] })], 0, [], []],
  [
    'not everything was seen',
    [host('a', [inUse([])], { scan: { complete: false } })],
    4,
    [],
    ['a not_everything_seen'],
  ],
  [
    'code of no package now',
    [host('a', [], { ...whole, units: [unit('a.service', [file('code', '/usr/lib/old.so')])] })],
    4,
    [],
    ['a no_package'],
  ],
  [
    "somebody's own code",
    [
      host('a', [], {
        ...whole,
        units: [unit('a.service', [file('code', '/srv/app/x.so'), file('code', '/usr/local/lib/x.so')])],
      }),
    ],
    0,
    [],
    [],
  ],
  [
    'code of a container, whose packages nobody asked',
    [
      host('a', [], {
        ...whole,
        units: [],
        processes: [
          process(7, [{ ...expat, pids: [7] }], { container: { runtime: 'docker', id: 'a', name: null, user: null } }),
        ],
      }),
    ],
    4,
    [],
    ['a no_package'],
  ],
  [
    'an older id than those of a list that was cut',
    [host('a', [inUse(many, { fixes: { count: 501, cves: many, complete: true } })], whole)],
    4,
    [],
    ['a list_cut'],
  ],
  ['the running kernel lacks it', [booted('a', kernel([asked])), closed('b')], 5, ['a'], []],
  ['the running kernel lacks others', [booted('a', kernel(['CVE-2026-1']))], 0, [], []],
  ['nobody knows what the running kernel lacks', [booted('a', kernel(null))], 4, [], ['a kernel_unknown']],
  [
    'the changelog of the kernel does not reach back',
    [booted('a', kernel([], { fixes: { count: 1, cves: ['CVE-2026-1000'], complete: false } }))],
    4,
    [],
    ['a changelog_incomplete'],
  ],
  ['an older kernel runs, and nobody asked for fixes', [booted('a', null, null)], 4, [], ['a kernel_unknown']],
  ['an older kernel runs, by a report before 1.5', [booted('a', undefined)], 4, [], ['a kernel_unknown']],
  ...(['kernel_not_installed', 'kernels_not_comparable', 'kernel_unknown'] as const).map(
    (code): (typeof rows)[number] => [
      `nobody asked for fixes, and the scan says of the kernels: ${code}`,
      [unsure(code)],
      4,
      [],
      ['a kernel_unknown'],
    ],
  ),
  [
    'a package asks for a reboot, and whether the kernel is current is not known',
    [asksForReboot({ kernel_current: null, livepatches: [] })],
    4,
    [],
    ['a kernel_unknown'],
  ],
  [
    'a package asks for a reboot, and the kernel is current',
    [asksForReboot({ kernel_current: true, livepatches: [] })],
    0,
    [],
    [],
  ],
  ['a package in a container asks for one', [asksForReboot({ kernel_current: null, livepatches: null })], 0, [], []],
  ['a container has no kernel of its own', [unsure('container')], 0, [], []],
  ['the newer report counts', [lacking('a'), { ...closed('a'), generated_at: '2027-01-01T00:00:00Z' }], 0, [], []],
];
for (const [name, reports, exitCode, hosts, unknown] of rows) {
  test(`--cve: ${name}`, async () => {
    const fleet = fold(reports);
    assert.deepEqual(
      fleet.cve?.hosts.map(({ hostname }) => hostname),
      hosts,
    );
    assert.deepEqual(
      fleet.cve?.unknown.map(({ hostname, because }) => `${hostname} ${because.join(' ')}`),
      unknown,
    );
    assert.equal(fleetExitCode(fleet), exitCode);
    assert.equal(await validateDocument('fleet', fleet), null);
  });
}

test('--cve: an input that cannot be read may be a report of a host that lacks the fix', () => {
  assert.equal(fleetExitCode(fold([closed('a')], asked, 1)), 4);
  assert.equal(fleetExitCode(fold([lacking('a')], asked, 1)), 5);
});

test('--cve: the host, its packages and its units', () => {
  const [found] = fold([lacking('b')]).cve?.hosts ?? [];
  assert.deepEqual(found, {
    ...{ hostname: 'b', id: null },
    packages: [
      {
        ...{ name: 'libexpat1', running_version: '2.5-1+deb12u2', installed_version: '2.5-1+deb12u5' },
        closed_by: 'restart',
      },
    ],
    units: ['a.service'],
  });
});

test('--cve: the flag', () => {
  assert.equal(parseCve({ cve: undefined, 'fail-on': ['any'] }), null);
  assert.equal(parseCve({ cve: 'cve-2026-32776', 'fail-on': undefined }), asked);
  const usage = { code: 'usage' };
  for (const cve of ['', '2026-32776', 'CVE-2026-12', 'CVE-2026-1234x', `CVE-2026-${'1'.repeat(20)}`]) {
    assert.throws(() => parseCve({ cve, 'fail-on': undefined }), usage, cve);
  }
  assert.throws(() => parseCve({ cve: asked, 'fail-on': ['any'] }), usage);
  assert.throws(() => parseCve({ cve: asked, 'fail-on': undefined, 'allow-incomplete': true }), usage);
});

test('the ids that most hosts lack come first, then the newest; each host and unit once', () => {
  const ssl = inUse([asked], { name: 'libssl3', units: [{ scope: 'system', user: null, name: 'b.service' }] });
  const reports = [
    host('a', [inUse(['CVE-2026-9000', 'CVE-2026-1000'])]),
    host('b', [inUse([asked, 'CVE-2026-1000']), ssl]),
    host('c', [inUse([asked, 'CVE-2026-1000'])]),
  ];
  const { cves, cve } = fold(reports, null);
  assert.equal(cve, null);
  assert.deepEqual(
    cves?.map(({ id, packages, hosts, units }) => [id, packages.join(), hosts.join(), units.join()]),
    [
      ['CVE-2026-1000', 'libexpat1', 'a,b,c', 'a.service'],
      [asked, 'libexpat1,libssl3', 'b,c', 'a.service,b.service'],
      ['CVE-2026-9000', 'libexpat1', 'a', 'a.service'],
    ],
  );
});

test('more ids than 500 are cut, those that most hosts lack stay', () => {
  const { cves } = fold([host('a', [inUse(many)]), host('b', [inUse([asked])]), host('c', [inUse([asked])])], null);
  assert.equal(cves?.length, 500);
  assert.deepEqual([cves?.[0]?.id, cves?.at(-1)?.id], [asked, many.at(-2)]);
});

test('the list and the answer agree, for any reports', () => {
  fc.assert(
    fc.property(fc.array(anyReport, { minLength: 1, maxLength: 4 }), (drawn) => {
      const reports = drawn.map((each, index) => ({ ...each, host: { ...each.host, hostname: `h${index}` } }));
      const { cves = [] } = fold(reports, null);
      for (const { id, hosts } of cves) {
        const { cve } = fold(reports, id);
        assert.deepEqual(
          cve?.hosts.map(({ hostname }) => hostname),
          hosts,
        );
        assert.equal(cve?.verdict, 'drift');
      }
      const sorted = [...cves].sort((a, b) => b.hosts.length - a.hosts.length || compareCves(a.id, b.id));
      assert.deepEqual(cves, sorted);
    }),
    { numRuns: 30 },
  );
});

const text = (fleet: Fleet) => [...renderFleetText(fleet, { colour: false, columns: 200 })].join('');

test('text: the ten that most hosts lack', () => {
  const shown = text(fold([host('a', [inUse(many)]), lacking('b')], null));
  assert.match(shown, /\nfixed on disk, not in memory\n +1 host CVE-2026-99999 libexpat1 \(a\.service\)\n/);
  assert.match(shown, /… 490 more: see --format json/);
  assert.doesNotMatch(text(fold([closed('a')], null)), /fixed on disk/);
});

test('text: the answer', () => {
  const shown = text(fold([lacking('b'), host('c', null)]));
  assert.match(shown, /1 host still runs code without the fix of CVE-2026-32776, which is on disk\./);
  assert.match(shown, /\nfixed on disk, not in memory\n {2}b libexpat1 2\.5-1\+deb12u2 → u5 \(a\.service\)\n/);
  assert.match(shown, /\ncannot be known\n {2}c .*it runs gone code, and its report was made without --fixes/);
  assert.match(text(fold([closed('a')])), /No host runs replaced code without the fix of CVE-2026-32776\./);
  assert.match(
    text(fold([host('a', null, whole)])),
    /No host is known to run code without the fix .* cannot be known of 1 host\./,
  );
  assert.doesNotMatch(text(fold([lacking('b'), closed('c')])), /vulnerable/i);
});

test('text: a reboot closes what the running kernel lacks', () => {
  const both = booted('both', kernel([asked]), [inUse([asked])]);
  const shown = text(fold([booted('old', kernel([asked])), both, closed('new')]));
  assert.match(shown, /\n {2}old linux-image-6\.1\.0-28 6\.1\.112-1 → 6\.1\.115-1 \(a reboot closes it\)\n/);
  assert.match(shown, /\n {2}both libexpat1 .* \(a\.service; a reboot closes it\)\n/);
  assert.match(text(fold([booted('old', kernel(null))])), /\n {2}old it may run an older kernel than is on disk/);
});

test('the ids of kernels leave room for the ids that a restart brings, and are one line of the text', () => {
  const fleet = fold([booted('a', kernel(many)), booted('b', kernel(many)), lacking('c')], null);
  assert.equal(fleet.cves?.length, 102);
  const steps = new Map(fleet.cves?.map(({ id, closed_by }) => [id, closed_by?.join()]));
  assert.equal(steps.get(asked), 'restart');
  assert.equal(steps.get(many[0]!), 'reboot');
  const shown = text(fleet);
  assert.match(shown, /\n {5}1 host CVE-2026-32776 libexpat1 \(a\.service\)\n/);
  assert.match(shown, / 2 hosts a reboot brings at least 100 fixes, as CVE-2026-99999:/);
  const [both] = fold([booted('a', kernel([asked])), lacking('b')], null).cves ?? [];
  assert.deepEqual(both?.closed_by, ['restart', 'reboot']);
  assert.deepEqual(both?.hosts, ['a', 'b']);
  const sameName = inUse([asked], { name: image.name });
  const [alike] = fold([booted('a', kernel([asked])), host('b', [sameName], whole)], null).cves ?? [];
  assert.deepEqual(alike?.closed_by, ['restart', 'reboot']);
});

test('JUnit: each host is a case of the answer', (t) => {
  if (!needs(t, 'xmllint', 'python3')) return;
  const reports = [lacking('b'), host('c', [inUse(null)], whole), closed('a'), booted('d', kernel([asked]))];
  const xml = renderFleetJunit(fold(reports, asked, 1));
  assert.equal(lintJunit([xml]), '');
  assert.deepEqual(
    parseJunit([xml])[0]?.cases.map(({ name, outcome, message, text }) => [name, outcome, message, text]),
    [
      ['a', null, null, ''],
      ['b', 'failure', `fixed on disk, not in memory: ${asked}`, 'libexpat1 2.5-1+deb12u2 → u5\naffected: a.service'],
      [
        'c',
        'error',
        `it cannot be known whether ${asked} is fixed in memory: of a version that it runs it is not known what was fixed since`,
        '',
      ],
      [
        'd',
        'failure',
        `fixed on disk, not in memory: ${asked}`,
        `${image.name} ${image.running_version} → ${image.installed_version} (a reboot closes it)`,
      ],
      ['y can be read', 'error', 'torn', ''],
    ],
  );
});
