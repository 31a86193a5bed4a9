// Runs the program under test (program.ts) as users do: in its own process, with its exit code and streams.

import assert from 'node:assert/strict';
import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { programFile, quickCommandLine } from './program.ts';

export interface CliResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The environment without variables that change the output, so that a test gives the same result in every terminal. */
export function plainEnvironment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  const { NO_COLOR: _, COLUMNS: __, NODE_OPTIONS: ___, ...environment } = process.env;
  return { ...environment, ...extra };
}

/** @param path the program, or a copy that another user may read */
export function runCli(args: readonly string[], options: SpawnSyncOptions = {}, path = programFile): CliResult {
  const [file, ...argv] = quickCommandLine(args, path);
  const result = spawnSync(file, argv, {
    input: '',
    env: plainEnvironment(),
    maxBuffer: 1 << 28,
    timeout: 60000,
    ...options,
  });
  return { code: result.status, stdout: String(result.stdout ?? ''), stderr: String(result.stderr ?? '') };
}

/** The error document: the last line of stderr. */
export function errorDocument({ stderr }: CliResult): {
  code: string;
  message: string;
  hint: string | null;
  exit_code: number;
} {
  const document = JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '');
  assert.equal(document.kind, 'lib-users/error', stderr);
  return document.error;
}
