// The helpers of a scan: when there are several, which files they hold, and the message if there is no room for any, because of a
// user's RLIMIT_NPROC (setrlimit(2)).

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { helperRole } from '../../src/crew/role.ts';
import type { Report } from '../../src/documents/generated/report.ts';
import { plainEnvironment } from '../support/cli.ts';
import { startCreature } from '../support/hostile.ts';
import { start } from '../support/live.ts';
import { needs } from '../support/needs.ts';
import { commandLine, copyProgram } from '../support/program.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { until } from '../support/until.ts';

test('without room for a helper the scan says so, and is never taken for clean', (t) => {
  if (!needs(t, 'another user', 'setpriv')) return;
  const folder = temporaryFolder(t);
  chmodSync(folder, 0o755);
  const copy = copyProgram(folder);
  for (let pid = 1; pid <= 1000; pid++) mkdirSync(join(folder, String(pid)));
  const scan = commandLine(['scan', '--no-config', '--no-systemctl', '--json', '--proc', folder], copy);
  // No other process runs as this uid.
  const user = ['setpriv', '--reuid=64321', '--regid=64321', '--clear-groups'];
  const outcomes: string[] = [];
  // The limits fall, and end with the first that is too low for a helper: below that Node itself hangs until it is killed.
  for (const limit of [60, 20, 16, 12, 10, 8]) {
    if (outcomes.at(-1) === 'no helper') break;
    outcomes.push(scanWith(limit));
  }
  assert.equal(outcomes[0], 'all');
  assert.equal(outcomes.at(-1), 'no helper', outcomes.join());

  function scanWith(limit: number): string {
    const argv = [...user, 'prlimit', `--nproc=${limit}`, ...scan];
    // Node itself waits for ever if it cannot start its own threads.
    const options = { encoding: 'utf8', timeout: 25_000, killSignal: 'SIGKILL', env: plainEnvironment() } as const;
    const { status, signal, stdout, stderr } = spawnSync(argv[0]!, argv.slice(1), options);
    if (signal !== null) return 'no Node';
    if (status === 0) {
      assert.equal(JSON.parse(stdout).scan.processes.seen, 1000, `${limit} threads`);
      return 'all';
    }
    assert.equal(status, 4, `${limit} threads: ${stderr}`);
    assert.match(stderr, /no process to read the others with.*ulimit -u/);
    return 'no helper';
  }
});

test('a helper that is started by hand does nothing, and ends with its input', () => {
  const [program, ...argv] = commandLine([helperRole]);
  const options = { encoding: 'utf8', input: '', timeout: 10_000, env: plainEnvironment() } as const;
  const { status, signal, stdout, stderr } = spawnSync(program, argv, options);
  assert.deepEqual([status, signal, stdout, stderr], [0, null, '', '']);
});

test('a scan that is killed takes its helpers with it', async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, '1/fd'), { recursive: true });
  // Reading the FIFO never ends, because nobody writes to it.
  assert.equal(spawnSync('mkfifo', [join(folder, '1/maps')]).status, 0);
  const [program, ...argv] = commandLine(['scan', '--no-config', '--no-systemctl', '--proc', folder]);
  const scan = spawn(program, argv, { stdio: 'ignore', env: plainEnvironment() });
  const children = () => readFileSync(`/proc/${scan.pid}/task/${scan.pid}/children`, 'utf8').split(' ').filter(Boolean);
  await until('it has a helper in the process', () =>
    children().some((pid) => readlinkSync(`/proc/${pid}/cwd`) === join(folder, '1')),
  );
  const helpers = children();
  const ended = once(scan, 'exit');
  scan.kill('SIGTERM');
  assert.deepEqual(await ended, [null, 'SIGTERM']);
  await until('no helper is left', () => {
    // A helper that is blocked in open(2) sees the end of its input only after the open, and it may not have come to that yet.
    closeSync(openSync(join(folder, '1/maps'), constants.O_RDWR | constants.O_NONBLOCK));
    return helpers.every((pid) => !existsSync(`/proc/${pid}`));
  });
});

test('a scan that has ended leaves no zombie below a PID 1 that reaps nobody', async (t) => {
  if (!needs(t, 'PID namespace')) return;
  const script = 'echo ready; exec sleep 600';
  const namespace = ['-p', '-f', '-m', '--mount-proc', '--kill-child', '/bin/sh', '-c', script] as const;
  const outer = await start(t, ['/usr/bin/unshare', ...namespace], { ready: true });
  const [init = ''] = childrenOf(outer.pid);
  const within = (...words: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync('nsenter', ['-t', init, '-p', '-m', '--', ...words], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    assert.equal(status, 0, stderr);
    return stdout;
  };
  for (let turn = 0; turn < 3; turn++) {
    within(...commandLine(['scan', '--no-config', '--no-systemctl', '--format', 'json']));
  }
  assert.deepEqual(within('/bin/sh', '-c', 'cat /proc/[0-9]*/stat').match(/\) Z .*/g), null);
});

function childrenOf(pid: number): string[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  return existsSync(file) ? readFileSync(file, 'utf8').split(' ').filter(Boolean) : [];
}

/** The lines of a trace of `strace -f` that belong to the first process with all its threads, and the pids of its children. */
function ofFirstProcess(trace: string): { lines: string[]; children: string[] } {
  const lines = trace.split('\n').filter(Boolean);
  const threads = new Set([lines[0]?.split(/ +/)[0]]);
  const children: string[] = [];
  const flags = new Map<string, string>();
  const own: string[] = [];
  for (const line of lines) {
    const [pid = ''] = line.split(/ +/);
    if (!threads.has(pid)) continue;
    own.push(line);
    if (/ (?:clone3?|v?fork)\(/.test(line)) flags.set(pid, line);
    const made = /(?:clone3?|v?fork)(?:\(| resumed>).* = ([0-9]+)$/.exec(line)?.[1];
    if (made === undefined) continue;
    if (flags.get(pid)?.includes('CLONE_THREAD')) threads.add(made);
    else children.push(made);
  }
  return { lines: own, children };
}

test('the scan itself reads only its helpers, and nothing of them that somebody else can lock', async (t) => {
  if (!needs(t, 'strace', 'python3')) return;
  const { child, library } = await startCreature(t, 'plain');
  unlinkSync(library);
  const log = join(temporaryFolder(t), 'trace');
  const calls = 'trace=%file,%process,clone,clone3';
  const argv = commandLine(['scan', '--no-config', '--no-systemctl', '--json', '--pid', `${child.pid}`]);
  const options = { encoding: 'utf8', timeout: 60_000, killSignal: 'SIGKILL', env: plainEnvironment() } as const;
  const { stdout } = spawnSync('strace', ['-f', '-s', '256', '-e', calls, '-o', log, ...argv], options);
  assert.equal((JSON.parse(stdout) as Report).processes[0]?.pid, child.pid);
  const { lines, children } = ofFirstProcess(readFileSync(log, 'utf8'));
  assert.ok(children.length > 0, 'it has a helper');
  const read = lines.flatMap((line) => [...line.matchAll(/"\/proc\/([0-9]+)([^"]*)"/g)]);
  const isFree = (pid: string, what: string) =>
    ['', '/comm', '/status'].includes(what) ||
    (pid === '1' && what === '/task/1/children') ||
    (children.includes(pid) && ['/cwd', `/task/${pid}/stat`].includes(what));
  assert.deepEqual(
    read.map(([, pid = '', what = '']) => [pid, what]).filter(([pid = '', what = '']) => !isFree(pid, what)),
    [],
  );
});

test('a helper that is stopped for longer than its deadline was not blocked', async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, '1/fd'), { recursive: true });
  symlinkSync('/usr/bin/a', join(folder, '1/exe'));
  assert.equal(spawnSync('mkfifo', [join(folder, '1/maps')]).status, 0);
  writeFileSync(join(folder, '1/stat'), `1 (a) S 0 ${'0 '.repeat(15)}1 0 100 0\n`);
  const [program, ...argv] = commandLine(['scan', '--no-config', '--no-systemctl', '--json', '--proc', folder]);
  const scan = spawn(program, argv, { stdio: ['ignore', 'pipe', 'ignore'], env: plainEnvironment() });
  // Without the scan, nothing would end a helper that waits for the FIFO.
  t.after(() => {
    for (const pid of childrenOf(scan.pid!)) process.kill(Number(pid), 'SIGKILL');
    scan.kill('SIGKILL');
  });
  let stdout = '';
  scan.stdout.on('data', (bytes) => {
    stdout += bytes;
  });
  const closed = once(scan, 'close');
  let helper: string | undefined;
  await until('a helper is in the process', () => {
    helper = childrenOf(scan.pid!).find((pid) => readlinkSync(`/proc/${pid}/cwd`) === join(folder, '1'));
    return helper !== undefined;
  });
  process.kill(Number(helper), 'SIGSTOP');
  await sleep(3000);
  process.kill(Number(helper), 'SIGCONT');
  writeFileSync(join(folder, '1/maps'), '7f0000000000-7f0000001000 r-xp 00000000 fd:01 4242 /usr/lib/libidle.so.1\n');
  await closed;
  assert.deepEqual((JSON.parse(stdout) as Report).scan.blocked, []);
});

test('on a host whose processors are busy nobody is taken for blocked', (t) => {
  const loops = Array.from({ length: 3 * availableParallelism() }, (_, index) =>
    spawn('/bin/sh', ['-c', `renice -n ${index % 2 === 0 ? 0 : 5} $$ >/dev/null; while :; do :; done`], {
      stdio: 'ignore',
    }),
  );
  t.after(() => {
    for (const loop of loops) loop.kill('SIGKILL');
  });
  const argv = commandLine(['scan', '--no-config', '--no-systemctl', '--json', '--quiet']);
  // The priority of the scan is between those of the loops.
  const { stdout, status } = spawnSync('nice', ['-n', '3', ...argv], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: plainEnvironment(),
  });
  assert.equal(status, 0);
  const { blocked = [], processes } = (JSON.parse(stdout) as Report).scan;
  // Processes of the machine's other users may do anything, so they are left out.
  assert.deepEqual(
    blocked.filter(({ user }) => user?.uid === process.geteuid?.()),
    [],
  );
  assert.ok(processes.inspected > 0);
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

test('few processes that are much work are shared with a helper that starts late', (t) => {
  if (!needs(t, 'strace', 'two processors')) return;
  const log = join(temporaryFolder(t), 'trace');
  const scan = (proc: string) => {
    const argv = ['-f', '--seccomp-bpf', '-e', 'trace=execve', '-o', log];
    const flags = ['scan', '--no-config', '--no-systemctl', '--json', '--quiet', '--proc', proc];
    const options = { encoding: 'utf8', maxBuffer: 1 << 26, env: plainEnvironment() } as const;
    const { stdout } = spawnSync('strace', [...argv, ...commandLine(flags)], options);
    const pids = (JSON.parse(stdout) as Report).processes.map(({ pid }) => pid);
    const helpers = readFileSync(log, 'utf8').split(helperRole).length - 1;
    return { pids, helpers };
  };
  const little = scan(fakeProc(t, 2, 1));
  const much = scan(fakeProc(t, 200, 80_000));
  assert.deepEqual(little.pids, [1, 2]);
  assert.deepEqual(
    much.pids,
    Array.from({ length: 200 }, (_, index) => index + 1),
  );
  assert.ok(much.helpers > 1, `${much.helpers} helpers`);
});
