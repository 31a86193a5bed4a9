// Real processes for live tests: private copies of libraries and programs. They are started, waited for, and end with the test.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Process, Report } from '../../src/documents/generated/report.ts';
import { plainEnvironment } from './cli.ts';
import { quickCommandLine } from './program.ts';
import { projectRoot } from './project.ts';
import { figure } from './test-counters.ts';

export const isRoot = process.geteuid?.() === 0;
const folders = ['/usr/bin', '/usr/local/bin', ...(process.env.PATH ?? '').split(':')];
/** null if there is none; then `needs(t, 'python3')` skips the test. */
export const python = folders.map((folder) => join(folder, 'python3')).find((path) => existsSync(path)) ?? null;

/** Makes a folder outside the temporary directories, so that its files are not scratch; it is removed with the test. */
export function workFolder(t: TestContext): string {
  const base = isRoot ? '/var/lib' : join(projectRoot, 'build');
  const folder = mkdtempSync(join(base, 'lib-users-test-'));
  chmodSync(folder, 0o755);
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts a child that ends with the test. Resolves when it has printed `ready`; without waitFor, resolves at once. */
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

/** Waits until a process maps a path, because its dynamic loader takes a moment. */
export async function untilMapped(pid: number, path: string): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    if (readFileSync(`/proc/${pid}/maps`, 'latin1').includes(path)) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`${pid} never mapped ${path}`);
}

/** A shared library that this Node itself maps, so that every machine with Node has one. */
export function someLibrary(): string {
  const match = /(\/\S*\/lib(?:gcc_s|m|dl|pthread)[-.]\S*)$/m.exec(readFileSync('/proc/self/maps', 'latin1'));
  if (!match) throw new Error('Node maps no shared library');
  return realpathSync(match[1] ?? '');
}

/**
 * Starts a process that maps its own copy of a library at `path`.
 * @param seconds of its sleep, which tell its command line from those of other tests
 */
export async function startWithLibrary(t: TestContext, path: string, seconds = 600) {
  copyFileSync(someLibrary(), path);
  const child = await start(t, [sleepProgram(), String(seconds)], { env: { LD_PRELOAD: path } });
  await untilMapped(child.pid, path);
  return child;
}

/** The real sleep(1), not a shell's or busybox's. */
export function sleepProgram(): string {
  return realpathSync(['/usr/bin/sleep', '/bin/sleep'].find((path) => existsSync(path)) ?? '/bin/sleep');
}

export interface Answer {
  status: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

/** Runs the program under test; `path` is a copy of it or a link to it. */
export function runCli(args: readonly string[], options: { uid?: number; path?: string; input?: string } = {}): Answer {
  if (args[0] === 'scan') figure('scans', 1);
  const [file, ...argv] = quickCommandLine(args, options.path);
  const { status, signal, stdout, stderr } = spawnSync(file, argv, {
    encoding: 'utf8',
    input: options.input ?? '',
    cwd: '/',
    env: plainEnvironment(),
    maxBuffer: 1 << 28,
    // A scan that hangs fails its test.
    timeout: 40_000,
    killSignal: 'SIGKILL',
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  return { status, signal, stdout, stderr };
}

/** Scans without systemctl, which takes as long again on a host with systemd. */
export function scan(...args: string[]): Report {
  const answer = runCli(['scan', '--no-config', '--no-systemctl', '--format', 'json', ...args]);
  if (answer.status !== 0) throw new Error(`scan ended with ${answer.status}: ${answer.stderr}`);
  return JSON.parse(answer.stdout) as Report;
}

/** The process in a report; undefined if it is not affected. */
export function processOf(report: Report, pid: number): Process | undefined {
  return report.processes.find((process) => process.pid === pid);
}
