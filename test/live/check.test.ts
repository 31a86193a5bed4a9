// A day with the gate on this machine, in its own PID namespace: everything can be seen there, and no other process comes or goes.
// (test/guest/check.test.ts has the same with units and packages.)

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Drift } from '../../src/documents/generated/drift.ts';
import { runCli, sleepProgram, someLibrary, start, startWithLibrary, workFolder } from '../support/live.ts';
import { needs } from '../support/needs.ts';
import { shellWords } from '../support/program.ts';

const day = `
check() { rc=0; ${shellWords()} check --no-config "\${@:2}" > "$1" || rc=$?; echo "$1 $rc"; }
start() {
  cp "$from" "$PWD/libheld.so.1"
  LD_PRELOAD="$PWD/libheld.so.1" "$sleep" 600 & process=$!
  until grep -q libheld "/proc/$process/maps"; do "$sleep" 0.05; done
}
replace() { cp "$from" new; mv new libheld.so.1; }
start
check clean --format json --write-baseline clean.base
replace
check stale --format json --baseline clean.base --write-baseline clean.base
check plugin --format nagios --baseline clean.base
check kept --format json --baseline clean.base --fail-on never --write-baseline stale.base
check remaining --format json --baseline stale.base
kill $process; wait $process || true
start
check cured --format json --baseline stale.base
# Times are seconds: an event in the second of a baseline counts as before it.
"$sleep" 1.1
replace
check again --format json --baseline stale.base
kill $process
`;

test('clean, replaced, restarted and replaced again: open, closed and named, resolved, new again', (t) => {
  if (!needs(t, 'PID namespace')) return;
  const folder = workFolder(t);
  const unshare = ['--pid', '--fork', '--kill-child', '--mount-proc', '--', 'bash', '-euo', 'pipefail', '-c', day];
  const env = { PATH: process.env.PATH, from: someLibrary(), sleep: sleepProgram() };
  const { stdout, stderr } = spawnSync('unshare', unshare, { cwd: folder, env, encoding: 'utf8', timeout: 60_000 });
  assert.deepEqual(
    stdout.trim().split('\n'),
    ['clean 0', 'stale 5', 'plugin 1', 'kept 0', 'remaining 0', 'cured 0', 'again 5'],
    stderr,
  );
  const changes = (name: string): string[] => {
    const { report, findings, resolved, unseen } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Drift;
    assert.ok(report.complete);
    return [...findings, ...resolved, ...unseen].map(({ change, path, state }) => `${change} ${path} ${state}`);
  };
  const held = `${folder}/libheld.so.1 replaced`;
  assert.deepEqual(changes('clean'), []);
  assert.deepEqual(changes('stale'), [`new ${held}`]);
  assert.deepEqual(changes('remaining'), [`remaining ${held}`]);
  assert.deepEqual(changes('cured'), [`resolved ${held}`]);
  assert.deepEqual(changes('again'), [`new ${held}`]);
  assert.match(readFileSync(join(folder, 'plugin'), 'utf8'), /^LIB_USERS WARNING - 1 newly stale unit: /);
});

test('--pid looks at one process: findings of others are unseen, and never resolved', async (t) => {
  const folder = workFolder(t);
  const stale = await startWithLibrary(t, join(folder, 'libheld.so.1'));
  const clean = await start(t, [sleepProgram(), '600']);
  unlinkSync(join(folder, 'libheld.so.1'));
  const base = join(folder, 'base.json');
  const check = (pid: number, ...flags: string[]) => {
    const { status, stdout } = runCli(['check', '--no-config', '--json', '--pid', String(pid), ...flags]);
    return { status, drift: JSON.parse(stdout) as Drift };
  };
  const found = check(stale.pid, '--fail-on', 'never', '--write-baseline', base);
  assert.deepEqual(
    found.drift.findings.map(({ path, pids }) => [path, pids]),
    [[join(folder, 'libheld.so.1'), [stale.pid]]],
  );
  assert.equal(check(stale.pid).status, 5);

  const narrowed = check(clean.pid);
  assert.deepEqual([narrowed.status, narrowed.drift.verdict, narrowed.drift.report.complete], [4, 'incomplete', false]);
  assert.equal(check(clean.pid, '--allow-incomplete').status, 0);
  const compared = check(clean.pid, '--baseline', base).drift;
  assert.deepEqual([compared.resolved, compared.unseen.length], [[], 1]);
});
