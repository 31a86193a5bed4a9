// Real processes of a shell: which of them run the program that their parent has loaded.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { withForks } from '../../src/outdated/forks.ts';
import { readRunningProgram } from '../../src/procfs/program.ts';
import { Views } from '../../src/procfs/views.ts';

/** The shell prints the pids of a fork and of a child that executes the shell's own program anew. */
const text = `(read -r line <&3; :) & fork=$!
"$0" -c 'read -r line <&3; :' & anew=$!
echo $fork $anew; read -r line <&3`;

test('forks: a child that executes the same program anew is none', async () => {
  const shell: ChildProcess = spawn('/bin/bash', ['-c', text, '/bin/bash'], {
    stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
  });
  const views = new Views();
  try {
    const [line] = await once(shell.stdout!, 'data');
    const [fork = 0, anew = 0] = String(line).trim().split(' ').map(Number);
    const read = (pid: number) => {
      const task = { procPath: '/proc', bootedAtNs: null, clockTicksPerSecond: 100 };
      const program = readRunningProgram(task, pid, views);
      assert.ok(program !== null);
      return program;
    };
    const [main, forked] = [read(shell.pid!), read(fork)];
    // Until it has executed, it is a fork.
    let executed = read(anew);
    for (let tries = 0; tries < 500 && executed.identity.stat.onlyForked; tries++) {
      await setTimeout(10);
      executed = read(anew);
    }
    assert.equal(executed.executable, main.executable);
    assert.deepEqual(
      withForks(main, [executed, forked, main]).map(({ pid }) => pid),
      [shell.pid, fork],
    );
  } finally {
    // The children end with their input.
    (shell.stdio[3] as NodeJS.WritableStream).end();
    shell.kill('SIGKILL');
    views.close();
  }
});
