// The role restart beside systemd's own word on each unit: changed unit files are read first, what would not start again is not
// stopped, and a unit that is not active after its restart ends the run.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Plan } from '../../src/documents/generated/plan.ts';
import { skip } from '../support/skip.ts';
import { Controller } from './ansible-play.ts';
import { guestObstacle } from './base.ts';
import { bootGuest, type Guest } from './guest.ts';
import { binds, done, left, restartPlay, shown } from './role.ts';

const library = '/opt/demo/libdemo.so';
const preload = `Environment=LD_PRELOAD=${library}`;
const sleeps = `Type=exec\n${preload}\nExecStart=sleep 4300`;

const units: Readonly<Record<string, [unit: string, service: string]>> = {
  'changed.service': ['', sleeps],
  'condition.service': ['ConditionPathExists=/opt/demo/flag', sleeps],
  'ends.service': ['', `${preload}\nExecStart=sh -c 'test -e /opt/demo/once || exec sleep 4300'`],
  'late.service': ['StartLimitBurst=3\nStartLimitIntervalSec=1', sleeps],
  'limited.service': ['StartLimitBurst=1\nStartLimitIntervalSec=1h', sleeps],
  'masked.service': ['', sleeps],
  'oneshot.service': ['', `Type=oneshot\n${preload}\nExecStart=sh -c 'test -e /opt/demo/once || exec sleep 4300'`],
};
const names = Object.keys(units);

async function property(guest: Guest, unit: string, name: string): Promise<string> {
  return (await guest.enter(['systemctl', 'show', `--property=${name}`, '--value', '--', unit])).stdout.trim();
}

const script = (guest: Guest, text: string) => guest.enter(['sh', '-euc', text]);

/** Starts the units, replaces the library below them, and then changes what the next start of some of them finds. */
async function startStale(guest: Guest): Promise<void> {
  await script(
    guest,
    `mkdir -p /opt/demo; cp "$(readlink -f /usr/lib/x86_64-linux-gnu/libz.so.1)" ${library}; touch /opt/demo/flag`,
  );
  const fileOf = (name: string) => `[Unit]\n${units[name]![0]}\n[Service]\n${units[name]![1]}\n`;
  for (const name of names) await guest.writeFile(`/run/systemd/system/${name}`, fileOf(name));
  await guest.enter(['systemctl', 'daemon-reload']);
  await guest.enter(['systemctl', 'start', '--no-block', '--', ...names]);
  await script(
    guest,
    `until [ "$(grep -lF ${library} /proc/[0-9]*/maps 2>/dev/null | wc -l)" -ge ${names.length} ]; do sleep 0.1; done`,
  );
  await guest.writeFile('/run/systemd/system/changed.service', fileOf('changed.service').replace('4300', '4301'));
  await script(
    guest,
    `cp ${library} ${library}.new; mv ${library}.new ${library}; rm /opt/demo/flag; touch /opt/demo/once
     ln -s /dev/null /etc/systemd/system/masked.service; sleep 1.5`,
  );
}

test('bookworm: what changed is read first, and what is not active after its restart ends the run', async (t) => {
  const obstacle = guestObstacle('unified');
  if (obstacle !== null) return skip(t, obstacle);
  const guest = await bootGuest(t, { release: 'bookworm', cgroup: 'unified', binds });
  const controller = new Controller(t, { web1: guest });
  await startStale(guest);

  const { stdout } = await guest.exec(['lib-users', 'plan', '--no-config', '--format', 'json', '--unit', '*.service']);
  const plan = JSON.parse(stdout) as Plan;
  const ours = plan.actions.filter(({ unit }) => unit === null || unit in units);
  assert.deepEqual(
    ours.map(({ action, unit, blocked_by }) => [action, unit, blocked_by]),
    [
      ['daemon_reload', null, null],
      ['restart', 'changed.service', null],
      ['restart', 'ends.service', null],
      ['restart', 'late.service', null],
      ['restart', 'limited.service', null],
      ['restart', 'masked.service', null],
      ['manual', 'condition.service', 'cannot_start_again'],
      ['manual', 'oneshot.service', 'oneshot'],
    ],
  );
  assert.equal(plan.daemon_reload, true);
  const limitOf = (name: string) => {
    const action = ours.find(({ unit }) => unit === name);
    return [action?.impact?.start_limit?.left, action?.remarks?.map(({ code }) => code)];
  };
  assert.deepEqual(limitOf('late.service'), [3, []]);
  assert.deepEqual(limitOf('limited.service'), [null, ['start_limit']]);

  const reads = 'systemctl daemon-reload, since the unit file of changed.service changed on disk';
  const check = async (only: string[]) =>
    shown(await controller.play(restartPlay({ restart_only: only }), { flags: ['--check'] }));
  assert.deepEqual(await check(['changed.service']), [reads, 'systemctl try-restart -- changed.service']);
  assert.deepEqual(await check(['late.service']), ['systemctl try-restart -- late.service']);

  const masked = await property(guest, 'masked.service', 'MainPID');
  const only = { restart_only: ['changed.service', 'masked.service'], restart_keep_going: true };
  const first = await controller.play(restartPlay(only));
  assert.deepEqual([first.status, done(first)], [2, ['daemon_reload null', 'restart changed.service']], first.output);
  const { msg } = first.task('Fail if something failed').result;
  assert.match(String(msg), /^restart of masked\.service failed: not tried, since masked\.service is masked now/);
  assert.equal(await property(guest, 'masked.service', 'MainPID'), masked, 'it was not stopped');
  assert.match(await property(guest, 'changed.service', 'ExecStart'), /sleep 4301/);
  const pid = await property(guest, 'changed.service', 'MainPID');
  assert.equal((await guest.enter(['cat', `/proc/${pid}/cmdline`])).stdout, 'sleep\x004301\0', 'by the new file');

  const second = await controller.play(restartPlay({ restart_never: ['limited.service'] }));
  assert.deepEqual([second.status, done(second)], [2, ['restart ends.service']], second.output);
  const ended = /^restart of ends\.service failed: it was active and is inactive$/m;
  assert.match(String(second.task('Fail if something failed').result.msg), ended);
  assert.ok(left(second).includes('late.service: restart it (not tried after a failure)'), second.output);

  const third = await controller.play(restartPlay({ restart_never: ['limited.service'] }));
  assert.deepEqual([third.status, done(third)], [0, ['restart late.service']], third.output);

  // The plan leaves a oneshot to people. It runs to its end, which is no failure.
  const argv = ['systemctl', 'try-restart', '--', 'oneshot.service'];
  const oneshot = { action: 'restart', unit: 'oneshot.service', scope: 'system', user: null, argv };
  const tasks = [{ name: 'Once', 'lib_users.host.plan_apply': { actions: [oneshot] } }];
  const once = await controller.play([{ hosts: 'guests', become: true, gather_facts: false, tasks }]);
  assert.deepEqual([once.status, once.task('Once').status], [0, 'changed'], once.output);
  assert.equal(await property(guest, 'oneshot.service', 'ActiveState'), 'inactive');
  assert.equal(await property(guest, 'condition.service', 'ActiveState'), 'active', 'it was left to people');
});
