// Services that depend on each other, on a library that was replaced: the plan foretells what a restart of each takes along, and that
// is what systemd does.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Plan } from '../../src/documents/generated/plan.ts';
import { skip } from '../support/skip.ts';
import { guestObstacle } from './base.ts';
import { bootGuest, type Guest } from './guest.ts';
import { binds } from './role.ts';

const library = '/opt/demo/libdemo.so';
const stale = `Environment=LD_PRELOAD=${library}\nExecStart=sleep 4400`;
const fresh = 'ExecStart=sleep 4401';
const after = (name: string) => `Requires=${name}\nAfter=${name}`;

const units: Readonly<Record<string, [unit: string, service: string]>> = {
  'base.service': ['PropagatesStopTo=victim.service', stale],
  'requires.service': [after('base.service'), stale],
  'binds.service': ['BindsTo=base.service\nAfter=base.service', fresh],
  'part.service': ['PartOf=base.service', fresh],
  'deeper.service': [after('requires.service'), fresh],
  'deepest.service': ['PartOf=deeper.service', fresh],
  'asleep.service': ['Requires=base.service', fresh],
  'victim.service': ['', fresh],
  'ring1.service': ['PartOf=ring2.service', stale],
  'ring2.service': ['PartOf=ring1.service', stale],
  'listens.service': ['', stale],
  'slow.service': [
    '',
    `Type=notify\nNotifyAccess=all\nEnvironment=LD_PRELOAD=${library}\nExecStart=sh -c 'sleep 2; systemd-notify --ready; exec sleep 4402'`,
  ],
  'removed.service': ['', 'ExecStart=/opt/demo/removed 4403'],
  'dangerous.service': ['FailureAction=reboot', stale],
  'aaa.service': ['Wants=order.target\nAfter=order.target', stale],
  'zzz.service': ['', stale],
};
const others: Readonly<Record<string, string>> = {
  'listens.socket': '[Socket]\nListenStream=/run/listens.sock\n',
  'order.target': '[Unit]\nAfter=zzz.service\n',
};
const names = Object.keys(units);

/** Each active service of the test -> the id of its present run. */
async function runs(guest: Guest): Promise<Map<string, string>> {
  const argv = ['systemctl', 'show', '--property=Id,ActiveState,InvocationID', '--', ...names];
  const { stdout } = await guest.enter(argv);
  return new Map(
    stdout
      .trim()
      .split('\n\n')
      .flatMap((block) => {
        const values = Object.fromEntries(block.split('\n').map((line) => line.split('=') as [string, string]));
        return values.ActiveState === 'active' ? [[values.Id!, values.InvocationID!] as const] : [];
      }),
  );
}

test('trixie, unified: what a restart takes along is what the plan foretold', async (t) => {
  const obstacle = guestObstacle('unified');
  if (obstacle !== null) return skip(t, obstacle);
  const guest = await bootGuest(t, { release: 'trixie', cgroup: 'unified', binds });
  await guest.enter([
    'sh',
    '-c',
    `mkdir -p /opt/demo && cp /usr/bin/sleep /opt/demo/removed && cp "$(readlink -f /lib/x86_64-linux-gnu/libz.so.1)" ${library}`,
  ]);
  for (const [name, [unit, service]] of Object.entries(units)) {
    await guest.writeFile(`/etc/systemd/system/${name}`, `[Unit]\n${unit}\n[Service]\n${service}\n`);
  }
  for (const [name, text] of Object.entries(others)) await guest.writeFile(`/etc/systemd/system/${name}`, text);
  await guest.enter(['systemctl', 'daemon-reload']);
  await guest.enter([
    'systemctl',
    'start',
    '--',
    'listens.socket',
    ...names.filter((name) => name !== 'asleep.service'),
  ]);
  await guest.enter([
    'sh',
    '-c',
    `cp -p ${library} ${library}.new; mv ${library}.new ${library}; rm /opt/demo/removed`,
  ]);

  const readPlan = async (): Promise<Plan> => {
    const { stdout } = await guest.exec([
      'lib-users',
      'plan',
      '--no-config',
      '--format',
      'json',
      '--unit',
      '*.service',
    ]);
    return JSON.parse(stdout) as Plan;
  };
  const plan = await readPlan();
  const ours = plan.actions.filter(({ unit }) => unit !== null && unit in units);
  const of = (name: string) => ours.find(({ unit }) => unit === name);

  assert.deepEqual(
    ours.map(({ action, unit, blocked_by, covered_by }) => [action, unit, blocked_by ?? covered_by]),
    [
      ['restart', 'base.service', null],
      ['restart', 'listens.service', null],
      ['restart', 'requires.service', 'base.service'],
      ['restart', 'ring1.service', null],
      ['restart', 'ring2.service', 'ring1.service'],
      ['restart', 'slow.service', null],
      ['restart', 'zzz.service', null],
      ['restart', 'aaa.service', null],
      ['manual', 'dangerous.service', 'may_reboot'],
      ['manual', 'removed.service', 'cannot_start_again'],
    ],
  );
  assert.deepEqual(of('base.service')?.impact?.also_stops, ['victim.service']);
  assert.equal(of('listens.service')?.impact?.socket_activated, true);
  assert.equal(of('base.service')?.impact?.socket_activated, false);
  const slow = of('slow.service')?.impact?.last_start_seconds ?? 0;
  assert.ok(slow >= 2 && slow < 30, `${slow}`);
  assert.equal(of('base.service')?.impact?.last_start_seconds, null, 'systemd does not wait for a simple service');

  for (const { unit, argv, impact } of ours) {
    if (argv === null) continue;
    const before = await runs(guest);
    await guest.enter(argv);
    const now = await runs(guest);
    const changed = [...before.keys()].filter((name) => name !== unit && now.get(name) !== before.get(name));
    assert.deepEqual(changed.filter((name) => now.has(name)).sort(), impact?.also_restarts, `restarted with ${unit}`);
    assert.deepEqual(changed.filter((name) => !now.has(name)).sort(), impact?.also_stops, `stopped with ${unit}`);
    assert.equal(impact?.complete, true);
    assert.notEqual(now.get(unit!), before.get(unit!), `${unit} restarted`);
    assert.deepEqual(
      [...now.keys()].filter((name) => !before.has(name)),
      [],
      `started with ${unit}`,
    );
  }
  const left = (await readPlan()).actions.filter(({ unit }) => unit !== null && unit in units);
  assert.deepEqual(
    left.map(({ unit }) => unit),
    ['dangerous.service', 'removed.service'],
    'each of the others was restarted',
  );
});
