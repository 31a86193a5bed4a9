// The bill of materials, CycloneDX 1.6 JSON (https://cyclonedx.org/docs/1.6/json/): the parts of an artefact, so that a
// scanner can say which hosts carry a vulnerable SQLite.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { manifest, sourceDate, version } from '../project.mjs';
import { integrityOf, pinned } from './bun.mjs';
import { linkedByBun } from './linked.mjs';

/** @typedef {{ [key: string]: unknown, 'bom-ref': string }} Component */

/** @type {(name: string, version: string) => string} */
const npmPurl = (name, version) => `pkg:npm/${name.replace('@', '%40')}@${version}`;
/** @type {(license: string) => object[]} */
const licensesOf = (license) =>
  /^[\w.-]+$/.test(license) ? [{ license: { id: license } }] : [{ expression: license }];
/** @type {(file: string) => string} */
const digest = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');
/** @type {(components: Component[]) => string[]} */
const refs = (components) => components.map((component) => component['bom-ref']);

/**
 * @param {import('./licenses.mjs').Bundled} part
 * @returns {Component}
 */
function npmComponent({ name, version, license }) {
  const purl = npmPurl(name, version);
  return { type: 'library', 'bom-ref': purl, name, version, licenses: licensesOf(license), purl };
}

/**
 * @param {import('./linked.mjs').Part} part
 * @returns {Component}
 */
function linkedComponent({ name, version, license, source, purl, cpe, data }) {
  return {
    type: data ? 'data' : 'library',
    'bom-ref': purl,
    name,
    ...(version && { version }),
    licenses: licensesOf(license),
    ...(cpe && { cpe }),
    purl,
    ...(source && { externalReferences: [{ type: 'vcs', url: source }] }),
  };
}

/**
 * Bun from its pinned npm package, or someone's own, of which only the file is known.
 * @typedef {{ runtime: string, ownBun: string | undefined, versions: Record<string, string> }} Bun the npm package of the pinned
 *   one, the file of someone's own, and the versions that it gives
 * @param {Bun} bun
 * @returns {Component}
 */
function bunComponent({ runtime, ownBun }) {
  const bun = { type: 'platform', 'bom-ref': 'bun', name: 'bun' };
  if (ownBun) return { ...bun, hashes: [{ alg: 'SHA-256', content: digest(ownBun) }], licenses: licensesOf('MIT') };
  const hex = Buffer.from(integrityOf(runtime).replace('sha512-', ''), 'base64').toString('hex');
  const from = npmPurl(runtime, pinned.version);
  return {
    ...bun,
    version: pinned.version,
    licenses: licensesOf('MIT'),
    purl: npmPurl('bun', pinned.version),
    externalReferences: [{ type: 'distribution', url: from, hashes: [{ alg: 'SHA-512', content: hex }] }],
  };
}

/**
 * @param {import('./licenses.mjs').Bundled[]} packages that the bundle took something from
 * @param {{ file: string, bun?: Bun }} artefact its file and, if it holds Bun, which
 * @returns {string} the document
 */
export function buildSbom(packages, { file, bun }) {
  const sha256 = digest(file);
  const libraries = packages.map(npmComponent);
  const platform = bun ? [bunComponent(bun)] : [];
  const parts = bun ? linkedByBun(bun.versions).map(linkedComponent) : [];
  const purl = npmPurl('lib-users', version);
  const uuid = createHash('sha256').update(`sbom ${sha256}`).digest('hex');
  return `${JSON.stringify(
    {
      $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      // A UUID of version 8, made from the content that it describes: the same for the same build.
      serialNumber: `urn:uuid:${uuid.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/, '$1-$2-8$3-8$4-$5')}`,
      version: 1,
      metadata: {
        timestamp: new Date(sourceDate() * 1000).toISOString(),
        component: {
          type: 'application',
          'bom-ref': purl,
          name: 'lib-users',
          version,
          hashes: [{ alg: 'SHA-256', content: sha256 }],
          licenses: licensesOf(manifest.license),
          purl,
        },
      },
      components: [...platform, ...parts, ...libraries],
      dependencies: [
        { ref: purl, dependsOn: refs([...platform, ...libraries]) },
        ...platform.map((component) => ({ ref: component['bom-ref'], dependsOn: refs(parts) })),
      ],
      // Bun does not say which Rust crates it links.
      ...(bun && { compositions: [{ aggregate: 'incomplete', dependencies: refs(platform) }] }),
    },
    null,
    2,
  )}\n`;
}
