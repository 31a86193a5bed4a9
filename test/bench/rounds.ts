// Runs every contender once a round, in an order that turns from round to round, and takes the medians.

import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Contender, ContenderName } from './contenders.ts';
import type { Workload } from './workloads.ts';

/** The output of measure.c: seconds, bytes, exit codes. */
interface Run {
  wall: number;
  user: number;
  system: number;
  peak: number;
  statuses: number[];
}

/** Medians. */
export interface Figures {
  wall: number;
  cpu: number;
  peak: number;
  rounds: number;
}

const environment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', LANG: 'C.UTF-8' };

export async function runRounds(
  workload: Workload,
  contenders: readonly Contender[],
  { rounds, folder, measure }: { rounds: number; folder: string; measure: readonly string[] },
): Promise<Map<ContenderName, Figures>> {
  const args = workload.args(folder);
  const present = contenders.filter(
    ({ programs, ours, only }) =>
      programs !== null && (only === null ? ours || workload.peers : only === workload.name),
  );
  for (const contender of present) rehearse(contender, workload, { args, folder, measure });
  const runs = new Map<ContenderName, Run[]>(present.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    const start = round % present.length;
    for (const contender of [...present.slice(start), ...present.slice(0, start)]) {
      if (round % contender.every !== 0) continue;
      // Lets a signal through.
      await setImmediate();
      runs.get(contender.name)?.push(runOnce(contender, args, measure, '/dev/null'));
    }
  }
  return new Map([...runs].map(([name, all]) => [name, figuresOf(all)]));
}

/** The uncounted round: warms the caches, and shows that ours saw the workload. */
function rehearse(
  contender: Contender,
  workload: Workload,
  { args, folder, measure }: { args: string[]; folder: string; measure: readonly string[] },
): void {
  const out = join(folder, `${contender.name}.out`);
  runOnce(contender, args, measure, out);
  if (contender.ours && !workload.check(readFileSync(out, 'utf8'))) {
    throw new Error(`${contender.title} did not see what ${workload.name} is about`);
  }
  rmSync(out);
}

function runOnce(contender: Contender, args: string[], measure: readonly string[], out: string): Run {
  const commands = (contender.programs ?? []).map((program) =>
    contender.ours ? [...program, ...args, ...contender.adds] : program,
  );
  const [first, ...words] = measure;
  const argv = [
    ...words,
    out,
    '/dev/null',
    ...commands.flatMap((command, index) => (index ? ['--then', ...command] : command)),
  ];
  // lib_users crashes if a process ends while it looks at it: such a run is made again.
  for (let attempt = 0; ; attempt++) {
    const { stdout, stderr, status } = spawnSync(first!, argv, { encoding: 'utf8', env: environment });
    if (status !== 0) throw new Error(`${contender.title}: ${stderr}`);
    const run = JSON.parse(stdout) as Run;
    if (run.statuses.every((each) => contender.statuses.includes(each))) return run;
    if (contender.ours || attempt === 5) throw new Error(`${contender.title} ended with ${run.statuses}`);
  }
}

function figuresOf(runs: readonly Run[]): Figures {
  const of = (value: (run: Run) => number) => median(runs.map(value));
  return {
    wall: of(({ wall }) => wall),
    cpu: of(({ user, system }) => user + system),
    peak: of(({ peak }) => peak),
    rounds: runs.length,
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
