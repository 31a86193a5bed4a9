// The collection's modules in booted guests, by the real Ansible over ssh.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cli } from '../support/live.ts';
import { skip } from '../support/skip.ts';
import { guestObstacle, layouts } from './base.ts';
import { bootGuest } from './guest.ts';
import { Controller } from './play.ts';

const binds = { [process.execPath]: '/usr/bin/node', [cli]: '/usr/bin/lib-users' };

for (const [release, cgroup] of [
  ['bookworm', layouts[1]],
  ['trixie', layouts[0]],
] as const) {
  test(`${release}, ${cgroup}: a clean guest with rsyslog has nothing to report`, async (t) => {
    const obstacle = guestObstacle(cgroup);
    if (obstacle !== null) return skip(t, obstacle);
    const guest = await bootGuest(t, { release, cgroup, binds });
    await guest.enter(['systemctl', 'enable', '--now', 'rsyslog.service']);
    const controller = new Controller(t, { web1: guest });
    const tasks = ['report', 'plan', 'drift'].map((name) => ({ name, [`lib_users.host.${name}_info`]: {} }));
    const play = await controller.play([{ hosts: 'guests', become: true, tasks }], { user: 'deploy' });
    assert.equal(play.status, 0, play.output);
    assert.deepEqual(play.notable(), []);
    const { report } = play.task('report').result as { report: { units: unknown[]; processes: unknown[] } };
    assert.deepEqual([report.units, report.processes], [[], []]);
    const { plan, reboot_required } = play.task('plan').result as {
      plan: { actions: unknown[] };
      reboot_required: boolean;
    };
    assert.deepEqual([plan.actions, reboot_required], [[], false]);
    assert.equal(play.task('drift').result.verdict, 'pass');
  });
}
