// Reports folded in every order: only the newest of a host counts, and nothing of a superseded report stays.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Fleet } from '../../src/documents/generated/fleet.ts';
import type { Report } from '../../src/documents/generated/report.ts';
import { validateDocument } from '../../src/documents/validate.ts';
import { FleetFold } from '../../src/fleet/fold.ts';
import { assess, noGate } from '../support/assess.ts';
import { readGolden } from '../support/golden.ts';
import { outdated } from '../support/outdated.ts';
import { anyReport } from '../support/report-arbitrary.ts';
import { file, libc, process, report, rotatedLog, unit } from '../support/reports.ts';

const now = new Date('2026-11-23T08:12:00Z');
const golden = readGolden<Report>('report');

function fold(reports: readonly Report[]): Fleet {
  const fleet = new FleetFold();
  for (const [index, each] of reports.entries()) fleet.add(each, `reports/${index}.json`, assess(each));
  return fleet.build(now, noGate);
}

function host(
  hostname: string,
  id: string | null,
  generated_at: string,
  parts: Parameters<typeof report>[0] = {},
): Report {
  const made = report(parts);
  return { ...made, generated_at, host: { ...made.host, hostname, id } };
}
const early = '2026-11-23T06:00:00Z';
const late = '2026-11-23T07:00:00Z';

test('a unit that is outdated counts if that is certain, and not if it is inferred', () => {
  const units = [
    unit('certain.service', [], { outdated: [outdated('certain', '/snap/a/1'), outdated('likely')] }),
    unit('likely.service', [], { outdated: [outdated('likely')] }),
  ];
  const fleet = fold([host('a', 'a', early, { units, summary: { processes: 0 } })]);
  assert.deepEqual(
    fleet.units.map(({ name }) => name),
    ['certain.service'],
  );
  assert.equal(fleet.hosts[0]?.stale, 1);
});

test('a host that was not seen completely has the reasons, those that hide most first', () => {
  const counts = { ...golden.scan.processes, denied: 0, failed: 0, blocked: 0 };
  const filters = { ...golden.scan.filters, pids: [], units: [] };
  const hidepid = { code: 'hidepid', message: '/proc is mounted with hidepid' } as const;
  const because = (scan: Partial<Report['scan']>, warnings: Report['warnings'] = []) => {
    const about = { complete: false, effective_uid: 0, processes: counts, filters, ...scan };
    return fold([{ ...host('a', 'a', early, { scan: about }), warnings }]).hosts[0]?.incomplete_because;
  };
  const denied = { ...counts, denied: 3 };
  assert.deepEqual(because({ complete: true }), []);
  assert.deepEqual(because({}), [{ code: 'unknown', processes: null }]);
  assert.deepEqual(because({ processes: denied }), [{ code: 'denied', processes: 3 }]);
  assert.deepEqual(because({ processes: denied, effective_uid: 1000 }), [{ code: 'not_root', processes: 3 }]);
  assert.deepEqual(because({ processes: { ...counts, failed: 1, blocked: 2 } }), [
    { code: 'failed', processes: 1 },
    { code: 'blocked', processes: 2 },
  ]);
  assert.deepEqual(because({ include: ['maps'] }), [{ code: 'filters', processes: null }]);
  assert.deepEqual(because({ filters: { ...filters, units: ['a.service'] }, processes: denied }, [hidepid]), [
    { code: 'hidepid', processes: null },
    { code: 'filters', processes: null },
    { code: 'denied', processes: 3 },
  ]);
});

test('the worked example', () => {
  const expected = readGolden<Fleet>('fleet');
  const db = {
    ...host('db-1', '11f0a4f7c0d6b4a1e9d1f2f3a4b5c6d7', golden.generated_at, { scan: { complete: false } }),
  };
  db.host = { ...db.host, labels: {}, reboot: { required: null, reasons: [] } };
  db.summary = { processes: 0, units: 0, maps: 0, fds: 0, held_bytes: 0 };
  const fleet = new FleetFold();
  fleet.add({ ...golden, generated_at: early }, 'reports/old/web-1.json', assess(golden));
  fleet.add(golden, 'reports/web-1.json', assess(golden));
  fleet.add(db, 'reports/db-1.json', assess(db));
  fleet.refuse('reports/web-9.json', expected.unreadable_inputs[0]!);
  const { files, ...rest } = fleet.build(now, noGate, null, ['db-1', 'web-1.example.org', 'cache-1']);
  const { files: expectedFiles, ...expectedRest } = expected;
  assert.deepEqual(rest, { ...expectedRest, tool: rest.tool });
  // The example lists only the files of units, but the document has the files of processes in no unit as well.
  assert.deepEqual(
    files.filter(({ units }) => units.length > 0),
    expectedFiles,
  );
  assert.deepEqual(
    files.filter(({ units }) => units.length === 0).map(({ path }) => path),
    ['/opt/agent/lib/\ufffdplug.so'],
  );
});

const id = 'a'.repeat(32);
const duplicates: [name: string, Report[], hosts: string[]][] = [
  ['the newest counts', [host('a', id, early), host('a', id, late)], [`a ${late} 1`]],
  ['in either order', [host('a', id, late), host('a', id, early)], [`a ${late} 1`]],
  ['three of them', [host('a', id, early), host('a', id, late), host('a', id, early)], [`a ${late} 2`]],
  ['clones share an id', [host('a', id, early), host('b', id, late)], [`a ${early} 0`, `b ${late} 0`]],
  ['two hosts of one name', [host('a', id, early), host('a', 'b'.repeat(32), late)], [`a ${early} 0`, `a ${late} 0`]],
  ['without an id the name decides', [host('a', null, early), host('a', null, late)], [`a ${late} 1`]],
];
for (const [name, reports, hosts] of duplicates) {
  test(`duplicates: ${name}`, () => {
    const read = fold(reports).hosts.map((each) => `${each.hostname} ${each.generated_at} ${each.superseded}`);
    assert.deepEqual(read, hosts);
  });
}

test('nothing of a superseded report stays', () => {
  const old = host('a', id, early, { units: [unit('gone.service', [rotatedLog])], processes: [process(7, [libc])] });
  const { units, files, summary } = fold([old, host('a', id, late)]);
  assert.deepEqual([units, files, summary.affected, summary.hosts], [[], [], 0, 1]);
});

test('what hosts have in common stays until the last of them has it no longer', () => {
  const same = { units: [unit('a.service', [libc, rotatedLog]), unit('b.service', [libc])] };
  const other = { units: [unit('a.service', [libc])] };
  const both = [host('a', null, early, same), host('b', null, early, same)];
  const shown = (...reports: Report[]) => {
    const { units, files } = fold(reports);
    return [
      ...units.map(({ name, hosts }) => `${name} ${hosts}`),
      ...files.map(({ path, hosts, units }) => `${path} ${hosts} ${units}`),
    ];
  };
  assert.deepEqual(shown(...both, host('a', null, late, other)), [
    'a.service a,b',
    'b.service b',
    `${libc.path} a,b a.service,b.service`,
    `${rotatedLog.path} b a.service`,
  ]);
  const gone = [...both, host('a', null, late, other), host('b', null, late)];
  assert.deepEqual(shown(...gone), ['a.service a', `${libc.path} a a.service`]);
  assert.deepEqual(shown(...gone, host('a', null, late, same)), [
    'a.service a',
    'b.service a',
    `${libc.path} a a.service,b.service`,
    `${rotatedLog.path} a a.service`,
  ]);
});

test('files with the same path, use, kind, role and state are one file, with the units of all hosts', () => {
  const a = host('a', null, late, { units: [unit('x.service', [libc]), unit('y.service', [libc, rotatedLog])] });
  const b = host('b', null, late, {
    units: [unit('z.service', [{ ...libc, pids: [7] }, file('code', libc.path, [8], 'removed')])],
  });
  const { files } = fold([b, a]);
  assert.deepEqual(
    files.map(({ path, state, hosts, units }) => [path, state, hosts.join(' '), units.join(' ')]),
    [
      [libc.path, 'removed', 'b', 'z.service'],
      [libc.path, 'replaced', 'a b', 'x.service y.service z.service'],
      [rotatedLog.path, 'removed', 'a', 'y.service'],
    ],
  );
});

test('paths that differ only in bytes that are not UTF-8 are two paths', () => {
  const raw = (path_base64: string) => ({ ...libc, path: '/\ufffd', path_base64 });
  const { files } = fold([host('a', null, late, { units: [unit('x.service', [raw('L/8='), raw('L/4=')])] })]);
  assert.equal(files.length, 2);
});

const samePaths: [path: string, string | null, string | null][] = [
  ['/\ufffd', 'L/8=', 'L/4='],
  ['/\ufffd', 'L/8=', null],
  ['', '', null],
];
for (const [path, first, second] of samePaths) {
  test(`files do not depend on the order of the reports: base64 ${first} and ${second}`, () => {
    const [one, two] = [host('a', null, late), host('b', null, late)];
    one.units = [unit('x.service', [{ ...libc, path, path_base64: first }])];
    two.units = [unit('x.service', [{ ...libc, path, path_base64: second }])];
    assert.deepEqual(fold([one, two]).files, fold([two, one]).files);
  });
}

test('a source with many broken inputs: a hundred are listed, the rest is counted', () => {
  const fleet = new FleetFold();
  for (let line = 1; line <= 2000; line++)
    fleet.refuse('big.ndjson', { source: `big.ndjson:${line}`, code: 'invalid_document', message: 'cut off' });
  const { summary, unreadable_inputs } = fleet.build(now, noGate);
  assert.equal(summary.unreadable_inputs, 2000);
  assert.equal(unreadable_inputs.length, 101);
  assert.deepEqual(unreadable_inputs[100], {
    source: 'big.ndjson',
    code: 'invalid_document',
    message: 'and 1900 more inputs like these',
  });
});

test('no sum of bytes is more than a JSON number can be', async () => {
  const summary = { held_bytes: Number.MAX_VALUE };
  const fleet = fold([host('a', null, late, { summary }), host('b', null, late, { summary })]);
  assert.equal(await validateDocument('fleet', JSON.parse(JSON.stringify(fleet))), null);
});

test('the order of the reports does not change a sum, even if they lie', () => {
  const held = [3956147113459423, 4948865209478933, 5918023585293190];
  const hosts = held.map((bytes, at) =>
    host('abc'[at]!, null, late, {
      units: [{ ...unit('a.service', []), held_bytes: bytes, held_memory_bytes: bytes }],
    }),
  );
  const sums = [hosts, [...hosts].reverse(), [hosts[1]!, hosts[0]!, hosts[2]!]].map((each) => {
    const [only] = fold(each).units;
    return [only?.held_bytes, only?.held_memory_bytes];
  });
  assert.deepEqual(sums, Array(3).fill([Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]));
});

test('any reports give a valid document, and only the newest of each host shows in it', async () => {
  const named = fc.tuple(
    anyReport,
    fc.constantFrom('a', 'b', 'c'),
    fc.constantFrom(early, late, now.toISOString().replace('.000', '')),
  );
  const several = fc.array(named, { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(several, async (drawn) => {
      const reports = drawn.map(([each, hostname, generated_at]) => ({
        ...each,
        generated_at,
        host: { ...each.host, hostname, id: null },
      }));
      const fleet = fold(reports);
      assert.equal(await validateDocument('fleet', fleet), null);
      const newest = new Map<string, Report>();
      for (const each of reports)
        if ((newest.get(each.host.hostname)?.generated_at ?? '') <= each.generated_at)
          newest.set(each.host.hostname, each);
      const alone = fold([...newest.values()]);
      assert.deepEqual([fleet.files, fleet.units], [alone.files, alone.units]);
    }),
    { numRuns: 60 },
  );
});
