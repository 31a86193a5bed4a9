// An esbuild plugin that makes @oclif/core start in 10 ms instead of 40: its modules require each other at load time, and
// all of them load however little of them runs. Here each `const x = require('y')` of it runs when x is first used.
import { readFileSync } from 'node:fs';

const lazyRequire =
  /^(?:const|var) (\w+) = ((?:(?:__importDefault|__importStar)\(require\("[^"]+"\)\)|require\("[^"]+"\)));$/gm;

// What only plugins, themes, spinners, TypeScript projects and performance reports need is left out.
const unreachedModules =
  /[/]lib[/](config[/](plugin|plugin-loader|ts-path)|module-loader|performance|ux[/]action[/]\w+|util[/](find-root|read-\w+))\.js$/;
const unreachedPackages = new Set([
  'tinyglobby',
  'lilconfig',
  'cli-spinners',
  'wsl-utils',
  'minimatch',
  'color-convert',
]);
const stubs = {
  debug: 'module.exports = () => () => {};',
  // 10 KB to measure emoji, for help texts in ASCII.
  'emoji-regex': 'module.exports = () => /(?!)/g;',
};

// What a command that runs never calls: printing by oclif, its own Config, help within the parser, its error handler.
const unreachedRequires = {
  'lib/command.js': ['./config', './help/util', './ux'],
  'lib/flags.js': ['./help'],
  'lib/errors/index.js': ['./handle'],
  'lib/errors/errors/cli.js': ['wrap-ansi'],
  'lib/errors/errors/pretty-print.js': ['wrap-ansi'],
  'lib/parser/help.js': ['../ux'],
};

// Touching process.stdout loads the stream and net modules (3 ms). lib-users writes by file descriptor and handles EPIPE.
const stdoutListener = /^process\.stdout\.on\('error'[\s\S]*?^}\);$/m;

export const leanOclif = {
  name: 'lean-oclif',
  setup(build) {
    build.onLoad({ filter: /@oclif[/]core[/]lib[/].*\.js$/ }, ({ path }) => {
      if (unreachedModules.test(path)) return { contents: '' };
      const names = [];
      let text = readFileSync(path, 'utf8');
      for (const name of unreachedRequires[path.replace(/.*\/(?=lib\/)/, '')] ?? []) {
        if (!text.includes(`require("${name}")`)) throw new Error(`${path} does not require ${name} any more`);
        text = text.replace(`require("${name}")`, 'undefined');
      }
      text = text.replace(lazyRequire, (_, name, load) => {
        names.push(name);
        return `let ${name}$; const ${name} = () => (${name}$ ??= ${load});`;
      });
      for (const name of names) {
        text = text
          .replace(new RegExp(`\\bnew ${name}((?:\\.\\w+)+)`, 'g'), `new (${name}()$1)`)
          .replace(new RegExp(`\\b${name}\\b(?=[.)])`, 'g'), `${name}()`);
      }
      if (path.endsWith('lib/command.js')) {
        if (!stdoutListener.test(text)) throw new Error(`${path}: the listener on process.stdout is not where it was`);
        text = text.replace(stdoutListener, '');
      }
      return { contents: text, loader: 'js' };
    });
    build.onResolve({ filter: /^[\w-]+$/ }, ({ path }) =>
      unreachedPackages.has(path) || path in stubs ? { path, namespace: 'unreached' } : null,
    );
    build.onLoad({ filter: /.*/, namespace: 'unreached' }, ({ path }) => ({ contents: stubs[path] ?? '' }));
  },
};
