// The role restart in booted guests with real daemons: rotated logs, then a new libc, which every process uses, and the
// reboot that this takes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Report } from '../../src/documents/generated/report.ts';
import { skip } from '../support/skip.ts';
import { until } from '../support/until.ts';
import { Controller } from './ansible-play.ts';
import { guestObstacle } from './base.ts';
import { bootGuest, type Guest } from './guest.ts';
import { binds, done, left, restartPlay } from './role.ts';

async function heldBytes(guest: Guest): Promise<number> {
  const { stdout } = await guest.exec(['lib-users', 'scan', '--format', 'json']);
  return (JSON.parse(stdout) as Report).summary.held_bytes;
}

/** Rotates as a logrotate.d file does whose author forgot to tell the service: the old log is gone, and still grows. */
async function rotateUntold(guest: Guest, logs: string, create: string): Promise<void> {
  const settings = `${logs} {\n rotate 0\n create ${create}\n su root ${create.split(' ')[2]}\n}\n`;
  await guest.writeFile('/root/logrotate.conf', settings);
  await guest.enter(['logrotate', '--force', '--state=/root/logrotate.state', '/root/logrotate.conf']);
}

test('trixie, unified: rotated logs, then a new libc under all that runs', async (t) => {
  const obstacle = guestObstacle('unified');
  if (obstacle !== null) return skip(t, obstacle);
  const guest = await bootGuest(t, { release: 'trixie', cgroup: 'unified', binds });
  const controller = new Controller(t, { web1: guest });
  const play = async (vars: object = {}, ...flags: string[]) =>
    await controller.play(restartPlay({ ...vars }), { user: 'deploy', flags });
  // crond starts such a job when it is started for the first time after a boot.
  await guest.writeFile('/etc/cron.d/backup', '@reboot root /usr/bin/sleep 600; true\n');
  await guest.enter(['systemctl', 'enable', '--now', 'nginx.service', 'rsyslog.service', 'cron.service']);
  const find = ['pgrep', '--full', '--exact', '/usr/bin/sleep 600'];
  const job = async () => (await guest.enter(find, { check: false })).stdout;
  await until('the job runs', async () => (await job()) !== '');
  const get = ['python3', '-c', "import urllib.request as u; [u.urlopen('http://127.0.0.1/') for _ in range(50)]"];
  await guest.exec(get);
  await guest.exec(['logger', 'before the rotation']);
  await until(
    'it is logged',
    async () => (await guest.enter(['test', '-s', '/var/log/syslog'], { check: false })).status === 0,
  );

  await t.test('nginx is reloaded, rsyslog gets its signal, and the bytes go to zero', async () => {
    await rotateUntold(guest, '/var/log/nginx/*.log', '0640 www-data adm');
    await rotateUntold(guest, '/var/log/syslog /var/log/user.log', '0640 root adm');
    await guest.exec(get);
    assert.ok((await heldBytes(guest)) > 0);
    const without = await play({ restart_reload: false });
    assert.deepEqual([without.status, done(without)], [0, []], without.output);
    const run = await play();
    assert.deepEqual([run.status, done(run)], [0, ['reload nginx.service', 'signal rsyslog.service']], run.output);
    await until('the bytes are let go', async () => (await heldBytes(guest)) === 0);
    const again = await play();
    assert.deepEqual([again.status, again.notable(), left(again)], [0, [], []], again.output);
  });

  await t.test('libc: cron is restarted and its job is not, the message bus is left to a reboot', async () => {
    const replace =
      'path=$(readlink -f /lib/x86_64-linux-gnu/libc.so.6); cp -p "$path" "$path.new"; mv "$path.new" "$path"';
    await guest.enter(['sh', '-c', replace]);
    const running = await job();
    const bus = await guest.enter(['systemctl', 'show', '--property=MainPID', 'dbus.service']);
    const run = await play();
    assert.equal(run.status, 0, run.output);
    assert.deepEqual(done(run), [
      // The others start after it in a boot.
      'restart systemd-journald.service',
      'restart cron.service',
      'restart nginx.service',
      'restart rsyslog.service',
      'reexec_user_manager user@1001.service',
      'daemon_reexec init.scope',
      'restart ssh.service, detached',
    ]);
    const alone = 'see to it by hand, since it outlives a restart of its unit and has to be ended by itself';
    assert.deepEqual(left(run), [
      'dbus.service: only a reboot is safe, since restarting the message bus breaks every client that is connected to it (policy message-bus)',
      'systemd-logind.service: only a reboot is safe, since a restart takes input and graphics devices from the sessions that got them through it, and ends desktops (policy login-manager)',
      `process PID cron in cron.service: ${alone}`,
      `process PID sh in cron.service: ${alone}`,
      `process PID sleep in cron.service: ${alone}`,
      `process PID (sd-pam) in user@1001.service of deploy: ${alone}`,
    ]);
    assert.equal(await job(), running);
    assert.equal((await guest.enter(['systemctl', 'show', '--property=MainPID', 'dbus.service'])).stdout, bus.stdout);
    const again = await play();
    assert.deepEqual([again.status, again.notable(), left(again)], [0, [], left(run)], again.output);
  });

  await t.test('when_required reboots, once, and the host is clean', async () => {
    const { leader } = guest;
    const check = await play({ restart_reboot: 'when_required' }, '--check');
    assert.deepEqual(
      [check.status, check.task('Reboot now').status, guest.leader],
      [0, 'changed', leader],
      check.output,
    );
    const run = await play({ restart_reboot: 'when_required' });
    assert.deepEqual(
      [run.status, done(run), run.task('Reboot now').status, left(run)],
      [0, [], 'changed', []],
      run.output,
    );
    assert.notEqual(guest.leader, leader);
    const again = await play({ restart_reboot: 'when_required' });
    assert.deepEqual([again.status, again.notable()], [0, []], again.output);
  });
});
