// As many mappings as the kernel gives one process, and a hundred thousand descriptors: all are read, none is lost.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Report } from '../../src/documents/generated/report.ts';
import { startCreature } from '../support/hostile.ts';
import { isRoot, processOf, python, scan, workFolder } from '../support/live.ts';
import { needs } from '../support/needs.ts';
import { commandLine } from '../support/program.ts';
import { skipUnless } from '../support/skip.ts';
import { startHolder, startSocketService } from '../support/socket-service.ts';

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

test('processes that are much work each cost their user a bounded time, and everything else is seen', async (t) => {
  if (!needs(t, 'another user', 'python3')) return;
  const theirs = join(workFolder(t), 'theirs');
  mkdirSync(theirs);
  const uid = 4711;
  const { child: absurd } = await startCreature(t, 'absurd_crowd', theirs, '60', String(uid));
  const { child, library } = await startCreature(t, 'plain');
  unlinkSync(library);
  // To read them all takes five minutes of processor time.
  const [program, ...argv] = commandLine(['scan', '--no-config', '--no-systemctl', '--format', 'json']);
  const answer = spawnSync(program, argv, { encoding: 'utf8', timeout: 120_000, killSignal: 'SIGKILL' });
  assert.equal(answer.status, 0, answer.stderr);
  const report = JSON.parse(answer.stdout) as Report;
  assert.equal(processOf(report, child.pid)?.maps[0]?.state, 'removed', 'the stale process of root is found');
  const blocked = report.scan.blocked?.filter(({ user }) => user?.uid === uid) ?? [];
  assert.ok(blocked.length > 0 && blocked.length === report.scan.blocked?.length, `${blocked.length} given up`);
  absurd.kill('SIGKILL');
});

test('as many sockets as there can be are counted, or are not known: never fewer', async (t) => {
  if (!needs(t, 'python3', 'cgroups')) return;
  const service = await startSocketService(t, ['many', '65000', '1']);
  let opened = service.holder.listening.length;
  const { listening = [], unlisted = 0 } = service.scan().sockets ?? {};
  assert.deepEqual([listening.length, listening.length + unlisted], [64, opened]);
  // A table of more than 16 MiB: a line of it has 128 bytes.
  for (let first = 2; opened < 140_000; first++) {
    const { listening: more } = await startHolder(t, ['many', '65000', String(first)], 0, () => {});
    opened += more.length;
  }
  assert.equal(service.scan().sockets, null);
});
