// Files that systemd binds over a path, and a daemon that chroots: the files that replace theirs are outside of their view.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Report, UnitFile } from '../../src/documents/generated/report.ts';
import { placeInGuest } from '../support/program.ts';
import { skip } from '../support/skip.ts';
import { guestObstacle } from './base.ts';
import { bootGuest, type Guest } from './guest.ts';

const program = placeInGuest('/opt/lib-users/lib-users');
const command = [...program.command, 'scan', '--no-config', '--format', 'json'];
const crypto = '/usr/lib/x86_64-linux-gnu/libcrypto.so.3';

const units: Readonly<Record<string, string>> = {
  'bound-library.service': `BindReadOnlyPaths=/opt/source/lib.so:/opt/bound/lib.so
Environment=LD_PRELOAD=/opt/bound/lib.so
ExecStart=sleep 4200`,
  'bound-program.service': `BindPaths=/opt/source/program:/opt/bound/program
ExecStart=/opt/bound/program 4201`,
  'bound-log.service': `BindPaths=/opt/source/app.log:/opt/bound/app.log
ExecStart=sh -c 'exec 9>>/opt/bound/app.log; head -c 100000 /dev/zero >&9; exec sleep 4202'`,
};

async function scan(guest: Guest): Promise<Report> {
  return JSON.parse((await guest.exec(command)).stdout) as Report;
}

/** As dpkg does it. */
const replace = (path: string) => `cp -a ${path} ${path}.dpkg-new; mv ${path}.dpkg-new ${path}`;

const facts = ({ path, path_source, kind, role, state }: UnitFile) => [path, path_source, kind, role, state];

test('bound files and a chroot: bookworm, unified', async (t) => {
  const obstacle = guestObstacle('unified');
  if (obstacle !== null) return skip(t, obstacle);
  const guest = await bootGuest(t, {
    release: 'bookworm',
    cgroup: 'unified',
    binds: program.binds,
  });
  const make = `mkdir -p /opt/source /opt/bound
for name in lib.so program app.log; do touch /opt/bound/$name; done
cp /usr/lib/x86_64-linux-gnu/libz.so.1 /opt/source/lib.so; cp /usr/bin/sleep /opt/source/program; touch /opt/source/app.log`;
  await guest.exec(['sh', '-ec', make]);
  for (const [name, text] of Object.entries(units)) {
    await guest.writeFile(`/etc/systemd/system/${name}`, `[Service]\n${text}\n`);
  }
  const names = Object.keys(units);
  await guest.enter(['systemctl', 'daemon-reload']);
  await guest.enter(['systemctl', 'start', 'redis-server.service', 'ssh.service', ...names]);
  // A client that says its version and no more: sshd serves it from a chroot, /run/sshd.
  const connect = "exec 3<>/dev/tcp/127.0.0.1/22; printf 'SSH-2.0-silent\\r\\n' >&3; exec sleep 600";
  await guest.exec(['systemd-run', '--unit=silent', 'bash', '-c', connect]);
  const jailed =
    'for try in $(seq 100); do for p in /proc/[0-9]*; do [ "$(readlink $p/root)" != /run/sshd ] || { basename $p; exit; }; done; sleep 0.1; done; exit 1';
  const chrooted = Number((await guest.exec(['sh', '-c', jailed])).stdout);
  assert.deepEqual((await scan(guest)).units, [], 'nothing is stale yet');

  const sources = [replace('/opt/source/lib.so'), replace('/opt/source/program'), 'rm /opt/source/app.log'];
  const packaged = [replace('/usr/bin/redis-check-rdb'), replace(crypto)];
  await guest.exec(['sh', '-ec', [...sources, ...packaged].join('\n')]);
  const report = await scan(guest);
  assert.equal(report.scan.complete, true);
  const filesOf = (name: string) => report.units.find((unit) => unit.name === name)?.files ?? [];

  await t.test('BindReadOnlyPaths= and BindPaths= of files', () => {
    assert.deepEqual(
      names.map((name) => filesOf(name).map(facts)),
      [
        [['/opt/bound/lib.so', 'kernel', 'library', 'code', 'replaced']],
        [['/opt/bound/program', 'kernel', 'executable', 'code', 'replaced']],
        [['/opt/bound/app.log', 'kernel', 'regular', 'log', 'removed']],
      ],
    );
    assert.ok((filesOf('bound-log.service')[0]?.held_bytes ?? 0) >= 100_000);
  });

  await t.test("redis with its unit's own ExecPaths=", async () => {
    const { stdout } = await guest.exec(['sh', '-c', 'readlink /proc/$(pidof redis-server)/exe']);
    assert.equal(stdout, '/ (deleted)\n', 'the kernel says no more');
    const [program] = filesOf('redis-server.service').filter(({ kind }) => kind === 'executable');
    assert.deepEqual(program && facts(program), [
      ...['/usr/bin/redis-check-rdb', 'command_line', 'executable', 'code', 'replaced'],
    ]);
  });

  await t.test('sshd before it knows who connects: one line for the library, and since when', () => {
    const files = filesOf('ssh.service').filter(({ path }) => path === crypto);
    assert.deepEqual(files.map(facts), [[crypto, 'kernel', 'library', 'code', 'replaced']]);
    assert.ok(files[0]?.pids.includes(chrooted), 'of the process in the chroot too');
    assert.ok(files[0]?.replaced_at !== null);
  });

  await t.test('a restart cures them', async () => {
    await guest.enter(['systemctl', 'stop', 'silent.service']);
    await guest.exec(['touch', '/opt/source/app.log']);
    await guest.enter(['systemctl', 'restart', 'redis-server.service', 'ssh.service', ...names]);
    const cured = new Set([...names, 'redis-server.service', 'ssh.service']);
    assert.deepEqual(
      (await scan(guest)).units.filter(({ name }) => cured.has(name)),
      [],
    );
  });
});
