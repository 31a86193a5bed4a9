// The dependency review of `npm run check`: docs/dependencies.md gives a reason for each bundled package, and no installed
// package has a licence, a source, an install script or a Node version that was not looked at.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './build/bundle.mjs';
import { bundledPackages } from './pack/licenses.mjs';
import { root } from './project.mjs';

/** Permissive ones only: the bundle is MIT. */
const licences =
  /^\(?(?:(?:0BSD|MIT|ISC|Apache-2\.0|BSD-[23]-Clause|BlueOak-1\.0\.0|CC0-1\.0|Python-2\.0|PSF-2\.0)(?: OR |$|\)))+$/;
/** Packages with another licence that only tests load: nothing of them is bundled or shipped. @type {Record<string, string>} */
const onlyInTests = { 'axe-core': 'MPL-2.0' };
const registry = 'https://registry.npmjs.org/';

/**
 * @typedef {{ version?: string, license?: string, resolved?: string, integrity?: string, optional?: boolean,
 *   hasInstallScript?: boolean, engines?: { node?: string } }} Locked
 * @typedef {{ name: string, version: string, license: string }} Bundled a package that the bundle took something from
 * @typedef {{ devDependencies: Record<string, string>, dependencies?: Record<string, string>,
 *   allowScripts?: Record<string, boolean> }} Manifest
 */

/**
 * @param {{ lock: { packages: Record<string, Locked> }, manifest: Manifest, bundled: Bundled[], page: string }} files
 *   package-lock.json, package.json, what the bundle took something from, and docs/dependencies.md
 * @returns {string[]} what is wrong, a sentence each
 */
export function review({ lock, manifest, bundled, page }) {
  const direct = Object.entries(manifest.devDependencies);
  return [
    ...Object.keys(manifest.dependencies ?? {}).map((name) => `${name} is a run-time dependency: bundle it`),
    ...direct
      .filter(([, range]) => !/^\d+\.\d+\.\d+$/.test(range))
      .map(([name]) => `${name} is not pinned to a version`),
    ...Object.entries(lock.packages).flatMap(([path, entry]) =>
      path === '' ? [] : reviewPackage(path, entry, manifest.allowScripts ?? {}),
    ),
    ...reviewTable(bundled, page),
  ];
}

/**
 * @param {string} path
 * @param {Locked} entry
 * @param {Record<string, boolean>} allowScripts whether npm 11 or newer runs a package's install script; what is named there was
 *   looked at
 */
function reviewPackage(path, entry, allowScripts) {
  const { version, license, resolved, integrity, optional, hasInstallScript, engines } = entry;
  const name = path.replace(/^.*node_modules\//, '');
  const lowest = Number(/\d+/.exec(engines?.node ?? '')?.[0] ?? 0);
  const problems = [
    !licences.test(license ?? '') && onlyInTests[name] !== (license ?? '') && `its licence is ${license}`,
    resolved && !resolved.startsWith(registry) && `it comes from ${resolved}`,
    // Programs for other platforms. An incomplete mirror may have no sum for them.
    !integrity && !optional && 'it has no checksum',
    integrity && !integrity.startsWith('sha512-') && 'its checksum is a weak one',
    hasInstallScript &&
      !Object.hasOwn(allowScripts, name) &&
      'it has an install script that allowScripts does not name',
    lowest > 20 && `it wants Node ${engines?.node}`,
  ];
  return problems.filter(Boolean).map((problem) => `${name} ${version}: ${problem}`);
}

/**
 * The rows between `## In the bundle` and the next heading: package, version, licence, reason.
 * @param {Bundled[]} bundled
 * @param {string} page
 */
function reviewTable(bundled, page) {
  const [, section = ''] = /^## In the bundle$([\s\S]*?)^## /m.exec(page) ?? [];
  const rows = [...section.matchAll(/^\| ([^ |]+) ([^ |]+) \| ([^|]+) \| ([^|]+) \|$/gm)];
  const listed = new Map(rows.map(([, name = '', version, license = '']) => [name, `${version}, ${license.trim()}`]));
  const names = new Set(bundled.map(({ name }) => name));
  return [
    ...bundled
      .map(({ name, version, license }) => ({ name, about: `${version}, ${license}` }))
      .filter(({ name, about }) => listed.get(name) !== about)
      .map(
        ({ name, about }) =>
          `${name} is bundled (${about}), docs/dependencies.md says ${listed.get(name) ?? 'nothing of it'}`,
      ),
    ...[...names]
      .filter((name) => Object.hasOwn(onlyInTests, name))
      .map((name) => `${name} is bundled, and is only for tests`),
    ...[...listed.keys()]
      .filter((name) => !names.has(name))
      .map((name) => `${name} is not bundled, docs/dependencies.md says it is`),
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  /** @type {(name: string) => string} */
  const read = (name) => readFileSync(join(root, name), 'utf8');
  const problems = review({
    lock: JSON.parse(read('package-lock.json')),
    manifest: JSON.parse(read('package.json')),
    bundled: bundledPackages((await bundle()).metafile),
    page: read('docs/dependencies.md'),
  });
  for (const problem of problems) console.error(`dependency review: ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
}
