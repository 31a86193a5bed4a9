// Scans for a minute beside a random mix of processes that come, go and misbehave (`npm run test:soak`: for half an hour). Every scan
// ends before its deadline, finds the stale process that is always there, and leaves no more behind than the scan before.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from '../../src/documents/generated/report.ts';
import { type Blocker, blockerPen, helpersLeft, kinds } from '../support/blockers.ts';
import { startCreature } from '../support/hostile.ts';
import { processOf, python, someLibrary, workFolder } from '../support/live.ts';
import { needs } from '../support/needs.ts';
import { commandLine } from '../support/program.ts';
import { projectRoot } from '../support/project.ts';
import { figure } from '../support/test-counters.ts';
import { until } from '../support/until.ts';

const seconds = Number(process.env.SOAK_SECONDS ?? 60);
const every = Number(process.env.SOAK_EVERY ?? 3);
const seed = Number(process.env.SOAK_SEED ?? Math.floor(Math.random() * 2 ** 31));
/** The longest wait that one user can cause (patience.ts), and the work on a busy machine. */
const deadlineSeconds = 15;

/** The most that exist at once; and the most scans for which each may stay. */
const most = { creatures: 8, blockers: 8 };
const mostScans = 5;

/** Memory in the last third of the scans divided by that in the first third, which has the same mix of processes. */
const mostGrowth = 1.2;

/** Traits of hostile-process.py with their arguments; FOLDER stands for an empty folder. */
const traits: readonly (readonly [trait: string, ...rest: string[]])[] = [
  ['plain'],
  ['leaderless'],
  ['zombie'],
  ['rewriting'],
  ['undumpable', '0', '65534', '0'],
  ['titled', ') R 1 (sshd'],
  ['wordy', '2000000'],
  ['holding', 'HEX/held.so'],
  ['deep'],
  ['long_paths', 'FOLDER', '500', '65534'],
  ['many_descriptors', 'FOLDER/log', '2000'],
  ['churning', 'LIBRARY'],
  ['breeding', 'storm', '65534', '5', '50'],
];

/** mulberry32: gives the same numbers for the same seed. */
function randomOf(start: number): (below: number) => number {
  let state = start;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

interface Guest {
  scansLeft: number;
  end(): void;
}

/** A creature with its own folder. It may end itself at any time. */
async function startGuest(folder: string, words: readonly string[]): Promise<() => void> {
  mkdirSync(folder);
  const library = join(folder, 'libguest.so');
  copyFileSync(someLibrary(), library);
  const inner = join(folder, 'inner');
  mkdirSync(inner);
  const argv = words.map((word) => {
    if (word.startsWith('HEX')) return Buffer.from(word.replace('HEX', inner)).toString('hex');
    return word.replace('FOLDER', inner).replace('LIBRARY', library);
  });
  const child = spawn(python as string, [join(projectRoot, 'test/support/hostile-process.py'), library, ...argv], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  return () => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
}

interface Measured {
  code: number;
  seconds: number;
  rss_kb: number;
}

async function scan(t: TestContext, output: string): Promise<Measured> {
  const words = [String(deadlineSeconds), output, ...commandLine(['scan', '--no-config', '--no-systemctl'])];
  const argv = [join(projectRoot, 'test/support/measured.py'), ...words, '--format', 'json'];
  const child = spawn(python as string, argv, { stdio: ['ignore', 'pipe', 'ignore'] });
  t.after(() => child.kill('SIGKILL'));
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += String(chunk);
  });
  await once(child, 'close');
  return JSON.parse(text) as Measured;
}

/** Whether the questions that every process gets can be answered by this one; false if it is gone. */
function canBeRead(pid: number): boolean {
  const script = 'cat "$0/stat" "$0/maps" "$0/cmdline" && ls -l "$0/fd" "$0/map_files" && cat "$0"/fdinfo/*';
  const { status } = spawnSync('sh', ['-c', `exec >/dev/null; ${script}`, `/proc/${pid}`], {
    timeout: 2000,
    killSignal: 'SIGKILL',
    stdio: 'ignore',
  });
  return status === 0;
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

test(`scans beside a random mix of bad company for ${seconds} s: none late, no growth of memory or processes`, async (t) => {
  if (!needs(t, 'python3', "another user's FUSE")) return;
  t.diagnostic(`seed ${seed}`);
  const third = Math.floor(seconds / every / 3);
  assert.ok(third > 0, 'too few scans to compare');
  let random = randomOf(seed);
  const { child, library } = await startCreature(t, 'plain');
  unlinkSync(library);
  const folder = workFolder(t);
  const output = join(folder, 'report.json');
  const pen = blockerPen(t);
  const creatures = new Set<Guest>();
  const blockers = new Map<Blocker, Guest>();
  t.after(() => {
    for (const guest of creatures) guest.end();
  });
  const results: (Measured & { blocked: number; waiting: number })[] = [];
  let started = 0;
  for (let number = 0; number < 3 * third; number++) {
    const next = Date.now() + every * 1000;
    const isNewThird = number % third === 0;
    if (isNewThird) random = randomOf(seed);
    for (const guest of [...creatures, ...blockers.values()]) if (guest.scansLeft-- === 0 || isNewThird) guest.end();
    for (let wish = random(4); wish > 0 && creatures.size < most.creatures; wish--) {
      const stop = await startGuest(join(folder, String(started++)), traits[random(traits.length)]!);
      const guest: Guest = {
        scansLeft: 1 + random(mostScans),
        end: () => {
          stop();
          creatures.delete(guest);
        },
      };
      creatures.add(guest);
    }
    for (let wish = random(3); wish > 0 && blockers.size < most.blockers; wish--) {
      const blocker = await pen.start(kinds[random(kinds.length)]!);
      started++;
      const stay = 1 + random(mostScans);
      blockers.set(blocker, {
        scansLeft: stay,
        end: () => {
          blocker.end();
          blockers.delete(blocker);
        },
      });
    }

    const measured = await scan(t, output);
    const what = `scan ${number} of seed ${seed}`;
    assert.equal(measured.code, 0, `${what}, after ${measured.seconds} s`);
    const report = JSON.parse(readFileSync(output, 'utf8')) as Report;
    assert.ok((processOf(report, child.pid)?.maps.length ?? 0) > 0, `${what} lost the stale process`);
    const blocked = (report.scan.blocked ?? []).map(({ pid }) => pid);
    const known = new Set([...blockers.keys()].map(({ pid }) => pid));
    const others = (report.scan.blocked ?? []).filter(({ pid }) => !known.has(pid) && canBeRead(pid));
    assert.deepEqual(others, [], `${what} names as blocked who can be read`);
    // All helpers that can end do so. For a process that blocks, one helper waits, or two if an idle helper was asked the same.
    await until('every helper that can end has ended', () => helpersLeft().every(({ state }) => state === 'D'));
    const waiting = helpersLeft().length;
    assert.ok(waiting <= 2 * blockers.size, `${what}: ${waiting} helpers wait for ${blockers.size} processes`);
    results.push({ ...measured, blocked: blocked.length, waiting });
    if (process.env.SOAK_LOG) {
      const line = { number, ...results.at(-1), creatures: creatures.size, blockers: blockers.size };
      writeFileSync(process.env.SOAK_LOG, `${JSON.stringify(line)}\n`, { flag: 'a' });
    }
    figure('scans', 1);
    if (next > Date.now()) await sleep(next - Date.now());
  }
  for (const guest of blockers.values()) guest.end();
  await until('no helper is left', () => helpersLeft().length === 0);

  const [first, last] = [results.slice(0, third), results.slice(-third)].map((part) =>
    median(part.map(({ rss_kb }) => rss_kb)),
  );
  const longest = Math.max(...results.map((result) => result.seconds));
  const [blocked, waiting] = [results.map((each) => each.blocked), results.map((each) => each.waiting)];
  t.diagnostic(
    `${results.length} scans beside ${started} processes, the longest ${longest} s, at most ${Math.max(...blocked)} blocked and ` +
      `${Math.max(...waiting)} helpers waiting; median of memory ${first} kB in the first third, ${last} kB in the last`,
  );
  assert.ok(last! <= first! * mostGrowth, `memory grows: ${first} kB, ${last} kB`);
});
