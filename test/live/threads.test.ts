// When a scan has several threads: where few processes are much work, and not where there is no room for more, since a user's
// RLIMIT_NPROC counts threads (setrlimit(2)).

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Report } from '../../src/documents/generated/report.ts';
import { plainEnvironment } from '../support/cli.ts';
import { needs } from '../support/needs.ts';
import { commandLine, copyProgram } from '../support/program.ts';
import { temporaryFolder } from '../support/temporary.ts';

test('without room for another thread the scan is made by one', (t) => {
  if (!needs(t, 'another user', 'setpriv')) return;
  const folder = temporaryFolder(t);
  chmodSync(folder, 0o755);
  const copy = copyProgram(folder);
  for (let pid = 1; pid <= 1000; pid++) mkdirSync(join(folder, String(pid)));
  const scan = commandLine(['scan', '--no-config', '--no-systemctl', '--json', '--proc', folder], copy);
  // A uid that nothing else runs as.
  const user = ['setpriv', '--reuid=64321', '--regid=64321', '--clear-groups'];
  const outcomes = [7, 8, 9, 10, 11, 12, 20].map((limit) => {
    const argv = [...user, 'prlimit', `--nproc=${limit}`, ...scan];
    // Node itself waits for ever where it cannot make the threads of its own.
    const options = { encoding: 'utf8', timeout: 5000, killSignal: 'SIGKILL', env: plainEnvironment() } as const;
    const { status, signal, stdout, stderr } = spawnSync(argv[0]!, argv.slice(1), options);
    if (signal === 'SIGKILL') return 'no Node';
    assert.equal(status, 0, `${limit} threads: ${stderr}`);
    return String(JSON.parse(stdout).scan.processes.seen);
  });
  assert.equal(outcomes.at(-1), '1000');
  assert.ok(
    outcomes.every((outcome) => outcome === '1000' || outcome === 'no Node'),
    outcomes.join(),
  );
});

/** A procfs of `count` processes that map a gone file among `mappings` others. */
function fakeProc(t: TestContext, count: number, mappings: number): string {
  const folder = temporaryFolder(t);
  const line = (path: string) => `7f0000000000-7f0000001000 r-xp 00000000 fd:01 4242 ${path}\n`;
  const maps = line('/usr/lib/libidle.so.1').repeat(mappings) + line('/usr/lib/libgone.so.1 (deleted)');
  for (let pid = 1; pid <= count; pid++) {
    const directory = join(folder, String(pid));
    mkdirSync(join(directory, 'fd'), { recursive: true });
    symlinkSync('/usr/bin/a', join(directory, 'exe'));
    if (pid === 1) writeFileSync(join(directory, 'maps'), maps);
    else linkSync(join(folder, '1/maps'), join(directory, 'maps'));
    writeFileSync(join(directory, 'stat'), `${pid} (a) S 0 ${'0 '.repeat(15)}1 0 100 0\n`);
  }
  return folder;
}

test('few processes that are much work are shared with a thread that starts late', (t) => {
  if (!needs(t, 'strace', 'two processors')) return;
  const log = join(temporaryFolder(t), 'trace');
  const scan = (proc: string) => {
    const argv = ['-f', '--seccomp-bpf', '-e', 'trace=clone,clone3', '-o', log];
    const flags = ['scan', '--no-config', '--no-systemctl', '--json', '--quiet', '--proc', proc];
    const options = { encoding: 'utf8', maxBuffer: 1 << 26, env: plainEnvironment() } as const;
    const { stdout } = spawnSync('strace', [...argv, ...commandLine(flags)], options);
    const pids = (JSON.parse(stdout) as Report).processes.map(({ pid }) => pid);
    const threads = readFileSync(log, 'utf8').match(/ = \d+$/gm)?.length ?? 0;
    return { pids, threads };
  };
  const little = scan(fakeProc(t, 2, 1));
  const much = scan(fakeProc(t, 40, 80_000));
  assert.deepEqual(little.pids, [1, 2]);
  assert.deepEqual(
    much.pids,
    Array.from({ length: 40 }, (_, index) => index + 1),
  );
  assert.ok(much.threads > little.threads, `${much.threads} threads where without work there are ${little.threads}`);
});
