// The plan in a booted guest, for the facts that only a real systemd shows: rotated logs, and jobs that outlive their service. Each
// action of the plan is done by its own argv, and the guest is looked at again.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Action, Plan } from '../../src/documents/generated/plan.ts';
import type { Report } from '../../src/documents/generated/report.ts';
import { placeInGuest } from '../support/program.ts';
import { skip } from '../support/skip.ts';
import { until } from '../support/until.ts';
import { guestObstacle, type Release, releases } from './base.ts';
import { bootGuest, type Guest } from './guest.ts';

const program = placeInGuest('/opt/lib-users/lib-users');

async function boot(t: TestContext, release: Release): Promise<Guest> {
  return await bootGuest(t, { release, cgroup: 'unified', binds: program.binds });
}

async function ask<T>(guest: Guest, command: 'scan' | 'plan'): Promise<T> {
  const argv = [...program.command, command, '--format', 'json', '--require-complete'];
  return JSON.parse((await guest.exec(argv)).stdout) as T;
}

const scan = async (guest: Guest) => await ask<Report>(guest, 'scan');
const plan = async (guest: Guest) => await ask<Plan>(guest, 'plan');

function actionsOf({ actions }: Plan, unit: string): Action[] {
  return actions.filter((action) => action.unit === unit);
}

/** The one action for a unit, done as a playbook would. */
async function carryOut(guest: Guest, { argv }: Action): Promise<void> {
  assert.ok(argv);
  await guest.enter(argv);
}

/** Rotates as a logrotate.d file does whose author forgot to tell the service: the old log is gone, and still grows. */
async function rotateUntold(guest: Guest, logs: string, create: string): Promise<void> {
  const settings = `${logs} {\n rotate 0\n create ${create}\n su root ${create.split(' ')[2]}\n}\n`;
  await guest.writeFile('/root/logrotate.conf', settings);
  await guest.enter(['logrotate', '--force', '--state=/root/logrotate.state', '/root/logrotate.conf']);
}

for (const release of releases) {
  test(`${release}: nginx with rotated logs is reloaded`, async (t) => {
    const obstacle = guestObstacle('unified');
    if (obstacle !== null) return skip(t, obstacle);
    const guest = await boot(t, release);
    await guest.enter(['systemctl', 'start', 'nginx.service']);
    const get = ['python3', '-c', "import urllib.request as u; [u.urlopen('http://127.0.0.1/') for _ in range(50)]"];
    await guest.exec(get);
    assert.deepEqual((await plan(guest)).actions, [], 'clean before');
    await rotateUntold(guest, '/var/log/nginx/*.log', '0640 www-data adm');
    await guest.exec(get);

    const before = await scan(guest);
    assert.ok(before.summary.held_bytes > 0);
    const planned = await plan(guest);
    assert.deepEqual(planned.services, []);
    assert.deepEqual(planned.reload_services, ['nginx.service']);
    const [action, ...others] = planned.actions;
    assert.deepEqual(others, []);
    assert.ok(action);
    assert.equal(action.action, 'reload');
    assert.deepEqual(action.argv, ['systemctl', 'try-reload-or-restart', '--', 'nginx.service']);
    for (const { code, path } of action.because) assert.match(`${code} ${path}`, /^log_held \/var\/log\/nginx\//);
    assert.ok(action.because.some(({ path }) => path.includes('/access.log')));

    const main = before.units[0]?.systemd?.main_pid;
    await carryOut(guest, action);
    // Its old workers end once they have answered their clients.
    await until('nginx has let go of its old logs', async () => (await scan(guest)).summary.held_bytes === 0);
    assert.deepEqual((await plan(guest)).actions, []);
    const now = await guest.enter(['systemctl', 'show', '--property=MainPID', '--value', 'nginx.service']);
    assert.equal(Number(now.stdout), main, 'not restarted');
  });

  test(`${release}: rsyslog with rotated logs gets its signal`, async (t) => {
    const obstacle = guestObstacle('unified');
    if (obstacle !== null) return skip(t, obstacle);
    const guest = await boot(t, release);
    // Enabling it makes its alias syslog.service, without which the socket that it needs does not listen.
    await guest.enter(['systemctl', 'enable', '--now', 'rsyslog.service']);
    const log = async (line: string) => {
      await guest.exec(['logger', '--priority', 'user.notice', line]);
      const find = ['grep', '--quiet', line, '/var/log/syslog'];
      await until(`${line} is logged`, async () => (await guest.enter(find, { check: false })).status === 0);
    };
    await log('before the rotation');
    assert.deepEqual((await plan(guest)).actions, [], 'clean before');
    await rotateUntold(guest, '/var/log/syslog /var/log/user.log', '0640 root adm');

    assert.ok((await scan(guest)).summary.held_bytes > 0);
    const planned = await plan(guest);
    assert.deepEqual([planned.services, planned.reload_services], [[], []]);
    const [action, ...others] = planned.actions;
    assert.deepEqual(others, []);
    assert.ok(action);
    assert.equal(action.action, 'signal');
    assert.equal(action.policy?.rule, 'rsyslog-hup');
    assert.deepEqual(action.argv, ['systemctl', 'kill', '--kill-who=main', '--signal=HUP', '--', 'rsyslog.service']);
    for (const { code, path } of action.because) assert.match(`${code} ${path}`, /^log_held \/var\/log\//);

    await carryOut(guest, action);
    await until('rsyslog has let go of its old logs', async () => (await scan(guest)).summary.held_bytes === 0);
    assert.deepEqual((await plan(guest)).actions, []);
    await log('after the signal');
  });

  test(`${release}: cron is restarted, its running jobs are left to a person`, async (t) => {
    const obstacle = guestObstacle('unified');
    if (obstacle !== null) return skip(t, obstacle);
    const guest = await boot(t, release);
    // crond starts such a job when it is started for the first time after a boot.
    await guest.writeFile('/etc/cron.d/backup', '@reboot root /usr/bin/sleep 600; true\n');
    await guest.enter(['systemctl', 'start', 'cron.service']);
    const find = ['pgrep', '--full', '--exact', '/usr/bin/sleep 600'];
    await until('the job runs', async () => (await guest.enter(find, { check: false })).status === 0);
    assert.deepEqual((await plan(guest)).actions, [], 'clean before');
    // As an upgrade of libc6 does.
    const replace =
      'path=$(readlink -f /lib/x86_64-linux-gnu/libc.so.6); cp -p "$path" "$path.new"; mv "$path.new" "$path"';
    await guest.enter(['sh', '-c', replace]);

    const planned = await plan(guest);
    assert.ok(planned.services.includes('cron.service'));
    const [restart, ...jobs] = actionsOf(planned, 'cron.service');
    assert.ok(restart);
    assert.deepEqual([restart.action, restart.blocked_by], ['restart', null]);
    assert.deepEqual(restart.argv, ['systemctl', 'try-restart', '--', 'cron.service']);
    // crond's own child waits for the job's shell, and that for the program.
    assert.deepEqual(jobs.map(({ process }) => process?.name).sort(), ['cron', 'sh', 'sleep']);
    for (const { action, blocked_by, argv, because } of jobs) {
      assert.deepEqual([action, blocked_by, argv], ['manual', 'outlives_restart', null]);
      assert.equal(because[0]?.code, 'library_replaced');
    }

    await carryOut(guest, restart);
    await guest.enter(find);
    const after = await plan(guest);
    assert.equal(after.services.includes('cron.service'), false);
    const left = actionsOf(after, 'cron.service');
    assert.deepEqual(
      left.map(({ action, blocked_by, process }) => [action, blocked_by, process?.pid]),
      jobs.map(({ process }) => ['manual', 'outlives_restart', process?.pid]),
    );
  });
}
