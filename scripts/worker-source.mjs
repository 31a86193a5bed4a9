// An esbuild plugin: the module lib-users:worker (src/threads/worker-source.d.ts) for what is not dist/lib-users.cjs, whose
// launcher has one of its own.
import { build } from 'esbuild';

/** @param {string | null} source JavaScript that runs src/threads/worker.ts; with null there are no threads */
export const workerSource = (source) => ({
  name: 'worker-source',
  setup(builder) {
    builder.onResolve({ filter: /^lib-users:worker$/ }, ({ path }) => ({ path, namespace: 'lib-users' }));
    builder.onLoad({ filter: /./, namespace: 'lib-users' }, () => ({
      contents: `export const source = ${JSON.stringify(source)};`,
    }));
  },
});

/** The worker and all that it uses, as one script. */
export async function bundleWorker(root, target) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['src/threads/worker.ts'],
    bundle: true,
    minify: true,
    write: false,
    platform: 'node',
    target,
    format: 'cjs',
    legalComments: 'none',
    logLevel: 'warning',
  });
  return outputFiles[0].text;
}
