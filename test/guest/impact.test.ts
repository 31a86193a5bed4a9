// Services that depend on each other, on a library that was replaced: the plan foretells what a restart of each takes along, and that
// is what systemd does.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Plan } from '../../src/documents/generated/plan.ts';
import { skip } from '../support/skip.ts';
import { type AnyRelease, guestObstacle } from './base.ts';
import { bootGuest, type Guest } from './guest.ts';
import { binds } from './role.ts';

const library = '/opt/demo/libdemo.so';
const stale = `Environment=LD_PRELOAD=${library}\nExecStart=sleep 4400`;
const fresh = 'ExecStart=sleep 4401';
const once = 'Type=oneshot\nExecStart=/opt/demo/removed 0';
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
  'aab.service': ['After=between.service', stale],
  'between.service': ['After=zzy.service', fresh],
  'zzy.service': ['', stale],
  'wants.service': ['Wants=idle.service active.service', stale],
  'idle.service': ['Wants=idler.service', fresh],
  'idler.service': ['', fresh],
  'active.service': ['Wants=unasked.service', fresh],
  'unasked.service': ['', fresh],
  'both.service': ['PropagatesStopTo=again.service\nWants=again.service', stale],
  'again.service': ['', fresh],
  'one.service': ['', stale],
  'two.service': ['', stale],
  'twice.service': [`${after('one.service')}\n${after('two.service')}`, stale],
  'leader.service': ['', stale],
  'spoilt.service': ['PartOf=leader.service', fresh],
  'needs.service': ['Requires=hidden.service', stale],
  'hidden.service': ['', fresh],
  'keeper.service': ['', stale],
  'lost.service': ['PartOf=keeper.service\nConditionPathExists=/opt/demo/flag', fresh],
  'needy.service': ['Requisite=passing.service\nAfter=passing.service', stale],
  'passing.service': ['', fresh],
  'dependent.service': [after('broken.service'), stale],
  'broken.service': ['', once],
  'relying.service': [after('asserting.service'), stale],
  'asserting.service': ['AssertPathExists=/opt/demo/flag', 'Type=oneshot\nExecStart=true'],
  'tolerant.service': [after('skipped.service'), stale],
  'skipped.service': ['ConditionPathExists=/opt/demo/flag', once],
  'hopeful.service': [after('brief.service'), stale],
  'brief.service': ['', 'ExecStart=/opt/demo/removed 0'],
  'carrier.service': ['', stale],
  'renewed.service': ['PartOf=carrier.service', fresh],
  'rebooting.service': ['OnFailure=reboot.target', stale],
  'calling.service': ['OnFailure=powering.service', stale],
  'powering.service': ['SuccessAction=poweroff', fresh],
};
/** They are stopped when the plan is made. */
const asleep = ['asleep.service', 'idle.service', 'idler.service', 'unasked.service', 'powering.service'];
/** systemd starts them again, without success, which is no failure for what requires them. */
const unsuccessful = ['skipped.service', 'brief.service'];
const others: Readonly<Record<string, string>> = {
  'listens.socket': '[Socket]\nListenStream=/run/listens.sock\n',
  'order.target': '[Unit]\nAfter=zzz.service\n',
};
const names = Object.keys(units);

/**
 * The fate of the units of PropagatesStopTo= if the unit restarts. Debian's 252 does nothing to them, and other builds may do more,
 * so that the plan says the worst.
 */
const releases: Record<AnyRelease, 'unknown' | 'none' | 'stops'> = {
  bullseye: 'unknown',
  bookworm: 'none',
  trixie: 'stops',
};

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

for (const [release, passesStops] of Object.entries(releases) as [AnyRelease, string][]) {
  test(`${release}, unified: what a restart takes along is what the plan foretold`, async (t) => {
    const obstacle = guestObstacle('unified');
    if (obstacle !== null) return skip(t, obstacle);
    const guest = await bootGuest(t, { release, cgroup: 'unified', binds });
    await guest.enter([
      'sh',
      '-c',
      `mkdir -p /opt/demo && touch /opt/demo/flag && cp /usr/bin/sleep /opt/demo/removed && cp "$(readlink -f /lib/x86_64-linux-gnu/libz.so.1)" ${library}`,
    ]);
    for (const [name, [unit, service]] of Object.entries(units)) {
      await guest.writeFile(`/etc/systemd/system/${name}`, `[Unit]\n${unit}\n[Service]\n${service}\n`);
    }
    for (const [name, text] of Object.entries(others)) await guest.writeFile(`/etc/systemd/system/${name}`, text);
    await guest.enter(['systemctl', 'daemon-reload']);
    // Requisite= wants a unit that runs already.
    await guest.enter(['systemctl', 'start', '--', 'passing.service']);
    await guest.enter([
      'systemctl',
      'start',
      '--',
      'listens.socket',
      ...names.filter((name) => !asleep.includes(name)),
    ]);
    // The wanted ones were started with it, and somebody stops them.
    await guest.enter(['systemctl', 'stop', '--', ...asleep]);
    await guest.writeFile(
      '/etc/systemd/system/spoilt.service',
      '[Unit]\nPartOf=leader.service\n[Service]\nType=simple\n',
    );
    await guest.enter(['ln', '-sf', '/dev/null', '/etc/systemd/system/hidden.service']);
    await guest.enter(['systemctl', 'daemon-reload']);
    await guest.enter([
      'sh',
      '-c',
      `cp -p ${library} ${library}.new; mv ${library}.new ${library}; rm /opt/demo/removed /opt/demo/flag; systemctl kill passing.service`,
    ]);

    await guest.writeFile(
      '/etc/systemd/system/renewed.service',
      '[Unit]\nPartOf=carrier.service\n[Service]\nExecStart=sleep 4404\n',
    );

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
        ['restart', 'both.service', null],
        ['restart', 'carrier.service', null],
        ['restart', 'hopeful.service', null],
        ['restart', 'listens.service', null],
        ['restart', 'one.service', null],
        ['restart', 'requires.service', 'base.service'],
        ['restart', 'ring1.service', null],
        ['restart', 'ring2.service', 'ring1.service'],
        ['restart', 'slow.service', null],
        ['restart', 'tolerant.service', null],
        ['restart', 'two.service', null],
        ['restart', 'twice.service', 'one.service'],
        ['restart', 'wants.service', null],
        ['restart', 'zzy.service', null],
        ['restart', 'aab.service', null],
        ['restart', 'zzz.service', null],
        ['restart', 'aaa.service', null],
        ['manual', 'calling.service', 'may_reboot'],
        ['manual', 'dangerous.service', 'may_reboot'],
        ['manual', 'dependent.service', 'cannot_start_again'],
        ['manual', 'keeper.service', 'takes_others'],
        ['manual', 'leader.service', 'cannot_start_again'],
        ['manual', 'needs.service', 'cannot_start_again'],
        ['manual', 'needy.service', 'cannot_start_again'],
        ['manual', 'rebooting.service', 'may_reboot'],
        ['manual', 'relying.service', 'cannot_start_again'],
        ['manual', 'removed.service', 'cannot_start_again'],
      ],
    );
    assert.deepEqual(of('base.service')?.impact?.also_stops, passesStops === 'unknown' ? [] : ['victim.service']);
    assert.deepEqual(of('tolerant.service')?.impact?.also_starts, ['skipped.service']);
    assert.match(of('dependent.service')?.remarks?.[0]?.message ?? '', /broken\.service/);
    assert.match(of('relying.service')?.remarks?.[0]?.message ?? '', /asserting\.service/);
    assert.deepEqual(of('wants.service')?.impact?.also_starts, ['idle.service', 'idler.service']);
    assert.deepEqual(of('both.service')?.impact?.also_restarts, passesStops === 'stops' ? ['again.service'] : []);
    assert.deepEqual(of('two.service')?.impact?.restarts_again, ['twice.service']);
    assert.deepEqual(of('leader.service')?.impact?.refused_by, ['spoilt.service']);
    assert.deepEqual(of('needs.service')?.impact?.refused_by, ['hidden.service']);
    assert.equal(of('listens.service')?.impact?.socket_activated, true);
    assert.equal(of('base.service')?.impact?.socket_activated, false);
    const slow = of('slow.service')?.impact?.last_start_seconds ?? 0;
    assert.ok(slow >= 2 && slow < 30, `${slow}`);
    assert.equal(of('base.service')?.impact?.last_start_seconds, null, 'systemd does not wait for a simple service');

    const [reload] = plan.actions;
    assert.deepEqual(
      [reload?.action, reload?.remarks?.map(({ message }) => message)],
      ['daemon_reload', ['the unit file of renewed.service changed on disk']],
    );
    await guest.enter(reload!.argv!);

    for (const { unit, argv, impact } of ours) {
      if (argv === null) continue;
      const before = await runs(guest);
      await guest.enter(argv);
      const now = await runs(guest);
      const changed = [...before.keys()].filter((name) => name !== unit && now.get(name) !== before.get(name));
      assert.deepEqual(changed.filter((name) => now.has(name)).sort(), impact?.also_restarts, `restarted with ${unit}`);
      const stopped = changed.filter((name) => !now.has(name)).sort();
      assert.deepEqual(stopped, passesStops === 'none' ? [] : impact?.also_stops, `stopped with ${unit}`);
      assert.equal(impact?.complete, true);
      assert.notEqual(now.get(unit!), before.get(unit!), `${unit} restarted`);
      assert.deepEqual(
        [...now.keys()].filter((name) => !before.has(name)).sort(),
        impact?.also_starts?.filter((name) => !unsuccessful.includes(name)),
        `started with ${unit}`,
      );
    }
    const command = "tr '\\0' ' ' < /proc/$(systemctl show --property=MainPID --value renewed.service)/cmdline";
    assert.match((await guest.enter(['sh', '-c', command])).stdout, /4404/, 'started from the file that is on disk');
    // Without the plan's word: systemd does not restart them.
    const before = await runs(guest);
    for (const name of ['leader.service', 'needs.service']) {
      await guest.enter(['systemctl', 'try-restart', '--', name], { check: false });
    }
    const now = await runs(guest);
    for (const name of ['leader.service', 'needs.service']) assert.equal(now.get(name), before.get(name), name);
    const lost = ['lost.service', 'needy.service', 'dependent.service', 'relying.service'];
    for (const name of lost) assert.ok(now.has(name), name);
    for (const name of ['keeper.service', ...lost.slice(1)]) {
      await guest.enter(['systemctl', 'try-restart', '--', name], { check: false });
    }
    const last = await runs(guest);
    for (const name of lost) assert.ok(!last.has(name), `${name} does not come back`);
    const left = (await readPlan()).actions.filter(({ unit }) => unit !== null && unit in units);
    assert.deepEqual(
      left.map(({ unit }) => unit),
      [
        'calling.service',
        'dangerous.service',
        'leader.service',
        'needs.service',
        'rebooting.service',
        'removed.service',
      ],
      'each of the others was restarted',
    );
  });
}
