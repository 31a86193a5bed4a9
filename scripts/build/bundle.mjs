// src/main.ts and everything that it uses -> one CommonJS file, in memory, and esbuild's list of its parts. The npm
// package ships this file, and the executable is made of it.
import { build } from 'esbuild';
import { programOptions } from './esbuild-options.mjs';

/**
 * Modules of oclif that no command of ours reaches: its own Config (plugins, themes, TypeScript projects), spinners, colours,
 * a debug logger, questions to a terminal, and its help and error printers, which we replace. The table has, by importing file, the
 * modules that the file requires and gets nothing of. Nothing else is changed in oclif. A fifth of the bundle, a dozen packages and a
 * third of the executable's start stay out of a program that root runs; docs/performance.md has the figures.
 * @type {Record<string, string[]>}
 */
const unreached = {
  'lib/command.js': ['node:util', './config', './help/util', './ux'],
  'lib/flags.js': ['./help'],
  'lib/errors/index.js': ['./handle'],
  'lib/errors/errors/cli.js': ['wrap-ansi'],
  'lib/errors/errors/pretty-print.js': ['wrap-ansi'],
  'lib/logger.js': ['debug'],
  'lib/parser/help.js': ['../ux'],
  'lib/parser/parse.js': ['node:readline'],
  'lib/help/index.js': ['../module-loader', '../config/ts-path'],
  'lib/util/fs.js': ['node:fs/promises'],
  'lib/ux/index.js': ['./action/simple', './action/spinner'],
  'lib/ux/supports-color.js': ['supports-color'],
  'lib/ux/theme.js': ['ansis'],
  'lib/ux/write.js': ['node:util'],
};

/** @type {Record<string, string>} by the name of a package, the file that is bundled in its place */
const replaced = {
  // Help has no colours, and to find out whether it might have some, this package makes a stream of standard output (unused-stream.mjs).
  ansis: 'const plain = (text) => text; module.exports = { strip: plain };',
  // clean-stack takes the home folder out of stacks. To find that folder it asks the name services on loading: maybe a server.
  'clean-stack': 'module.exports = (stack) => stack;',
};

/** @type {import('esbuild').Plugin} */
const withoutUnreached = {
  name: 'without-unreached',
  setup(build) {
    build.onResolve({ filter: /^[.\w]/ }, ({ path, importer }) => {
      const [, file = ''] = /\/@oclif\/core\/(lib\/.*)$/.exec(importer) ?? [];
      return unreached[file]?.includes(path) ? { path, namespace: 'unreached' } : undefined;
    });
    build.onResolve({ filter: /^\w/ }, ({ path }) => (path in replaced ? { path, namespace: 'replaced' } : undefined));
    build.onLoad({ filter: /./, namespace: 'replaced' }, ({ path }) => ({ contents: replaced[path] ?? '' }));
    // This function can be called and constructed: on loading, oclif's help makes a spinner and asks debug for a logger.
    const contents = 'module.exports = function () { return () => {}; };';
    build.onLoad({ filter: /./, namespace: 'unreached' }, () => ({ contents }));
  },
};

/** @returns {Promise<{ text: string, metafile: import('esbuild').Metafile }>} */
export async function bundle() {
  const { outputFiles, metafile } = await build({
    ...programOptions,
    entryPoints: ['src/main.ts'],
    outfile: 'dist/lib-users.cjs',
    write: false,
    metafile: true,
    plugins: [withoutUnreached],
    inject: ['scripts/build/unused-stream.mjs'],
    define: {
      ...programOptions.define,
      // Bun would write the folder of the build for __dirname, which oclif names and no code of ours reaches.
      __dirname: '"/"',
      'process.stdout': 'unusedStream',
      'process.stderr': 'unusedStream',
    },
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error('esbuild made no file of src/main.ts');
  return { text: file.text, metafile };
}
