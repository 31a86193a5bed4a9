// The packages for Debian and RPM hosts, installed in a clean Debian tree without Node, where the program then runs.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { guestBase } from '../guest/base.ts';
import { projectRoot } from '../support/project.ts';
import { skipUnless } from '../support/skip.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { artefact, linked, run, succeed, version } from './artefacts.ts';

const [deb, rpm] =
  process.arch === 'arm64'
    ? [`lib-users_${version}_arm64.deb`, `lib-users-${version}-1.aarch64.rpm`]
    : [`lib-users_${version}_amd64.deb`, `lib-users-${version}-1.x86_64.rpm`];

/** A tree of Debian 12 of our own; `inside` runs a program in it, as root of a machine that has nothing else. */
function cleanRoot(t: TestContext, packageName: string) {
  const base = guestBase('bookworm').tree;
  const upper = temporaryFolder(t);
  mkdirSync(join(upper, 'packages'));
  copyFileSync(artefact(packageName), join(upper, 'packages', packageName));
  const script = join(projectRoot, 'test/pack/in-root.sh');
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  const inside = (...argv: string[]) =>
    run('unshare', ['--mount', '--propagation', 'private', 'sh', script, base, upper, ...argv], { env });
  return { inside, tree: join(upper, 'files'), base };
}

/** What every installed package must do, whoever installed it. */
function assertRuns(inside: (...argv: string[]) => ReturnType<typeof run>): void {
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
  if (!skipUnless(t, process.geteuid?.() === 0, 'needs root')) return;
  const { inside } = cleanRoot(t, deb);
  const installed = inside(
    'sh',
    '-c',
    `apt-get -q update && apt-get -q -y install --no-install-recommends /mnt/${deb}`,
  );
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

test('the .deb asks for the libraries that the executable needs', () => {
  const depends = succeed('dpkg-deb', ['--field', artefact(deb), 'Depends']);
  const symbols = succeed('rpm', ['-qp', '--requires', artefact(rpm)]);
  const newest = (prefix: string) =>
    [...symbols.matchAll(new RegExp(`\\(${prefix}_([\\d.]+)\\)`, 'g'))]
      .map((match) => match[1] as string)
      .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
      .at(-1);
  assert.match(depends, new RegExp(`libc6 \\(>= ${newest('GLIBC')}\\)`));
  // https://gcc.gnu.org/onlinedocs/libstdc++/manual/abi.html: GCC 5.1 brought 3.4.21.
  assert.equal(newest('GLIBCXX'), '3.4.21');
  assert.match(depends, /libstdc\+\+6 \(>= 5\)/);
  for (const library of ['libatomic1', 'libgcc-s1']) assert.match(depends, new RegExp(library));
});

test('lintian finds nothing wrong', (t) => {
  if (!skipUnless(t, spawnSync('lintian', ['--version']).status === 0, 'needs lintian')) return;
  assert.equal(succeed('lintian', ['--allow-root', '--fail-on', 'error,warning', artefact(deb)]), '');
});

test('the .rpm is installed by rpm, and runs without Node', (t) => {
  if (!skipUnless(t, process.geteuid?.() === 0, 'needs root')) return;
  const { inside, tree, base } = cleanRoot(t, rpm);
  // rpm itself is of this machine, its database and every file of the package's are of the tree. What it depends on came by
  // dpkg, of which it knows nothing: that the libraries are there is seen when the program runs.
  const script = join(projectRoot, 'test/pack/in-root.sh');
  assert.ok(script);
  succeed('rpm', ['--root', tree, '--initdb']);
  succeed('rpm', ['--root', tree, '-i', '--nodeps', artefact(rpm)]);
  if (inside('sh', '-c', 'ldconfig -p | grep -q libatomic.so.1').code !== 0) {
    assert.equal(inside('sh', '-c', 'apt-get -q update && apt-get -q -y install libatomic1').code, 0, base);
  }
  assertRuns(inside);
  assert.equal(inside('test', '-s', '/usr/share/zsh/site-functions/_lib-users').code, 0);
  assert.equal(run('rpm', ['--root', tree, '-V', '--nodeps', 'lib-users']).stdout, '');
});
