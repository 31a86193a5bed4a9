// check and what is outdated and not gone: what is certain counts, what is likely counts with --inferred, and a hint never.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countUnlisted } from '../../src/documents/coverage.ts';
import type { Drift } from '../../src/documents/generated/drift.ts';
import type { OutdatedScan, Report } from '../../src/documents/generated/report.ts';
import { validateDocument } from '../../src/documents/validate.ts';
import { type CheckOptions, judge } from '../../src/drift/judge.ts';
import { compileStale } from '../../src/drift/stale.ts';
import { outdated } from '../support/outdated.ts';
import { file, libc, process, report, unit } from '../support/reports.ts';

const options: CheckOptions = {
  failOn: null,
  allowIncomplete: false,
  allowUnseenUsers: false,
  fixesOnly: false,
  filters: { units: [], roles: null, kinds: [] },
  accept: [],
  reboot: { required: false, reasons: [], counts_as: 'ok' },
  now: new Date('2026-11-23T10:00:00Z'),
};
const looked: OutdatedScan = { possible: true, judged: 3, unknown: [{ because: 'no_service', processes: 2 }] };
const reference = { name: 'a.service', scope: 'system', user: null, source: 'cgroup_v2' } as const;
const all = [outdated('certain', '/snap/a/1'), outdated('likely'), outdated('possible', '/usr/bin/b')];

function of(old = all, scan: Partial<Report['scan']> = {}): Report {
  const units = old.length === 0 ? [] : [unit('a.service', [], { outdated: old, pids: [100] })];
  const processes = units.length === 0 ? [] : [{ ...process(100, [], { unit: reference }), outdated: old }];
  return report({ units, processes, scan: { outdated: looked, ...scan }, summary: { processes: 0, units: 0 } });
}

const told = ({ findings, resolved, unseen, verdict }: Drift) => [
  verdict,
  findings.map(({ path, via, kind, confidence, counted }) => [path, via, kind, confidence, counted].join(' ')),
  resolved.map(({ path }) => path),
  unseen.map(({ path }) => path),
];
const snap = '/snap/a/1 outdated snap certain true';
const script = '/usr/bin/a outdated script likely true';

test('what is certain counts, and what is likely if it is asked for', async () => {
  assert.deepEqual(told(judge(of(), null, options).drift), ['drift', [snap], [], []]);
  const { drift } = judge(of(), null, { ...options, inferred: true });
  assert.deepEqual(told(drift), ['drift', [snap, script], [], []]);
  assert.equal(await validateDocument('drift', drift), null);
  assert.deepEqual(told(judge(of([all[2]!]), null, { ...options, inferred: true }).drift), ['pass', [], [], []]);
});

test('ids are none of those of gone files at the same path', () => {
  const both = report({
    units: [unit('a.service', [file('code', '/usr/bin/a')], { outdated: [outdated('likely')] })],
    processes: [process(100, [file('code', '/usr/bin/a')], { unit: reference })],
  });
  const ids = judge(both, null, { ...options, inferred: true }).drift.findings.map(({ id }) => id);
  assert.equal(new Set(ids).size, 2);
});

test('a finding of the baseline is resolved only if the scan could have shown it', () => {
  const known = judge(of(), null, { ...options, inferred: true }).drift;
  const against = (now: Report, inferred = true) => told(judge(now, known, { ...options, inferred }).drift).slice(2);
  assert.deepEqual(against(of([])), [['/snap/a/1', '/usr/bin/a'], []]);
  assert.deepEqual(against(of([]), false), [['/snap/a/1'], ['/usr/bin/a']]);
  assert.deepEqual(against(of([], { outdated: null })), [[], ['/snap/a/1', '/usr/bin/a']]);
  const unsure = { ...looked, unknown: [{ because: 'no_history' as const, processes: 1 }] };
  assert.deepEqual(against(of([], { outdated: unsure })), [[], ['/snap/a/1', '/usr/bin/a']]);
});

test('the fleet counts what is certain, as check does', () => {
  const stale = compileStale(options.filters, [], options.now);
  assert.deepEqual([stale(of()), stale(of(all.slice(1))), stale(of([]))], [1, 0, 0]);
});

test('a process that is only outdated is not missing in a list of units', () => {
  const units = [unit('a.service', [libc]), unit('b.service', [], { outdated: all, pids: [100] })];
  const made = report({ units, scan: { detail: 'units' }, summary: { processes: 2 } });
  assert.equal(
    countUnlisted({
      ...made,
      units: [units[0]!, { ...units[1]!, pids: [200], outdated: [outdated('likely', '/x', { pids: [200] })] }],
    }),
    1,
  );
});
