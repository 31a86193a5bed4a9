// The npm package: the files that npm would pack of a clone, the pages, and a package.json without the parts that only a clone needs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, version } from '../project.mjs';
import { run } from './run.mjs';
import { layOut, papers } from './stage.mjs';

/**
 * @param {{ stage: string, out: string }} folders
 * @returns {string} the name of the package
 */
export function buildNpm({ stage, out }) {
  const folder = join(stage, 'npm');
  const { scripts, devDependencies, files, ...manifest } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  /** @type {[{ files: { path: string }[] }]} */
  const [{ files: packed }] = JSON.parse(run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts']));
  const names = new Set([...packed.map(({ path }) => path), ...papers().map(({ to }) => to)]);
  layOut(folder, [
    ...[...names].map((name) => ({ to: name, from: join(root, name) })),
    { to: 'package.json', text: `${JSON.stringify(manifest, null, 2)}\n` },
  ]);
  run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', out], { cwd: folder });
  return `lib-users-${version}.tgz`;
}
