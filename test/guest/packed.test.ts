// The role lib_users.host.install with the results of `npm run pack`: the executable that brings its own runtime, and the package.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Report } from '../../src/documents/generated/report.ts';
import { projectRoot } from '../support/project.ts';
import { skip } from '../support/skip.ts';
import { Controller } from './ansible-play.ts';
import { guestObstacle } from './base.ts';
import { bootGuest } from './guest.ts';
import { architecture, archiveName, packArchive, releaseFiles, version } from './release-files.ts';

const packed = join(projectRoot, 'build/pack');
const deb = `lib-users_${version}_${architecture === 'x64' ? 'amd64' : architecture}.deb`;

/** The results of `npm run pack`, which is run here if there are none. */
function packOnce(): void {
  if ([deb, archiveName(version), 'SHA256SUMS'].every((name) => existsSync(join(packed, name)))) return;
  const argv = ['run', '-s', 'pack', '--', '--target', architecture, '--format', 'tar', '--format', 'deb'];
  const { status } = spawnSync('npm', argv, { cwd: projectRoot, stdio: ['ignore', 'ignore', 'inherit'] });
  assert.equal(status, 0, 'npm run pack');
}

test('install: the package, and the archive whose program still runs after an upgrade', async (t) => {
  const obstacle = guestObstacle();
  if (obstacle !== null) return skip(t, obstacle);
  packOnce();
  // No Node in it.
  const guest = await bootGuest(t, { release: 'bookworm', cgroup: 'unified' });
  const controller = new Controller(t, { web1: guest });
  const play = async (vars: object, ...flags: string[]) => {
    const roles = [{ role: 'lib_users.host.install', vars }];
    return await controller.play([{ hosts: 'guests', become: true, gather_facts: false, roles }], {
      user: 'deploy',
      flags,
    });
  };
  const says = async (path: string) => (await guest.enter([path, '--version'], { check: false })).stdout;

  const fromPackage = { install_source: 'package', install_artifacts: packed };
  const refused = await play({ ...fromPackage, install_sha256: { [architecture]: '0'.repeat(64) } });
  assert.match(refused.output, /has the SHA-256 [0-9a-f]{64} and not 0{64}/);
  const dry = await play(fromPackage, '--check');
  assert.deepEqual(dry.notable(), ['changed lib_users.host.install : Say what would be installed'], dry.output);
  assert.equal(await says('/usr/bin/lib-users'), '');
  const first = await play(fromPackage);
  assert.equal(first.status, 0, first.output);
  assert.equal(await says('/usr/bin/lib-users'), `lib-users ${version}\n`);
  const metrics = '/var/lib/prometheus/node-exporter';
  await guest.enter(['mkdir', '--parents', metrics]);
  await guest.enter(['systemctl', 'start', 'lib-users.service']);
  assert.match((await guest.enter(['cat', `${metrics}/lib-users.prom`])).stdout, /^lib_users_scan_complete 1$/m);
  const denies = ['systemctl', 'show', '--property=MemoryDenyWriteExecute', '--value', 'lib-users.service'];
  assert.equal((await guest.enter(denies)).stdout.trim(), 'yes');
  const second = await play(fromPackage);
  assert.deepEqual([second.status, second.notable()], [0, []], second.output);
  const away = { install_source: 'package', install_state: 'absent' };
  assert.equal((await play(away)).status, 0);
  assert.equal(await says('/usr/bin/lib-users'), '');
  assert.deepEqual((await play(away)).notable(), []);

  const archive = await play({ install_artifacts: packed });
  assert.equal(archive.status, 0, archive.output);
  const program = '/opt/lib-users/current/lib-users';
  assert.equal(await says(program), `lib-users ${version}\n`);
  void guest.exec(['sh', '-c', `sleep 600 | ${program} fleet -`], { check: false, timeout: 0 });
  const started = 'until pgrep -f "fleet -$" >/dev/null; do sleep 0.1; done';
  await guest.enter(['timeout', '20', 'sh', '-c', started]);

  // The parts of the next version that the role looks at.
  const folder = releaseFiles(t, []);
  const next = '#!/bin/sh\necho lib-users 9.0.0\n';
  const sum = packArchive(folder, '9.0.0', Buffer.from(next));
  writeFileSync(join(folder, 'SHA256SUMS'), `${sum}  ${archiveName('9.0.0')}\n`);
  const upgraded = await play({ install_artifacts: folder, install_version: '9.0.0' });
  assert.equal(upgraded.status, 0, upgraded.output);
  assert.equal(await says(program), 'lib-users 9.0.0\n');
  const scan = await guest.exec([`/opt/lib-users/${version}/lib-users`, 'scan', '--format', 'json']);
  const { units, processes, scan: looked } = JSON.parse(scan.stdout) as Report;
  assert.deepEqual([looked.complete, units, processes], [true, [], []], 'the old version runs, and its file is there');
});
