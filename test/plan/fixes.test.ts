// The fixes that an action brings into memory: those of the packages that its own processes run. Unknown fixes are not "none".

import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import type { Plan } from '../../src/documents/generated/plan.ts';
import type { PackageInUse, Report } from '../../src/documents/generated/report.ts';
import { validateDocument } from '../../src/documents/validate.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { renderPlanText } from '../../src/render/plan/text.ts';
import { file, report, rotatedLog, unit } from '../support/reports.ts';

const owner = {
  manager: 'dpkg',
  name: 'libexpat1',
  version: '2.5-1+deb12u5',
  running_version: '2.5-1+deb12u2',
} as const;
const expat = (pids: number[]) => ({ ...file('code', '/usr/lib/libexpat.so.1', pids), package: owner });
const ssl = (pids: number[]) => ({
  ...file('code', '/usr/lib/libssl.so.3', pids),
  package: {
    manager: 'dpkg',
    name: 'libssl3',
    version: '3.0.22-1~deb12u2',
    running_version: '3.0.20-1~deb12u2',
  } as const,
});

const inUse = (pids: number[], cves: readonly string[] | null, more: Partial<PackageInUse> = {}): PackageInUse => ({
  ...{ name: owner.name, source: 'expat', manager: 'dpkg', installed_version: owner.version },
  ...{ running_version: owner.running_version, evidence: 'file_time', replaced_at: null },
  fixes: cves === null ? null : { count: cves.length, cves: [...cves], complete: true },
  unknown_because: cves === null ? 'no_changelog' : null,
  ...{ units: [], pids },
  ...more,
});
const inSsl = (pids: number[], cves: readonly string[]): PackageInUse =>
  inUse(pids, cves, {
    name: 'libssl3',
    source: 'openssl',
    installed_version: '3.0.22-1~deb12u2',
    running_version: '3.0.20-1~deb12u2',
  });
const ids = (count: number, from = 1000) => Array.from({ length: count }, (_, i) => `CVE-2026-${from + count - i}`);

function plan(packages: PackageInUse[] | null, ...units: Parameters<typeof unit>[]): Plan {
  const made: Report = { ...report({ units: units.map((each) => unit(...each)) }), packages };
  return buildPlan(made, [], '2026-11-23T07:40:13Z');
}
const told = ({ fixes }: { fixes?: Plan['fixes'] }) =>
  fixes == null
    ? fixes
    : [
        fixes.count,
        fixes.cves.length,
        fixes.complete,
        fixes.packages.map(({ name, count }) => `${name} ${count}`).join(),
      ];

const rows: [
  name: string,
  packages: PackageInUse[] | null,
  files: Parameters<typeof unit>[1],
  told: ReturnType<typeof told>,
][] = [
  ['a report that did not ask', null, [expat([100])], null],
  ['one package', [inUse([100], ids(27))], [expat([100])], [27, 20, true, 'libexpat1 27']],
  [
    'two packages that share an id',
    [inUse([100], ids(3)), inSsl([100], ids(2))],
    [expat([100]), ssl([100])],
    [3, 3, true, 'libexpat1 3,libssl3 2'],
  ],
  [
    'packages that other processes run do not count',
    [inUse([100], ids(3)), inSsl([7], ids(9, 2000))],
    [expat([100])],
    [3, 3, true, 'libexpat1 3'],
  ],
  ['nothing was fixed', [inUse([100], [])], [expat([100])], [0, 0, true, '']],
  ['not known is not none', [inUse([100], null)], [expat([100])], null],
  [
    'not known of one of two',
    [inUse([100], null), inSsl([100], ids(2))],
    [expat([100]), ssl([100])],
    [2, 2, false, 'libssl3 2'],
  ],
  [
    'a changelog that does not reach back',
    [inUse([100], ids(2), { fixes: { count: 2, cves: ids(2), complete: false } })],
    [expat([100])],
    [2, 2, false, 'libexpat1 2'],
  ],
  [
    'code of no package',
    [inUse([100], ids(2))],
    [expat([100]), file('code', '/usr/lib/old.so')],
    [2, 2, false, 'libexpat1 2'],
  ],
  [
    "somebody's own code, which no package fixes",
    [inUse([100], ids(2))],
    [expat([100]), file('code', '/srv/app/own.so')],
    [2, 2, true, 'libexpat1 2'],
  ],
  ["nothing but somebody's own code", [], [file('code', '/usr/local/lib/own.so')], [0, 0, true, '']],
  ['nothing but code of no package', [], [file('code', '/usr/lib/old.so')], null],
  [
    'a list that was cut',
    [inUse([100], ids(2), { fixes: { count: 600, cves: ids(500), complete: true } })],
    [expat([100])],
    [600, 20, true, 'libexpat1 600'],
  ],
  ['a log', [], [rotatedLog], [0, 0, true, '']],
];
for (const [name, packages, files, expected] of rows) {
  test(`the fixes of an action: ${name}`, async () => {
    const made = plan(packages, ['a.service', files]);
    deepEqual(made.actions.map(told), [expected]);
    deepEqual(told(made), expected, 'and of the plan');
    equal(await validateDocument('plan', made), null);
  });
}

test('the plan has the fixes of all actions, each id once', () => {
  const packages = [inUse([100, 200], ids(3)), inSsl([200], ids(2, 2000))];
  const made = plan(packages, ['a.service', [expat([100])]], ['b.service', [expat([200]), ssl([200])]]);
  deepEqual(told(made), [5, 5, true, 'libexpat1 3,libssl3 2']);
  deepEqual(
    made.actions.map(({ fixes }) => fixes?.count),
    [3, 5],
  );
  deepEqual(made.fixes?.cves, [...ids(2, 2000), ...ids(3)], 'the newest first');
});

test('the order of actions is that of a plan without fixes', () => {
  const units: Parameters<typeof unit>[] = [
    ['a.service', [rotatedLog]],
    ['z.service', [expat([100])]],
  ];
  const order = ({ actions }: Plan) => actions.map(({ unit }) => unit);
  deepEqual(order(plan([inUse([100], ids(27))], ...units)), order(plan(null, ...units)));
});

const text = (packages: PackageInUse[], ...files: Parameters<typeof unit>[1]) =>
  renderPlanText(plan(packages, ['a.service', files]), { colour: false, columns: 200 });

test('text: the fixes that an action brings', () => {
  match(
    text([inUse([100], ids(27))], expat([100])),
    /\n {6}closes CVE-2026-1027, CVE-2026-1026 and 25 more \(libexpat1 2\.5-1\+deb12u2 → u5\)\n/,
  );
  match(
    text([inUse([100], null), inSsl([100], ids(3))], expat([100]), ssl([100])),
    /closes at least CVE-2026-1003, CVE-2026-1002 and CVE-2026-1001 \(libssl3 3\.0\.20-1~deb12u2 → 3\.0\.22-1~deb12u2\)/,
  );
  match(
    text([inUse([100], ids(1), { running_version: null })], expat([100])),
    /closes CVE-2026-1001 \(libexpat1 an earlier version → 2\.5-1\+deb12u5\)/,
  );
});

test('text: an action with no fix, or with unknown fixes, does not mention fixes', () => {
  doesNotMatch(text([inUse([100], [])], expat([100])), /closes|CVE/);
  doesNotMatch(text([inUse([100], null)], expat([100])), /closes|CVE/);
});

test('text: names and versions with control characters', () => {
  const evil = 'x\x1b[31m\n';
  const shown = text([inUse([100], ids(1), { running_version: evil, installed_version: evil })], expat([100]));
  doesNotMatch(shown, /\x1b/);
});
