// What is inside the executable besides our own code: the npm packages that the bundle took something from, and Node.
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
export function thirdPartyLicenses(packages, node) {
  const heading = (title) => `${'='.repeat(80)}\n${title}\n${'='.repeat(80)}\n`;
  const parts = packages.map(({ name, version, text }) => `${heading(`${name} ${version}`)}\n${text}\n`);
  if (node)
    parts.push(`${heading(`Node.js ${node.version}, and what it bundles`)}\n${readFileSync(node.license, 'utf8')}`);
  return parts.join('\n');
}
