// As many mappings as the kernel gives one process, and a hundred thousand descriptors: all are read, none is lost.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startCreature } from '../support/hostile.ts';
import { isRoot, processOf, python, scan, workFolder } from '../support/live.ts';
import { skipUnless } from '../support/skip.ts';

test('as many mappings as there can be are one finding', async (t) => {
  if (!skipUnless(t, python !== null, 'needs python3')) return;
  const path = join(workFolder(t), 'data');
  writeFileSync(path, 'x'.repeat(4096));
  const { child } = await startCreature(t, 'many_mappings', path);
  const [map] = processOf(scan('--pid', String(child.pid)), child.pid)?.maps ?? [];
  assert.equal(map?.path, path);
  assert.ok(map.mappings > 65_000, `${map.mappings} mappings`);
  assert.equal(map.mapped_bytes, map.mappings * 4096);
});

test('a hundred thousand descriptors of gone files are as many findings, whose bytes count once', async (t) => {
  if (!skipUnless(t, isRoot && python !== null, 'needs root and python3')) return;
  const folder = workFolder(t);
  const made = new Map<number, { path: string; count: number }>();
  // One process, if its limit can be raised; else as many processes as are needed.
  for (let missing = 100_000; missing > 0; ) {
    const path = join(folder, `${made.size}.log`);
    const { child, said } = await startCreature(t, 'many_descriptors', path, String(missing));
    made.set(child.pid, { path, count: Number(said) });
    missing -= Number(said);
  }
  const report = scan(...[...made.keys()].flatMap((pid) => ['--pid', String(pid)]));
  for (const [pid, { path, count }] of made) {
    const fds = processOf(report, pid)?.fds ?? [];
    assert.equal(fds.length, count);
    assert.ok(fds.every((fd) => fd.path === path && fd.state === 'removed'));
  }
  assert.equal(report.summary.fds, 100_000);
  assert.equal(report.summary.held_bytes, made.size * 4096);
});
