// The packages for Debian and RPM hosts, installed in a clean Debian tree without Node. The program then runs there.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guestBase } from '../guest/base.ts';
import { needs } from '../support/needs.ts';
import { artefact, linked, run, succeed, version } from './artefacts.ts';
import { cleanRoot, type Inside } from './clean-root.ts';

const [deb, rpm] =
  process.arch === 'arm64'
    ? [`lib-users_${version}_arm64.deb`, `lib-users-${version}-1.aarch64.rpm`]
    : [`lib-users_${version}_amd64.deb`, `lib-users-${version}-1.x86_64.rpm`];

/** Checks that hold for every installed package, whichever program installed it. */
function assertRuns(inside: Inside): void {
  assert.notEqual(inside('sh', '-c', 'command -v node nodejs').code, 0, 'there is no Node');
  assert.equal(inside('lib-users', '--version').stdout, `lib-users ${version}\n`);
  assert.match(inside('lib_users', '--version').stdout, /^lib_users 0\.15/);
  assert.match(inside('fd_users', '--version').stdout, /^fd_users 0\.15/);
  // A program that is replaced while it runs, as in an upgrade.
  const stale =
    'cp /bin/sleep /usr/bin/stale && { /usr/bin/stale 60 & } && sleep 0.2 && cp /bin/sleep /usr/bin/stale.new && mv /usr/bin/stale.new /usr/bin/stale';
  const scan = inside('sh', '-c', `${stale} && lib-users scan --format json`);
  assert.equal(scan.code, 0, scan.stderr);
  const [found] = JSON.parse(scan.stdout).processes;
  assert.equal(found.executable.path, '/usr/bin/stale');
  assert.equal(found.maps[0].state, 'replaced');
  assert.match(inside('sh', '-c', `${stale} && lib_users -m`).stdout, /^\d+;.*\/usr\/bin\/stale/m);
  const plan = inside('sh', '-c', `${stale} && lib-users plan --format json`);
  assert.equal(JSON.parse(plan.stdout).kind, 'lib-users/plan', plan.stderr);
  const example = '/usr/share/doc/lib-users/examples/config.yaml';
  assert.equal(inside('lib-users', 'scan', '--config', example, '--format', 'ndjson').code, 0);
  assert.equal(
    inside('sh', '-c', 'ls -A /etc/lib-users /etc/lib-users/config.d').stdout,
    '/etc/lib-users:\nconfig.d\n\n/etc/lib-users/config.d:\n',
  );
  const schema = inside('cat', '/usr/share/lib-users/schema/report.schema.json').stdout;
  assert.deepEqual(JSON.parse(schema), JSON.parse(inside('lib-users', 'schema', 'report').stdout));
  const files = [
    ...['man1/lib-users.1', 'man1/lib-users-scan.1', 'man1/lib_users.1', 'man5/lib-users-config.5'].map(
      (page) => `man/${page}.gz`,
    ),
    ...['lib-users', 'lib_users', 'fd_users'].map((name) => `bash-completion/completions/${name}`),
    'fish/vendor_completions.d/lib-users.fish',
    ...['README.md', ...linked].map((name) => `doc/lib-users/${name}`),
  ];
  for (const file of files) assert.equal(inside('test', '-s', `/usr/share/${file}`).code, 0, file);
  assert.equal(inside('systemctl', '--root=/', 'is-enabled', 'lib-users.timer').stdout, 'disabled\n');
}

test('the .deb is installed by apt, runs without Node, and leaves nothing when it is purged', (t) => {
  if (!needs(t, 'mounts', 'PID namespace', 'debootstrap')) return;
  const { inside } = cleanRoot(t, guestBase('bookworm').tree, [deb]);
  const installed = inside('apt-get', '-q', '-y', 'install', '--no-install-recommends', `/mnt/${deb}`);
  assert.equal(installed.code, 0, installed.stdout + installed.stderr);
  assertRuns(inside);
  assert.equal(inside('dpkg', '--verify', 'lib-users').stdout, '', 'every file has its sum');
  const summed = inside('cut', '-d', ' ', '-f', '3', '/var/lib/dpkg/info/lib-users.md5sums').stdout.trim().split('\n');
  assert.deepEqual([...new Set(summed)], summed, 'and has it once');
  assert.equal(inside('test', '-s', '/usr/share/zsh/vendor-completions/_lib-users').code, 0);
  assert.equal(inside('dpkg', '--purge', 'lib-users').code, 0);
  assert.equal(
    inside(
      'sh',
      '-c',
      'find / -xdev -name "*lib[-_]users*" -not -path "/proc/*" -not -path "/mnt/*" -not -path "/var/*"',
    ).stdout,
    '',
  );
});

test('the packages ask for the C library that the executable needs, and for nothing else', (t) => {
  if (!needs(t, 'rpm')) return;
  const required = succeed('rpm', ['-qp', '--requires', artefact(rpm)]);
  // By https://sourceware.org/glibc/wiki/ABIList these are all of glibc.
  const ofGlibc = /^(?:ld-linux[\w-]*|libc|libdl|libm|libpthread)\.so\.\d\(|^rpmlib\(/;
  const lines = required.trim().split('\n');
  assert.deepEqual(
    lines.filter((line) => !ofGlibc.test(line)),
    [],
  );
  const newest = [...required.matchAll(/\(GLIBC_([\d.]+)\)/g)]
    .map((match) => match[1] as string)
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .at(-1);
  assert.equal(succeed('dpkg-deb', ['--field', artefact(deb), 'Depends']), `libc6 (>= ${newest})\n`);
});

test('lintian finds nothing wrong', (t) => {
  if (!needs(t, 'lintian')) return;
  assert.equal(succeed('lintian', ['--allow-root', '--fail-on', 'error,warning', artefact(deb)]), '');
});

test('the .rpm is installed by rpm, and runs without Node', (t) => {
  if (!needs(t, 'rpm', 'mounts', 'PID namespace', 'debootstrap')) return;
  const { inside, written } = cleanRoot(t, guestBase('bookworm').tree, [rpm]);
  // rpm itself is this machine's, but its database and every file of the package are in the tree. The C library came by dpkg, so
  // rpm does not know it: a run of the program shows that the library is there.
  succeed('rpm', ['--root', written, '--initdb']);
  succeed('rpm', ['--root', written, '-i', '--nodeps', artefact(rpm)]);
  assertRuns(inside);
  assert.equal(inside('test', '-s', '/usr/share/zsh/site-functions/_lib-users').code, 0);
  assert.equal(run('rpm', ['--root', written, '-V', '--nodeps', 'lib-users']).stdout, '');
});
