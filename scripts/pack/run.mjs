// The programs that packing calls.
import { spawnSync } from 'node:child_process';
import { root } from '../project.mjs';

/**
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} options
 * @returns {string} what the program printed; if the program fails, an error with what it said is thrown
 */
export function run(command, args, options = {}) {
  const { status, signal, error, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  });
  if (error && 'code' in error && error.code === 'ENOENT')
    throw new Error(`${command} is not installed: .ci/run shows which packages are needed`);
  if (error) throw error;
  if (status !== 0) {
    throw new Error(
      `${command} ${args.join(' ')} ended with ${signal ?? status}\n${`${stdout}${stderr}`.slice(-4000)}`,
    );
  }
  return stdout;
}
