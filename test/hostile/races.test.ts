// Processes that come and go while they are read, and PIDs that are used again. The data of two processes is never mixed, nothing
// is found that did not exist, no process that stays is missed.
import assert from 'node:assert/strict';
import { type ChildProcess, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Process, Report } from '../../src/documents/generated/report.ts';
import { isRoot, python, someLibrary, start, workFolder } from '../support/live.ts';
import { commandLine } from '../support/program.ts';
import { projectRoot } from '../support/project.ts';
import { skipUnless } from '../support/skip.ts';
import { figure } from '../support/test-counters.ts';

interface Breed {
  name: string;
  uid: number;
  /** The gone library that all processes of the breed map; null for a breed without gone files. */
  library: string | null;
}

interface Breeder {
  breed: Breed;
  child: ChildProcess;
}

/** @param enter the command that runs it, as in nsenter */
async function startBreeder(t: TestContext, breed: Breed, enter: string[], lifetimeMs: number, rate: number) {
  // A clean breed removes a file that it does not map.
  const library = breed.library ?? join(workFolder(t), 'unmapped');
  copyFileSync(someLibrary(), library);
  const trait = [breed.library === null ? 'unmapped_breeding' : 'breeding', breed.name, String(breed.uid)];
  const program = join(projectRoot, 'test/support/hostile-process.py');
  const argv = [...enter, python as string, program, library, ...trait, String(lifetimeMs), String(rate)];
  const child = await start(t, argv as [string, ...string[]], { ready: true });
  return { breed, child };
}

/** Ends the breeders, or the ones that nsenter has started, and adds up their children. */
async function endBreeders(breeders: readonly Breeder[]): Promise<number> {
  let born = 0;
  for (const { child } of breeders) {
    const said = once(child.stdout!, 'data');
    const [entered] = child.spawnfile.endsWith('nsenter') ? childrenOf(child.pid!) : [];
    process.kill(entered ?? child.pid!, 'SIGTERM');
    born += Number(String(await said));
  }
  return born;
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

function scanBehind(enter: readonly string[]): Report {
  const flags = ['--no-config', '--format', 'json', '--no-systemctl', '--command-line', 'full'];
  const [file = '', ...args] = [...enter, ...commandLine(['scan', ...flags])];
  const options = { encoding: 'utf8', maxBuffer: 1 << 28, timeout: 40_000, killSignal: 'SIGKILL' } as const;
  const { status, signal, stdout, stderr } = spawnSync(file, args, options);
  assert.deepEqual([status, signal], [0, null], stderr);
  figure('scans', 1);
  return JSON.parse(stdout) as Report;
}

/** The data of each process fits its breed, in all its fields, and each breeder is in the report. */
function judge(report: Report, breeds: readonly Breed[], members: (process: Process) => boolean): void {
  const { seen, ...parts } = report.scan.processes;
  assert.equal(
    Object.values(parts).reduce((sum, count) => sum + count, 0),
    seen,
  );
  assert.equal(parts.failed, 0);
  const found = report.processes.filter(members);
  for (const process of found) {
    const breed = breeds.find(({ library }) => library === process.maps[0]?.path);
    assert.ok(breed, `${process.pid} maps ${process.maps[0]?.path}`);
    const facts = [process.maps.length, process.fds.length, process.name, process.user?.uid, process.maps[0]?.state];
    assert.deepEqual(facts, [1, 0, breed.name, breed.uid, 'removed']);
    assert.ok(process.command.length === 0 || process.command.includes(breed.name), process.command.join(' '));
  }
  for (const { library, name } of breeds) {
    if (library !== null)
      assert.ok(
        found.some((process) => process.name === name),
        `${name} is missed`,
      );
  }
}

test('a fork storm of 200 processes a second: each is itself or vanished', async (t) => {
  if (!skipUnless(t, isRoot && python !== null, 'needs root and python3')) return;
  const breed = { name: 'storm', uid: 64801, library: join(workFolder(t), 'libstorm.so') };
  const breeder = await startBreeder(t, breed, [], 40, 250);
  const began = Date.now();
  for (let turn = 0; turn < 10 || Date.now() - began < 20_000; turn++) {
    judge(scanBehind([]), [breed], ({ user }) => user?.uid === breed.uid);
  }
  const seconds = (Date.now() - began) / 1000;
  const born = await endBreeders([breeder]);
  figure('processes raced', born);
  assert.ok(born / seconds >= 200, `${born} in ${seconds} s`);
});

/** Since Linux 6.14 each PID namespace has its own limit. Before, writing it would change the host's limit. */
const ownPidMax = /^([0-9]+)\.([0-9]+)/.exec(release());
const hasOwnPidMax = Number(ownPidMax?.[1]) * 1000 + Number(ownPidMax?.[2]) >= 6014;

test('PIDs used again and again, 200 scans: no two processes are mixed up', async (t) => {
  const possible = isRoot && python !== null && hasOwnPidMax;
  if (!skipUnless(t, possible, 'needs root, python3 and Linux 6.14')) return;
  const before = readFileSync('/proc/sys/kernel/pid_max', 'utf8');
  // After the first round the kernel leaves out the first 300 pids, so that the other 300 are used again and again.
  const limit = 600;
  const script = `echo ${limit} > /proc/sys/kernel/pid_max; echo ready; exec sleep 600`;
  const unshare = [
    '/usr/bin/unshare',
    '-p',
    '-f',
    '-m',
    '--mount-proc',
    '--kill-child',
    '/bin/sh',
    '-ec',
    script,
  ] as const;
  const outer = await start(t, [...unshare], { ready: true });
  const [init] = childrenOf(outer.pid);
  const enter = ['/usr/bin/nsenter', '-t', String(init), '-p', '-m', '--'];
  const folder = workFolder(t);
  const breeds: Breed[] = [
    { name: 'aaaa', uid: 64811, library: join(folder, 'liba.so') },
    { name: 'bbbb', uid: 64812, library: join(folder, 'libb.so') },
    { name: 'cccc', uid: 64813, library: null },
  ];
  const breeders: Breeder[] = [];
  for (const breed of breeds) breeders.push(await startBreeder(t, breed, enter, 10, 60));
  const began = Date.now();
  // 200 quick scans may end before each PID has been used five times.
  for (let turn = 0; turn < 200 || Date.now() - began < 15_000; turn++) judge(scanBehind(enter), breeds, () => true);
  const born = await endBreeders(breeders);
  figure('processes raced', born);
  assert.ok(born > 5 * (limit - 300), `${born} processes for ${limit - 300} PIDs`);
  assert.equal(readFileSync('/proc/sys/kernel/pid_max', 'utf8'), before);
});
