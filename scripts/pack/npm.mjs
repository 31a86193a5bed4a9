// The npm package: what runs and its papers, and a package.json without what only a clone needs.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, version } from './run.mjs';
import { layOut, papers } from './stage.mjs';

export function buildNpm({ stage, out }) {
  const folder = join(stage, 'npm');
  const { files, scripts, devDependencies, ...manifest } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  layOut(folder, [
    { to: 'package.json', text: `${JSON.stringify(manifest, null, 2)}\n` },
    ...files.flatMap(filesOf).map((name) => ({ to: name, from: join(root, name) })),
    ...papers(),
  ]);
  run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', out], { cwd: folder });
  return `lib-users-${version}.tgz`;
}

/** @returns {string[]} a file, or all files of a folder, relative to the project */
function filesOf(name) {
  const found = readdirSync(root, { withFileTypes: true }).find((entry) => entry.name === name);
  if (!found?.isDirectory()) return [name];
  return readdirSync(join(root, name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length));
}
