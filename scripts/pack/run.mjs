// Programs that packing calls, the paths and the one date that everything carries.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
export const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** @returns what it printed; throws with what it said where it fails */
export function run(command, args, options = {}) {
  const { status, signal, error, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  });
  if (error?.code === 'ENOENT') throw new Error(`${command} is not installed: .ci/run shows which packages are needed`);
  if (error) throw error;
  if (status !== 0) {
    throw new Error(
      `${command} ${args.join(' ')} ended with ${signal ?? status}\n${`${stdout}${stderr}`.slice(-4000)}`,
    );
  }
  return stdout;
}

/** Seconds since 1970 of the commit that is packed, for every date in every archive (reproducible-builds.org). */
export function sourceDate() {
  const given = process.env.SOURCE_DATE_EPOCH;
  if (given !== undefined && !/^\d+$/.test(given)) throw new Error(`SOURCE_DATE_EPOCH is no number: ${given}`);
  return Number(given ?? run('git', ['log', '-1', '--format=%ct']));
}
