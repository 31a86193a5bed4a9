// `npm run pack`: the standalone executables, their packages, the npm package, the collection, bills of materials and sums, into
// build/pack. --arch x64|arm64 and --format tar|deb|rpm|npm|collection (both repeatable) make less of it. What this machine cannot
// build is named at the end with the reason, and the exit code is 1 then; the sums are of what is there in any case.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildCollection } from './pack/collection.mjs';
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
const withoutNode = ['npm', 'collection'];
const { values } = parseArgs({
  options: {
    arch: { type: 'string', multiple: true, default: Object.keys(pinned.integrity) },
    format: { type: 'string', multiple: true, default: [...Object.keys(withNode), ...withoutNode] },
  },
});
const unknown = [
  ...values.arch.filter((arch) => !(arch in pinned.integrity)),
  ...values.format.filter((format) => !withoutNode.includes(format) && !(format in withNode)),
];
if (unknown.length) {
  console.error(`unknown: ${unknown.join(' ')}; --arch is x64 or arm64, --format tar, deb, rpm, npm or collection`);
  process.exit(2);
}

const out = join(root, 'build/pack');
mkdirSync(out, { recursive: true });
// SHA256SUMS lists the whole folder, so files of another version, or of unknown origin, must not be in it.
for (const name of readdirSync(out)) {
  if (!name.includes(version)) rmSync(join(out, name), { recursive: true });
}
const write = (name, text) => {
  writeFileSync(join(out, name), text);
  console.log(name);
};

/** @type {{ what: string, why: string }[]} */
const missed = [];
/** Builds one thing; what this machine cannot build does not keep the others from being built. */
async function attempt(what, build) {
  try {
    return await build();
  } catch (error) {
    missed.push({ what, why: error.message });
    return null;
  }
}

const packages = bundledPackages(await bundleForSnapshot());
if (values.format.includes('npm')) {
  await attempt('npm', () => {
    const name = buildNpm({ stage: join(root, 'build/stage'), out });
    console.log(name);
    write(name.replace(/tgz$/, 'cdx.json'), buildSbom(packages, { file: join(out, name) }));
  });
}
if (values.format.includes('collection')) {
  await attempt('collection', () => console.log(buildCollection({ stage: join(root, 'build/stage/collection'), out })));
}
const formats = values.format.filter((format) => format in withNode);
for (const arch of formats.length ? values.arch : []) {
  const executable = await attempt(`executable for ${arch}`, () => buildExecutable(arch));
  if (executable === null) continue;
  const licenses = thirdPartyLicenses(packages, { version: pinned.version, license: fetchNode(arch).license });
  const stage = join(root, 'build/stage', arch);
  for (const format of formats) {
    await attempt(`${format} for ${arch}`, () =>
      console.log(withNode[format]({ arch, executable, licenses, stage, out })),
    );
  }
  write(`lib-users-${version}-linux-${arch}.cdx.json`, buildSbom(packages, { file: executable, arch }));
}
const sums = readdirSync(out)
  .filter((name) => name !== 'SHA256SUMS')
  .sort()
  .map(
    (name) =>
      `${createHash('sha256')
        .update(readFileSync(join(out, name)))
        .digest('hex')}  ${name}\n`,
  );
write('SHA256SUMS', sums.join(''));
for (const { what, why } of missed) console.error(`not built: ${what}, because ${why.trimEnd()}`);
if (missed.length > 0) process.exitCode = 1;
