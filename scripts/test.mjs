// Bundles every *.test.ts below the folders named on the command line (default: test, without the folders of `separate`) into
// a folder of build/ and runs them with node:test. `node scripts/test.mjs test/procfs` runs one folder, a file name runs one
// file, and flags are node's (`--test-reporter=spec` names every test).
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
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
  'test/machine',
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
// Each process costs a third of a second, most of it the loading of what it tests. The tests of such a folder are computations that
// neither wait nor change their process, so that one process runs them one after the other.
const together = [
  ...['config', 'deleted', 'documents', 'drift', 'drop-in', 'fixes', 'fleet', 'host', 'outdated', 'packages'],
  ...['plan', 'policy', 'procfs', 'render', 'report', 'scan', 'systemd'],
];
/** @type {Map<string, string[]>} the files of each process, by its name */
const processes = new Map();
for (const file of files.sort()) {
  const [, folder = ''] = file.split('/');
  const name = together.includes(folder) ? folder : relative('test', file).replace(/\.test\.ts$/, '');
  processes.set(name, [...(processes.get(name) ?? []), file]);
}
mkdirSync(outdir, { recursive: true });
const entries = [...processes].map(([name, members]) => {
  const entry = join(outdir, 'entries', `${name.replaceAll('/', '-')}.mjs`);
  mkdirSync(dirname(entry), { recursive: true });
  writeFileSync(entry, members.map((file) => `import ${JSON.stringify(resolve(file))};\n`).join(''));
  return { in: entry, out: name };
});
await build({
  ...localOptions,
  entryPoints: entries,
  outdir,
  sourcemap: 'inline',
  // Node maps positions alone, and would parse the text of every source in each of the files.
  sourcesContent: false,
  outExtension: { '.js': '.test.mjs' },
});
const env = { ...process.env };
const isQuick = files.every((file) => !separate.some((dir) => file.startsWith(`${dir}/`)));
// NODE_EXTRA_CA_CERTS lets Node read all certificates at each start: an empty file takes 77 ms of CPU, and 28 without (minima of 15). Only
// the separate tests reach a network.
if (isQuick) Object.assign(env, { NODE_EXTRA_CA_CERTS: undefined });
const program = resolve('dist/lib-users.cjs');
// The executable starts fast without.
if (existsSync(program) && !process.env.LIB_USERS_PROGRAM) prepareSnapshot(program);
// The longest files start first, so that no core is idle while the last one ends.
const longest = ['render', 'live/', 'cli/'];
/** @param {string} name */
const rank = (name) => (longest.findIndex((dir) => name.startsWith(dir)) + longest.length + 1) % (longest.length + 1);
const built = [...processes.keys()]
  .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
  .map((name) => join(outdir, `${name}.test.mjs`));
const ours = ['--test-reporter=./scripts/test-reporter.mjs', '--test-reporter-destination=stdout'];
const reporter = nodeFlags.some((flag) => flag.startsWith('--test-reporter')) ? [] : ours;
// More files than there are cores, because some tests wait: for a deadline, or for a process that they started.
const concurrency = `--test-concurrency=${availableParallelism() + (isQuick ? 2 : 1)}`;
const argv = ['--enable-source-maps', '--test', concurrency, ...reporter, ...nodeFlags, ...built];
const { status, signal } = spawnSync(process.execPath, argv, { stdio: 'inherit', env });
rmSync(outdir, { recursive: true, force: true });
if (signal) process.kill(process.pid, signal);
process.exit(status);

/**
 * Makes what runCli() of the tests starts the program from (test/support/program-snapshot.cjs), and names it in the environment.
 * @param {string} program
 */
function prepareSnapshot(program) {
  const snapshot = resolve(outdir, 'program.blob');
  Object.assign(env, { LIB_USERS_COMPILED: resolve(outdir, 'program.code') });
  const plain = { ...env, NODE_OPTIONS: undefined };
  // V8 keeps the code of each function that runs now. This command runs most of what each start runs.
  for (const argv of [
    ['--build-snapshot', 'test/support/program-snapshot.cjs'],
    [program, 'rules', '--no-config'],
  ]) {
    const { status, stderr } = spawnSync(process.execPath, ['--snapshot-blob', snapshot, ...argv], { env: plain });
    if (status === 0) continue;
    rmSync(outdir, { recursive: true, force: true });
    throw new Error(`${argv.join(' ')} from a snapshot: exit code ${status}\n${stderr}`);
  }
  Object.assign(env, { LIB_USERS_SNAPSHOT: snapshot });
}
