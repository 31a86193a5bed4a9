// The bench itself: it makes the workload that it says, leaves nothing behind, and reports a figure past its bound.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isRoot } from '../support/live.ts';
import { needs } from '../support/needs.ts';
import { projectRoot } from '../support/project.ts';
import { skipUnless } from '../support/skip.ts';
import { until } from '../support/until.ts';
import { judgeFigures, type Lookup } from './bounds.ts';

const bench = ['scripts/bench.mjs', '--workload', 'idle-500', '--contender', 'floor'];
const made = () => readdirSync('/var/lib').filter((name) => name.startsWith('lib-users-bench-'));

/** The processes below `pid`, children and later generations. A process that ends meanwhile (a compiler's) has none. */
function below(pid: number): number[] {
  let children: number[] = [];
  try {
    children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1').split(' ').filter(Boolean).map(Number),
    );
  } catch (error) {
    if (!/^(ENOENT|ESRCH)$/.test((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
  return children.flatMap((child) => [child, ...below(child)]);
}

test('a workload, a contender of ours and the floor', async (t) => {
  if (!skipUnless(t, isRoot, 'needs root')) return;
  const args = [...bench, '--contender', 'node-20', '--runs', '1'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: projectRoot, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  assert.match(
    stdout,
    /^\| idle-500 \| lib-users, npm file, Node 20\S* \| \d+\.\d \| \d+\.\d \| \d+\.\d \| {2}\| \d+\.\d\d \| 1 \|$/m,
  );
  assert.match(stdout, /^\| idle-500 \| the floor, in C \| .* 1\.00 \| 1 \|$/m);
});

test('what it does not know ends it with 2, so that 1 is a bound that was missed', () => {
  for (const args of [['--nosuch'], ['quiet'], ['--runs', '1.5'], ['--workload', 'nosuch']]) {
    const { status, stdout } = spawnSync(process.execPath, ['scripts/bench.mjs', ...args], { cwd: projectRoot });
    assert.deepEqual([status, String(stdout)], [2, ''], args.join(' '));
  }
});

test('an interrupted bench leaves neither processes nor files', async (t) => {
  if (!skipUnless(t, isRoot, 'needs root')) return;
  const before = new Set(made());
  const child = spawn(process.execPath, [...bench, '--runs', '10000'], { cwd: projectRoot, stdio: 'ignore' });
  t.after(() => child.kill('SIGKILL'));
  const processes: number[] = [];
  await until('500 processes', () => {
    processes.splice(0, processes.length, ...below(child.pid ?? 0));
    return processes.length > 500;
  });
  const [folder] = made().filter((name) => !before.has(name));
  assert.ok(folder);
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [130, null]);
  await until('none of them is left', () => processes.every((pid) => !readdirSync('/proc').includes(String(pid))));
  assert.equal(made().includes(folder), false);
});

test('--fixes takes part in its workload alone, beside the same contender without it', async (t) => {
  if (!skipUnless(t, isRoot, 'needs root') || !needs(t, 'dpkg-query', 'mounts', 'stat map_files')) return;
  const contenders = ['node-20', 'node-20-fixes'].flatMap((name) => ['--contender', name]);
  const args = [
    'scripts/bench.mjs',
    '--workload',
    'upgraded-20',
    '--workload',
    'version',
    ...contenders,
    '--runs',
    '1',
  ];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: projectRoot, encoding: 'utf8' });
  const rows = stdout.split('\n').filter((line) => / \| (?:lib-users, npm file|Node 20 with)/.test(line));
  assert.equal(rows.length, 3, stderr);
  assert.match(stdout, /^\| upgraded-20: node-20-fixes less node-20, wall \| /m);
});

test('figures past their bounds are named', () => {
  const figures: Record<string, number> = {
    'version executable wall': 0.009,
    'quiet executable wall': 0.03,
    'quiet lib_users wall': 0.1,
    'quiet executable cpu': 0.032,
    'quiet lib_users cpu': 0.1,
    'idle-2000 executable wall': 0.11,
    'idle-2000 floor wall': 0.1,
    'idle-4000 executable peak': 71 * 2 ** 20,
    'fleet-10000 executable wall': 3.3,
  };
  const of: Lookup = (...keys) => figures[keys.join(' ')];
  assert.deepEqual(judgeFigures(of, { whole: false, allowance: 1 }), [
    'version: executable, wall: 9.0 ms, the bound is 8',
    'quiet: executable / lib_users, cpu: 0.32, the bound is 0.3',
    'idle-2000: executable / floor, wall: 1.10, the bound is 1',
    'idle-4000: peak memory of executable: 71.0 MiB, the bound is 70',
    'fleet-10000: executable, wall: 3.3 s, the bound is 3',
  ]);
  assert.deepEqual(judgeFigures(of, { whole: false, allowance: 1.25 }), []);
  assert.ok(judgeFigures(of, { whole: true, allowance: 1.25 }).every((line) => line.includes('not measured')));
});
