// Bundles src/main.ts and everything it uses into the one file that is installed, dist/lib-users.cjs, and lays the code cache of
// this Node beside it.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { lazyNode } from './lazy-node.mjs';
import { leanOclif } from './lean-oclif.mjs';
import { joinChunks } from './one-file.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const target = 'node20';
const chunks = await build({
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
// import() of a Node module would start the ESM loader (3 ms) where require() does.
const code = joinChunks(chunks, { target, platform: 'node', supported: { 'dynamic-import': false } });
const dist = join(root, 'dist');
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
const file = join(dist, 'lib-users.cjs');
writeFileSync(file, `#!/usr/bin/env node\n${code}`);
chmodSync(file, 0o755);
const { status } = spawnSync(process.execPath, [join(root, 'scripts/code-cache.cjs'), file], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
if (status !== 0) throw new Error(`a scan for the code cache ended with ${status}`);
