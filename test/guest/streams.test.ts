// Logs that systemd opened for a service: the plan's own command lets go of them. Files that a database holds are left to people.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Plan } from '../../src/documents/generated/plan.ts';
import type { Report } from '../../src/documents/generated/report.ts';
import { skip } from '../support/skip.ts';
import { until } from '../support/until.ts';
import { guestObstacle } from './base.ts';
import { bootGuest } from './guest.ts';
import { binds } from './role.ts';

// A reload succeeds, and opens nothing.
const loop = "/bin/sh -c 'trap : HUP; while :; do echo line; sleep 1; done'";
const unit = (lines: string) => `[Service]\nExecReload=/bin/kill -HUP $MAINPID\n${lines}\n`;
const units: Readonly<Record<string, string>> = {
  'both.service': unit(`StandardOutput=append:/var/log/both.log\nExecStart=${loop}`),
  'output.service': unit(`StandardOutput=append:/var/log/output.log\nStandardError=null\nExecStart=${loop}`),
  'database.service': unit(
    "ExecStart=/bin/sh -c 'exec 7>>/var/lib/database/db.1.incr.aof; echo x >&7; exec sleep 4300'",
  ),
};

test('trixie, unified: logs at standard output want a restart, and a database none', async (t) => {
  const obstacle = guestObstacle('unified');
  if (obstacle !== null) return skip(t, obstacle);
  const guest = await bootGuest(t, { release: 'trixie', cgroup: 'unified', binds });
  const plan = async () => {
    const { stdout } = await guest.exec(['lib-users', 'plan', '--no-config', '--format', 'json']);
    const { actions, ignored, held } = JSON.parse(stdout) as Plan;
    const ours = ({ unit }: { unit: string | null }) => unit !== null && unit in units;
    return { actions: actions.filter(ours), ignored: ignored.filter(ours), held: held?.filter(ours) };
  };
  await guest.enter(['mkdir', '-p', '/var/lib/database']);
  for (const [name, text] of Object.entries(units)) await guest.writeFile(`/etc/systemd/system/${name}`, text);
  await guest.enter(['systemctl', 'daemon-reload']);
  await guest.enter(['systemctl', 'start', '--', ...Object.keys(units)]);
  const files = ['/var/log/both.log', '/var/log/output.log', '/var/lib/database/db.1.incr.aof'];
  for (const file of files) {
    await until(
      `${file} is written`,
      async () => (await guest.enter(['test', '-s', file], { check: false })).status === 0,
    );
  }
  await guest.enter(['rm', ...files]);

  const before = await plan();
  assert.deepEqual(
    before.actions.map(({ action, unit }) => [action, unit]),
    [
      ['restart', 'both.service'],
      ['restart', 'output.service'],
    ],
  );
  assert.deepEqual(
    before.ignored.map(({ code, unit, path }) => [code, unit, path]),
    [['file_held', 'database.service', '/var/lib/database/db.1.incr.aof']],
  );
  assert.deepEqual(before.held?.map(({ unit }) => unit).sort(), ['both.service', 'database.service', 'output.service']);
  for (const { argv } of before.actions) await guest.enter(argv ?? []);
  const after = await plan();
  assert.deepEqual(after.actions, []);
  const { stdout } = await guest.exec(['lib-users', 'scan', '--no-config', '--format', 'json']);
  const found = (JSON.parse(stdout) as Report).units.filter(({ name }) => name in units).map(({ name }) => name);
  assert.deepEqual(found, ['database.service']);
});
