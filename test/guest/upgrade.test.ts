// A real upgrade of libssl under running services, and the role restart after it: systemd itself, the ssh that carries the play, and
// files that only a logout lets go. With login sessions and without, in which case sshd's restart ends the caller's connection.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { projectRoot } from '../support/project.ts';
import { skip } from '../support/skip.ts';
import { Controller, type PlayResult } from './ansible-play.ts';
import { type CgroupLayout, guestObstacle, type Release } from './base.ts';
import { bootGuest, type Guest } from './guest.ts';
import { binds, done, left, restartPlay } from './role.ts';

// The role at its most demanding, with the first and the last ansible-core that the collection is for.
const cores = readFileSync(join(projectRoot, 'test/ansible/matrix.txt'), 'utf8').trim().split('\n');
const [oldest, newest] = [cores.at(0), cores.at(-1)].map((line) => line?.split(' ')[0] ?? '') as [string, string];

const libssl: Readonly<Record<Release, string>> = { bookworm: 'libssl3', trixie: 'libssl3t64' };

const helper = 'see to it by hand, since it outlives a restart of its unit and has to be ended by itself';
const logind =
  'systemd-logind.service: only a reboot is safe, since a restart takes input and graphics devices from the sessions that got them through it, and ends desktops (policy login-manager)';

/** The answer of systemd and the kernel, without the CLI. */
async function staleUnits(guest: Guest): Promise<string> {
  const find =
    'grep -l "libcrypto.*(deleted)" /proc/[0-9]*/maps | cut -d/ -f3 | xargs -r -n1 ps -o unit= -p | sort -u | xargs';
  return (await guest.exec(['sh', '-c', find])).stdout.trim();
}

async function apt(guest: Guest, ...arguments_: string[]): Promise<void> {
  const argv = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '--yes', '--no-download', ...arguments_];
  await guest.exec(argv, { timeout: 120_000 });
}

/** @param core which ansible-core of matrix.txt */
async function bootWithNginx(
  t: TestContext,
  release: Release,
  cgroup: CgroupLayout,
  core: string,
): Promise<[Guest, Controller]> {
  const guest = await bootGuest(t, { release, cgroup, binds });
  await guest.enter(['systemctl', 'start', 'nginx.service']);
  return [guest, new Controller(t, { web1: guest }, core)];
}

test('bookworm, unified: libssl reinstalled, as a user with sudo in a login session', async (t) => {
  const obstacle = guestObstacle('unified');
  if (obstacle !== null) return skip(t, obstacle);
  const [guest, controller] = await bootWithNginx(t, 'bookworm', 'unified', oldest);
  await guest.exec(['loginctl', 'enable-linger', 'alice']);
  await guest.enter(['systemctl', 'start', 'user@1000.service']);
  const play = async (): Promise<PlayResult> => await controller.play(restartPlay(), { user: 'deploy' });
  // Ansible keeps its connection open. It is older than the upgrade.
  const before = await play();
  assert.deepEqual([before.status, done(before), left(before)], [0, [], []], before.output);
  await apt(guest, 'install', '--reinstall', libssl.bookworm);

  const run = await play();
  assert.equal(run.status, 0, run.output);
  assert.doesNotMatch(run.output, /\[WARNING\]|DEPRECAT/);
  assert.deepEqual(done(run), [
    'restart systemd-journald.service',
    'restart nginx.service',
    'reexec_user_manager user@1000.service',
    'reexec_user_manager user@1001.service',
    'daemon_reexec init.scope',
    'restart ssh.service, detached',
  ]);
  const people = [
    logind,
    `process PID (sd-pam) in user@1000.service of alice: ${helper}`,
    `process PID (sd-pam) in user@1001.service of deploy: ${helper}`,
  ];
  assert.deepEqual(left(run), people);
  assert.deepEqual(run.task('Name why a reboot is required').result.msg, [
    'systemd-logind.service cannot be restarted safely',
  ]);
  assert.equal(await staleUnits(guest), 'systemd-logind.service user@1000.service user@1001.service');

  const again = await play();
  assert.deepEqual([again.status, again.notable(), left(again)], [0, [], people], again.output);
});

test('trixie, hybrid: libssl reinstalled, as root without login sessions', async (t) => {
  const obstacle = guestObstacle('hybrid');
  if (obstacle !== null) return skip(t, obstacle);
  const [guest, controller] = await bootWithNginx(t, 'trixie', 'hybrid', newest);
  await apt(guest, 'purge', 'libpam-systemd');
  await guest.writeFile('/etc/systemd/system/ssh.service.d/kill.conf', '[Service]\nKillMode=control-group\n');
  await guest.enter(['systemctl', 'daemon-reload']);
  const play = async (): Promise<PlayResult> => await controller.play(restartPlay());
  const before = await play();
  assert.deepEqual([before.status, done(before), left(before)], [0, [], []], before.output);
  await apt(guest, 'install', '--reinstall', libssl.trixie);

  const others = ['restart systemd-journald.service', 'restart nginx.service', 'daemon_reexec init.scope'];
  await guest.writeFile('/etc/ssh/sshd_config.d/wrong.conf', 'Nonsense yes\n');
  const refused = await play();
  assert.deepEqual([refused.status, done(refused)], [2, others], refused.output);
  const { msg } = refused.task('Fail if something failed').result;
  assert.match(String(msg), /^restart of ssh\.service failed: not tried, since .*wrong\.conf.*: Nonsense/);
  await guest.enter(['rm', '/etc/ssh/sshd_config.d/wrong.conf']);

  const run = await play();
  assert.doesNotMatch(run.output, /\[WARNING\]|DEPRECAT/);
  assert.deepEqual([run.status, done(run)], [0, ['restart ssh.service, detached']], run.output);
  assert.deepEqual(left(run), [logind]);
  assert.equal(await staleUnits(guest), 'systemd-logind.service');

  const again = await play();
  assert.deepEqual([again.status, again.notable(), left(again)], [0, [], [logind]], again.output);
});
