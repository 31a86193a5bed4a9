// Bundles src/main.ts and everything it uses into the one file that is installed, dist/lib-users.cjs.
import { chmodSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { leanOclif } from './lean-oclif.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
rmSync(join(root, 'dist'), { recursive: true, force: true });
mkdirSync(join(root, 'dist'));
await build({
  entryPoints: [join(root, 'src/main.ts')],
  outfile: join(root, 'dist/lib-users.cjs'),
  bundle: true,
  platform: 'node',
  target: 'node20',
  // import() of a Node module would start the ESM loader (3 ms) where require() does.
  supported: { 'dynamic-import': false },
  format: 'cjs',
  minify: true,
  legalComments: 'none',
  plugins: [leanOclif],
  banner: { js: '#!/usr/bin/env node' },
  define: { __LIB_USERS_VERSION__: JSON.stringify(version) },
  logLevel: 'warning',
});
chmodSync(join(root, 'dist/lib-users.cjs'), 0o755);
