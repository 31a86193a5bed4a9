// Units that must not be touched are not touched: by needrestart's hook of apt, by a reboot, by the play's own restart. A
// reboot, a batch and a local connection ask first.

import assert from 'node:assert/strict';

import { mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { projectRoot } from '../support/project.ts';
import { skip } from '../support/skip.ts';
import { Controller } from './ansible-play.ts';
import { guestObstacle } from './base.ts';
import { bootGuest, type Guest } from './guest.ts';
import { releaseFiles, version } from './release-files.ts';
import { binds, done, left, restartPlay, said } from './role.ts';

const library = '/opt/demo/libdemo.so';

/** Services that all run on one library. */
async function startOn(guest: Guest, names: readonly string[], more = ''): Promise<void> {
  await guest.enter([
    'sh',
    '-c',
    'mkdir -p /opt/demo; cp "$(readlink -f /usr/lib/x86_64-linux-gnu/libz.so.1)" "$1"',
    'sh',
    library,
  ]);
  for (const name of names) {
    const lines = `[Service]\nType=exec\nEnvironment=LD_PRELOAD=${library}\nExecStart=sleep 4300\n${more}`;
    await guest.writeFile(`/etc/systemd/system/${name}`, lines);
  }
  await guest.enter(['systemctl', 'daemon-reload']);
  await guest.enter(['systemctl', 'start', ...names]);
}

async function replaceLibrary(guest: Guest): Promise<void> {
  await guest.enter(['sh', '-c', 'cp "$1" "$1.new" && mv "$1.new" "$1"', 'sh', library]);
}

async function mainPid(guest: Guest, unit: string): Promise<string> {
  return (await guest.enter(['systemctl', 'show', '--property=MainPID', '--value', unit])).stdout.trim();
}

async function bootId(guest: Guest): Promise<string> {
  return (await guest.enter(['cat', '/proc/sys/kernel/random/boot_id'])).stdout.trim();
}

async function boot(t: TestContext): Promise<{ guest: Guest; controller: Controller }> {
  const guest = await bootGuest(t, { release: 'bookworm', cgroup: 'unified', binds });
  return { guest, controller: new Controller(t, { web1: guest }) };
}

test('patch: needrestart, set to restart by itself, leaves alone what restart_never names, and nothing reboots past it', async (t) => {
  const obstacle = guestObstacle();
  if (obstacle !== null) return skip(t, obstacle);
  const { guest, controller } = await boot(t);
  const install =
    'apt-get --yes --no-download --no-install-recommends install needrestart >/dev/null; mkdir -p /etc/needrestart/conf.d';
  await guest.exec(['env', 'DEBIAN_FRONTEND=noninteractive', 'sh', '-euc', install], { timeout: 120_000 });
  await guest.writeFile('/etc/needrestart/conf.d/automatic.conf', "$nrconf{restart} = 'a';\n");
  const fallBehind = `mkdir -p /srv/repo; cd /var/cache/apt/archives; cp libssl3_* openssl_* /srv/repo
set -- $(ls libssl3_* | sort -V | tail -n 2); NEEDRESTART_SUSPEND=1 dpkg --force-downgrade -i "$1" "openssl_\${1#*_}"
cd /srv/repo; for file in *.deb; do dpkg-deb -f "$file"; printf 'Filename: ./%s\\nSize: %s\\nSHA256: %s\\n\\n' "$file" \\
  "$(stat -c %s "$file")" "$(sha256sum "$file" | cut -c1-64)"; done >Packages`;
  await guest.enter(['sh', '-euc', fallBehind], { timeout: 120_000 });
  await guest.writeFile('/etc/apt/sources.list', 'deb [trusted=yes] file:/srv/repo ./\n');
  await guest.enter(['systemctl', 'start', 'nginx.service', 'redis-server.service']);
  const before = {
    nginx: await mainPid(guest, 'nginx'),
    redis: await mainPid(guest, 'redis-server'),
    boot: await bootId(guest),
  };
  const flags = ['--user', 'deploy', '-e', JSON.stringify({ patch_hosts: 'guests', restart_never: ['redis*'] })];

  const patched = await controller.playbook('lib_users.host.patch', flags);
  assert.equal(patched.status, 0, patched.output);
  assert.equal(patched.task('Upgrade all packages with apt').status, 'changed');
  assert.equal(await mainPid(guest, 'redis-server'), before.redis, 'redis-server is as it was');
  assert.notEqual(await mainPid(guest, 'nginx'), before.nginx, 'nginx was restarted');
  assert.equal(await bootId(guest), before.boot, 'logind wants a reboot, and redis-server runs');
  const reasons = said(patched, 'Name why a reboot is required').join('\n');
  assert.match(reasons, /systemd-logind\.service cannot be restarted safely/);
  assert.match(reasons, /not rebooted, since restart_never names what runs here: redis-server\.service/);
  assert.match(left(patched).join('\n'), /redis-server\.service: see to it by hand, since restart_never names it/);

  // The hook does act if nothing keeps it from acting: otherwise this test would show nothing.
  await guest.exec(['env', 'DEBIAN_FRONTEND=noninteractive', 'needrestart', '-r', 'a', '-q'], {
    check: false,
    timeout: 60_000,
  });
  assert.notEqual(await mainPid(guest, 'redis-server'), before.redis, 'needrestart by itself restarts it');
});

test('a reboot: refused, allowed, for the kernel alone, and its reasons on the screen', async (t) => {
  const obstacle = guestObstacle();
  if (obstacle !== null) return skip(t, obstacle);
  const { guest, controller } = await boot(t);
  await guest.enter(['systemctl', 'enable', '--now', 'redis-server.service']);
  await guest.writeFile('/run/reboot-required', '');
  await guest.writeFile('/run/reboot-required.pkgs', 'dbus\n');
  const first = await bootId(guest);
  const reboot = { restart_reboot: 'when_required' };
  const play = (vars: object, ...flags: string[]) => controller.play(restartPlay({ ...reboot, ...vars }), { flags });

  const never = await play({ restart_never: ['redis*'] });
  assert.deepEqual([never.status, await bootId(guest)], [0, first], never.output);
  assert.match(
    said(never, 'Name why a reboot is required').join('\n'),
    /restart_never names what runs here: redis-server\.service/,
  );

  // redis.service is another name of redis-server.service.
  const alias = await play({ restart_never: ['redis.service'] });
  assert.deepEqual([alias.status, await bootId(guest)], [0, first], alias.output);

  const kernel = await play({ restart_reboot: 'for_kernel' });
  assert.deepEqual([kernel.status, await bootId(guest)], [0, first], kernel.output);

  // The inventory wins over the playbook, and of two values the more careful one counts.
  await guest.writeFile('/etc/apt/sources.list', '');
  const variables = join(controller.folder, 'host_vars');
  mkdirSync(variables);
  writeFileSync(join(variables, 'web1.json'), JSON.stringify({ restart_reboot: 'never' }));
  const patch = { patch_hosts: 'guests', patch_packages: ['openssl'] };
  for (const more of [{}, { patch_reboot: 'when_required' }]) {
    const flags = ['--user', 'root', '-e', JSON.stringify({ ...patch, ...more })];
    const patched = await controller.playbook('lib_users.host.patch', flags);
    assert.deepEqual([patched.status, await bootId(guest)], [0, first], patched.output);
    assert.deepEqual(said(patched, 'Name why a reboot is required'), [
      '/run/reboot-required is there, for dbus (since DATE)',
    ]);
  }
  rmSync(variables, { recursive: true });
  const unasked = await controller.playbook('lib_users.host.patch', ['--user', 'root']);
  assert.equal(unasked.status, 2);
  assert.match(unasked.output, /patch_hosts is not set/);

  await guest.writeFile('/etc/ssh/sshd_config.d/wrong.conf', 'PermitRootLogin maybe\n');
  const broken = await play({});
  assert.deepEqual([broken.status, await bootId(guest)], [2, first], broken.output);
  assert.match(
    String(broken.task('Fail if something failed').result.msg),
    /^not rebooted, since sshd would not start again: .*wrong\.conf/m,
  );
  await guest.enter(['rm', '/etc/ssh/sshd_config.d/wrong.conf']);

  await startOn(guest, ['late.service']);
  const unit = '[Service]\nExecStart=/nowhere/program\n';
  await guest.writeFile('/etc/systemd/system/late.service', unit);
  const changed = await play({});
  assert.deepEqual([changed.status, await bootId(guest)], [2, first], changed.output);
  assert.match(
    String(changed.task('Fail if something failed').result.msg),
    /systemd-analyze verify refuses a changed unit: .*nowhere/,
  );
  await guest.enter([
    'sh',
    '-c',
    'systemctl stop late.service; rm /etc/systemd/system/late.service; systemctl daemon-reload',
  ]);

  const check = await play({}, '--check');
  assert.deepEqual(
    [check.status, said(check, 'Show what would be done')],
    [0, ['reboot', '/run/reboot-required is there, for dbus (since DATE)']],
  );
  const allowed = await play({ restart_never: ['redis*'], restart_reboot_despite: ['redis-server.service'] });
  assert.equal(allowed.status, 0, allowed.output);
  assert.deepEqual(said(allowed, 'Say why the host is rebooted'), [
    '/run/reboot-required is there, for dbus (since DATE)',
  ]);
  assert.notEqual(await bootId(guest), first);
});

test('a local connection, hooks, waiting, results, and a host that has no command yet', async (t) => {
  const obstacle = guestObstacle();
  if (obstacle !== null) return skip(t, obstacle);
  const { guest, controller } = await boot(t);
  await startOn(guest, ['one.service', 'two.service']);
  const show = (name: string) => ({ name, 'ansible.builtin.command': { argv: ['touch', `/root/${name}`] } });
  const files = { 'drain.yml': JSON.stringify([show('drained')]), 'undrain.yml': JSON.stringify([show('undrained')]) };
  const hooks = { restart_before: 'drain.yml', restart_after: 'undrain.yml' };
  const results = {
    name: 'Results',
    'ansible.builtin.debug': {
      msg: '{{ {"restarted": lib_users_restarted, "left": lib_users_left, "rebooted": lib_users_rebooted, "clean": lib_users_clean} }}',
    },
  };
  const play = (vars: object, ...flags: string[]) =>
    controller.play(restartPlay({ ...hooks, ...vars }, { post_tasks: [results] }), { files, flags });
  const hooked = async () =>
    (await guest.enter(['sh', '-c', 'cd /root; ls; rm -f drained undrained'])).stdout.split('\n').filter(Boolean);

  const quiet = await play({});
  assert.deepEqual([quiet.status, await hooked()], [0, []], quiet.output);
  assert.deepEqual(quiet.task('Results').result.msg, { restarted: [], left: [], rebooted: false, clean: true });

  await replaceLibrary(guest);
  const only = await play({ restart_only: ['one*'] });
  assert.deepEqual(
    [only.status, done(only), await hooked()],
    [0, ['restart one.service'], ['drained', 'undrained']],
    only.output,
  );
  assert.deepEqual(only.task('Results').result.msg, {
    restarted: ['one.service'],
    left: [
      {
        unit: 'two.service',
        action: 'restart',
        why: 'two.service: restart it (restart_only leaves it out)',
        fixes: null,
      },
    ],
    rebooted: false,
    clean: false,
  });

  const waits = { restart_wait_for: [{ unit: 'two*', port: 9, timeout: 1 }] };
  const waited = await play(waits);
  assert.deepEqual([waited.status, await hooked()], [2, ['drained']], waited.output);
  assert.match(
    String(waited.task('Fail if something failed').result.msg),
    /^restart of two\.service failed: port 9 of 127\.0\.0\.1 accepts no connection 1 seconds/,
  );

  const wrong = await controller.play(restartPlay({ restart_last: ['nginx'] }));
  assert.match(wrong.output, /restart_last: \\"nginx\\": it can match no unit name: did you mean nginx\.service\?/);

  const fresh = await bootGuest(t, {
    release: 'bookworm',
    cgroup: 'unified',
    binds: { [process.execPath]: '/usr/bin/node' },
  });
  const other = new Controller(t, { web1: fresh });
  const roles = [
    { role: 'lib_users.host.install', vars: { install_artifacts: releaseFiles(t, [version]) } },
    { role: 'lib_users.host.restart', vars: {} },
  ];
  const dry = await other.play([{ hosts: 'guests', become: true, gather_facts: false, roles }], { flags: ['--check'] });
  assert.equal(dry.status, 0, dry.output);
  assert.match(dry.output, /what this host runs is not known before lib-users is installed on it/);
  const missing = await other.play(restartPlay());
  assert.equal(missing.status, 2, 'only in check mode');
});

test('a play that runs on the host itself, as ansible-pull does, never restarts what it runs in, and never reboots', async (t) => {
  const obstacle = guestObstacle();
  if (obstacle !== null) return skip(t, obstacle);
  const venv = new Controller(t, {}).venv;
  const python = dirname(dirname(realpathSync(join(venv, 'bin/python'))));
  const ansible = {
    [venv]: venv,
    [python]: python,
    [join(projectRoot, 'ansible')]: '/opt/ansible_collections/lib_users/host',
  };
  const guest = await bootGuest(t, { release: 'bookworm', cgroup: 'unified', binds: { ...binds, ...ansible } });
  const roles = [{ role: 'lib_users.host.restart', vars: { restart_reboot: 'when_required' } }];
  const stale = { 'ansible.builtin.command': `sh -c "cp ${library} ${library}.new; mv ${library}.new ${library}"` };
  const marker = { 'ansible.builtin.copy': { content: '{{ lib_users_left }}', dest: '/root/left' } };
  const play = {
    hosts: 'localhost',
    connection: 'local',
    gather_facts: false,
    pre_tasks: [stale],
    roles,
    post_tasks: [marker],
  };
  await guest.writeFile('/root/play.yml', JSON.stringify([play]));
  await startOn(guest, ['other.service']);
  const environment = [
    'ANSIBLE_COLLECTIONS_PATH=/opt',
    'ANSIBLE_PYTHON_INTERPRETER=/usr/bin/python3',
    'LC_ALL=C.UTF-8',
    'HOME=/root',
  ];
  const unit = `[Service]\nType=simple\n${environment.map((each) => `Environment=${each}\n`).join('')}
Environment=LD_PRELOAD=${library}\nExecStart=${venv}/bin/ansible-playbook -i localhost, /root/play.yml\n`;
  await guest.writeFile('/etc/systemd/system/pull.service', unit);
  await guest.writeFile('/run/reboot-required', '');
  const first = await bootId(guest);
  await guest.enter(['systemctl', 'daemon-reload']);
  const other = await mainPid(guest, 'other.service');
  await guest.enter(['systemctl', 'start', 'pull.service']);
  const ended = 'until ! systemctl is-active --quiet pull.service; do sleep 0.5; done';
  await guest.enter(['timeout', '100', 'sh', '-c', ended], { timeout: 120_000 });
  const journal = (await guest.enter(['journalctl', '--unit=pull.service', '--no-pager'])).stdout;
  const leftThere = (await guest.enter(['cat', '/root/left'], { check: false })).stdout;
  assert.match(leftThere, /pull\.service: restart it \(this play runs in it\)/, journal);
  assert.equal(journal.match(/Started pull\.service/g)?.length, 1, journal);
  assert.match(journal, /not rebooted, since this play runs on the host itself/);
  assert.equal(await bootId(guest), first);
  assert.notEqual(await mainPid(guest, 'other.service'), other, journal);
});
