// The Bun that the executables are made of: npm packages, pinned in bun.json by version and integrity.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../project.mjs';
import { run } from './run.mjs';

/** @type {{ version: string, integrity: Record<string, string> }} */
export const pinned = JSON.parse(readFileSync(new URL('bun.json', import.meta.url), 'utf8'));

/**
 * @param {string} runtime the npm package of Bun
 * @returns {string} its pinned sum, as `sha512-` and base64
 */
export function integrityOf(runtime) {
  const integrity = pinned.integrity[runtime];
  if (!integrity) throw new Error(`scripts/pack/bun.json pins no ${runtime}`);
  return integrity;
}

/**
 * @param {import('./targets.mjs').Target} target
 * @returns {string} the path of the program `bun` below build/bun, fetched once
 */
export function fetchBun({ runtime }) {
  const cache = join(root, 'build/bun');
  const folder = join(cache, `${runtime.replace('@oven/', '')}-${pinned.version}`);
  if (!existsSync(folder)) {
    mkdirSync(cache, { recursive: true });
    const partial = mkdtempSync(join(cache, 'partial-'));
    const [{ filename }] = JSON.parse(
      run('npm', ['pack', '--json', '--pack-destination', partial, `${runtime}@${pinned.version}`]),
    );
    const archive = join(partial, filename);
    const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
    if (found !== integrityOf(runtime)) {
      throw new Error(`${runtime}@${pinned.version} is not what was pinned: ${found}`);
    }
    run('tar', ['-xzf', archive, '-C', partial, '--strip-components=2', 'package/bin/bun']);
    rmSync(archive);
    renameSync(partial, folder);
  }
  return join(folder, 'bun');
}
