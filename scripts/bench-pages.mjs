// Bundles test/browser/bench.ts into build/bench/ and runs it with the remaining words: `npm run bench:pages -- 11`.
import { join } from 'node:path';
import { build } from 'esbuild';
import { localOptions } from './build/esbuild-options.mjs';
import { root } from './project.mjs';

const outfile = join(root, 'build/bench/pages.mjs');
await build({ ...localOptions, entryPoints: ['test/browser/bench.ts'], outfile });
await import(outfile);
