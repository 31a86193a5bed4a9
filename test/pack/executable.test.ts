// The standalone executable of this machine's architecture, on this host: the same program as dist/lib-users.cjs.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runCli } from '../support/cli.ts';
import { needs } from '../support/needs.ts';
import { projectRoot } from '../support/project.ts';
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
