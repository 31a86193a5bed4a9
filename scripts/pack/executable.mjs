// Builds the standalone executable: Node's single executable application with a V8 start-up snapshot.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { lazyNode } from '../lazy-node.mjs';
import { leanOclif } from '../lean-oclif.mjs';
import { bundleWorker, workerSource } from '../worker-source.mjs';
import { emulate, fetchNode } from './node.mjs';
import { root, run, version } from './run.mjs';

export const stage = join(root, 'build/stage');
const snapshotFile = join(stage, 'snapshot.cjs');

/**
 * One file without chunks: in a snapshot what never runs costs nothing.
 * @returns {Promise<object>} esbuild's list of what went into build/stage/snapshot.cjs
 */
export async function bundleForSnapshot() {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['scripts/pack/snapshot.cjs'],
    outfile: snapshotFile,
    bundle: true,
    minify: true,
    metafile: true,
    platform: 'node',
    target: 'node26',
    format: 'cjs',
    legalComments: 'none',
    plugins: [leanOclif, lazyNode, workerSource(await bundleWorker(root, 'node26'))],
    define: { __LIB_USERS_VERSION__: JSON.stringify(version) },
    logLevel: 'warning',
    supported: { 'dynamic-import': false },
  });
  return metafile;
}

// V8 takes a code cache only where its flags are those with which the cache was made, and a seed for its hashes counts as one:
// with one, each thread would compile Node's own modules anew, 25 ms of them.
// V8's own threads would take the processors from those that scan, and 8 MB. Its last compiler takes 5 MB of a large scan and
// 25 MB of a large fleet, and repays neither. V8's defaults make native code of what a scan of a small host runs a few times, and
// take 3 ms for it: of functions in small batches, of regular expressions after one match. Pages that a collection freed are not
// kept for the next.
const v8Flags = [
  '--single-threaded',
  '--no-turbofan',
  '--baseline-batch-compilation-threshold=32768',
  '--regexp-tier-up-ticks=50',
  '--memory-pool-timeout=0',
];

/** A path that is the same wherever the project was cloned: the snapshot remembers it. */
const anywhere = (path) => join('/proc/self/cwd', relative(root, path));

/** @returns {string} the path of the executable, made of build/stage/snapshot.cjs */
export function buildExecutable(arch) {
  const folder = join(stage, arch);
  mkdirSync(folder, { recursive: true });
  const output = join(folder, 'lib-users');
  const node = fetchNode(arch).executable;
  const config = {
    main: anywhere(snapshotFile),
    executable: anywhere(node),
    output: anywhere(output),
    disableExperimentalSEAWarning: true,
    useSnapshot: true,
    // A user's NODE_OPTIONS are not for us, and with NODE_USE_ENV_PROXY Node reads HTTP_PROXY and ends where it is no URL.
    execArgvExtension: 'none',
    // MB. Node 26 lets each half of the young generation grow from 1 to 32. 1 is collected often, and a collection waits for a
    // thread of V8's own, up to 10 ms where all processors scan; 4 takes 5 MB more of a large host. The fleet of 10,000 reports
    // takes 190 MB with 2, 153 with 4, 215 without a bound. A pool of 0 threads is one for each processor but one.
    execArgv: [
      '--no-use-env-proxy',
      '--min-semi-space-size=2',
      '--max-semi-space-size=2',
      '--v8-pool-size=1',
      // One that cannot be read as such, named by OPENSSL_CONF, would end the program.
      '--openssl-config=/dev/null',
      ...v8Flags,
      // Node reads argv[0], which the caller chooses, once more as its first argument: as an option it would run anything.
      '--',
    ],
  };
  writeFileSync(join(folder, 'sea-config.json'), JSON.stringify(config));
  rmSync(output, { force: true });
  const build = [anywhere(node), ...v8Flags, '--build-sea', anywhere(join(folder, 'sea-config.json'))];
  const [command, ...argv] = [...emulate(arch), ...build];
  run(command, argv, { env: { PATH: process.env.PATH } });
  return output;
}
