import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderRows } from '../../support/joined.ts';
import { outdated } from '../../support/outdated.ts';
import { cleanReport, hostileReport, unitsReport, workedReport } from '../samples.ts';

type Row = Record<string, string | number | null>;
const parse = (text: string): Row[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Row);

const columns =
  'generated_at hostname host_id boot_id labels scope unit unit_uid session container_runtime container_id ' +
  'container_name pid pids uid user process command executable started_at via fd kind role state path path_base64 ' +
  'replaced_at held_bytes package package_version running_version pending_fixes confidence evidence';

test('rows: every row has the same columns in the same order, and nothing nested', () => {
  for (const row of [...parse(renderRows(workedReport())), ...parse(renderRows(unitsReport()))]) {
    assert.equal(Object.keys(row).join(' '), columns);
    assert.ok(Object.values(row).every((cell) => cell === null || ['string', 'number'].includes(typeof cell)));
  }
});

test('rows: one per process and gone map or fd, as the summary counts', () => {
  const { maps, fds } = workedReport().summary;
  const rows = parse(renderRows(workedReport()));
  assert.equal(rows.filter(({ via }) => via === 'map').length, maps);
  assert.equal(rows.filter(({ via }) => via === 'fd').length, fds);
});

test('rows: what a row of a process says', () => {
  const row = parse(renderRows(workedReport())).find(({ pid, via }) => pid === 813 && via === 'fd');
  assert.deepEqual(row, {
    generated_at: '2026-11-23T07:40:12Z',
    hostname: 'web-1',
    host_id: '3f1c9e0a7b5d4c2e8f6a1b0c9d8e7f60',
    boot_id: '2a9d5f0e-9b1b-4f60-8d2c-4f3f4d0f8a11',
    labels: 'environment=production',
    scope: 'system',
    unit: 'nginx.service',
    unit_uid: null,
    session: null,
    container_runtime: null,
    container_id: null,
    container_name: null,
    pid: 813,
    pids: '813',
    uid: 33,
    user: 'www-data',
    process: 'nginx',
    command: 'nginx:',
    executable: '/usr/sbin/nginx',
    started_at: '2026-11-02T09:18:23Z',
    via: 'fd',
    fd: 5,
    kind: 'regular',
    role: 'log',
    state: 'removed',
    path: '/var/log/nginx/access.log.1',
    path_base64: null,
    replaced_at: null,
    held_bytes: 10489856,
    package: null,
    package_version: null,
    running_version: null,
    pending_fixes: null,
    confidence: null,
    evidence: null,
  });
});

test('rows: what is outdated and not gone, without hints', () => {
  const all = [outdated('likely'), outdated('possible', '/usr/bin/b'), outdated('certain', '/snap/c/1')];
  const ofUnits = { ...unitsReport() };
  ofUnits.units[0]!.outdated = all;
  const ofProcesses = workedReport();
  ofProcesses.processes[0]!.outdated = all;
  for (const report of [ofUnits, ofProcesses]) {
    const rows = parse(renderRows(report)).filter(({ via }) => via === 'outdated');
    const facts = (row: Row) =>
      ['kind', 'role', 'state', 'path', 'held_bytes', 'confidence', 'evidence'].map((name) => row[name]);
    const evidence = 'script_reborn,package_upgraded';
    assert.deepEqual(rows.map(facts), [
      ['script', 'code', 'replaced', '/usr/bin/a', 0, 'likely', evidence],
      ['snap', 'code', 'replaced', '/snap/c/1', 0, 'certain', evidence],
      ['script', 'code', 'replaced', '/usr/bin/fail2ban-server', 0, 'likely', evidence],
    ]);
    assert.deepEqual([rows[0]!.package, rows[0]!.package_version, rows[0]!.running_version], ['a', '2', '1']);
    assert.ok(rows.every((row) => Object.keys(row).join(' ') === columns));
  }
});

test('rows: user units, sessions and containers', () => {
  const of = (wanted: number): Row => parse(renderRows(workedReport())).find(({ pid }) => pid === wanted)!;
  assert.deepEqual([of(2101).scope, of(2101).unit, of(2101).unit_uid], ['user', 'app.service', 1000]);
  assert.equal(of(3001).session, '7');
  assert.deepEqual([of(4100).unit, of(4100).container_runtime], [null, 'docker']);
  assert.equal(of(4500).path_base64, 'L29wdC9hZ2VudC9saWIv/3BsdWcuc28=');
});

test('rows: with --detail units, one per unit and file', () => {
  const rows = parse(renderRows(unitsReport()));
  assert.equal(rows.length, 10);
  const log = rows.find(({ path }) => path === '/var/log/nginx/access.log.1')!;
  assert.deepEqual([log.unit, log.pid, log.pids, log.held_bytes], ['nginx.service', null, '812,813', 10489856]);
  assert.equal(rows.at(-1)!.uid, 1000);
});

test('rows: a hostile path stays in its line, and comes back as it was', () => {
  const rows = renderRows(hostileReport('\n{"pid":1}\u2028\x9b'));
  assert.doesNotMatch(rows.replaceAll('\n', ''), /[\p{Cc}\p{Zl}]/u);
  assert.equal(parse(rows)[0]!.path, '/usr/lib/x86_64-linux-gnu/libc.so.6\n{"pid":1}\u2028\x9b');
});

test('rows: nothing found, no row', () => assert.equal(renderRows(cleanReport()), ''));
