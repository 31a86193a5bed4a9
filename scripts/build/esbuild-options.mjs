// The options of esbuild that every bundle of the project shares: the program, the tests, the bench and the metadata.
import { root, version } from '../project.mjs';
import { pageAssets } from './page-assets.mjs';

/** @satisfies {import('esbuild').BuildOptions} */
const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
};

const define = { __LIB_USERS_VERSION__: JSON.stringify(version), ...pageAssets(root) };

/** For the one file that is installed: packages are bundled. */
export const programOptions = /** @satisfies {import('esbuild').BuildOptions} */ ({
  ...shared,
  format: 'cjs',
  legalComments: 'none',
  // import() of a module of Node becomes require(): in CommonJS, Node would start its loader of ES modules for it.
  supported: { 'dynamic-import': false },
  define,
});

/** For files that run in this clone: packages stay in node_modules. */
export const localOptions = /** @satisfies {import('esbuild').BuildOptions} */ ({
  ...shared,
  format: 'esm',
  packages: 'external',
  // The validators that ajv compiled call require even as ESM.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  define: { ...define, __PROJECT_ROOT__: JSON.stringify(root) },
});
