// The hosts that should report, and those of which no report was read.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findNeverReported, parseExpected } from '../../src/fleet/expected.ts';
import { FleetFold } from '../../src/fleet/fold.ts';
import { assess, noGate } from '../support/assess.ts';
import { libc, report, unit } from '../support/reports.ts';

test('a list has one name a line, each once, and comments', () => {
  assert.deepEqual(parseExpected('# all\nweb-1\r\n\n  db-1  \nweb-1\n#db-2', 'f'), ['web-1', 'db-1']);
  assert.deepEqual(parseExpected('', 'f'), []);
  assert.deepEqual(parseExpected('web_1.example.org\n10.0.0.7\nmünchen', 'f').length, 3);
});

test('a list of another form is an error, and not hosts that never report', () => {
  const lists = [
    'a\n[web]\n',
    'a\nall:\n',
    'a\n["b"]',
    'a\nb,c',
    'a\nb c',
    'a\nb # c',
    'a\nb\0c',
    'a\nb=1',
    'a\nweb-[1:3]',
  ];
  for (const list of lists) {
    assert.throws(
      () => parseExpected(list, 'hosts'),
      { code: 'invalid_document', message: /^hosts:2: not the name/ },
      list,
    );
  }
});

const cases: [name: string, expected: string[], hosts: string[], never: string[]][] = [
  ['a host that is there', ['a'], ['a'], []],
  ['a host that is not', ['a', 'b'], ['b'], ['a']],
  ['a full name for a short one', ['a.example.org'], ['a'], []],
  ['a short name for a full one', ['a'], ['a.example.org'], []],
  ['two full names', ['a.example.org'], ['a.example.com'], ['a.example.org']],
  ['the beginning of a label', ['web'], ['web-1'], ['web']],
  ['other letters', ['WEB-1'], ['web-1'], []],
  ['nobody reported', ['b', 'a'], [], ['b', 'a']],
];
for (const [name, expected, hosts, never] of cases) {
  test(`never reported: ${name}`, () => assert.deepEqual(findNeverReported(expected, hosts), never));
}

const now = new Date('2026-11-23T10:00:00Z');
const host = (hostname: string, parts: Parameters<typeof report>[0] = {}) => {
  const made = report(parts);
  return { ...made, host: { ...made.host, hostname, id: null } };
};

test('a host that never reported leaves the gate not open, unless that is allowed', () => {
  const fold = new FleetFold();
  fold.add(host('a'), 'a.json', assess(host('a')));
  const gate = { failOn: ['any'], allowIncomplete: false } as const;
  assert.equal(fold.build(now, gate, null, ['a']).verdict, 'pass');
  assert.equal(fold.build(now, gate, null, ['a', 'b']).verdict, 'incomplete');
  assert.equal(fold.build(now, { ...gate, allowIncomplete: true }, null, ['a', 'b']).verdict, 'pass');
  assert.equal(fold.build(now, noGate, 'CVE-2026-32776', ['a']).cve?.verdict, 'pass');
  assert.equal(fold.build(now, noGate, 'CVE-2026-32776', ['a', 'b']).cve?.verdict, 'incomplete');
  assert.equal(fold.build(now, noGate).never_reported, null);
});

test('what a unit holds is added up over its hosts and users, and is that of the newest reports', () => {
  const holding = (held_bytes: number, memory: number | undefined, name = 'a.service') =>
    unit(name, [libc], { held_bytes, ...(memory === undefined ? {} : { held_memory_bytes: memory }) });
  const fold = new FleetFold();
  const add = (hostname: string, ...units: ReturnType<typeof unit>[]) => {
    const made = host(hostname, { units });
    fold.add(made, `${hostname}.json`, assess(made));
  };
  add('a', holding(1000, 0));
  add('a', holding(10, 4), holding(5, 1));
  add('b', holding(7, 7), holding(3, undefined, 'b.service'));
  const held = fold.build(now, noGate).units.map((each) => [each.name, each.held_bytes, each.held_memory_bytes]);
  assert.deepEqual(held, [
    ['a.service', 22, 12],
    ['b.service', 3, null],
  ]);
});

test('a host is stale since its earliest replaced code', () => {
  const fold = new FleetFold();
  const since = (name: string, stale_since: string | null) => unit(name, [libc], { stale_since });
  const early = '2026-11-20T00:00:00Z';
  const made = host('a', {
    units: [since('a.service', '2026-11-22T00:00:00Z'), since('b.service', early), since('c.service', null)],
  });
  fold.add(made, 'a.json', assess(made));
  fold.add(host('b'), 'b.json', assess(host('b')));
  assert.deepEqual(
    fold.build(now, noGate).hosts.map(({ stale_since }) => stale_since),
    [early, null],
  );
});
