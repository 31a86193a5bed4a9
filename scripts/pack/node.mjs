// The Node that the executable is made of: the npm package node-linux-ARCH, pinned in node.json by version and integrity.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './run.mjs';

export const pinned = JSON.parse(readFileSync(new URL('node.json', import.meta.url), 'utf8'));

/** @returns {{ executable: string, license: string }} paths below build/node, fetched once */
export function fetchNode(arch) {
  const cache = join(root, 'build/node');
  const folder = join(cache, `${arch}-${pinned.version}`);
  if (!existsSync(folder)) {
    mkdirSync(cache, { recursive: true });
    const partial = mkdtempSync(join(cache, 'partial-'));
    const name = `node-linux-${arch}`;
    run('npm', ['pack', '--silent', '--pack-destination', partial, `${name}@${pinned.version}`]);
    const archive = join(partial, `${name}-${pinned.version}.tgz`);
    const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
    if (found !== pinned.integrity[arch]) throw new Error(`${name}@${pinned.version} is not what was pinned: ${found}`);
    run('tar', ['-xzf', archive, '-C', partial, '--strip-components=1', 'package/bin/node', 'package/LICENSE']);
    rmSync(archive);
    renameSync(partial, folder);
  }
  return { executable: join(folder, 'bin/node'), license: join(folder, 'LICENSE') };
}

/** @returns {string[]} the argv that starts a program of `arch` on this machine: itself, or qemu's emulation of it */
export function emulate(arch) {
  if (process.arch === arch) return [];
  const machine = { x64: 'x86_64', arm64: 'aarch64' }[arch];
  return [`qemu-${machine}-static`, '-L', `/usr/${machine}-linux-gnu`];
}
