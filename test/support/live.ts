// Real processes for live tests: private copies of libraries and programs, started, waited for, and ended with the test.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Process, Report } from '../../src/documents/generated/report.ts';
import { commandLine } from './program.ts';
import { projectRoot } from './project.ts';
import { figure } from './test-counters.ts';

export const isRoot = process.geteuid?.() === 0;
const folders = ['/usr/bin', '/usr/local/bin', ...(process.env.PATH ?? '').split(':')];
/** Null if there is none; `needs(t, 'python3')` says so. */
export const python = folders.map((folder) => join(folder, 'python3')).find((path) => existsSync(path)) ?? null;

/** A folder outside the temporary directories, whose files are no scratch, removed with the test. */
export function workFolder(t: TestContext): string {
  const base = isRoot ? '/var/lib' : join(projectRoot, 'build');
  const folder = mkdtempSync(join(base, 'lib-users-test-'));
  chmodSync(folder, 0o755);
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts a child that is ended with the test; resolves when it has printed `ready`, or at once without waitFor. */
export async function start(
  t: TestContext,
  argv: readonly [string, ...string[]],
  options: { env?: Record<string, string>; ready?: boolean; cwd?: string } = {},
): Promise<ChildProcess & { pid: number }> {
  const child = spawn(argv[0], argv.slice(1), {
    env: { PATH: process.env.PATH ?? '', ...options.env },
    stdio: ['pipe', 'pipe', 'inherit'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  t.after(() => child.kill('SIGKILL'));
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    if (options.ready) {
      child.stdout?.once('data', () => resolve());
      child.once('exit', (code) => reject(new Error(`${argv.join(' ')} ended with ${code}`)));
    } else child.once('spawn', () => resolve());
  });
  return child as ChildProcess & { pid: number };
}

/** Waits until a process maps a path (its dynamic loader takes a moment). */
export async function untilMapped(pid: number, path: string): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    if (readFileSync(`/proc/${pid}/maps`, 'latin1').includes(path)) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`${pid} never mapped ${path}`);
}

/** A shared library that this very Node maps, so that every machine with Node has it. */
export function someLibrary(): string {
  const match = /(\/\S*\/lib(?:gcc_s|m|dl|pthread)[-.]\S*)$/m.exec(readFileSync('/proc/self/maps', 'latin1'));
  if (!match) throw new Error('Node maps no shared library');
  return realpathSync(match[1] ?? '');
}

/** A process that maps its own copy of a library at `path`. */
export async function startWithLibrary(t: TestContext, path: string) {
  copyFileSync(someLibrary(), path);
  const child = await start(t, [sleepProgram(), '600'], { env: { LD_PRELOAD: path } });
  await untilMapped(child.pid, path);
  return child;
}

/** The real sleep(1), never a shell's or busybox's. */
export function sleepProgram(): string {
  return realpathSync(['/usr/bin/sleep', '/bin/sleep'].find((path) => existsSync(path)) ?? '/bin/sleep');
}

export interface Answer {
  status: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

/** Runs the program under test; `path` is that of a copy or link. */
export function runCli(args: readonly string[], options: { uid?: number; path?: string; input?: string } = {}): Answer {
  if (args[0] === 'scan') figure('scans', 1);
  const [file, ...argv] = commandLine(args, options.path);
  const { status, signal, stdout, stderr } = spawnSync(file, argv, {
    encoding: 'utf8',
    input: options.input ?? '',
    cwd: '/',
    maxBuffer: 1 << 28,
    // A scan that hangs fails its test.
    timeout: 40_000,
    killSignal: 'SIGKILL',
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  return { status, signal, stdout, stderr };
}

export function scan(...args: string[]): Report {
  const answer = runCli(['scan', '--no-config', '--format', 'json', ...args]);
  if (answer.status !== 0) throw new Error(`scan ended with ${answer.status}: ${answer.stderr}`);
  return JSON.parse(answer.stdout) as Report;
}

/** The process of a report, or undefined where it was found to be clean. */
export function processOf(report: Report, pid: number): Process | undefined {
  return report.processes.find((process) => process.pid === pid);
}
