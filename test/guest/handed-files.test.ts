// The files that a user can hand to services, and the processes that he can run in them, beside logs that a wrong logrotate took from
// real daemons, in a booted guest: the daemons are planned for, and the user's things are named and left alone.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Plan } from '../../src/documents/generated/plan.ts';
import { placeInGuest } from '../support/program.ts';
import { projectRoot } from '../support/project.ts';
import { skip } from '../support/skip.ts';
import { until } from '../support/until.ts';
import { guestObstacle } from './base.ts';
import { bootGuest, type Guest } from './guest.ts';

const program = placeInGuest('/opt/lib-users/lib-users');
const library = '/home/alice/evil.so';
const alice = 'setpriv --reuid=alice --regid=alice --init-groups';

async function writeUnit(guest: Guest, name: string, lines: readonly string[]): Promise<void> {
  await guest.writeFile(`/etc/systemd/system/${name}`, `[Service]\n${lines.join('\n')}\n`);
}

async function plan(guest: Guest, ...flags: string[]): Promise<Plan> {
  return JSON.parse((await guest.exec([...program.command, 'plan', '--format', 'json', ...flags])).stdout) as Plan;
}

const outcomes = ({ actions }: Plan) =>
  actions.map(({ action, unit, blocked_by }) => [action, unit, blocked_by].filter(Boolean).join(' '));

/** Waits until all of them hold their log, so that the removal leaves no file that was opened since. */
async function untilOpen(guest: Guest, path: string): Promise<void> {
  const find = `ls -l /proc/[0-9]*/fd 2>/dev/null | grep -q -F -- '-> ${path}'`;
  await until(`${path} is open`, async () => (await guest.enter(['sh', '-c', find], { check: false })).status === 0);
}

test('trixie: rotated logs are let go, and what a user handed over or runs is left alone', async (t) => {
  const obstacle = guestObstacle('unified');
  if (obstacle !== null) return skip(t, obstacle);
  const guest = await bootGuest(t, { release: 'trixie', cgroup: 'unified', binds: program.binds });
  await guest.copyIn(join(projectRoot, 'test/support/hand-over.py'), '/home/alice/hand-over.py');
  await guest.enter([
    'sh',
    '-c',
    `cp "$(readlink -f /lib/x86_64-linux-gnu/libz.so.1)" ${library} && mkdir -p /var/log/app && chown alice: ${library} /var/log/app`,
  ]);
  await writeUnit(guest, 'cgi.service', [
    `ExecStart=/bin/sh -c "${alice} env LD_PRELOAD=${library} sleep 6001 & exec sleep 6000"`,
  ]);
  const appends = "ExecStart=/bin/sh -c 'exec sleep 6010 3>>/var/log/app/app.log'";
  await writeUnit(guest, 'app.service', ['User=alice', appends]);
  await guest.enter(['sed', '-i', 's/^Listen 80$/Listen 8080/', '/etc/apache2/ports.conf']);
  await guest.enter(['systemctl', 'daemon-reload']);
  await guest.enter(['systemctl', 'enable', '--now', 'apache2.service', 'nginx.service', 'rsyslog.service']);
  await guest.enter(['systemctl', 'start', 'cgi.service', 'app.service']);
  await guest.exec(['logger', 'before the rotation']);
  const logs = ['/var/log/apache2/error.log', '/var/log/nginx/access.log', '/var/log/syslog', '/var/log/app/app.log'];
  for (const log of logs) await untilOpen(guest, log);
  const mapped = `grep -lsF ${library} /proc/[0-9]*/maps`;
  const cgi = async () => (await guest.enter(['sh', '-c', mapped], { check: false })).stdout.split('/')[2];
  await until('the program of alice has its library', async () => (await cgi()) !== undefined);
  const pid = Number(await cgi());
  assert.deepEqual(outcomes(await plan(guest)), [], 'clean before');

  // New logs as logrotate makes them: some of root, some of the user as whom the workers run.
  await guest.enter(['chown', 'www-data:', '/var/log/nginx/access.log', '/var/log/nginx/error.log']);
  await guest.enter(['sh', '-c', `rm ${library} ${logs.join(' ')}`]);
  const bus = '/run/dbus/system_bus_socket';
  const handing = ['--collect', '--uid=alice', '--', 'python3', '/home/alice/hand-over.py', bus, '/home/alice/x.log'];
  await guest.enter(['systemd-run', '--quiet', '--unit=handing', '--service-type=exec', ...handing]);
  const notes = async () => (await plan(guest, '--unit', 'dbus.service')).ignored;
  await until('the bus holds the files', async () => (await notes()).length > 0);

  const done = await plan(guest);
  assert.deepEqual(outcomes(done), [
    'restart app.service',
    'reload apache2.service',
    'reload nginx.service',
    'signal rsyslog.service',
    'manual cgi.service user_process',
  ]);
  const [manual] = done.actions.slice(-1);
  assert.deepEqual([manual?.process?.pid, manual?.argv], [pid, null]);
  assert.match(manual?.remarks?.[0]?.message ?? '', /^runs as alice on files/);
  const [note, ...others] = done.ignored.filter(({ unit }) => unit === 'dbus.service');
  assert.deepEqual([note?.code, note?.path, others], ['log_held', '/home/alice/x.log', []]);
  assert.match(note?.reason ?? '', /^a log of alice, .* handed it over/);
  assert.deepEqual(
    done.reboot.reasons.filter(({ code }) => code === 'unit'),
    [],
  );

  for (const { argv } of done.actions) if (argv !== null) await guest.enter(argv);
  assert.equal(Number(await cgi()), pid, 'nobody ended it');
  await until('the logs are let go', async () => {
    return outcomes(await plan(guest)).join() === 'manual cgi.service user_process';
  });
});
