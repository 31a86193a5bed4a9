// The bill of materials, CycloneDX 1.6 JSON (https://cyclonedx.org/docs/1.6/json/): what is inside an artefact, so that a
// scanner can say which hosts carry a vulnerable OpenSSL.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pinned } from './bun.mjs';
import { root, run, sourceDate, version } from './run.mjs';

const npmPurl = (name, version) => `pkg:npm/${name.replace('@', '%40')}@${version}`;
const cpe = (product, version) => `cpe:2.3:a:${product}:${version.replaceAll(':', '\\:')}:*:*:*:*:*:*:*`;
const expression = (license) => [{ expression: license }];
const byId = (id) => [{ license: { id } }];

function npmComponent({ name, version, license }) {
  const purl = npmPurl(name, version);
  const licenses = /^[\w.-]+$/.test(license) ? byId(license) : expression(license);
  return { type: 'library', 'bom-ref': purl, name, version, licenses, purl };
}

/**
 * @param packages that the bundle took something from
 * @param target of the artefact: its file, and the target if it holds Bun
 * @returns {string} the document
 */
export function buildSbom(packages, { file, target }) {
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
  const libraries = packages.map(npmComponent);
  const refs = (components) => components.map((component) => component['bom-ref']);
  const purl = npmPurl('lib-users', version);
  const uuid = createHash('sha256').update(`sbom ${sha256}`).digest('hex');
  return `${JSON.stringify(
    {
      $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      // A UUID of version 8, made from what it describes: the same for the same build.
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
          licenses: byId(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).license),
          purl,
        },
      },
      components: libraries,
      dependencies: [{ ref: purl, dependsOn: refs(libraries) }],
    },
    null,
    2,
  )}\n`;
}
