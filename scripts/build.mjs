// src/ -> dist/: the one file that is installed, and the notices of what is bundled in it.
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './build/bundle.mjs';
import { bundledPackages, thirdPartyLicenses } from './pack/licenses.mjs';
import { root } from './project.mjs';

const { text, metafile } = await bundle();
const dist = join(root, 'dist');
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
writeFileSync(join(dist, 'THIRD-PARTY-LICENSES'), thirdPartyLicenses(bundledPackages(metafile)));
const file = join(dist, 'lib-users.cjs');
writeFileSync(file, `#!/usr/bin/env node\n${text}`);
chmodSync(file, 0o755);
