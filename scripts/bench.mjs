// Bundles test/bench/main.ts into build/bench/ and runs it with the flags that are left: `npm run bench -- --workload quiet`.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const outfile = join(root, 'build/bench/main.mjs');
await build({
  absWorkingDir: root,
  entryPoints: ['test/bench/main.ts'],
  outfile,
  bundle: true,
  packages: 'external',
  platform: 'node',
  target: 'node20',
  format: 'esm',
  define: { __PROJECT_ROOT__: JSON.stringify(root) },
  logLevel: 'warning',
});
await import(outfile);
