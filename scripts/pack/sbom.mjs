// The bill of materials, CycloneDX 1.6 JSON (https://cyclonedx.org/docs/1.6/json/): what is inside an artefact, so that a
// scanner can say which hosts carry a vulnerable OpenSSL.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { emulate, fetchNode, pinned } from './node.mjs';
import { root, run, sourceDate, version } from './run.mjs';

const known = JSON.parse(readFileSync(new URL('bundled-by-node.json', import.meta.url), 'utf8'));
/** Numbers of interfaces, not of anything that is bundled. */
const interfaces = new Set(['node', 'modules', 'napi']);

const npmPurl = (name, version) => `pkg:npm/${name.replace('@', '%40')}@${version}`;
const cpe = (product, version) => `cpe:2.3:a:${product}:${version.replaceAll(':', '\\:')}:*:*:*:*:*:*:*`;
const expression = (license) => [{ expression: license }];
const byId = (id) => [{ license: { id } }];

function npmComponent({ name, version, license }) {
  const purl = npmPurl(name, version);
  const licenses = /^[\w.-]+$/.test(license) ? byId(license) : expression(license);
  return { type: 'library', 'bom-ref': purl, name, version, licenses, purl };
}

/** What Node itself says that it bundles, OpenSSL first. A name that the table does not know is an error: look it up. */
function bundledByNode(arch) {
  const { executable } = fetchNode(arch);
  const [command, ...args] = [...emulate(arch), executable, '-p', 'JSON.stringify(process.versions)'];
  const versions = JSON.parse(run(command, args, { env: { PATH: process.env.PATH } }));
  const unknown = Object.keys(versions).filter((key) => !(key in known) && !interfaces.has(key));
  if (unknown.length) throw new Error(`Node bundles something new: ${unknown}; add it to bundled-by-node.json`);
  // An empty version is a part that this Node was built without.
  return Object.keys(known)
    .filter((key) => versions[key])
    .map((key) => {
      const { name, license, npm, cpe: product } = known[key];
      const purl = npm ? npmPurl(name, versions[key]) : `pkg:generic/${name}@${encodeURIComponent(versions[key])}`;
      return {
        type: ['cldr', 'tz', 'unicode'].includes(key) ? 'data' : 'library',
        'bom-ref': purl,
        name,
        version: versions[key],
        licenses: byId(license),
        ...(product && { cpe: cpe(product, versions[key].replace(/-node.*|-motley.*/, '')) }),
        purl,
      };
    });
}

function nodeComponent(arch) {
  const hex = Buffer.from(pinned.integrity[arch].replace('sha512-', ''), 'base64').toString('hex');
  const from = npmPurl(`node-linux-${arch}`, pinned.version);
  return {
    type: 'platform',
    'bom-ref': 'node',
    name: 'node',
    version: pinned.version,
    licenses: byId('MIT'),
    cpe: cpe('nodejs:node.js', pinned.version),
    purl: `pkg:generic/node@${pinned.version}`,
    externalReferences: [{ type: 'distribution', url: from, hashes: [{ alg: 'SHA-512', content: hex }] }],
  };
}

/**
 * @param packages that the bundle took something from
 * @param target of the artefact: its file, and the architecture where it holds Node
 * @returns {string} the document
 */
export function buildSbom(packages, { file, arch }) {
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
  const libraries = packages.map(npmComponent);
  const node = arch ? nodeComponent(arch) : null;
  const parts = arch ? bundledByNode(arch) : [];
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
      components: [...(node ? [node] : []), ...parts, ...libraries],
      dependencies: [
        { ref: purl, dependsOn: refs([...(node ? [node] : []), ...libraries]) },
        ...(node ? [{ ref: 'node', dependsOn: refs(parts) }] : []),
      ],
    },
    null,
    2,
  )}\n`;
}
