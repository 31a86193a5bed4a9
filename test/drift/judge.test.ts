// Before and after, one case a row: the findings that are new, remain, are resolved or unseen, and the verdict of the gate.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { countedFindings, staleSince } from '../../src/documents/drift-gate.ts';
import type { Drift, DriftReboot } from '../../src/documents/generated/drift.ts';
import type { Process, Report, UnseenOwner } from '../../src/documents/generated/report.ts';
import { validateDocument } from '../../src/documents/validate.ts';
import { type CheckOptions, judge, movesBaseline } from '../../src/drift/judge.ts';
import { anyReport } from '../support/report-arbitrary.ts';
import { facts, file, jna, libc, localeArchive, process, report, rotatedLog, unit } from '../support/reports.ts';

const before = '2026-11-23T07:00:00Z';
const baselineAt = '2026-11-23T08:00:00Z';
const after = '2026-11-23T09:00:00Z';
const now = new Date('2026-11-23T10:00:00Z');

const options: CheckOptions = {
  failOn: null,
  allowIncomplete: false,
  allowUnseenUsers: false,
  fixesOnly: false,
  filters: { units: [], roles: null, kinds: [] },
  accept: [],
  reboot: { required: false, reasons: [], counts_as: 'ok' },
  now,
};

const replacedAt = (replaced_at: string | null) => ({ ...libc, replaced_at });
const ssl = file('code', '/usr/lib/libssl.so.3');
const started = (pid: number, at: string | null, more: Partial<Process> = {}) =>
  process(pid, [], {
    started_at: at,
    unit: { name: 'a.service', scope: 'system', user: null, source: 'cgroup_v2' },
    ...more,
  });

function baseline(parts: Parameters<typeof report>[0]): Report {
  return { ...report(parts), generated_at: baselineAt };
}
function current(parts: Parameters<typeof report>[0]): Report {
  return { ...report(parts), generated_at: '2026-11-23T09:59:00Z' };
}
const counts = (a: Report | Drift | null, b: Report, more: Partial<CheckOptions> = {}) =>
  Object.values(judge(b, a, { ...options, ...more }).drift.counts).join(' ');

const incomplete = { complete: false };
const stale = [unit('a.service', [replacedAt(before)])];

const rows: [name: string, before: Report | null, now: Report, counts: string][] = [
  ['nothing before, nothing now', baseline({}), current({}), '0 0 0 0'],
  ['without a baseline everything is new', null, current({ units: stale }), '1 0 0 0'],
  ['not in the baseline', baseline({}), current({ units: stale }), '1 0 0 0'],
  ['stale since before the baseline', baseline({ units: stale }), current({ units: stale }), '0 1 0 0'],
  [
    'replaced again since',
    baseline({ units: stale }),
    current({ units: [unit('a.service', [replacedAt(after)])] }),
    '1 0 0 0',
  ],
  [
    'replaced in the second of the baseline',
    baseline({ units: stale }),
    current({ units: [unit('a.service', [replacedAt(baselineAt)])] }),
    '0 1 0 0',
  ],
  [
    'replaced again in the second of the baseline, after a restart',
    baseline({ units: [unit('a.service', [{ ...replacedAt(before), pids: [10] }])] }),
    current({ units: [unit('a.service', [{ ...replacedAt(baselineAt), pids: [20] }])] }),
    '1 0 0 0',
  ],
  ['gone', baseline({ units: stale }), current({}), '0 0 1 0'],
  ['gone from an incomplete report', baseline({ units: stale }), current({ scan: incomplete }), '0 0 0 1'],
  [
    'hidden by an ignore glob',
    baseline({ units: stale }),
    current({ scan: { filters: { ...report({}).scan.filters, ignore: ['*libc*'] } } }),
    '0 0 0 1',
  ],
  [
    'hidden by an ignored path',
    baseline({ units: stale }),
    current({ scan: { filters: { ...report({}).scan.filters, ignore_literal: ['/usr/lib/libc.so.6'] } } }),
    '0 0 0 1',
  ],
  [
    'ignored is another path',
    baseline({ units: stale }),
    current({ scan: { filters: { ...report({}).scan.filters, ignore: ['*libssl*'] } } }),
    '0 0 1 0',
  ],
  [
    'of no unit, and the report has no processes',
    baseline({ processes: [process(7, [libc])] }),
    current({ scan: { detail: 'units' }, summary: { processes: 1 } }),
    '0 0 0 1',
  ],
  [
    'of no unit, and no process is left out',
    baseline({ processes: [process(7, [libc])] }),
    current({ scan: { detail: 'units' }, summary: { processes: 0 } }),
    '0 0 1 0',
  ],
  [
    'the same program without a unit',
    baseline({ processes: [process(7, [libc])] }),
    current({ processes: [process(8, [libc])] }),
    '0 1 0 0',
  ],
  [
    'a removed library, of a process that ran before',
    baseline({ units: stale }),
    current({ units: [unit('a.service', [replacedAt(null)])], processes: [started(100, before)] }),
    '0 1 0 0',
  ],
  [
    'a removed library, of a process that started since',
    baseline({ units: stale }),
    current({ units: [unit('a.service', [replacedAt(null)])], processes: [started(100, after)] }),
    '1 0 0 0',
  ],
  [
    'the start is not known',
    baseline({ units: stale }),
    current({ units: [unit('a.service', [replacedAt(null)])], processes: [started(100, null)] }),
    '0 1 0 0',
  ],
  [
    'a young worker of an old process',
    baseline({ units: stale }),
    current({
      units: [unit('a.service', [{ ...libc, pids: [100, 200] }])],
      processes: [started(100, before), started(200, after)],
    }),
    '0 1 0 0',
  ],
  ['rebooted since', baseline({ units: stale }), current({ units: stale, host: { booted_at: after } }), '1 0 0 0'],
  [
    'a log whose place is written to',
    baseline({ units: [unit('a.service', [rotatedLog])] }),
    current({
      units: [unit('a.service', [{ ...rotatedLog, state: 'replaced', replaced_at: after }])],
      processes: [started(100, before)],
    }),
    '0 1 0 0',
  ],
  [
    'a log that was made since',
    baseline({ units: [unit('a.service', [rotatedLog])] }),
    current({
      units: [unit('a.service', [rotatedLog])],
      processes: [started(100, before, { fds: process(1, [rotatedLog]).fds.map((fd) => ({ ...fd, born_at: after })) })],
    }),
    '1 0 0 0',
  ],
  ['scratch is never a reason', baseline({}), current({ units: [unit('a.service', [jna])] }), '0 0 0 0'],
  ['data counts', baseline({}), current({ units: [unit('a.service', [localeArchive])] }), '1 0 0 0'],
  [
    'two sessions of one user are one',
    null,
    current({
      units: ['session-1.scope', 'session-2.scope'].map((name) => unit(name, [libc], { slice: 'user-1000.slice' })),
    }),
    '1 0 0 0',
  ],
  [
    'sessions of two users are two',
    null,
    current({ units: [1000, 1001].map((uid) => unit('session-1.scope', [libc], { slice: `user-${uid}.slice` })) }),
    '2 0 0 0',
  ],
];
for (const [name, a, b, expected] of rows) test(name, () => assert.equal(counts(a, b), expected));

const two = [unit('a.service', [replacedAt(before), rotatedLog]), unit('b.service', [ssl])];
const filterRows: [string, Partial<CheckOptions['filters']>, string][] = [
  ['no filter', {}, '1 2 1 0'],
  ['by unit', { units: ['a.*'] }, '0 2 0 0'],
  ['by another unit', { units: ['[bc].service'] }, '1 0 1 0'],
  ['by role', { roles: ['log'] }, '0 1 0 0'],
  ['by kind', { kinds: ['library'] }, '1 1 1 0'],
  ['scratch on demand', { roles: ['scratch'] }, '1 0 0 0'],
];
for (const [name, filters, expected] of filterRows) {
  test(`filters hold on both sides: ${name}`, () => {
    const now = current({ units: [...two.slice(0, 1), unit('c.service', [ssl, jna])] });
    assert.equal(counts(baseline({ units: two }), now, { filters: { ...options.filters, ...filters } }), expected);
  });
}

const verdicts: [string, failOn: CheckOptions['failOn'], allow: boolean, Report | null, Report, string][] = [
  ['new', null, false, baseline({}), current({ units: stale }), 'new drift'],
  ['remaining, by default', null, false, baseline({ units: stale }), current({ units: stale }), 'new pass'],
  ['remaining, on any', 'any', false, baseline({ units: stale }), current({ units: stale }), 'any drift'],
  ['anything without a baseline', null, false, null, current({ units: stale }), 'any drift'],
  ['never', 'never', false, null, current({ units: stale }), 'never pass'],
  ['clean', null, false, null, current({}), 'any pass'],
  ['not everything seen', null, false, null, current({ scan: incomplete }), 'any incomplete'],
  ['not everything seen, allowed', null, true, null, current({ scan: incomplete }), 'any pass'],
  ['findings win', null, false, null, current({ units: stale, scan: incomplete }), 'any drift'],
  [
    'never, and not everything seen',
    'never',
    false,
    null,
    current({ units: stale, scan: incomplete }),
    'never incomplete',
  ],
];
for (const [name, failOn, allowIncomplete, a, b, expected] of verdicts) {
  test(`verdict: ${name}`, () => {
    const { drift } = judge(b, a, { ...options, failOn, allowIncomplete });
    assert.equal(`${drift.fail_on} ${drift.verdict}`, expected);
  });
}

test('the baseline moves only if the gate is open, or with --fail-on never', () => {
  const moves = (verdict: Drift['verdict'], fail_on: Drift['fail_on']) =>
    movesBaseline({ ...judge(current({}), null, options).drift, verdict, fail_on });
  assert.deepEqual(
    [moves('pass', 'new'), moves('drift', 'new'), moves('incomplete', 'any'), moves('incomplete', 'never')],
    [true, false, false, true],
  );
});

test('a drift document as the baseline remembers when a finding was first seen, and the unseen findings', () => {
  const first = judge(
    current({ units: two, scan: incomplete }),
    baseline({ units: [...two, unit('z.service', [ssl])] }),
    options,
  );
  assert.equal(Object.values(first.drift.counts).join(' '), '0 3 0 1');
  const second = judge(current({ units: [...two, unit('z.service', [ssl])] }), first.drift, options).drift;
  assert.deepEqual(
    second.findings.map(({ change, first_seen_at }) => `${change} ${first_seen_at}`),
    Array(4).fill(`remaining ${baselineAt}`),
  );
  const third = judge(current({}), first.drift, options).drift;
  assert.equal(third.counts.resolved, 4);
});

test('a finding that is gone has no processes', () => {
  const { drift } = judge(current({}), baseline({ units: two }), options);
  assert.deepEqual(
    drift.resolved.map(({ pids }) => pids),
    [[], [], []],
  );
});

test('new findings come first, each part in order', () => {
  const now = current({ units: [...two, unit('c.service', [ssl])] });
  const { findings } = judge(now, baseline({ units: two }), options).drift;
  assert.deepEqual(
    findings.map(({ change, unit, path }) => `${change} ${unit} ${path}`),
    [
      'new c.service /usr/lib/libssl.so.3',
      'remaining a.service /usr/lib/libc.so.6',
      'remaining a.service /var/log/a.log.1',
      'remaining b.service /usr/lib/libssl.so.3',
    ],
  );
});

test('users whose processes were not seen are named, if nothing else was missed; the gate opens for them if it is told to', () => {
  const owner = { user: { uid: 1001, name: 'bob' }, kind: 'user', denied: 0, failed: 0, blocked: 2 } as const;
  const judged = (unseen: UnseenOwner[], detail: 'units' | 'processes' = 'processes', allowUnseenUsers = true) => {
    const { scan } = current({});
    const blocked = unseen.reduce((sum, each) => sum + each.blocked, 0);
    const missed = { complete: false, detail, unseen, processes: { ...scan.processes, denied: 0, failed: 0, blocked } };
    const of = current({ scan: missed, summary: { processes: detail === 'units' ? 1 : 0 } });
    const { verdict, unseen_users } = judge(of, null, { ...options, allowUnseenUsers }).drift;
    return [verdict, unseen_users];
  };
  assert.deepEqual(judged([owner]), ['pass', [owner]]);
  assert.deepEqual(judged([owner], 'processes', false), ['incomplete', [owner]]);
  assert.deepEqual(judged([owner, { ...owner, kind: 'root' }]), ['incomplete', []]);
  assert.deepEqual(judged([owner], 'units'), ['incomplete', []]);
});

const entry = { reason: 'CHG-1', file: 'c.yaml', line: 3 };
const acceptRows: [string, CheckOptions['accept'][number], string, accepted: number, expired: number][] = [
  ['by unit', { ...entry, unit: 'a.*' }, '1 0 0 0', 2, 0],
  ['by path', { ...entry, path: '/usr/lib/*' }, '1 0 0 0', 2, 0],
  ['by both', { ...entry, unit: 'a.*', path: '/usr/lib/*' }, '2 0 0 0', 1, 0],
  ['on its last day', { ...entry, unit: 'a.*', until: '2026-11-23' }, '1 0 0 0', 2, 0],
  ['a day later', { ...entry, unit: 'a.*', until: '2026-11-22' }, '3 0 0 0', 0, 1],
];
for (const [name, accept, expected, accepted, expired] of acceptRows) {
  test(`accepted ${name}`, () => {
    const judged = judge(current({ units: two }), null, { ...options, accept: [accept] });
    assert.equal(Object.values(judged.drift.counts).join(' '), expected);
    assert.deepEqual([judged.drift.accepted?.length, judged.drift.expired?.length], [accepted, expired]);
  });
}

test('accepted findings are not in the kept baseline: they count as new when the acceptance ends', () => {
  const accept = [{ ...entry, unit: 'a.*', until: '2026-11-23' }];
  const kept = judge(current({ units: two }), null, { ...options, failOn: 'never', accept }).baseline;
  const later = judge(current({ units: two }), kept, { ...options, accept, now: new Date('2026-11-24T00:00:00Z') });
  assert.deepEqual(Object.values(later.drift.counts), [2, 1, 0, 0]);
});

test('a finding that the filters leave out stays in the kept baseline if it was known, and never gets into it if not', () => {
  const filters = { ...options.filters, units: ['b.*'] };
  const now = current({ units: [...two, unit('c.service', [ssl])] });
  const first = judge(now, null, { ...options, failOn: 'never', filters }).baseline;
  assert.deepEqual([...new Set(first.findings.map((finding) => finding.unit))], ['b.service']);
  const { drift, baseline: second } = judge(now, baseline({ units: two }), { ...options, filters });
  assert.equal(drift.verdict, 'pass');
  assert.deepEqual([...new Set(second.findings.map((finding) => finding.unit))], ['a.service', 'b.service']);
  const everything = judge(now, second, options).drift;
  assert.deepEqual([everything.verdict, everything.counts.new, everything.counts.remaining], ['drift', 1, 3]);
});

test('a finding is stale since its code was replaced, else since it was first seen', () => {
  const { drift } = judge(current({ units: two }), baseline({ units: two }), options);
  assert.deepEqual(drift.findings.map(staleSince), [before, baselineAt, baselineAt]);
});

test('any two reports give valid documents, each finding in one place, and the kept baseline has every judged finding', async () => {
  const filters = fc.constantFrom<CheckOptions['filters']>(
    options.filters,
    { units: ['*.service'], roles: null, kinds: [] },
    { units: [], roles: ['code', 'scratch'], kinds: ['library', 'regular'] },
  );
  const accept = fc.constantFrom<CheckOptions['accept']>(
    [],
    [{ ...entry, unit: 'nginx.*' }],
    [{ ...entry, path: '*a*' }],
  );
  await fc.assert(
    fc.asyncProperty(anyReport, fc.option(anyReport), filters, accept, fc.boolean(), async (now, then, ...given) => {
      const [filters, accept, fixesOnly] = given;
      const judged = judge(now, then, { ...options, filters, accept, fixesOnly });
      for (const { kind: _, ...document } of [judged.drift, judged.baseline]) {
        assert.equal(await validateDocument('drift', { kind: 'lib-users/drift', ...document }), null);
        const ids = [...document.findings, ...document.resolved, ...document.unseen].map(({ id }) => id);
        assert.equal(new Set(ids).size, ids.length);
      }
      const again = judge(now, judged.baseline, { ...options, filters, accept, fixesOnly });
      assert.deepEqual([again.drift.resolved, again.drift.unseen], [[], judged.drift.unseen]);
      assert.deepEqual(
        new Set(again.drift.findings.map(({ id }) => id)),
        new Set(judged.drift.findings.map(({ id }) => id)),
      );
    }),
    { numRuns: 100 },
  );
});

test('--unit takes an alias in full, and no pattern of one', () => {
  const systemd = { ...facts, names: ['mariadb.service', 'mysql.service'] };
  const found = current({ units: [unit('mariadb.service', [replacedAt(after)], { systemd }), ...stale] });
  const selected = (pattern: string) =>
    judge(found, null, { ...options, filters: { ...options.filters, units: [pattern] } }).drift.findings.map(
      (finding) => finding.unit,
    );
  assert.deepEqual(
    [selected('mysql.service'), selected('mysql*'), selected('maria*')],
    [['mariadb.service'], [], ['mariadb.service']],
  );
});

const kernel = { code: 'kernel_outdated', running: '6.1.0-27-amd64', installed: '6.1.0-28-amd64' } as const;
const gates: [
  counts_as: DriftReboot['counts_as'],
  required: boolean | null,
  verdict: string,
  allowed: string,
  with_findings: string,
][] = [
  ['ok', false, 'pass', 'pass', 'drift'],
  ['ok', true, 'pass', 'pass', 'drift'],
  ['ok', null, 'pass', 'pass', 'drift'],
  ['warning', true, 'pass', 'pass', 'drift'],
  ['warning', null, 'pass', 'pass', 'drift'],
  ['fail', false, 'pass', 'pass', 'drift'],
  ['fail', true, 'drift', 'drift', 'drift'],
  ['fail', null, 'incomplete', 'pass', 'drift'],
];
for (const [counts_as, required, ...verdicts] of gates) {
  test(`a reboot that is ${required === null ? 'not known' : required ? 'required' : 'not required'} counts as ${counts_as}: ${verdicts[0]}`, async () => {
    const reboot: DriftReboot = { required, reasons: required === true ? [kernel] : [], counts_as };
    const all = [
      judge(current({}), null, { ...options, reboot }),
      judge(current({}), null, { ...options, reboot, allowIncomplete: true }),
      judge(current({ units: two }), null, { ...options, reboot }),
    ];
    assert.deepEqual(
      all.map(({ drift }) => drift.verdict),
      verdicts,
    );
    for (const { drift } of all) {
      assert.deepEqual(drift.reboot, reboot);
      assert.equal(await validateDocument('drift', drift), null);
    }
  });
}

test('a required reboot closes the gate for every --fail-on', () => {
  const reboot: DriftReboot = { required: true, reasons: [kernel], counts_as: 'fail' };
  const { drift } = judge(current({ units: two }), null, { ...options, failOn: 'never', reboot });
  assert.deepEqual([drift.verdict, countedFindings(drift).length], ['drift', 0]);
});
