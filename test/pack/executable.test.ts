// The standalone executable of this machine's architecture, on this host: the same program as dist/lib-users.cjs, whatever
// the environment, the folder and the standard streams are.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runCli } from '../support/cli.ts';
import { needs } from '../support/needs.ts';
import { projectRoot } from '../support/project.ts';
import { skipUnless } from '../support/skip.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { hostTarget, linked, parseReport, run, succeed, unpack, version } from './artefacts.ts';

const scan = ['scan', '--no-config', '--format', 'json'];
const place = mkdtempSync(join(tmpdir(), 'lib-users-pack-'));
let folder = '';
let file = '';
before(() => {
  // Another user will run it.
  chmodSync(place, 0o755);
  folder = unpack(hostTarget, place);
  file = join(folder, 'lib-users');
});
after(() => rmSync(place, { recursive: true, force: true }));

const sameOutput: [name: string, args: string[]][] = [
  ['version', ['--version']],
  ['help', ['--help']],
  ['help of a command', ['scan', '--help']],
  ['rules, as text', ['rules', '--format', 'text']],
  ['rules, as JSON', ['rules', '--format', 'json']],
  ['a schema', ['schema', 'report']],
  ['a plan', ['plan', '--no-config', '--format', 'json', 'test/fixtures/documents/report.json']],
  ['a plan as text', ['plan', '--no-config', '--format', 'text', 'test/fixtures/documents/report.json']],
  ['a fleet', ['fleet', '--format', 'text', 'test/fixtures/documents/report.json']],
  ['a gate, as JUnit', ['check', '--no-config', '--format', 'junit', 'test/fixtures/documents/report.json']],
  ['a validation', ['validate', 'test/fixtures/documents/report.json']],
  ['an unknown command', ['scna']],
  ['an unknown flag', ['scan', '--no-such-flag']],
  ['a missing file', ['plan', '/nonexistent/report.json']],
];
const timeless = (text: string) => text.replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d( UTC|Z)/g, 'NOW');
for (const [name, args] of sameOutput) {
  test(`says what the installed one says: ${name}`, () => {
    const [ours, installed] = [run(file, args), runCli(args)];
    assert.equal(timeless(ours.stdout), timeless(installed.stdout));
    assert.equal(timeless(ours.stderr), timeless(installed.stderr));
    assert.equal(ours.code, installed.code);
  });
}

test('a scan sees this very process', () => {
  const report = parseReport(run(file, scan));
  assert.equal(report.tool.version, version);
  assert.ok(Math.abs(Date.parse(report.generated_at) - Date.now()) < 60000, 'the clock is that of the host, now');
});

test('two scans differ in what is random: nothing of the build is remembered', (t) => {
  if (!needs(t, 'strace')) return;
  const log = join(temporaryFolder(t), 'trace');
  const names = [1, 2].map(() => {
    succeed('strace', ['-f', '-e', 'trace=openat,rename', '-o', log, file, ...scan, '--output', `${log}.json`]);
    return /\.lib-users-\d+-(\w+)\.tmp/.exec(readFileSync(log, 'utf8'))?.[1];
  });
  assert.ok(names[0] && names[1] && names[0] !== names[1], String(names));
});

test('nothing of the machine that builds it is in it: its folder, its ids, its mounts', () => {
  const facts = ['/proc/sys/kernel/random/boot_id', '/proc/self/mountinfo', '/etc/machine-id']
    .flatMap((path) => (existsSync(path) ? readFileSync(path, 'latin1').split('\n') : []))
    .filter((line) => line.length >= 16);
  const bytes = readFileSync(file);
  for (const fact of [...facts, projectRoot]) assert.ok(!bytes.includes(fact, 0, 'latin1'), fact);
});

test('what README links to is beside it', () => {
  assert.ok(linked.length > 3, String(linked));
  for (const name of linked) assert.ok(existsSync(join(folder, name)), name);
});

test('lib_users and fd_users are links that it recognises', () => {
  for (const name of ['lib_users', 'fd_users']) {
    assert.match(run(join(folder, name), ['--version']).stdout, new RegExp(`^${name} 0\\.15`));
    const found = spawnSync(name, ['--version'], { env: { PATH: folder }, encoding: 'utf8' });
    assert.match(found.stdout, new RegExp(`^${name} 0\\.15`), 'found on the PATH');
  }
});

test('is not stripped, since strip takes the program away and leaves Bun alone', (t) => {
  if (!needs(t, 'strip')) return;
  assert.match(succeed('readelf', ['--sections', '--wide', file]), /\.symtab/);
  const stripped = join(temporaryFolder(t), 'lib-users');
  succeed('strip', ['-o', stripped, file]);
  assert.doesNotMatch(run(stripped, ['--version']).stdout, /lib-users/);
});

const environments: [name: string, extra: Record<string, string>][] = [
  ['NODE_OPTIONS with a module', { NODE_OPTIONS: '--require=/nonexistent' }],
  ['NODE_OPTIONS with a title', { NODE_OPTIONS: '--title=x' }],
  ['NODE_OPTIONS that Node would refuse', { NODE_OPTIONS: '--no-such-option' }],
  ['a proxy that is no URL', { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: 'proxy' }],
  ['certificates that are not there', { NODE_EXTRA_CA_CERTS: '/nonexistent', SSL_CERT_FILE: '/nonexistent' }],
  ['a configuration of OpenSSL that is not there', { OPENSSL_CONF: '/nonexistent' }],
  ['a configuration of OpenSSL that is none', { OPENSSL_CONF: '/etc/passwd' }],
  ['data of ICU that are not there', { NODE_ICU_DATA: '/nonexistent' }],
  ['debug output', { NODE_DEBUG: 'fs,module,child_process', NODE_DEBUG_NATIVE: 'sea' }],
  ['a path of modules', { NODE_PATH: '/nonexistent' }],
  ['the locale C', { LC_ALL: 'C', LANG: '' }],
  ['a locale that is not there', { LC_ALL: 'xx_YY.UTF-8' }],
];
for (const [name, extra] of environments) {
  test(`is not changed by the environment: ${name}`, () => {
    const [plain, changed] = [
      run(file, ['rules', '--format', 'json']),
      run(file, ['rules', '--format', 'json'], { env: { PATH: process.env.PATH, ...extra } }),
    ];
    assert.equal(changed.stdout, plain.stdout);
    assert.equal(changed.stderr, '');
    parseReport(run(file, scan, { env: { PATH: process.env.PATH, ...extra } }));
  });
}

for (const argv0 of ['-lib-users', '--require=/nonexistent', '--build-snapshot', '--inspect-wait=127.0.0.1:0']) {
  test(`takes no options from the name that its caller gives it: ${argv0}`, () => {
    assert.deepEqual(run(file, ['--version'], { argv0 }), { code: 0, stdout: `lib-users ${version}\n`, stderr: '' });
  });
}

test('needs no environment at all', () => {
  parseReport(run(file, scan, { env: {} }));
});

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
  if (!skipUnless(t, process.geteuid?.() === 0, 'needs root')) return;
  const cwd = temporaryFolder(t);
  const result = run(file, scan, { uid: 61234, gid: 61234, cwd, env: {} });
  const report = parseReport(result);
  assert.equal(report.scan.effective_uid, 61234);
});

test('a folder that is mounted read-only', (t) => {
  if (!skipUnless(t, process.geteuid?.() === 0, 'needs root')) return;
  const script = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && cd "$1" && shift && exec "$@"';
  const argv = ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', folder, './lib-users'];
  parseReport(run('unshare', [...argv, ...scan]));
  const refused = run('unshare', [...argv, ...scan, '--output', 'report.json']);
  assert.equal(refused.code, 3);
  assert.match(refused.stderr, /EROFS/);
});

test('a folder that is mounted noexec: the system itself says so', (t) => {
  if (!skipUnless(t, process.geteuid?.() === 0, 'needs root')) return;
  const script = 'mount --bind "$1" "$1" && mount -o remount,bind,noexec "$1" && exec "$1/lib-users" --version';
  const result = run('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', folder], {
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
  });
  assert.equal(result.code, 126);
  assert.match(result.stderr, /Permission denied/);
});

test('a scan opens no file for writing', (t) => {
  if (!needs(t, 'strace')) return;
  const cwd = temporaryFolder(t);
  const log = join(temporaryFolder(t), 'trace');
  succeed('strace', ['-f', '-e', 'trace=open,openat,creat,mkdir,mkdirat,rename,renameat2', '-o', log, file, ...scan], {
    cwd,
  });
  const writes = readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => /O_WRONLY|O_RDWR|O_CREAT|mkdir|rename|creat\(/.test(line) && !/"\/dev\/|ENOENT/.test(line));
  assert.deepEqual(writes, []);
});
