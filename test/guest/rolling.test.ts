// Three guests, one after the other, as in a rolling upgrade: if the second does not come back, the third is left alone.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { skip } from '../support/skip.ts';
import { Controller } from './ansible-play.ts';
import { type CgroupLayout, guestObstacle, type Release } from './base.ts';
import { bootGuest, type Guest } from './guest.ts';
import { binds, done, restartPlay } from './role.ts';

const library = '/opt/demo/libdemo.so';
const kinds: readonly (readonly [Release, CgroupLayout])[] = [
  ['bookworm', 'hybrid'],
  ['trixie', 'hybrid'],
  ['trixie', 'unified'],
];

async function startStale(guest: Guest, more: string): Promise<string> {
  await guest.enter(['sh', '-c', `mkdir -p /opt/demo; cp "$(readlink -f /lib/x86_64-linux-gnu/libz.so.1)" ${library}`]);
  const unit = '/etc/systemd/system/demo.service';
  await guest.writeFile(unit, `[Service]\nType=exec\nEnvironment=LD_PRELOAD=${library}\nExecStart=sleep 600\n`);
  await guest.enter(['systemctl', 'daemon-reload']);
  await guest.enter(['systemctl', 'start', 'demo.service']);
  await guest.enter([
    'sh',
    '-c',
    `cp ${library} ${library}.new; mv ${library}.new ${library}; echo "${more}" >>${unit}`,
  ]);
  await guest.enter(['systemctl', 'daemon-reload']);
  return await mainPid(guest);
}

async function mainPid(guest: Guest): Promise<string> {
  return (await guest.enter(['systemctl', 'show', '--property=MainPID', '--value', 'demo.service'])).stdout.trim();
}

test('serial: 1, and the second of three guests is broken', async (t) => {
  const obstacle = guestObstacle('hybrid');
  if (obstacle !== null) return skip(t, obstacle);
  const guests = await Promise.all(kinds.map(([release, cgroup]) => bootGuest(t, { release, cgroup, binds })));
  const pids = await Promise.all(
    guests.map((guest, index) => startStale(guest, index === 1 ? 'ExecStartPre=false' : '')),
  );
  const controller = new Controller(t, Object.fromEntries(guests.map((guest, index) => [`web${index + 1}`, guest])));

  const play = await controller.play(restartPlay({}, { serial: 1, max_fail_percentage: 0 }));
  assert.equal(play.status, 2, play.output);
  const restart = ['restart demo.service'];
  assert.deepEqual(
    ['web1', 'web2', 'web3'].map((host) => done(play, host)),
    [restart, restart, []],
  );
  assert.deepEqual(play.notable('web1'), ['changed lib_users.host.restart : Restart and reload']);
  assert.match(String(play.task('Fail if something failed', 'web2').result.msg), /^restart of demo\.service failed: /);
  assert.deepEqual(
    play.tasks.filter(({ host }) => host === 'web3'),
    [],
  );
  const [first, second, third] = await Promise.all(guests.map(mainPid));
  assert.notEqual(first, pids[0]);
  assert.deepEqual([second, third], ['0', pids[2]]);

  // In one batch: that a restart fails is known, and named, before it ends the play for the others.
  const [sound, broken] = [guests[0]!, guests[2]!];
  await startStale(sound, '');
  await startStale(broken, 'ExecStartPre=false');
  const batch = restartPlay({}, { hosts: 'web1:web3', serial: 2, any_errors_fatal: true });
  const together = await controller.play(batch);
  assert.equal(together.status, 2, together.output);
  assert.deepEqual([done(together, 'web1'), done(together, 'web3')], [restart, restart]);
  assert.equal(together.task('Find what must be done now', 'web1').status, 'ok');
  assert.match(
    String(together.task('Fail if something failed', 'web3').result.msg),
    /^restart of demo\.service failed: /,
  );
});
