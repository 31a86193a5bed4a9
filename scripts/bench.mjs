// Bundles test/bench/main.ts into build/bench/ and runs it with the remaining flags: `npm run bench -- --workload quiet`.
import { join } from 'node:path';
import { build } from 'esbuild';
import { localOptions } from './build/esbuild-options.mjs';
import { root } from './project.mjs';

const outfile = join(root, 'build/bench/main.mjs');
await build({ ...localOptions, entryPoints: ['test/bench/main.ts'], outfile });
await import(outfile);
