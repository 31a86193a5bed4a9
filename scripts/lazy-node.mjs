// An esbuild plugin: Node's own modules that take milliseconds to load are loaded by the first call of one of their
// functions, and `performance`, which is a global, costs nothing. A quiet host needs no child process.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

function forwardFunctions(name) {
  const functions = Object.entries(require(name)).filter(([, value]) => typeof value === 'function');
  const exports = functions.map(([key]) => `export const ${key} = (...args) => load().${key}(...args);`);
  return [`let loaded; const load = () => (loaded ??= require('${name}'));`, ...exports].join('\n');
}

const lazy = {
  'node:child_process': forwardFunctions('node:child_process'),
  'node:crypto': forwardFunctions('node:crypto'),
  'node:perf_hooks': 'export const performance = globalThis.performance;',
};

export const lazyNode = {
  name: 'lazy-node',
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path, namespace }) =>
      path in lazy && namespace !== 'lazy-node' ? { path, namespace: 'lazy-node', sideEffects: false } : null,
    );
    build.onLoad({ filter: /.*/, namespace: 'lazy-node' }, ({ path }) => ({ contents: lazy[path] }));
  },
};
