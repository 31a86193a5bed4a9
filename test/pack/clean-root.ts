// A tree in which a package is tried: like a clean Debian or a tree that a test laid out, and gone with the test.

import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { CliResult } from '../support/cli.ts';
import { projectRoot } from '../support/project.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { artefact, run } from './artefacts.ts';

export type Inside = (...argv: string[]) => CliResult;

export interface CleanRoot {
  /** Runs a program in the tree, as root of a machine that has nothing else. */
  inside: Inside;
  /** The entries that were written to the tree. */
  written: string;
}

/** A tree like `base` that has the artefacts in /mnt. */
export function cleanRoot(t: TestContext, base: string, artefacts: readonly string[]): CleanRoot {
  const upper = temporaryFolder(t);
  mkdirSync(join(upper, 'packages'));
  for (const name of artefacts) copyFileSync(artefact(name), join(upper, 'packages', name));
  const script = join(projectRoot, 'test/pack/in-root.sh');
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  const inside = (...argv: string[]) =>
    run('unshare', ['--mount', '--propagation', 'private', 'sh', script, base, upper, ...argv], { env });
  return { inside, written: join(upper, 'files') };
}
