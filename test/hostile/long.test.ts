// Long texts: a local user can have as many as files, in paths, command lines and names. V8 hashes a string of more than 16383
// characters by its length alone, and cannot hold one of more than half a gigabyte. If four times the files cost a stage much more
// than four times the work, the stage compares each with each.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Report, Unit } from '../../src/documents/generated/report.ts';
import { judge } from '../../src/drift/judge.ts';
import { renderDropIn } from '../../src/drop-in/render.ts';
import { FleetFold } from '../../src/fleet/fold.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { renderFleetJunit } from '../../src/render/fleet/junit.ts';
import { renderFleetOpenmetrics } from '../../src/render/fleet/openmetrics.ts';
import { renderFleetText } from '../../src/render/fleet/text.ts';
import { jsonPieces } from '../../src/render/json.ts';
import { renderOpenmetrics } from '../../src/render/openmetrics.ts';
import { renderPlanText } from '../../src/render/plan/text.ts';
import { renderLines } from '../../src/render/report/lines.ts';
import { renderText } from '../../src/render/report/text.ts';
import { assess, noGate } from '../support/assess.ts';
import { startCreature } from '../support/hostile.ts';
import { processOf, runCli, startWithLibrary, workFolder } from '../support/live.ts';
import { needs } from '../support/needs.ts';
import { process as affected, file, report, unit } from '../support/reports.ts';

const length = 20_000;
const style = { colour: false, columns: 100 };
const now = new Date('2026-11-24T00:00:00Z');

/** Long texts of equal length that differ in a few characters only. */
const long = (number: number, start: string): string =>
  `${start}${'x'.repeat(length - 8 - start.length)}${String(number).padStart(8, '0')}`;
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 2);

/** A report with this many files of one unit, and of a process without a unit. */
function manyPaths(count: number): Report {
  const files = numbers(count).map((number) => file('code', long(number, '/srv/'), [7]));
  const logs = numbers(count).map((number) => file('log', long(number, '/var/log/'), [8]));
  const one = unit('a.service', files);
  const ref = { name: one.name, scope: one.scope, user: null, source: 'cgroup_v2' } as const;
  return report({ units: [one], processes: [affected(7, files, { unit: ref }), affected(8, logs)] });
}

/** A report with this many processes without a unit, and this many units; each has its own name and program. */
function manyNames(count: number): Report {
  const library = file('code', '/usr/lib/libc.so.6');
  const loose = numbers(count).map((pid) =>
    affected(pid, [library], {
      name: long(pid, 'n'),
      command: [long(pid, 'c')],
      executable: { path: long(pid, '/opt/'), path_base64: null, deleted: false },
      container: pid % 2 ? { runtime: 'docker', id: long(pid, 'i'), name: null, user: null } : null,
    }),
  );
  const units = numbers(count).map(
    (pid): Unit => unit(`${long(pid, 'u')}.service`, [{ ...library, pids: [pid] }], { systemd: null }),
  );
  return report({ units, processes: loose });
}

function drain(pieces: string | Iterable<string>): number {
  let characters = 0;
  for (const piece of typeof pieces === 'string' ? [pieces] : pieces) characters += piece.length;
  return characters;
}

function fold(from: Report) {
  const fleet = new FleetFold();
  fleet.add(from, 'a.json', assess(from));
  fleet.add(from, 'b.json', assess(from));
  fleet.add({ ...from, host: { ...from.host, hostname: long(1, 'h') } }, 'c.json', assess(from));
  return fleet.build(now, noGate);
}

const options = {
  failOn: null,
  allowIncomplete: false,
  allowUnseenUsers: false,
  fixesOnly: false,
  filters: { units: [], roles: null, kinds: [] },
  accept: [],
  now,
};

const stages: readonly [name: string, work: (from: Report) => number][] = [
  ['scan --format text', (from) => drain(renderText(from, style))],
  ['scan --format lines', (from) => drain(renderLines(from))],
  ['lib_users', (from) => drain(renderDropIn(from, { machine: false, showItems: true, services: true }))],
  ['plan', (from) => drain(renderPlanText(buildPlan(from, [], from.generated_at), style))],
  ['openmetrics', (from) => drain(renderOpenmetrics(from, null, null))],
  [
    'check',
    (from) => {
      const reboot = { ...buildPlan(from, [], from.generated_at).reboot, counts_as: 'ok' } as const;
      return drain(jsonPieces(judge(from, from, { ...options, reboot }).drift));
    },
  ],
  [
    'fleet',
    (from) => {
      const fleet = fold(from);
      return (
        drain(renderFleetText(fleet, style)) + drain(renderFleetJunit(fleet)) + drain(renderFleetOpenmetrics(fleet))
      );
    },
  ],
];

const shapes: readonly [name: string, make: (count: number) => Report][] = [
  ['paths', manyPaths],
  ['names', manyNames],
];

/** Microseconds of processor time in the shorter of two runs, because a garbage collection may fall into one. */
function costOf(work: () => unknown): number {
  const runs = [0, 1].map(() => {
    const began = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(began);
    return user + system;
  });
  return Math.min(...runs);
}

for (const [what, make] of shapes) {
  const [few, many] = [make(1000), make(4000)];
  for (const [name, work] of stages) {
    test(`${name}: work grows with the number of ${what} of ${length} characters, not with its square`, (t) => {
      const [once, fourfold] = [costOf(() => work(few)), costOf(() => work(many))];
      t.diagnostic(`${Math.round(once / 1000)} and ${Math.round(fourfold / 1000)} ms`);
      assert.ok(fourfold < once * 9, `${once} and ${fourfold} µs`);
    });
  }
}

test('a document longer than a string can be is written, and so is a text that is too long as JSON', () => {
  const process = affected(
    7,
    numbers(6000).map((number) => file('code', `/${'\x01'.repeat(length)}${number}`, [7])),
  );
  const listed = report({ processes: [process] });
  assert.ok(drain(jsonPieces(listed)) > 2 ** 29);
  assert.throws(() => JSON.stringify(listed), RangeError);
  const text = '\x01'.repeat(100_000_000);
  assert.equal(drain(jsonPieces({ text })), '{\n  "text": ""\n}\n'.length + text.length * 6);
});

test('25000 mappings with paths of four kilobytes cost their own process alone', async (t) => {
  if (!needs(t, 'python3', 'another user')) return;
  const folder = workFolder(t);
  const theirs = join(folder, 'theirs');
  mkdirSync(theirs);
  const absurd = await startCreature(t, 'long_paths', theirs, '25000', '65534');
  const library = join(folder, 'libservice.so');
  const service = await startWithLibrary(t, library);
  rmSync(library);
  const output = join(folder, 'report.json');
  const only = ['--pid', String(absurd.child.pid), '--pid', String(service.pid)];
  const formats = ['rows', 'ndjson', 'text', 'openmetrics'].flatMap((format) => [
    '--also',
    `${format}=${folder}/${format}`,
  ]);
  const answer = runCli(['scan', '--no-config', ...only, '--output', output, ...formats]);
  assert.equal(answer.status, 0, answer.stderr);
  const found = JSON.parse(readFileSync(output, 'utf8')) as Report;
  assert.deepEqual(
    processOf(found, service.pid)?.maps.map(({ path, state }) => [path, state]),
    [[library, 'removed']],
  );
  const [cut, ...others] = found.scan.cut ?? [];
  const listed = processOf(found, absurd.child.pid)?.maps.length ?? 0;
  assert.deepEqual(others, []);
  assert.deepEqual([cut?.pid, cut?.user?.uid, listed + (cut?.maps ?? 0)], [absurd.child.pid, 65534, 25_000]);
  assert.ok(listed > 1000 && (cut?.maps ?? 0) > 1000, `${listed} listed`);
  assert.equal(cut?.held_bytes, cut!.maps * 4096);
  assert.deepEqual([found.scan.processes.failed, found.scan.processes.inspected], [0, 2]);
  assert.match(readFileSync(join(folder, 'text'), 'utf8'), /some gone files are not listed for a process/);
  assert.equal(runCli(['plan', '--no-config', ...only, '--format', 'text']).status, 0);
});
