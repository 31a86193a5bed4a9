// What is inside the executable besides our own code: the npm packages that the bundle took something from, and Bun.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

/**
 * @param metafile of esbuild
 * @returns {{ name: string, version: string, license: string, text: string }[]} by name
 */
export function bundledPackages({ outputs }) {
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

/** @returns {string} the notices that the licences of all of them ask for */
export function thirdPartyLicenses(packages) {
  const heading = (title) => `${'='.repeat(80)}\n${title}\n${'='.repeat(80)}\n`;
  return packages.map(({ name, version, text }) => `${heading(`${name} ${version}`)}\n${text}\n`).join('\n');
}

/** @returns {string} the same for the executable, which has Bun in it */
export function executableLicenses(packages) {
  return thirdPartyLicenses(packages);
}
