// The artefacts of `npm run pack`, and the archive's executable, unpacked as a user would do it.

import assert from 'node:assert/strict';
import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CliResult, plainEnvironment } from '../support/cli.ts';
import { projectRoot } from '../support/project.ts';

export const out: string = join(projectRoot, 'build/pack');
export const version: string = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')).version;

/** The path of an artefact. The tests are about the files that `npm run pack` left. */
export function artefact(name: string): string {
  const path = join(out, name);
  assert.ok(existsSync(path), `${path} is not there: run \`npm run pack\` first`);
  return path;
}

/** Runs a program to its end, and returns its output. Throws if the program fails. */
export function succeed(command: string, args: readonly string[], options: SpawnSyncOptions = {}): string {
  const { status, signal, error, stdout, stderr } = spawnSync(command, args, { maxBuffer: 1 << 28, ...options });
  if (error) throw error;
  assert.equal(status, 0, `${command} ${args.join(' ')} ended with ${signal ?? status}: ${stdout}${stderr}`);
  return String(stdout ?? '');
}

/** The relative links of README.md: each is shipped beside it. */
export const linked: string[] = [
  ...new Set(
    [...readFileSync(join(projectRoot, 'README.md'), 'utf8').matchAll(/\]\(([\w./-]+)[#)]/g)].map(([, name]) =>
      String(name),
    ),
  ),
];

export const targets = ['x64', 'arm64', 'x64-musl', 'arm64-musl'] as const;
export type Target = (typeof targets)[number];
/** The one of this machine. */
export const hostTarget = process.arch as 'x64' | 'arm64';

/** Unpacks the archive into `folder`, and says where its files are. */
export function unpack(target: Target, folder: string): string {
  const top = `lib-users-${version}-linux-${target}`;
  succeed('tar', ['-xJf', artefact(`${top}.tar.xz`), '-C', folder]);
  return join(folder, top);
}

export function run(file: string, args: readonly string[], options: SpawnSyncOptions = {}): CliResult {
  const spawned = { input: '', env: plainEnvironment(), maxBuffer: 1 << 28, timeout: 120000, ...options };
  const { status, stdout, stderr } = spawnSync(file, args, spawned);
  return { code: status, stdout: String(stdout ?? ''), stderr: String(stderr ?? '') };
}

/** The report of a scan that must go well. */
export function parseReport({ code, stdout, stderr }: CliResult) {
  assert.equal(code, 0, stderr);
  const report = JSON.parse(stdout);
  assert.equal(report.kind, 'lib-users/report');
  assert.ok(report.summary.processes_seen > 0 || report.scan.processes.seen > 0);
  return report;
}
