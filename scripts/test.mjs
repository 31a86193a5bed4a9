// Bundles every *.test.ts below the folders named on the command line (default: test, without the folders of `separate`) into
// a folder of build/ and runs them with node:test. `node scripts/test.mjs test/procfs` runs one folder, a file name runs one
// file, and flags are node's (`--test-reporter=spec` names every test).
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { localOptions } from './build/esbuild-options.mjs';
import { root } from './project.mjs';

process.chdir(root);
// The program trusts no folder that others may write to. On many hosts a new folder of a person would be one (umask 002).
process.umask(0o022);
const wanted = process.argv.slice(2).filter((arg) => !arg.startsWith('-'));
const nodeFlags = process.argv.slice(2).filter((arg) => arg.startsWith('-'));
const separate = [
  'test/guest',
  'test/bench',
  'test/browser',
  'test/ansible',
  'test/hostile',
  'test/pack',
  'test/fresh',
];

const files = (wanted.length ? wanted : ['test']).flatMap((path) =>
  statSync(path).isFile()
    ? [path]
    : readdirSync(path, { recursive: true, encoding: 'utf8' })
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
  ...localOptions,
  entryPoints: files,
  outdir,
  outbase: 'test',
  sourcemap: 'inline',
  outExtension: { '.js': '.mjs' },
});
const built = files.map((file) => join(outdir, relative('test', file).replace(/\.ts$/, '.mjs')));
const ours = ['--test-reporter=./scripts/test-reporter.mjs', '--test-reporter-destination=stdout'];
const reporter = nodeFlags.some((flag) => flag.startsWith('--test-reporter')) ? [] : ours;
// Node leaves one core alone, which is half of a machine that has two.
const concurrency = `--test-concurrency=${Math.max(2, availableParallelism() - 1)}`;
const argv = ['--enable-source-maps', '--test', concurrency, ...reporter, ...nodeFlags, ...built.sort()];
const { status, signal } = spawnSync(process.execPath, argv, { stdio: 'inherit' });
rmSync(outdir, { recursive: true, force: true });
if (signal) process.kill(process.pid, signal);
process.exit(status);
