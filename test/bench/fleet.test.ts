// 10,000 reports of 50 KB in one pass: at most 200 MB of memory, from standard input and from files.

import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Fleet } from '../../src/documents/generated/fleet.ts';
import type { Report } from '../../src/documents/generated/report.ts';
import { builtFile } from '../support/cli.ts';
import { file, report, unit } from '../support/reports.ts';
import { temporaryFolder } from '../support/temporary.ts';

const hosts = 10_000;
const limitMegabytes = 200;

// 30 units with 6 libraries each: 50 KB, and a result of 700,000 host names.
const libraries = Array.from({ length: 40 }, (_, index) =>
  file('code', `/usr/lib/x86_64-linux-gnu/lib${index}.so.${index}`),
);
const units = Array.from({ length: 30 }, (_, index) =>
  unit(`service-${index}.service`, libraries.slice(index % 34, (index % 34) + 6)),
);
const template = report({ units, scan: { detail: 'units' }, summary: { processes: 30 } });

function reportOf(index: number): string {
  const host = { ...template.host, hostname: `host-${index}`, id: index.toString(16).padStart(32, '0') };
  return `${JSON.stringify({ ...template, host } satisfies Report)}\n`;
}

const measure = `
import resource, subprocess, sys
status = subprocess.run(sys.argv[1:]).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024, file=sys.stderr)
sys.exit(status)`;

function judge({ status, stdout, stderr }: Pick<SpawnSyncReturns<string>, 'status' | 'stdout' | 'stderr'>): number {
  assert.equal(status, 0, stderr);
  const fleet = JSON.parse(stdout) as Fleet;
  assert.deepEqual([fleet.summary.hosts, fleet.units.length], [hosts, 30]);
  assert.ok(fleet.files.every((each) => each.hosts.length === hosts));
  const megabytes = Number(stderr.trim().split('\n').at(-1));
  assert.ok(megabytes <= limitMegabytes, `${megabytes} MB`);
  return megabytes;
}

test(`${hosts} reports of ${Math.round(reportOf(0).length / 1024)} KB from standard input`, async (t) => {
  const child = spawn('python3', ['-c', measure, process.execPath, builtFile, 'fleet', '-', '--format', 'json']);
  const out: string[] = [];
  const err: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text) => out.push(text));
  child.stderr.setEncoding('utf8').on('data', (text) => err.push(text));
  const closed = once(child, 'close');
  for (let index = 0; index < hosts; index++) if (!child.stdin.write(reportOf(index))) await once(child.stdin, 'drain');
  child.stdin.end();
  const [status] = await closed;
  t.diagnostic(`${judge({ status, stdout: out.join(''), stderr: err.join('') })} MB`);
});

test(`${hosts} reports from one file`, (t) => {
  const path = join(temporaryFolder(t), 'all.ndjson');
  const fd = openSync(path, 'w');
  for (let index = 0; index < hosts; index++) writeSync(fd, reportOf(index));
  closeSync(fd);
  const args = ['-c', measure, process.execPath, builtFile, 'fleet', path, '--format', 'json'];
  t.diagnostic(`${judge(spawnSync('python3', args, { encoding: 'utf8', maxBuffer: 1 << 29 }))} MB`);
});
