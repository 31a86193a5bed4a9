// `npm run pack`: the standalone executables, their packages, the npm package, the collection, bills of materials and sums, into
// build/pack. --target x64|arm64|x64-musl|arm64-musl and --format tar|deb|rpm|npm|collection (both repeatable) make only a part; .deb
// and .rpm are for glibc alone. --runtime FILE puts a Bun of your own into the executable of one target. If this machine cannot build
// an artefact, it is named at the end with the reason, and the exit code is 1; the sums list the artefacts that were made in any case.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from './build/bundle.mjs';
import { buildCollection } from './pack/collection.mjs';
import { buildDeb } from './pack/deb.mjs';
import { buildExecutable } from './pack/executable.mjs';
import { bundledPackages, executableLicenses } from './pack/licenses.mjs';
import { pinnedVersions } from './pack/linked.mjs';
import { buildNpm } from './pack/npm.mjs';
import { askRuntime } from './pack/own-runtime.mjs';
import { buildRpm } from './pack/rpm.mjs';
import { buildSbom } from './pack/sbom.mjs';
import { buildTar } from './pack/tar.mjs';
import { targetNamed, targets } from './pack/targets.mjs';
import { root, version } from './project.mjs';

/** @type {Record<string, (wanted: import('./pack/targets.mjs').Wanted) => string>} by format */
const perTarget = { tar: buildTar, deb: buildDeb, rpm: buildRpm };
const forAll = ['npm', 'collection'];
const { values } = parseArgs({
  options: {
    target: { type: 'string', multiple: true, default: Object.keys(targets) },
    format: { type: 'string', multiple: true, default: [...Object.keys(perTarget), ...forAll] },
    runtime: { type: 'string' },
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
if (values.runtime !== undefined && values.target.length !== 1) {
  console.error(`--runtime is the Bun of one target: name that target, --target ${Object.keys(targets)[0]}`);
  process.exit(2);
}
const ownBun = values.runtime === undefined ? undefined : resolve(values.runtime);
if (ownBun !== undefined && !existsSync(ownBun)) {
  console.error(`--runtime ${values.runtime} is not there: name the file of a Bun for ${values.target[0]}`);
  process.exit(2);
}
if (ownBun !== undefined) {
  const { refused, warning } = askRuntime(ownBun);
  if (refused !== null) {
    console.error(`--runtime ${values.runtime}: ${refused}`);
    process.exit(2);
  }
  if (warning !== null) console.error(`--runtime ${values.runtime}: ${warning}`);
}

const out = join(root, 'build/pack');
mkdirSync(out, { recursive: true });
// SHA256SUMS lists the whole folder, so files of another version, or of unknown origin, must not be in it.
for (const name of readdirSync(out)) {
  if (!name.includes(version)) rmSync(join(out, name), { recursive: true });
}
/** @type {(name: string, text: string) => void} */
const write = (name, text) => {
  writeFileSync(join(out, name), text);
  console.log(name);
};

/** @type {{ what: string, why: string }[]} */
const missed = [];
/**
 * Builds one thing. If this machine cannot build it, the others are built all the same.
 * @template T
 * @param {string} what
 * @param {() => T} build
 */
function attempt(what, build) {
  try {
    return build();
  } catch (error) {
    missed.push({ what, why: error instanceof Error ? error.message : String(error) });
    return null;
  }
}

const packages = bundledPackages((await bundle()).metafile);
if (values.format.includes('npm')) {
  attempt('npm', () => {
    const name = buildNpm({ stage: join(root, 'build/stage'), out });
    console.log(name);
    write(name.replace(/tgz$/, 'cdx.json'), buildSbom(packages, { file: join(out, name) }));
  });
}
if (values.format.includes('collection')) {
  attempt('collection', () => console.log(buildCollection({ stage: join(root, 'build/stage/collection'), out })));
}
const formats = values.format.filter((format) => format in perTarget);
const wanted = formats.length ? values.target : [];
const materials = attempt(`executable for ${wanted.join(', ')}`, () => {
  /** @type {Record<string, string>} */
  const versions = wanted.length && !ownBun ? pinnedVersions() : {};
  return { versions, licenses: executableLicenses(packages, versions) };
});
for (const name of wanted) {
  if (materials === null) break;
  const { versions, licenses } = materials;
  const target = { name, ...targetNamed(name) };
  const executable = attempt(`executable for ${name}`, () => buildExecutable(name, ownBun));
  if (executable === null) continue;
  const stage = join(root, 'build/stage', name);
  const bun = { runtime: target.runtime, ownBun, versions };
  for (const [format, build] of Object.entries(perTarget)) {
    if (!formats.includes(format)) continue;
    if (format !== 'tar' && target.libc !== 'glibc') continue;
    attempt(`${format} for ${name}`, () => console.log(build({ target, executable, licenses, stage, out })));
  }
  write(`lib-users-${version}-linux-${name}.cdx.json`, buildSbom(packages, { file: executable, bun }));
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
