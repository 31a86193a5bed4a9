// `npm run pack`: the standalone executables, their packages, bills of materials and sums, into build/pack.
// --arch x64|arm64 and --format tar|deb|rpm|npm (both repeatable) make less of it.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildExecutable, bundleForSnapshot } from './pack/executable.mjs';
import { bundledPackages, thirdPartyLicenses } from './pack/licenses.mjs';
import { fetchNode, pinned } from './pack/node.mjs';
import { root } from './pack/run.mjs';
import { buildTar } from './pack/tar.mjs';

const perArch = { tar: buildTar };
const { values } = parseArgs({
  options: {
    arch: { type: 'string', multiple: true, default: ['x64', 'arm64'] },
    format: { type: 'string', multiple: true, default: [...Object.keys(perArch)] },
  },
});
for (const arch of values.arch) if (!(arch in pinned.integrity)) throw new Error(`unknown --arch ${arch}`);
for (const format of values.format) if (!(format in perArch)) throw new Error(`unknown --format ${format}`);

const out = join(root, 'build/pack');
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const packages = bundledPackages(await bundleForSnapshot());
for (const arch of values.arch) {
  const executable = buildExecutable(arch);
  const licenses = thirdPartyLicenses(packages, { version: pinned.version, license: fetchNode(arch).license });
  const stage = join(root, 'build/stage', arch);
  for (const format of values.format) console.log(perArch[format]({ arch, executable, licenses, stage, out }));
}
const sums = readdirSync(out)
  .sort()
  .map(
    (name) =>
      `${createHash('sha256')
        .update(readFileSync(join(out, name)))
        .digest('hex')}  ${name}\n`,
  );
writeFileSync(join(out, 'SHA256SUMS'), sums.join(''));
