// Bundles every *.test.ts below the folders named on the command line (default: test, without the folders of `separate`) into
// a folder of build/ and runs them with node:test. `node scripts/test.mjs test/procfs` runs one folder, a file name runs one
// file, and flags are node's (`--test-reporter=spec` names every test).
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const wanted = process.argv.slice(2).filter((arg) => !arg.startsWith('-'));
const nodeFlags = process.argv.slice(2).filter((arg) => arg.startsWith('-'));
const separate = ['test/guest', 'test/bench', 'test/ansible', 'test/hostile', 'test/pack', 'test/fresh'];

const files = (wanted.length ? wanted : ['test']).flatMap((path) =>
  statSync(path).isFile()
    ? [path]
    : readdirSync(path, { recursive: true })
        .map((file) => join(path, file))
        .filter((file) => file.endsWith('.test.ts'))
        .filter((file) => !separate.some((dir) => file.startsWith(`${dir}/`) && !path.startsWith(dir))),
);
if (files.length === 0) {
  console.error(`no *.test.ts below ${wanted.join(' ')}`);
  process.exit(2);
}
const outdir = `build/test-${process.pid}`;
await build({
  entryPoints: files,
  outdir,
  outbase: 'test',
  bundle: true,
  packages: 'external',
  platform: 'node',
  target: 'node20',
  format: 'esm',
  sourcemap: 'inline',
  // ajv's standalone validators call require even as ESM.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  outExtension: { '.js': '.mjs' },
  define: { __LIB_USERS_VERSION__: JSON.stringify(version), __PROJECT_ROOT__: JSON.stringify(root) },
  logLevel: 'warning',
});
const built = files.map((file) => join(outdir, relative('test', file).replace(/\.ts$/, '.mjs')));
const ours = ['--test-reporter=./scripts/test-reporter.mjs', '--test-reporter-destination=stdout'];
const reporter = nodeFlags.some((flag) => flag.startsWith('--test-reporter')) ? [] : ours;
const argv = ['--enable-source-maps', '--test', ...reporter, ...nodeFlags, ...built.sort()];
const { status, signal } = spawnSync(process.execPath, argv, { stdio: 'inherit' });
rmSync(outdir, { recursive: true, force: true });
if (signal) process.kill(process.pid, signal);
process.exit(status);
