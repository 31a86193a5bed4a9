// dist/lib-users.cjs, a file with the little that a helper of a scan needs, and Bun -> the standalone executable, the same to the byte
// for the same commit.
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { programOptions } from '../build/esbuild-options.mjs';
import { root } from '../project.mjs';
import { fetchBun } from './bun.mjs';
import { harden } from './harden.mjs';
import { run } from './run.mjs';
import { hostTarget, targetNamed } from './targets.mjs';

export const stage = join(root, 'build/stage');

const flags = [
  '--compile',
  // The program is compiled to bytecode here, so that a start parses nothing.
  '--bytecode',
  '--minify',
  // By default a compiled program runs the files that bunfig.toml in the current folder names, and takes variables from .env there.
  '--no-compile-autoload-bunfig',
  '--no-compile-autoload-dotenv',
  '--no-compile-autoload-tsconfig',
  '--no-compile-autoload-package-json',
  // A scan of a small host is over before native code would pay off: with Bun's own thresholds a third of its time went into making it.
  // docs/performance.md has the figures of other thresholds.
  '--compile-jit-policy=10',
];

/** The files in an executable. The first one begins, and loads one of the others (src/executable.ts). */
const files = { entry: 'executable.cjs', program: 'lib-users.cjs', helper: 'helper.cjs' };

/**
 * @param {string} source
 * @param {string} outfile
 */
function bundleFile(source, outfile) {
  buildSync({
    ...programOptions,
    entryPoints: [source],
    outfile,
    external: [`./${files.program}`, `./${files.helper}`],
  });
}

/**
 * @param {string} name of the target
 * @param {string} [ownBun] a Bun of one's own, to be packed as it is, in place of the pinned one
 * @returns {string} the path of the executable
 */
export function buildExecutable(name, ownBun) {
  const target = targetNamed(name);
  const folder = join(stage, name);
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(root, 'dist/lib-users.cjs'), join(folder, files.program));
  bundleFile('src/executable-helper.ts', join(folder, files.helper));
  bundleFile('src/executable.ts', join(folder, files.entry));
  const output = join(folder, 'lib-users');
  rmSync(output, { force: true });
  // The names are relative to the folder, because Bun writes them into the executable, and they must be the same everywhere.
  const apart = [files.program, files.helper].flatMap((file) => ['--external', `./${file}`]);
  const argv = ['build', ...Object.values(files), ...apart, ...flags, '--outfile', 'lib-users'];
  run(fetchBun(hostTarget()), [...argv, '--compile-executable-path', ownBun ?? hardenedBun(target, folder)], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder },
  });
  return output;
}

/**
 * @param {import('./targets.mjs').Target} target
 * @param {string} folder
 * @returns {string} a copy of the target's Bun that the environment does not change
 */
function hardenedBun(target, folder) {
  const copy = join(folder, 'bun');
  harden(fetchBun(target), copy, target.machine);
  return copy;
}
