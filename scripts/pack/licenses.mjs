// Lists the licences of the executable, which holds more than our own code: Bun, and the npm packages of which the bundle has code.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, version } from '../project.mjs';
import { linkedByBun } from './linked.mjs';

/**
 * @typedef {{ name: string, version: string, license: string, text: string }} Bundled `text` is that of the licence
 * @param {Pick<import('esbuild').Metafile, 'outputs'>} metafile
 * @returns {Bundled[]} by name
 */
export function bundledPackages({ outputs }) {
  /** @type {Set<string>} */
  const folders = new Set();
  for (const { inputs } of Object.values(outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const folder = /^.*\bnode_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
      if (folder && bytesInOutput > 0) folders.add(folder);
    }
  }
  return [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e(\.(md|txt))?$/i.test(entry));
    const text = file ? readFileSync(join(root, folder, file), 'utf8').trim() : `Licence: ${license}`;
    return { name, version, license, text };
  });
}

const line = '='.repeat(80);
/** @type {(title: string, text: string) => string} */
const section = (title, text) => `${line}\n${title}\n${line}\n\n${text.trim()}\n`;

/**
 * @param {Bundled[]} packages
 * @returns {string} the notices that the licences of all of them ask for
 */
export function thirdPartyLicenses(packages) {
  return packages.map(({ name, version, text }) => section(`${name} ${version}`, text)).join('\n');
}

/**
 * @param {Bundled[]} packages that the bundle took something from
 * @param {Record<string, string>} versions that the pinned Bun gives; nothing, if the Bun is another
 * @returns {string} the same for the executable, which has Bun in it
 */
export function executableLicenses(packages, versions) {
  const parts = linkedByBun(versions);
  const texts = [...new Set(parts.flatMap(({ license }) => textsOf(license)))].sort();
  return [
    section(`Bun${versions.bun ? ` ${versions.bun}` : ''}, and what it links`, aboutBun(parts, versions)),
    ...texts.map((name) => section(`The text of ${name}`, licenseText(name))),
    thirdPartyLicenses(packages),
  ].join('\n');
}

/**
 * LGPL-2.0-or-later allows the text of 2.1. An exception only permits more.
 * @type {(license: string) => string[]}
 */
const textsOf = (license) =>
  license
    .replace(/ WITH \S+/g, '')
    .split(/ (?:AND|OR) /)
    .map((id) => (id.startsWith('LGPL-') ? 'LGPL-2.1' : id));

/** @type {(name: string) => string} */
const licenseText = (name) => readFileSync(join(root, 'packaging/licenses', `${name}.txt`), 'utf8');

/**
 * @param {import('./linked.mjs').Part[]} parts
 * @param {Record<string, string>} versions
 */
function aboutBun(parts, versions) {
  const lesser = parts.filter(({ license }) => license.includes('LGPL'));
  /** @type {(part: import('./linked.mjs').Part) => string} */
  const listed = ({ name, version, license, source }) =>
    `  ${name}${version ? ` ${version}` : ''}: ${license}${source ? `\n    ${source}` : ''}`;
  return `
The executable lib-users is the file dist/lib-users.cjs of the npm package
lib-users ${version} (MIT), joined to the JavaScript runtime Bun (MIT,
https://github.com/oven-sh/bun), in which scripts/pack/harden.mjs of the
source of lib-users changes the names of environment variables, so that none
is found. Bun statically links what is listed below; the notices of each are
in its source.

These parts are under the GNU Lesser General Public License, whose text
follows:

${lesser.map(listed).join('\n')}

You may change them and put them into the executable again:

  1. Build Bun with your JavaScriptCore or tinycc, as LICENSE.md in Bun's
     source says (https://github.com/oven-sh/bun/blob/${versions.bun ? `bun-v${versions.bun}` : 'main'}/LICENSE.md).
  2. In the source of lib-users ${version}:
       npm ci && npm run pack -- --target x64 --format tar --runtime FILE
     FILE is your Bun for that target. dist/lib-users.cjs, to which it is
     joined, is made by \`npm ci\`, and is the file of the npm package, too.

You may reverse engineer the executable for debugging such changes.

All that Bun links, as far as Bun names it:

${parts.map(listed).join('\n')}
`;
}
