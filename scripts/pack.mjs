// `npm run pack`: the standalone executables, their packages, the npm package, the collection, bills of materials and sums, into
// build/pack. --target x64|arm64|x64-musl|arm64-musl and --format tar|deb|rpm|npm|collection (both repeatable) make less of it; .deb
// and .rpm are for glibc alone. What this machine cannot build is named at the end with the reason, and the exit code is 1 then; the sums are of what is there in any case.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from './bundle.mjs';
import { buildCollection } from './pack/collection.mjs';
import { buildDeb } from './pack/deb.mjs';
import { buildExecutable } from './pack/executable.mjs';
import { bundledPackages, executableLicenses } from './pack/licenses.mjs';
import { buildNpm } from './pack/npm.mjs';
import { buildRpm } from './pack/rpm.mjs';
import { root, version } from './pack/run.mjs';
import { buildSbom } from './pack/sbom.mjs';
import { buildTar } from './pack/tar.mjs';
import { targets } from './pack/targets.mjs';

const perTarget = { tar: buildTar, deb: buildDeb, rpm: buildRpm };
const forAll = ['npm', 'collection'];
const { values } = parseArgs({
  options: {
    target: { type: 'string', multiple: true, default: Object.keys(targets) },
    format: { type: 'string', multiple: true, default: [...Object.keys(perTarget), ...forAll] },
  },
});
const unknown = [
  ...values.target.filter((name) => !(name in targets)),
  ...values.format.filter((format) => !forAll.includes(format) && !(format in perTarget)),
];
if (unknown.length) {
  const known = Object.keys(targets).join(', ');
  console.error(
    `unknown: ${unknown.join(' ')}; --target is one of ${known}, --format tar, deb, rpm, npm or collection`,
  );
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

const packages = bundledPackages((await bundle()).metafile);
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
const formats = values.format.filter((format) => format in perTarget);
const licenses = executableLicenses(packages);
for (const name of formats.length ? values.target : []) {
  const target = { name, ...targets[name] };
  const executable = await attempt(`executable for ${name}`, () => buildExecutable(name));
  if (executable === null) continue;
  const stage = join(root, 'build/stage', name);
  for (const format of formats) {
    if (format !== 'tar' && target.libc !== 'glibc') continue;
    await attempt(`${format} for ${name}`, () =>
      console.log(perTarget[format]({ target, executable, licenses, stage, out })),
    );
  }
  write(`lib-users-${version}-linux-${name}.cdx.json`, buildSbom(packages, { file: executable, target }));
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
