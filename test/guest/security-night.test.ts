// The role restart with restart_only_fixes after a security update: what closes something is restarted; what nobody knows to close
// something is left as it is, and named.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { skip } from '../support/skip.ts';
import { Controller } from './ansible-play.ts';
import { guestObstacle } from './base.ts';
import { bootGuest, type Guest } from './guest.ts';
import { binds, done, left, restartPlay, shown } from './role.ts';

const library = '/opt/demo/libdemo.so';

/** Installs the first or the last of the versions of nginx in apt's archive, and restarts nothing. */
async function installNginx(guest: Guest, which: 'head' | 'tail'): Promise<void> {
  const script = `cd /var/cache/apt/archives
for name in nginx-common nginx; do ls "$name"_* | sort -V | ${which} -n 1; done | xargs dpkg --force-downgrade --force-confold -i`;
  await guest.enter(['env', 'DEBIAN_FRONTEND=noninteractive', 'sh', '-euc', script], { timeout: 120_000 });
}

async function mainPid(guest: Guest, unit: string): Promise<string> {
  return (await guest.enter(['systemctl', 'show', '--property=MainPID', '--value', unit])).stdout.trim();
}

test('after a security night: a restart for what closes something, and for nothing else', async (t) => {
  const obstacle = guestObstacle();
  if (obstacle !== null) return skip(t, obstacle);
  const guest = await bootGuest(t, { release: 'bookworm', cgroup: 'unified', binds });
  const controller = new Controller(t, { web1: guest });
  await guest.writeFile('/usr/sbin/policy-rc.d', '#!/bin/sh\nexit 101\n', 0o755);
  await installNginx(guest, 'head');
  await guest.enter(['sh', '-c', 'mkdir -p /opt/demo && cp "$(readlink -f /usr/lib/*/libz.so.1)" "$1"', 'sh', library]);
  const lines = `[Service]\nType=exec\nEnvironment=LD_PRELOAD=${library}\nExecStart=sleep 4400\n`;
  await guest.writeFile('/etc/systemd/system/demo.service', lines);
  await guest.enter(['systemctl', 'daemon-reload']);
  await guest.enter(['systemctl', 'restart', 'nginx.service', 'demo.service']);
  await installNginx(guest, 'tail');
  await guest.enter(['sh', '-c', 'cp "$1" "$1.new" && mv "$1.new" "$1"', 'sh', library]);
  const before = [await mainPid(guest, 'nginx'), await mainPid(guest, 'demo')];

  const results = {
    name: 'Results',
    'ansible.builtin.debug': { msg: '{{ [lib_users_restarted, lib_users_left, lib_users_clean] }}' },
  };
  const role = restartPlay({ restart_only_fixes: true }, { post_tasks: [results] });
  const dry = await controller.play(role, { flags: ['--check'] });
  assert.deepEqual([dry.status, shown(dry)], [0, ['systemctl try-restart -- nginx.service']], dry.output);
  const play = await controller.play(role);
  assert.deepEqual([play.status, done(play)], [0, ['restart nginx.service']], play.output);
  const unknown = 'restart_only_fixes leaves it out: it is not known whether it brings a security fix into memory';
  const why = `demo.service: restart it (${unknown})`;
  assert.deepEqual(left(play), [why]);
  const kept = { unit: 'demo.service', action: 'restart', why, fixes: null };
  assert.deepEqual(play.task('Results').result.msg, [['nginx.service'], [kept], false]);
  assert.notEqual(await mainPid(guest, 'nginx'), before[0]);
  assert.equal(await mainPid(guest, 'demo'), before[1]);

  // Without the option the rest is restarted as well.
  const all = await controller.play(restartPlay());
  assert.deepEqual([all.status, done(all)], [0, ['restart demo.service']], all.output);
});
