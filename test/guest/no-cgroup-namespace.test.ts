// A guest without a cgroup namespace of its own: every path begins with the guest's, and its systemd answers with such paths.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Plan } from '../../src/documents/generated/plan.ts';
import type { Report } from '../../src/documents/generated/report.ts';
import { placeInGuest } from '../support/program.ts';
import { skip } from '../support/skip.ts';
import { guestObstacle, layouts, releases } from './base.ts';
import { bootGuest } from './guest.ts';
import { containerId, findings, makeStale, observed, startDemos } from './stale-demos.ts';

const program = placeInGuest('/opt/lib-users/lib-users');

for (const release of releases) {
  for (const cgroup of layouts) {
    test(`without a cgroup namespace: ${release}, ${cgroup}`, async (t) => {
      const obstacle = guestObstacle(cgroup);
      if (obstacle !== null) return skip(t, obstacle);
      const { binds } = program;
      const guest = await bootGuest(t, { release, cgroup, cgroupNamespace: false, binds });
      const lines = (await guest.enter(['cat', '/proc/1/cgroup'])).stdout;
      assert.match(lines, new RegExp(`^(?:0:|[0-9]+:name=systemd):/.*${guest.name}.*/init\\.scope$`, 'm'));
      await startDemos(guest);
      await makeStale(guest);

      const flags = ['--no-config', '--format', 'json'];
      const report = JSON.parse((await guest.exec([...program.command, 'scan', ...flags])).stdout) as Report;
      assert.deepEqual(observed(report), findings);
      assert.ok(report.units.every(({ scope, systemd }) => scope === 'user' || systemd !== null));
      assert.ok(
        report.scan.carriers.some((unit) => /^run-.*\.service$/.test(unit)),
        report.scan.carriers.join(),
      );
      const contained = report.processes.flatMap(({ container }) => container ?? []);
      assert.deepEqual(
        contained.map(({ runtime, id }) => [runtime, id]),
        [['docker', containerId]],
      );
      const plan = JSON.parse((await guest.exec([...program.command, 'plan', ...flags])).stdout) as Plan;
      const own = plan.actions.filter(({ action }) => action === 'restart_container');
      assert.deepEqual(
        own.map(({ container }) => container?.id),
        [containerId],
      );
    });
  }
}
