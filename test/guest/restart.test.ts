// The role restart in booted guests with services that are known to be stale: what the role shows, does, names and leaves alone.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Plan } from '../../src/documents/generated/plan.ts';
import type { Report } from '../../src/documents/generated/report.ts';
import { skip } from '../support/skip.ts';
import { until } from '../support/until.ts';
import { Controller, type TaskResult } from './ansible-play.ts';
import { guestObstacle } from './base.ts';
import { bootGuest, type Guest } from './guest.ts';
import { binds, done, left, restartPlay, shown } from './role.ts';
import { containerId, library, makeStale, startDemos } from './stale-demos.ts';

// Each in a mount namespace of its own, with a library that nothing else of the guest has loaded.
const sandboxed = { 'apache2.service': 'libapr-1.so.0', 'redis-server.service': 'libjemalloc.so.2' };
const chrooted = `[Service]
RootDirectory=/srv/jail
ExecStart=/usr/bin/sleep 4200
Environment=LD_PRELOAD=/usr/lib/libjailed.so
`;

// machined gives the container a scope of its own.
const engine = `[Service]
ExecStart=systemd-nspawn --quiet --machine=jail --directory=/srv/jail --as-pid2 --setenv=LD_PRELOAD=/usr/lib/libjailed.so \\
  /usr/bin/sleep 4201
`;
const inContainer = ['pgrep', '--full', '--exact', '/usr/bin/sleep 4201'];

async function replace(guest: Guest, path: string): Promise<void> {
  await guest.enter([
    'sh',
    '-c',
    'path=$(readlink -f "$1"); cp -p "$path" "$path.new"; mv "$path.new" "$path"',
    'sh',
    path,
  ]);
}

/** A chrooted service and an nspawn container, both in a tree with sleep, its libraries and one of their own. */
async function startOthers(guest: Guest): Promise<void> {
  const script = `set -e; jail=/srv/jail; mkdir -p $jail/usr/lib $jail/usr/bin
for file in /usr/bin/sleep $(ldd /usr/bin/sleep | grep -o '/[^ ]*'); do install -D "$(readlink -f $file)" "$jail$file"; done
cp "$(readlink -f /lib/x86_64-linux-gnu/libz.so.1)" $jail/usr/lib/libjailed.so
mkdir $jail/etc $jail/proc $jail/sys $jail/dev $jail/run $jail/tmp $jail/var $jail/root; touch $jail/etc/os-release`;
  await guest.enter(['sh', '-c', script]);
  await guest.writeFile('/etc/systemd/system/jailed.service', chrooted);
  await guest.writeFile('/etc/systemd/system/engine.service', engine);
  await guest.enter(['systemctl', 'daemon-reload']);
  await guest.enter(['systemctl', 'start', 'jailed.service', 'engine.service']);
  await until('the container runs', async () => (await guest.enter(inContainer, { check: false })).status === 0);
}

interface Applied {
  outcomes: { status: string }[];
  user_failures: { unit: string; said: string }[];
}

const notSkipped = (results: readonly TaskResult[]) => results.filter(({ status }) => status !== 'skipped');

/** Traces that a play could leave behind: files (but logs, and those of a login), units, and processes other than the kernel's. */
async function traces(guest: Guest): Promise<string> {
  const places = '/etc /opt /root /home /srv /usr /var /tmp /run/systemd /run/lib-users';
  const find = `find ${places} -xdev \\( -path /var/log -o -path '/run/systemd/sessions*' -o -path '/run/systemd/users*' \\
    -o -path '/run/systemd/transient*' -o -path '/run/systemd/units*' -o -path '/run/systemd/inaccessible*' \\) -prune \\
    -o -not -type d -printf '%p %i %s %T@\\n' 2>/dev/null | sort`;
  const units =
    "systemctl list-units --all --plain --no-legend 'lib-users*'; systemctl show -p MainPID demo sandboxed apache2";
  return (await guest.enter(['sh', '-c', `${find}; ${units}`])).stdout;
}

test('trixie, hybrid: private libraries replaced, sandboxed, chrooted, contained, of a user', async (t) => {
  const obstacle = guestObstacle('hybrid');
  if (obstacle !== null) return skip(t, obstacle);
  const guest = await bootGuest(t, { release: 'trixie', cgroup: 'hybrid', binds });
  const controller = new Controller(t, { web1: guest });
  await startDemos(guest);
  await startOthers(guest);
  await guest.enter(['systemctl', 'enable', '--now', ...Object.keys(sandboxed)]);
  const { units } = JSON.parse((await guest.exec(['lib-users', 'scan', '--format', 'json'])).stdout) as Report;
  assert.deepEqual(units, []);
  const clean = await controller.play(restartPlay(), { user: 'deploy' });
  assert.deepEqual([clean.status, clean.notable(), left(clean)], [0, [], []]);

  await makeStale(guest);
  for (const library of Object.values(sandboxed)) await replace(guest, `/usr/lib/x86_64-linux-gnu/${library}`);
  await replace(guest, '/srv/jail/usr/lib/libjailed.so');
  // Its program is back, so that it can be restarted.
  await guest.enter(['cp', '/usr/bin/sleep', '/opt/demo/gone']);
  const expected = [
    'restart apache2.service',
    'restart demo@x\\x2dy.service',
    'restart gone.service',
    'restart jailed.service',
    'restart logging.service',
    'restart own-namespaces.service',
    'restart redis-server.service',
    'restart sandboxed.service',
    'restart demo-user.service',
    'restart demo.service',
  ];
  const people = [
    `docker container ${containerId.slice(0, 12)}: restart the container`,
    'nspawn container jail: restart the container',
    'some.scope: see to it by hand, since systemd cannot start it again',
  ];
  const commands = expected.map((action) => {
    const user = action === 'restart demo-user.service' ? '--user --machine=1000@.host ' : '';
    return `systemctl ${user}try-restart -- ${action.replace('restart ', '')}`;
  });
  const play = restartPlay({ restart_last: ['demo.serv?ce'] });

  await t.test('check mode shows what would be done and leaves nothing behind', async () => {
    const before = await traces(guest);
    const check = await controller.play(play, { user: 'deploy', flags: ['--check'] });
    assert.deepEqual([check.status, shown(check), done(check), left(check)], [0, commands, [], people], check.output);
    assert.match(check.output, /because of \/opt\/demo\/libdemo\.so/);
    assert.equal(await traces(guest), before);
  });

  await t.test('it does what it showed; the container and its engine are left alone', async () => {
    const engine = async () =>
      (await guest.enter(['systemctl', 'show', '--property=MainPID', 'engine.service'])).stdout;
    const before = await engine();
    const run = await controller.play(play, { user: 'deploy' });
    assert.deepEqual([run.status, done(run), left(run)], [0, expected, people], run.output);
    assert.doesNotMatch(run.output, /WARNING|DEPRECAT/i);
    await guest.enter(['pgrep', '--full', '--exact', 'sleep 4108']);
    await guest.enter(inContainer);
    assert.equal(await engine(), before);
  });

  await t.test('a second run changes nothing', async () => {
    const again = await controller.play(play, { user: 'deploy' });
    assert.deepEqual([again.status, again.notable(), left(again)], [0, [], people], again.output);
  });

  await t.test('a failed restart, or one that cured nothing, is named and need not stop the others', async () => {
    await guest.writeFile(
      '/etc/systemd/system/demo.service.d/broken.conf',
      '[Service]\nType=forking\nExecStartPre=sh -c "echo no such table; false"\n',
    );
    // It is there, and no program.
    await guest.enter(['sh', '-c', 'cd /opt/demo; echo x >new; chmod +x new; mv new gone']);
    const again = `sleep 0.5; cp ${library} ${library}.new; mv ${library}.new ${library}`;
    const post = `[Service]\nExecStartPost=sh -c "${again}"\n`;
    await guest.writeFile('/etc/systemd/system/own-namespaces.service.d/again.conf', post);
    await guest.enter(['systemctl', 'daemon-reload']);
    await replace(guest, library);
    const run = await controller.play(restartPlay({ restart_never: ['*@*.service'], restart_keep_going: true }), {
      user: 'deploy',
    });
    assert.equal(run.status, 2, run.output);
    const stale = ['demo.service', 'own-namespaces.service', 'sandboxed.service', 'demo-user.service'];
    assert.deepEqual(done(run), [
      'restart demo.service',
      'restart gone.service',
      ...stale.slice(1).map((unit) => `restart ${unit}`),
    ]);
    const { msg } = run.task('Fail if something failed').result;
    assert.match(String(msg), /^restart of demo\.service failed: Job for demo\.service failed.*no such table/s);
    assert.match(String(msg), /^restart of gone\.service failed: it is failed\nIts last journal lines:\n.*203\/EXEC/ms);
    assert.match(String(msg), /^own-namespaces\.service still runs on \/opt\/demo\/libdemo\.so$/m);
    assert.deepEqual(left(run), [
      ...people.slice(0, 2),
      'demo@x\\x2dy.service: see to it by hand, since restart_never names it',
      ...people.slice(2),
    ]);
  });

  await t.test(
    'what failed after its restart is a failure in the next run as well, until it is mended or forgotten',
    async () => {
      for (const flags of [[], ['--check']]) {
        const next = await controller.play(restartPlay({ restart_never: ['*'] }), { user: 'deploy', flags });
        assert.deepEqual([next.status, done(next)], [2, []], next.output);
        const { msg } = next.task('Fail if something failed').result;
        const earlier = 'it was restarted by an earlier run and is failed now';
        assert.match(String(msg), new RegExp(`^restart of demo\\.service failed: ${earlier}.*no such table`, 's'));
        assert.match(String(msg), new RegExp(`^restart of gone\\.service failed: ${earlier}`, 'm'));
        assert.doesNotMatch(String(msg), /own-namespaces/);
      }
      assert.equal((await guest.enter(['stat', '-c', '%a %U', '/run/lib-users/restarted.json'])).stdout, '600 root\n');
      await guest.enter(['systemctl', 'reset-failed', 'demo.service', 'gone.service']);
      const forgotten = await controller.play(restartPlay({ restart_never: ['*'] }), { user: 'deploy' });
      assert.equal(forgotten.status, 0, forgotten.output);
    },
  );

  await t.test('its options: what is not wanted is not done, and the first failure can be the last', async () => {
    await guest.enter(['rm', '/etc/systemd/system/own-namespaces.service.d/again.conf']);
    await guest.writeFile(
      '/etc/systemd/system/demo@.service.d/broken.conf',
      '[Service]\nType=exec\nExecStartPre=false\n',
    );
    await guest.enter(['systemctl', 'daemon-reload']);
    await replace(guest, library);
    const stale = ['restart demo@x\\x2dy.service', 'restart own-namespaces.service', 'restart sandboxed.service'];
    const ignored = { unit: 'sand*', action: 'ignore', reason: 'tried' };
    const narrowed = { restart_user_services: false, restart_policy: [ignored], restart_never: ['own-*'] };
    const check = await controller.play(restartPlay(narrowed), { user: 'deploy', flags: ['--check'] });
    const command = 'systemctl try-restart -- demo@x\\x2dy.service';
    assert.deepEqual([check.status, shown(check)], [0, [command]], check.output);
    assert.ok(left(check).includes('own-namespaces.service: see to it by hand, since restart_never names it'));
    assert.ok(left(check).includes('demo-user.service of alice: restart it'));

    const hasty = { restart_last: ['demo-user.service'], restart_verify: false };
    const run = await controller.play(restartPlay(hasty), { user: 'deploy' });
    assert.deepEqual([run.status, done(run)], [2, stale.slice(0, 1)], run.output);
    assert.match(String(run.task('Fail if something failed').result.msg), /^restart of demo@x\\x2dy\.service failed: /);
    assert.ok(left(run).includes('sandboxed.service: restart it (not tried after a failure)'), run.output);
    await guest.enter(['systemctl', 'reset-failed', 'demo@x\\x2dy.service']);
    const rest = await controller.play(restartPlay(hasty), { user: 'deploy' });
    assert.deepEqual([rest.status, done(rest)], [0, [...stale.slice(1), 'restart demo-user.service']], rest.output);
    assert.deepEqual(notSkipped(rest.all('Find what must be done now')), []);
  });

  await t.test('a service of a user that never ends is named, and keeps nobody else from being restarted', async () => {
    await guest.writeFile(
      '/etc/systemd/user/demo-user.service.d/endless.conf',
      '[Service]\nExecStop=sleep infinity\nTimeoutStopSec=infinity\n',
    );
    await guest.exec(['systemctl', '--user', '--machine=alice@.host', 'daemon-reload']);
    await replace(guest, library);
    const run = await controller.play(restartPlay(), { user: 'deploy' });
    const restarted = ['restart own-namespaces.service', 'restart sandboxed.service'];
    assert.deepEqual([run.status, done(run)], [0, [...restarted, 'restart demo-user.service']], run.output);
    const { outcomes, user_failures: failed } = run.task('Restart and reload').result as unknown as Applied;
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['done', 'done', 'failed'],
    );
    assert.match(failed[0]?.said ?? '', /systemctl did not end within 30 seconds/);
    assert.match(run.output, /WARNING.*restart of demo-user\.service failed/s);
    assert.ok(left(run).includes('demo-user.service of alice: restart it'), run.output);
    const { actions } = JSON.parse((await guest.exec(['lib-users', 'plan', '--format', 'json'])).stdout) as Plan;
    const still = actions.filter(({ action }) => action === 'restart').map(({ unit }) => unit);
    assert.deepEqual(still, ['demo-user.service']);
  });
});
