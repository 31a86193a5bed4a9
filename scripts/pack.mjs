// `npm run pack`: the standalone executables, their packages, bills of materials and sums, into build/pack.
// --arch x64|arm64 and --format tar|deb|rpm|npm (both repeatable) make less of it.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildDeb } from './pack/deb.mjs';
import { buildExecutable, bundleForSnapshot } from './pack/executable.mjs';
import { bundledPackages, thirdPartyLicenses } from './pack/licenses.mjs';
import { fetchNode, pinned } from './pack/node.mjs';
import { buildNpm } from './pack/npm.mjs';
import { buildRpm } from './pack/rpm.mjs';
import { root, version } from './pack/run.mjs';
import { buildSbom } from './pack/sbom.mjs';
import { buildTar } from './pack/tar.mjs';

const withNode = { tar: buildTar, deb: buildDeb, rpm: buildRpm };
const { values } = parseArgs({
  options: {
    arch: { type: 'string', multiple: true, default: Object.keys(pinned.integrity) },
    format: { type: 'string', multiple: true, default: [...Object.keys(withNode), 'npm'] },
  },
});
const unknown = [
  ...values.arch.filter((arch) => !(arch in pinned.integrity)),
  ...values.format.filter((format) => format !== 'npm' && !(format in withNode)),
];
if (unknown.length) {
  console.error(`unknown: ${unknown.join(' ')}; --arch is x64 or arm64, --format tar, deb, rpm or npm`);
  process.exit(2);
}

const out = join(root, 'build/pack');
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const write = (name, text) => {
  writeFileSync(join(out, name), text);
  console.log(name);
};

const packages = bundledPackages(await bundleForSnapshot());
if (values.format.includes('npm')) {
  const name = buildNpm({ stage: join(root, 'build/stage'), out });
  console.log(name);
  write(name.replace(/tgz$/, 'cdx.json'), buildSbom(packages, { file: join(out, name) }));
}
const formats = values.format.filter((format) => format in withNode);
for (const arch of formats.length ? values.arch : []) {
  const executable = buildExecutable(arch);
  const licenses = thirdPartyLicenses(packages, { version: pinned.version, license: fetchNode(arch).license });
  const stage = join(root, 'build/stage', arch);
  for (const format of formats) console.log(withNode[format]({ arch, executable, licenses, stage, out }));
  write(`lib-users-${version}-linux-${arch}.cdx.json`, buildSbom(packages, { file: executable, arch }));
}
const sums = readdirSync(out)
  .sort()
  .map(
    (name) =>
      `${createHash('sha256')
        .update(readFileSync(join(out, name)))
        .digest('hex')}  ${name}\n`,
  );
write('SHA256SUMS', sums.join(''));
