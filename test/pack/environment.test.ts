// The standalone executable does what its arguments say, whatever the environment, the current folder, the name it is called by
// and its standard streams are. A crash of its runtime is no result, and is reported to nobody.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, constants, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { needs } from '../support/needs.ts';
import { skipUnless } from '../support/skip.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { until } from '../support/until.ts';
import { parseReport, run, succeed, unpack, version } from './artefacts.ts';

const scan = ['scan', '--no-config', '--format', 'json'];
const rules = ['rules', '--no-config', '--format', 'json'];
const { PATH = '' } = process.env;
const place = mkdtempSync(join(tmpdir(), 'lib-users-pack-'));
let folder = '';
let file = '';
let plain: ReturnType<typeof run>;
before(() => {
  // Another user will run it.
  chmodSync(place, 0o755);
  folder = unpack(process.arch as 'x64' | 'arm64', place);
  file = join(folder, 'lib-users');
  plain = run(file, rules, { env: { PATH } });
  assert.equal(plain.code, 0, plain.stderr);
});
after(() => rmSync(place, { recursive: true, force: true }));

/** A module that shows that it was run. */
const code = "console.log('RUN'); require('node:fs').writeFileSync('made', '');\n";
const preload = 'preload = ["./code.cjs"]\n';
const dotenv = 'NO_COLOR=1\nBUN_OPTIONS=--preload=./code.cjs\nPATH=/nonexistent\n';
const aliases = { 'node:*': ['./code.cjs'], '*': ['./code.cjs'] };
const folderFiles: Record<string, string> = {
  'bunfig.toml': preload,
  '.bunfig.toml': preload,
  '.env': dotenv,
  '.env.local': dotenv,
  '.env.production': dotenv,
  '.npmrc': 'node-options=--require=./code.cjs\n',
  'tsconfig.json': JSON.stringify({ compilerOptions: { baseUrl: '.', paths: aliases } }),
  'jsconfig.json': JSON.stringify({ compilerOptions: { baseUrl: '.', paths: aliases } }),
  'package.json': JSON.stringify({ type: 'module', main: './code.cjs', imports: { '#*': './code.cjs' } }),
  'node_modules/fs/index.js': code,
  'node_modules/node:fs/index.js': code,
  'node_modules/lib-users/index.js': code,
};

const environments: [name: string, extra: Record<string, string>][] = [
  ['BUN_OPTIONS with a module', { BUN_OPTIONS: '--preload=./code.cjs' }],
  ['BUN_OPTIONS with other code', { BUN_OPTIONS: '--print=1' }],
  ['BUN_OPTIONS that Bun would refuse', { BUN_OPTIONS: '--no-such-option=1 --config=./bunfig.toml' }],
  ['BUN_BE_BUN', { BUN_BE_BUN: '1' }],
  ['BUN_INSPECT', { BUN_INSPECT: 'ws://127.0.0.1:0/x?break=1' }],
  ['BUN_INSPECT with a socket', { BUN_INSPECT: 'ws+unix://made', BUN_INSPECT_NOTIFY: 'unix://made' }],
  ['BUN_INSPECT_CONNECT_TO', { BUN_INSPECT_CONNECT_TO: './made' }],
  ['BUN_INSPECT_PRELOAD', { BUN_INSPECT_PRELOAD: './code.cjs', BUN_INSPECT: 'ws://127.0.0.1:0/x' }],
  ['BUN_CONFIG_VERBOSE_FETCH', { BUN_CONFIG_VERBOSE_FETCH: 'curl' }],
  ['BUN_CONFIG_MAX_HTTP_REQUESTS', { BUN_CONFIG_MAX_HTTP_REQUESTS: 'many' }],
  ['BUN_BYTECODE_DIGEST_OUT', { BUN_BYTECODE_DIGEST_OUT: './made' }],
  ['BUN_BYTECODE_ORDER_OUT', { BUN_BYTECODE_ORDER_OUT: './made' }],
  ['BUN_BYTECODE_ORDER_NAMES_OUT', { BUN_BYTECODE_ORDER_OUT: './made', BUN_BYTECODE_ORDER_NAMES_OUT: './made2' }],
  ['BUN_JSC_ with an option', { BUN_JSC_dumpOptions: '3' }],
  ['BUN_JSC_ with no option', { BUN_JSC_noSuchOption: '1' }],
  ['BUN_RUNTIME_TRANSPILER_CACHE_PATH', { BUN_RUNTIME_TRANSPILER_CACHE_PATH: '.' }],
  ['the trace of a watcher', { BUN_WATCHER_TRACE: './made', BUN_DEBUG: './made' }],
  ['the allocator, in capitals', { MIMALLOC_VERBOSE: '1', MIMALLOC_SHOW_STATS: '1' }],
  ['the allocator', { mimalloc_verbose: '1', mimalloc_show_stats: '1' }],
  ['the number of processors', { WTF_numberOfProcessorCores: 'many' }],
  ['the signal of the garbage collector', { JSC_SIGNAL_FOR_GC: '0' }],
  ['the vector instructions', { SIMDUTF_FORCE_IMPLEMENTATION: 'none' }],
  ['NODE_OPTIONS with a module', { NODE_OPTIONS: '--require=./code.cjs' }],
  ['NODE_OPTIONS with a title', { NODE_OPTIONS: '--title=x' }],
  ['NODE_OPTIONS that Node would refuse', { NODE_OPTIONS: '--no-such-option' }],
  ['NODE_OPTIONS with a debugger', { NODE_OPTIONS: '--inspect-brk=127.0.0.1:0' }],
  ['a channel to a parent', { NODE_CHANNEL_FD: '1', NODE_CHANNEL_SERIALIZATION_MODE: 'json', NODE_UNIQUE_ID: '1' }],
  ['a folder for coverage', { NODE_V8_COVERAGE: './made' }],
  ['a folder for compiled code', { NODE_COMPILE_CACHE: './made' }],
  ['a file for warnings', { NODE_REDIRECT_WARNINGS: './made', NODE_PENDING_DEPRECATION: '1' }],
  ['a proxy that is no URL', { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: 'proxy' }],
  ['certificates that are not there', { NODE_EXTRA_CA_CERTS: '/nonexistent', SSL_CERT_FILE: '/nonexistent' }],
  ['a configuration of OpenSSL that is not there', { OPENSSL_CONF: '/nonexistent' }],
  ['a configuration of OpenSSL that is none', { OPENSSL_CONF: '/etc/passwd' }],
  ['data of ICU that are not there', { NODE_ICU_DATA: '/nonexistent', ICU_DATA: '/nonexistent' }],
  ['debug output', { NODE_DEBUG: 'fs,module,child_process', NODE_DEBUG_NATIVE: 'sea' }],
  ['a path of modules', { NODE_PATH: '.' }],
  ['the locale C', { LC_ALL: 'C', LANG: '' }],
  ['a locale that is not there', { LC_ALL: 'xx_YY.UTF-8' }],
  ['a time zone', { TZ: 'Pacific/Kiritimati' }],
  // The runtime must not look for another name that can be set, in the place of a name that was taken from it.
  ['a name that begins like BUN_OPTIONS', { BUN: 'OPTIONS=--preload=./code.cjs' }],
  ['a name that ends like BUN_OPTIONS', { UN_OPTIONS: '--preload=./code.cjs' }],
  ['no name, and the value of BUN_OPTIONS', { '': '--preload=./code.cjs' }],
  ['names that begin with =', { '=UN_OPTIONS': '--preload=./code.cjs', '=UN_BE_BUN': '1', '=UN_JSC_dumpOptions': '3' }],
];
for (const [name, extra] of environments) {
  test(`is not changed by the environment: ${name}`, (t) => {
    const cwd = temporaryFolder(t, { 'code.cjs': code, 'bunfig.toml': preload });
    const env = { PATH, ...extra };
    assert.deepEqual(run(file, rules, { cwd, env }), plain);
    parseReport(run(file, scan, { cwd, env }));
    assert.deepEqual(readdirSync(cwd).sort(), ['bunfig.toml', 'code.cjs']);
  });
}

test('is not changed by an environment of entries that are no variables', (t) => {
  if (!needs(t, 'python3')) return;
  const cwd = temporaryFolder(t, { 'code.cjs': code });
  const script = `
import ctypes, sys
strings = lambda *given: (ctypes.c_char_p * (len(given) + 1))(*given, None)
entries = [b'', b'UN_OPTIONS=--preload=./code.cjs', b'', b'UN_JSC_dumpOptions=3', b'=', b'BUN_OPTIONS', b'BUN_JSC_', b'=UN_BE_BUN=1']
arguments = [argument.encode() for argument in sys.argv[1:]]
ctypes.CDLL(None).execve(arguments[0], strings(*arguments), strings(*entries))`;
  assert.deepEqual(run('python3', ['-c', script, file, ...rules], { cwd, env: { PATH } }), plain);
  assert.deepEqual(readdirSync(cwd), ['code.cjs']);
});

const unexpected =
  /socket|connect|bind|listen|exec|fork|"\.|made|code\.cjs|bunfig|\.env|\.npmrc|config\.json|package\.json|modules/;

/** Asks strace for the calls of a run that open files, run programs and use sockets. */
function traced(t: TestContext, args: readonly string[], options: Parameters<typeof run>[2]): string[] {
  const log = join(temporaryFolder(t), 'trace');
  const calls = 'trace=%file,%network,fork,vfork,execve,execveat';
  const result = run('strace', ['-f', '-e', calls, '-o', log, file, ...args], options);
  assert.equal(result.code, 0, result.stderr);
  return readFileSync(log, 'utf8').split('\n');
}

for (const [name, variables] of [
  ['with all of these variables', environments.map(([, extra]) => extra)],
  ['without a home', []],
] as const) {
  test(`${name} it uses no socket, runs no program and opens no file of the folder`, (t) => {
    if (!needs(t, 'strace')) return;
    const cwd = temporaryFolder(t, { ...folderFiles, 'code.cjs': code });
    const home = variables.length > 0 ? { HOME: cwd, XDG_CONFIG_HOME: cwd } : {};
    const calls = traced(t, rules, { cwd, env: Object.assign({}, ...variables, { PATH, ...home }) });
    assert.ok(calls.length > 10, String(calls));
    const others = calls.slice(1).filter((call) => unexpected.test(call));
    assert.match(calls[0] ?? '', /execve\(/);
    assert.deepEqual(others, []);
  });
}

const looksLikeVariable = [
  /\b(?:BUN|JSC|MI|MIMALLOC|NODE|NPM|WTF|UV|ICU|SSL|OPENSSL|SIMDUTF|XDG|npm)_\w{2,60}/g,
  /(?<=process\.env\.)\w+/g,
  /(?<=\0)[A-Z][A-Z0-9_]{2,40}(?=\0)/g,
];
const allocator = ['verbose', 'show_stats', 'show_errors', 'reserve_os_memory', 'allow_large_os_pages'];
/** The variables that the program itself reads, and the dynamic loader's own. */
const ours = /^(?:PATH|NO_COLOR|COLUMNS|TERM|LD_\w+|GLIBC_TUNABLES)$/;

/** Names in the executable that may be variables: far more than there are. */
function namesInExecutable(): string[] {
  const text = readFileSync(file, 'latin1');
  const found = looksLikeVariable.flatMap((pattern) => [...text.matchAll(pattern)].map(([name]) => name));
  const options = found.filter((name) => name.startsWith('JSC_')).map((name) => `BUN_${name}`);
  const memory = allocator.flatMap((name) => [`mimalloc_${name}`, `MIMALLOC_${name.toUpperCase()}`]);
  return [...new Set([...found, ...options, ...memory])].filter((name) => !ours.test(name));
}

for (const value of ['1', '0', '', './made', '--no-such-option', '*']) {
  test(`is not changed by any name in it that may be a variable: all are set to "${value}"`, (t) => {
    const cwd = temporaryFolder(t);
    const names = namesInExecutable();
    for (const name of ['NODE_DEBUG', 'BUN_JSC_useJIT', 'MIMALLOC_VERBOSE']) assert.ok(names.includes(name), name);
    const differs = (some: readonly string[]) => {
      const env = { ...Object.fromEntries(some.map((name) => [name, value])), PATH };
      const { code: status, stdout, stderr } = run(file, rules, { cwd, env });
      return status !== 0 || stdout !== plain.stdout || stderr !== '' || readdirSync(cwd).length > 0;
    };
    /** The variables that make the difference, found by halving the list. */
    const guilty = (some: readonly string[]): string[] => {
      if (!differs(some)) return [];
      for (const made of readdirSync(cwd)) rmSync(join(cwd, made), { recursive: true });
      if (some.length === 1) return [...some];
      return [...guilty(some.slice(0, some.length / 2)), ...guilty(some.slice(some.length / 2))];
    };
    assert.deepEqual(guilty(names), []);
    parseReport(run(file, scan, { cwd, env: { ...Object.fromEntries(names.map((name) => [name, value])), PATH } }));
    assert.deepEqual(readdirSync(cwd), []);
  });
}

for (const [name, content] of Object.entries(folderFiles)) {
  test(`is not changed by what lies in the current folder, above it and in the home: ${name}`, (t) => {
    const home = temporaryFolder(t, { [name]: content, 'code.cjs': code, 'below/code.cjs': code });
    const env = { PATH, HOME: home, XDG_CONFIG_HOME: home };
    for (const cwd of [home, join(home, 'below'), '/']) {
      const before = readdirSync(cwd);
      assert.deepEqual(run(file, rules, { cwd, env }), plain);
      parseReport(run(file, scan, { cwd, env }));
      assert.deepEqual(readdirSync(cwd), before);
    }
  });
}

const names = ['-lib-users', 'bun', 'bunx', 'node', '--require=./code.cjs', '--preload=./code.cjs', '-e'];
for (const argv0 of [...names, '--build-snapshot', '--inspect-wait=127.0.0.1:0']) {
  test(`takes no options from the name that its caller gives it: ${argv0}`, (t) => {
    const cwd = temporaryFolder(t, { 'code.cjs': code });
    const expected = { code: 0, stdout: `lib-users ${version}\n`, stderr: '' };
    assert.deepEqual(run(file, ['--version'], { argv0, cwd }), expected);
  });
}

for (const flag of [
  '--preload=./code.cjs',
  '--print=1',
  '--eval=1',
  '--inspect',
  '--cpu-prof',
  '--revision',
  '--bun',
]) {
  test(`a flag of the runtime is no flag of the program: ${flag}`, (t) => {
    const cwd = temporaryFolder(t, { 'code.cjs': code });
    for (const args of [[flag], ['scan', flag]]) {
      const { code: status, stdout, stderr } = run(file, args, { cwd });
      assert.deepEqual([status, stdout], [2, '']);
      assert.match(stderr, /unknown flag/);
    }
    assert.deepEqual(readdirSync(cwd), ['code.cjs']);
  });
}

const emulator = ['qemu-aarch64-static', '-L', '/usr/aarch64-linux-gnu', '-cpu', 'cortex-a53'];
test('the executable for arm64 is not changed by the environment either', (t) => {
  if (!skipUnless(t, spawnSync('qemu-aarch64-static', ['--version']).status === 0, 'needs qemu-aarch64-static')) return;
  const cwd = temporaryFolder(t, { 'code.cjs': code, 'bunfig.toml': preload });
  const other = join(unpack('arm64', temporaryFolder(t)), 'lib-users');
  for (const name of [
    'BUN_OPTIONS with a module',
    'BUN_BE_BUN',
    'BUN_BYTECODE_ORDER_OUT',
    'BUN_JSC_ with no option',
    'the allocator',
  ]) {
    const [, extra] = environments.find(([each]) => each === name) ?? [];
    assert.ok(extra, name);
    const given = Object.entries(extra).flatMap(([key, value]) => ['-E', `${key}=${value}`]);
    const [command = '', ...args] = [...emulator, ...given, other, ...rules];
    assert.deepEqual(run(command, args, { cwd, env: { PATH } }), plain, name);
  }
  assert.deepEqual(readdirSync(cwd).sort(), ['bunfig.toml', 'code.cjs']);
});

test('needs no environment at all', () => {
  parseReport(run(file, scan, { env: {} }));
});

for (const [signal, shell] of [
  ['SIGINT', "trap '' INT; "],
  ['SIGTERM', "trap '' TERM; "],
  ['SIGHUP', "trap '' HUP; "],
] as const) {
  test(`goes on ignoring what its caller lets it ignore: ${signal}`, async (t) => {
    const fifo = join(temporaryFolder(t), 'fifo');
    succeed('mkfifo', [fifo]);
    const child = spawn('sh', ['-c', `${shell}exec "$@"`, 'sh', file, 'plan', fifo], { stdio: 'ignore' });
    const closed = once(child, 'close');
    const writer = await openForWriting(fifo);
    child.kill(signal);
    closeSync(writer);
    // The FIFO is empty, which is no document.
    assert.deepEqual(await closed, [2, null]);
  });
}

const redirections: [name: string, shell: string][] = [
  ['closed standard input', '"$@" <&-'],
  ['closed standard error', '"$@" 2>&-'],
  ['closed standard input and error', '"$@" <&- 2>&-'],
];
for (const [name, shell] of redirections) {
  test(`works with ${name}`, () => {
    parseReport(run('sh', ['-c', shell, 'sh', file, ...scan]));
  });
}

test('with a closed standard output it ends as the installed one does, and writes nowhere', (t) => {
  const cwd = temporaryFolder(t);
  const closed = (argv: string[]) => run('sh', ['-c', '"$@" >&-', 'sh', ...argv], { cwd });
  const ours = closed([file, ...scan]);
  assert.equal(ours.code, closed([process.execPath, join(process.cwd(), 'dist/lib-users.cjs'), ...scan]).code);
  assert.doesNotMatch(ours.stderr, /at .*\(/, 'no stack of a crash');
  assert.deepEqual(readdirSync(cwd), []);
});

test('a user without an entry in passwd, in a folder that nobody may read', (t) => {
  if (!needs(t, 'another user')) return;
  const cwd = temporaryFolder(t);
  const report = parseReport(run(file, scan, { uid: 61234, gid: 61234, cwd, env: {} }));
  assert.equal(report.scan.effective_uid, 61234);
});

test('a folder that is mounted read-only', (t) => {
  if (!needs(t, 'mounts')) return;
  const script = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && cd "$1" && shift && exec "$@"';
  const argv = ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', folder, './lib-users'];
  parseReport(run('unshare', [...argv, ...scan]));
  const refused = run('unshare', [...argv, ...scan, '--output', 'report.json']);
  assert.equal(refused.code, 3);
  assert.match(refused.stderr, /EROFS/);
});

test('a folder that is mounted noexec: the system itself says so', (t) => {
  if (!needs(t, 'mounts')) return;
  const script = 'mount --bind "$1" "$1" && mount -o remount,bind,noexec "$1" && exec "$1/lib-users" --version';
  const result = run('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', folder], {
    env: { PATH, LC_ALL: 'C' },
  });
  assert.equal(result.code, 126);
  assert.match(result.stderr, /Permission denied/);
});

test('a scan opens no file for writing', (t) => {
  if (!needs(t, 'strace')) return;
  const writes = traced(t, scan, { cwd: temporaryFolder(t) }).filter(
    (line) => /O_WRONLY|O_RDWR|O_CREAT|mkdir|rename|creat\(/.test(line) && !/"\/dev\/|ENOENT/.test(line),
  );
  assert.deepEqual(writes, []);
});

/** Opens the FIFO as soon as a program waits for it. */
async function openForWriting(fifo: string): Promise<number> {
  let writer = -1;
  await until('it has the FIFO open', () => {
    try {
      writer = openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch {
      // ENXIO: not yet.
    }
    return writer >= 0;
  });
  return writer;
}

for (const signal of ['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP'] as const) {
  test(`a crash ends with its signal, prints no result and is reported to nobody: ${signal}`, async (t) => {
    if (!needs(t, 'strace')) return;
    const work = temporaryFolder(t, { curl: '#!/bin/sh\ntouch "$0.was-run"\n' });
    chmodSync(join(work, 'curl'), 0o755);
    const [fifo, log] = [join(work, 'fifo'), join(work, 'trace')];
    succeed('mkfifo', [fifo]);
    const asked = { BUN_ENABLE_CRASH_REPORTING: '1', BUN_CRASH_REPORT_URL: 'http://127.0.0.1:9/', CI: 'true' };
    const calls = 'trace=execve,execveat,fork,vfork,socket,connect';
    // It waits for somebody who opens the FIFO.
    const tracer = spawn('strace', ['-f', '-e', calls, '-o', log, file, 'plan', fifo], {
      env: { PATH: `${work}:${PATH}`, ...asked },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    t.after(() => tracer.kill());
    const closed = once(tracer, 'close');
    let stdout = '';
    tracer.stdout.on('data', (data) => (stdout += String(data)));
    const writer = await openForWriting(fifo);
    process.kill(Number.parseInt(readFileSync(log, 'utf8'), 10), signal);
    // strace ends as the traced program does.
    assert.deepEqual(await closed, [null, signal]);
    closeSync(writer);
    assert.equal(stdout, '');
    const others = readFileSync(log, 'utf8')
      .split('\n')
      .filter((call) => /exec|fork|socket|connect/.test(call));
    assert.equal(others.length, 1, String(others));
    assert.ok(!readdirSync(work).includes('curl.was-run'));
  });
}

for (const limit of [100_000, 600_000, 1_200_000]) {
  test(`without memory it ends by a signal, or as it would with enough: ${limit} KiB`, () => {
    const shell = `ulimit -c 0; ulimit -v ${limit} && exec "$@"`;
    const { code: status, stdout } = run('sh', ['-c', shell, 'sh', file, ...rules]);
    if (status === 0) assert.equal(stdout, plain.stdout);
    else assert.deepEqual([status, stdout], [null, '']);
  });
}
