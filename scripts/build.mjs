// Bundles src/main.ts and everything it uses into the one file that is installed, dist/lib-users.cjs, and lays the code cache of
// this Node beside it.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle, root, target } from './bundle.mjs';
import { joinChunks } from './one-file.mjs';
import { bundledPackages, thirdPartyLicenses } from './pack/licenses.mjs';

const chunks = await bundle();
// import() of a Node module would start the ESM loader (3 ms) where require() does.
const code = joinChunks(chunks, { target, platform: 'node', supported: { 'dynamic-import': false } });
const dist = join(root, 'dist');
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
writeFileSync(join(dist, 'THIRD-PARTY-LICENSES'), thirdPartyLicenses(bundledPackages(chunks.metafile)));
const file = join(dist, 'lib-users.cjs');
writeFileSync(file, `#!/usr/bin/env node\n${code}`);
chmodSync(file, 0o755);
const { status } = spawnSync(process.execPath, [join(root, 'scripts/code-cache.cjs'), file], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
if (status !== 0) throw new Error(`a scan for the code cache ended with ${status}`);
