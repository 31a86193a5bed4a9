// The archive for musl, unpacked and run in a root that has musl and no glibc, as on Alpine.

import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { needs } from '../support/needs.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { parseReport, succeed, unpack, version } from './artefacts.ts';
import { cleanRoot } from './clean-root.ts';
import { muslRoot } from './musl-root.ts';

const top = `lib-users-${version}-linux-x64-musl`;

test('the archive for musl is unpacked, runs and scans where musl and libstdc++ are', (t) => {
  if (!needs(t, 'mounts', 'PID namespace', 'debootstrap', 'xz')) return;
  const { root, libraries } = muslRoot(t, 'x64', 'busybox-static');
  for (const folder of ['dev', 'mnt', 'proc', 'tmp']) mkdirSync(join(root, folder));
  writeFileSync(join(root, 'dev/null'), '');
  const { inside } = cleanRoot(t, root, [`${top}.tar.xz`]);
  const sh = (script: string) => inside('/bin/busybox', 'sh', '-c', script);
  assert.equal(sh(`busybox tar -xJf /mnt/${top}.tar.xz -C /usr`).stderr, '');
  assert.equal(inside(`/usr/${top}/lib-users`, '--version').stdout, `lib-users ${version}\n`);
  assert.match(inside(`/usr/${top}/fd_users`, '--version').stdout, /^fd_users 0\.15/);
  // A program that is replaced while it runs, as in an upgrade.
  const copy = 'busybox cp /bin/busybox';
  const stale = `${copy} /tmp/busybox && { /tmp/busybox sleep 60 & } && busybox sleep 0.2 && ${copy} /tmp/new && busybox mv /tmp/new /tmp/busybox`;
  const report = parseReport(sh(`${stale} && /usr/${top}/lib-users scan --no-config --format json`));
  assert.equal(report.processes[0].executable.path, '/tmp/busybox');
  assert.equal(report.processes[0].maps[0].state, 'replaced');

  rmSync(join(libraries, 'libstdc++.so.6'));
  const without = cleanRoot(t, root, [`${top}.tar.xz`]).inside;
  assert.equal(without('/bin/busybox', 'tar', '-xJf', `/mnt/${top}.tar.xz`, '-C', '/usr').stderr, '');
  const { code, stderr } = without(`/usr/${top}/lib-users`, '--version');
  assert.match(stderr, /^Error loading shared library libstdc\+\+\.so\.6: No such file or directory/);
  assert.equal(code, 127);
});

test('the executables for musl are linked to musl and libstdc++ alone', (t) => {
  for (const [target, machine] of [
    ['x64-musl', 'x86_64'],
    ['arm64-musl', 'aarch64'],
  ] as const) {
    const file = join(unpack(target, temporaryFolder(t)), 'lib-users');
    const linked = succeed('readelf', ['--dynamic', '--wide', file]).matchAll(/\(NEEDED\).*\[(.*)\]/g);
    assert.deepEqual([...linked].map(([, name]) => name).sort(), [`libc.musl-${machine}.so.1`, 'libstdc++.so.6']);
  }
});
