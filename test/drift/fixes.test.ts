// check --fixes-only: which findings count, of which nobody knows whether they count, and what becomes of them against a baseline.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isWhole } from '../../src/documents/coverage.ts';
import type { Drift, FixesUnknown } from '../../src/documents/generated/drift.ts';
import type { Package, PackageInUse, Report, UnitFile } from '../../src/documents/generated/report.ts';
import { validateDocument } from '../../src/documents/validate.ts';
import { type CheckOptions, judge, movesBaseline } from '../../src/drift/judge.ts';
import { answerCve, collectHostFixes, SharedFixes } from '../../src/fleet/fixes.ts';
import { file, process, report, rotatedLog, unit } from '../support/reports.ts';

const options: CheckOptions = {
  failOn: null,
  allowIncomplete: false,
  allowUnseenUsers: false,
  fixesOnly: true,
  filters: { units: [], roles: null, kinds: [] },
  accept: [],
  reboot: { required: false, reasons: [], counts_as: 'ok' },
  now: new Date('2026-11-23T10:00:00Z'),
};
const ids = (count: number, from = 1000) => Array.from({ length: count }, (_, i) => `CVE-2026-${from + count - i}`);

/** A version of a package that processes run. `fixes` is why they are not known, or the ids. */
function inUse(
  name: string,
  pids: number[],
  fixes: readonly string[] | NonNullable<PackageInUse['unknown_because']>,
  more: Partial<PackageInUse> = {},
): PackageInUse {
  const unknown = typeof fixes === 'string' ? fixes : null;
  return {
    ...{ name, source: name, manager: 'dpkg', installed_version: '2', running_version: '1', evidence: 'file_time' },
    ...{ replaced_at: null, unknown_because: unknown, units: [], pids },
    fixes: typeof fixes === 'string' ? null : { count: fixes.length, cves: [...fixes], complete: true },
    ...more,
  };
}
const partly = (cves: readonly string[]) => ({ fixes: { count: cves.length, cves: [...cves], complete: false } });
const owned = (name: string, running_version: string | null = '1'): Package => ({
  ...{ manager: 'dpkg', name, version: '2' },
  running_version,
});
const code = (path: string, owner: Package | null, pids = [100]): UnitFile => ({
  ...file('code', path, pids),
  package: owner,
});
const expat = code('/usr/lib/libexpat.so.1', owned('libexpat1'));
const ssl = code('/usr/lib/libssl.so.3', owned('libssl3'));

function current(packages: PackageInUse[] | null, files: UnitFile[], more: Partial<Report> = {}): Report {
  const made = report({ units: files.length === 0 ? [] : [unit('a.service', files)] });
  return { ...made, generated_at: '2026-11-23T09:59:00Z', packages, ...more };
}

interface Told {
  verdict: Drift['verdict'];
  counted: string[];
  undecided: string[];
  because: FixesUnknown[];
}
function tell({ verdict, findings }: Drift): Told {
  const paths = (wanted: (finding: Drift['findings'][number]) => boolean | undefined) =>
    findings.filter(wanted).map(({ path }) => path);
  const because = new Set(findings.flatMap(({ fixes_unknown_because = [] }) => fixes_unknown_because));
  return {
    verdict,
    counted: paths(({ counted }) => counted),
    undecided: paths(({ undecided }) => undecided),
    because: [...because],
  };
}

const pass = { verdict: 'pass', counted: [], undecided: [], because: [] } as const;
const counts = (...counted: string[]) => ({ ...pass, verdict: 'drift' as const, counted });
const nobodyKnows = (path: string, because: FixesUnknown) => ({
  ...pass,
  ...{ verdict: 'incomplete' as const, undecided: [path], because: [because] },
});

const rows: [name: string, of: Report, told: Record<keyof Told, unknown>][] = [
  ['nothing is stale', current([], []), pass],
  ['a fix is not in memory', current([inUse('libexpat1', [100], ids(2))], [expat]), counts(expat.path)],
  ['nothing was fixed', current([inUse('libexpat1', [100], [])], [expat]), pass],
  ['a log has no fixes', current([], [rotatedLog]), pass],
  ['code outside the folders of packages is of no package', current([], [code('/srv/app/run', null)]), pass],
  [
    'only the package with fixes counts',
    current([inUse('libexpat1', [100], ids(1)), inUse('libssl3', [100], [])], [expat, ssl]),
    counts(expat.path),
  ],
  [
    'the fixes are of the version that other processes run',
    current([inUse('libexpat1', [100], []), inUse('libexpat1', [7], ids(3), { running_version: '0' })], [expat]),
    pass,
  ],
  [
    'a process runs two versions of a package, and the file is of the one with no fixes',
    current([inUse('libexpat1', [100], []), inUse('libexpat1', [100], ids(3), { running_version: '0' })], [expat]),
    pass,
  ],
  [
    'a process runs two versions of a package, and it is not known of which one the file is',
    current(
      [inUse('libexpat1', [100], []), inUse('libexpat1', [100], ids(3), { running_version: '0' })],
      [code(expat.path, owned('libexpat1', null))],
    ),
    counts(expat.path),
  ],
  ...(['no_running_version', 'no_changelog', 'no_source_version', 'not_kept', 'too_many_packages'] as const).map(
    (because): (typeof rows)[number] => [
      `not known: ${because}`,
      current([inUse('libexpat1', [100], because)], [expat]),
      nobodyKnows(expat.path, because),
    ],
  ),
  ['not known: no entry of the package', current([], [expat]), nobodyKnows(expat.path, 'no_running_version')],
  [
    'not known: code of no package',
    current([], [code('/usr/lib/old.so', null)]),
    nobodyKnows('/usr/lib/old.so', 'no_package'),
  ],
  [
    'not known: the changelog does not reach back, and has nothing so far',
    current([inUse('libexpat1', [100], [], partly([]))], [expat]),
    nobodyKnows(expat.path, 'changelog_too_short'),
  ],
  [
    'the changelog does not reach back, but it has a fix',
    current([inUse('libexpat1', [100], [], partly(ids(1)))], [expat]),
    { ...counts(expat.path), because: ['changelog_too_short'] },
  ],
  [
    'a fix that is known wins over others that are not',
    current([inUse('libexpat1', [100], ids(1)), inUse('libssl3', [100], 'no_changelog')], [expat, ssl]),
    { verdict: 'drift', counted: [expat.path], undecided: [ssl.path], because: ['no_changelog'] },
  ],
];
for (const [name, of, told] of rows) {
  test(`--fixes-only: ${name}: ${told.verdict}`, async () => {
    const { drift } = judge(of, null, options);
    assert.deepEqual(tell(drift), told);
    assert.equal(await validateDocument('drift', drift), null);
    const allowed = judge(of, null, { ...options, allowIncomplete: true }).drift.verdict;
    assert.equal(allowed, told.verdict === 'drift' ? 'drift' : 'pass');
    const never = judge(of, null, { ...options, failOn: 'never' }).drift;
    assert.deepEqual([never.verdict, tell(never).counted, tell(never).undecided], ['pass', [], []]);
  });

  // A scan makes an entry for each package of a gone file, so that fleet does not look for missing ones.
  if (name.endsWith('no entry of the package')) continue;
  test(`fleet --cve agrees: ${name}`, () => {
    const host = (fixes: ReturnType<typeof collectHostFixes>) => [{ hostname: 'a', id: null, fixes }];
    const fixes = collectHostFixes(of, isWhole(of), new SharedFixes());
    const { verdict } = judge(of, null, options).drift;
    const isLacking = fixes.lacks.some(({ cves }) => answerCve(cves[0]!, host(fixes), 0).verdict === 'drift');
    const other = answerCve('CVE-1999-0001', host(fixes), 0).verdict;
    // fleet looks at packages of processes, and check at files: a second version that no file is of counts only there.
    if (verdict === 'drift') assert.ok(isLacking);
    if (verdict === 'incomplete') assert.equal(other, 'incomplete');
    if (other === 'incomplete' && !isLacking) assert.equal(verdict, 'incomplete');
  });
}

test('code in a container has packages of its own', () => {
  const container = { runtime: 'docker', id: 'x', name: null, user: null, cgroup: null } as const;
  const guest = process(7, [{ ...expat, pids: [7] }], { container });
  const maps = guest.maps.map((map) => ({ ...map, package: owned('libexpat1') }));
  const of = { ...report({ processes: [{ ...guest, maps }] }), packages: [inUse('libexpat1', [7], [])] };
  assert.deepEqual(tell(judge(of, null, options).drift), nobodyKnows(expat.path, 'no_package'));
});

test('without --fixes-only everything counts, and the fixes are said all the same', () => {
  const of = current([inUse('libexpat1', [100], ids(2)), inUse('libssl3', [100], 'no_changelog')], [expat, ssl]);
  const { drift } = judge(of, null, { ...options, fixesOnly: false });
  assert.deepEqual(tell(drift), {
    ...{ verdict: 'drift', counted: [expat.path, ssl.path], undecided: [], because: ['no_changelog'] },
  });
  assert.equal(drift.fixes_only, false);
  const packages = [{ name: 'libexpat1', running_version: '1', installed_version: '2', count: 2 }];
  assert.deepEqual(drift.fixes, { count: 2, cves: ids(2), complete: false, packages });
  assert.deepEqual(
    drift.findings.map(({ package: owner, fixes }) => [owner, fixes]),
    [
      [owned('libexpat1'), { count: 2, cves: ids(2), complete: true, packages }],
      [owned('libssl3'), null],
    ],
  );
});

test('a report that was made without --fixes: null, with the reason, and never none', () => {
  const { drift } = judge(current(null, [expat]), null, { ...options, fixesOnly: false });
  assert.equal(drift.fixes, null);
  assert.deepEqual([drift.findings[0]?.fixes, drift.findings[0]?.fixes_unknown_because], [null, ['not_asked']]);
});

test('a finding lists the newest 100 ids, a document 500; the counts are of all', () => {
  const of = current(
    [inUse('libexpat1', [100], ids(700), { fixes: { count: 900, cves: ids(500), complete: true } })],
    [expat, ...Array.from({ length: 3 }, (_, index) => code(`/usr/lib/libexpat${index}.so`, owned('libexpat1')))],
  );
  const { drift } = judge(of, null, options);
  for (const { fixes } of drift.findings)
    assert.deepEqual([fixes?.count, fixes?.cves, fixes?.complete], [900, ids(500).slice(0, 100), true]);
  assert.deepEqual([drift.fixes?.count, drift.fixes?.cves, drift.fixes?.complete], [900, ids(500), true]);
});

test('the total is of the findings that are shown, counted or not, and has each id once', () => {
  const packages = [inUse('libexpat1', [100], ids(3)), inUse('libssl3', [100], [...ids(1, 2000), ...ids(2)])];
  const of = current(packages, [expat, ssl]);
  const total = (more: Partial<CheckOptions>) => judge(of, null, { ...options, ...more }).drift.fixes?.count;
  assert.equal(total({}), 4);
  assert.equal(total({ failOn: 'never' }), 4);
  assert.equal(total({ filters: { ...options.filters, units: ['b.*'] } }), 0);
  assert.equal(total({ accept: [{ path: '*ssl*', reason: 'x', file: 'c.yaml', line: 1 }] }), 3);
});

test('two uses with one id: the fixes of both, and no running version if the two differ', () => {
  const of = current(
    [inUse('libexpat1', [100], ids(1)), inUse('libexpat1', [200], ids(2), { running_version: '0' })],
    [],
  );
  const session = (name: string, pid: number, version: string) =>
    unit(name, [code(expat.path, owned('libexpat1', version), [pid])], { slice: 'user-1000.slice' });
  const sessions = [session('session-7.scope', 100, '1'), session('session-8.scope', 200, '0')];
  const [finding, ...others] = judge({ ...of, units: sessions }, null, options).drift.findings;
  assert.equal(others.length, 0);
  assert.deepEqual([finding?.package?.running_version, finding?.fixes?.count], [null, 2]);
  const same = [session('session-7.scope', 100, '1'), session('session-8.scope', 200, '1')];
  assert.equal(judge({ ...of, units: same }, null, options).drift.findings[0]?.package?.running_version, '1');
});

const base = (packages: PackageInUse[] | null, files: UnitFile[]) =>
  current(packages, files, { generated_at: '2026-11-23T09:00:00Z' });
const removed = { ...expat, state: 'removed' as const };
const known = inUse('libexpat1', [100], ids(2));
const againstBaseline: [name: string, before: Report, now: Report, verdict: string, change: string][] = [
  ['the same fixes', base([known], [removed]), current([known], [removed]), 'pass', 'remaining'],
  [
    'fewer fixes',
    base([inUse('libexpat1', [100], ids(3))], [removed]),
    current([known], [removed]),
    ...(['pass', 'remaining'] as const),
  ],
  [
    'more fixes: another upgrade came',
    base([inUse('libexpat1', [100], ids(1))], [removed]),
    current([known], [removed]),
    ...(['drift', 'new'] as const),
  ],
  [
    'the first fixes: another upgrade came',
    base([inUse('libexpat1', [100], [])], [removed]),
    current([known], [removed]),
    ...(['drift', 'new'] as const),
  ],
  [
    'fixes that were not known then',
    base([inUse('libexpat1', [100], 'no_changelog')], [removed]),
    current([known], [removed]),
    ...(['drift', 'new'] as const),
  ],
  [
    'still not known: the baseline let it pass',
    base([inUse('libexpat1', [100], 'no_changelog')], [removed]),
    current([inUse('libexpat1', [100], 'no_changelog')], [removed]),
    ...(['pass', 'remaining'] as const),
  ],
  [
    'no longer known: there may be more',
    base([known], [removed]),
    current([inUse('libexpat1', [100], 'no_changelog')], [removed]),
    ...(['incomplete', 'remaining'] as const),
  ],
  [
    'no longer known, and the baseline was made without --fixes',
    base(null, [removed]),
    current([inUse('libexpat1', [100], 'no_changelog')], [removed]),
    ...(['pass', 'remaining'] as const),
  ],
  [
    'the baseline was made without --fixes, and has the finding',
    base(null, [removed]),
    current([known], [removed]),
    ...(['pass', 'remaining'] as const),
  ],
];
for (const [name, before, now, verdict, change] of againstBaseline) {
  test(`--fixes-only against a baseline: ${name}: ${verdict}`, () => {
    for (const document of [before, judge(before, null, { ...options, failOn: 'never' }).baseline]) {
      const { drift } = judge(now, document, options);
      assert.deepEqual([drift.verdict, drift.findings.map((finding) => finding.change)], [verdict, [change]]);
      const plain = judge(now, document, { ...options, fixesOnly: false }).drift;
      assert.equal(plain.findings[0]?.change, 'remaining', 'without --fixes-only the fixes do not matter');
    }
  });
}

test('a finding that is resolved says which fixes came into memory, and one of an old baseline that nobody asked', () => {
  const resolved = (document: Report) => judge(current([], []), document, options).drift.resolved[0];
  assert.deepEqual(resolved(base([known], [expat]))?.fixes?.cves, ids(2));
  const old = judge(base([known], [expat]), null, options).baseline;
  const [finding] = old.findings;
  const { package: _, fixes: __, fixes_unknown_because: ___, undecided: ____, ...before } = finding!;
  const { fixes: _____, fixes_only: ______, ...rest } = old;
  const gone = judge(current([], []), { ...rest, findings: [before] }, options).drift.resolved[0];
  assert.deepEqual([gone?.package, gone?.fixes, gone?.fixes_unknown_because], [null, null, ['not_asked']]);
});

test('a gate that nobody knows to be open does not move the baseline', () => {
  const of = current([inUse('libexpat1', [100], 'no_changelog')], [expat]);
  assert.equal(movesBaseline(judge(of, null, options).drift), false);
  assert.equal(movesBaseline(judge(of, null, { ...options, allowIncomplete: true }).drift), true);
});
