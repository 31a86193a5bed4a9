// src/main.ts and everything it uses -> esbuild's chunks, in memory, and its list of what went into them.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { lazyNode } from './lazy-node.mjs';
import { leanOclif } from './lean-oclif.mjs';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');
export const target = 'node20';

export function bundle() {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return build({
    absWorkingDir: root,
    entryPoints: ['src/main.ts', 'src/threads/worker.ts'],
    outdir: 'dist',
    bundle: true,
    splitting: true,
    entryNames: '[name]',
    write: false,
    metafile: true,
    platform: 'node',
    target,
    format: 'esm',
    // The launcher knows.
    external: ['lib-users:worker'],
    legalComments: 'none',
    plugins: [leanOclif, lazyNode],
    define: { __LIB_USERS_VERSION__: JSON.stringify(version) },
    logLevel: 'warning',
  });
}
