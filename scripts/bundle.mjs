// src/main.ts and everything that it uses -> one CommonJS file, in memory, and esbuild's list of what went into it. The npm
// package ships this file, and the executable is made of it.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/**
 * Modules of oclif that no command of ours reaches: its own Config (plugins, themes, TypeScript projects), spinners, and its help
 * and error printers, which we replace. By importing file: what it requires and gets nothing of. This is all that is done to
 * oclif. It keeps a fifth of the bundle, ten packages (a file globber, a .env reader, a debug logger) and a third of the
 * executable's start out of a program that root runs; CONTRIBUTING.md has the figures.
 */
const unreached = {
  'lib/command.js': ['./config', './help/util', './ux'],
  'lib/flags.js': ['./help'],
  'lib/errors/index.js': ['./handle'],
  'lib/errors/errors/cli.js': ['wrap-ansi'],
  'lib/errors/errors/pretty-print.js': ['wrap-ansi'],
  'lib/parser/help.js': ['../ux'],
  'lib/help/index.js': ['../module-loader', '../config/ts-path'],
  'lib/ux/index.js': ['./action/simple', './action/spinner'],
};

const withoutUnreached = {
  name: 'without-unreached',
  setup(build) {
    build.onResolve({ filter: /^[.\w]/ }, ({ path, importer }) => {
      const [, file] = /\/@oclif\/core\/(lib\/.*)$/.exec(importer) ?? [];
      return unreached[file]?.includes(path) ? { path, namespace: 'unreached' } : undefined;
    });
    // clean-stack asks for the home folder as it is loaded, and that throws for a user without HOME and without an entry in passwd.
    build.onResolve({ filter: /^os$/ }, ({ path, importer }) =>
      importer.includes('/clean-stack/') ? { path, namespace: 'unreached' } : undefined,
    );
    build.onLoad({ filter: /./, namespace: 'unreached' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/** @returns {Promise<{ text: string, metafile: object }>} */
export async function bundle() {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['src/main.ts'],
    outfile: 'dist/lib-users.cjs',
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    legalComments: 'none',
    plugins: [withoutUnreached],
    // Bun would write the folder of the build in the place of __dirname, which oclif names and nothing of ours reaches.
    define: { __LIB_USERS_VERSION__: JSON.stringify(version), __dirname: '"/"' },
    logLevel: 'warning',
  });
  return { text: outputFiles[0].text, metafile };
}
