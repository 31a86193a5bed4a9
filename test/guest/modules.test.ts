// The collection's modules in booted guests, by the real Ansible over ssh: a clean guest, and every way to fail that a host has.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { skip } from '../support/skip.ts';
import { Controller } from './ansible-play.ts';
import { guestObstacle } from './base.ts';
import { bootGuest, type Guest } from './guest.ts';
import { binds, done, restartPlay } from './role.ts';

for (const [release, cgroup] of [
  ['bookworm', 'unified'],
  ['trixie', 'hybrid'],
] as const) {
  test(`${release}, ${cgroup}: a clean guest with rsyslog has nothing to report`, async (t) => {
    const obstacle = guestObstacle(cgroup);
    if (obstacle !== null) return skip(t, obstacle);
    const guest = await bootGuest(t, { release, cgroup, binds });
    await guest.enter(['systemctl', 'enable', '--now', 'rsyslog.service']);
    const controller = new Controller(t, { web1: guest });
    const tasks = ['report', 'plan', 'drift'].map((name) => ({ name, [`lib_users.host.${name}_info`]: {} }));
    const play = await controller.play([{ hosts: 'guests', become: true, tasks }], { user: 'deploy' });
    assert.deepEqual([play.status, play.notable()], [0, []], play.output);
    assert.doesNotMatch(play.output, /WARNING|DEPRECAT/i);
    const { report } = play.task('report').result as { report: { units: unknown[]; processes: unknown[] } };
    assert.deepEqual([report.units, report.processes], [[], []]);
    const { actions, reboot_required } = play.task('plan').result;
    assert.deepEqual([actions, reboot_required], [[], false]);
    assert.equal(play.task('drift').result.verdict, 'pass');
  });
}

/** Another program in the CLI's place -> the text of the failure. */
const impostors: Readonly<Record<string, { content: string | Uint8Array; says: RegExp }>> = {
  foreign: {
    content: elf(183),
    says: /Likely cause: it is made for another architecture than x86_64, or is not whole\. /,
  },
  musl: {
    content: '#!/lib/ld-musl-x86_64.so.1\n',
    says: /Likely cause: its loader or interpreter is missing: made for another libc \(musl or glibc\)/,
  },
  newer: {
    content: `#!/bin/sh\nlib-users "$@" | sed 's/"schema_version":"1/"schema_version":"2/'\n`,
    says: /has schema version 2\.\d+\.0, and this collection reads 1\.x\. Likely cause: lib-users on this host is too new/,
  },
  older: {
    content: `#!/bin/sh\nlib-users "$@" | sed 's/"schema_version":"1/"schema_version":"0/'\n`,
    says: /has schema version 0\.\d+\.0, and .* Likely cause: lib-users on this host is too old: update it/,
  },
  truncated: {
    content: '#!/bin/sh\nlib-users "$@" | head -c 200\n',
    says: /of 200 bytes is not JSON: .*the answer was cut short/,
  },
  crashing: { content: '#!/bin/sh\necho broken >&2\nexit 1\n', says: /ended with exit code 1\. .* It said: broken$/ },
  killed: { content: '#!/bin/sh\nkill -9 $$\n', says: /ended by signal 9\. Likely cause: memory ran out/ },
  hanging: { content: '#!/bin/sh\nsleep 4400\n', says: /did not end within 3 seconds\. Likely cause: .*raise timeout/ },
};

/** The beginning of a program for another machine: elf(5), e_machine. */
function elf(machine: number): Uint8Array {
  const header = Buffer.alloc(64);
  header.write('\x7fELF\x02\x01\x01', 'latin1');
  header.writeUInt16LE(2, 16);
  header.writeUInt16LE(machine, 18);
  header.writeUInt32LE(1, 20);
  return header;
}

async function bootWithImpostors(t: Parameters<typeof bootGuest>[0]): Promise<Guest> {
  const guest = await bootGuest(t, { release: 'trixie', cgroup: 'unified', binds });
  for (const [name, { content }] of Object.entries(impostors)) await guest.writeFile(`/opt/${name}`, content, 0o755);
  await guest.enter(['sh', '-c', 'mkdir /mnt/noexec && mount -t tmpfs -o noexec none /mnt/noexec']);
  await guest.writeFile('/mnt/noexec/lib-users', '#!/bin/sh\nexec lib-users "$@"\n', 0o755);
  return guest;
}

test('trixie, unified: failures say what is wrong and what to do', async (t) => {
  const obstacle = guestObstacle('unified');
  if (obstacle !== null) return skip(t, obstacle);
  const guest = await bootWithImpostors(t);
  const controller = new Controller(t, { web1: guest });

  await t.test('without become', async () => {
    const task = { name: 'plan', 'lib_users.host.plan_info': {} };
    const seen = { name: 'some', 'lib_users.host.plan_info': { allow_incomplete: true } };
    const play = await controller.play([{ hosts: 'guests', tasks: [seen, task] }], { user: 'alice' });
    assert.equal(play.status, 2);
    assert.equal(play.task('some').result.complete, false);
    const words =
      /^Not everything on this host could be seen: .* Likely cause: the task does not run as root: use become: true\. /;
    assert.match(String(play.task('plan').result.msg), words);
    const role = await controller.play(restartPlay({}, { become: false }), { user: 'alice' });
    assert.deepEqual([role.status, done(role)], [2, []]);
    assert.match(String(role.task('Find what must be done').result.msg), words);
  });

  await t.test('a CLI that cannot be run, or is another', async () => {
    const ask = (name: string, executable: string) => ({
      name,
      'lib_users.host.plan_info': { executable, timeout: 3 },
      ignore_errors: true,
    });
    const places = { absent: '/nowhere/lib-users', noexec: '/mnt/noexec/lib-users' };
    const all = { ...Object.fromEntries(Object.keys(impostors).map((name) => [name, `/opt/${name}`])), ...places };
    const tasks = Object.entries(all).map(([name, path]) => ask(name, path));
    const play = await controller.play([{ hosts: 'guests', tasks, gather_facts: false }]);
    assert.equal(play.status, 0, play.output);
    const expected: Record<string, RegExp> = {
      absent: /Likely cause: it is not installed there: install it/,
      noexec: /Likely cause: its file system is mounted noexec: put lib-users on another one, such as \/opt/,
    };
    for (const [name, { says }] of Object.entries(impostors)) expected[name] = says;
    for (const [name, words] of Object.entries(expected)) {
      const { status, result } = play.task(name);
      assert.equal(status, 'ignored', name);
      assert.match(String(result.msg), words);
      assert.match(
        String(result.msg),
        new RegExp(`The command was: ${all[name as keyof typeof all]} plan --format=ndjson`),
      );
    }
    const left = await guest.enter(['pgrep', '--full', 'sleep 4400'], { check: false });
    assert.equal(left.status, 1, 'what hung was ended');
  });

  await t.test('module_defaults of the play reach the role', async () => {
    const defaults = { module_defaults: { 'group/lib_users.host.all': { executable: '/opt/crashing' } } };
    const play = await controller.play(restartPlay({}, defaults));
    assert.deepEqual([play.status, done(play)], [2, []]);
    assert.match(String(play.task('Find what must be done').result.msg), /The command was: \/opt\/crashing plan/);
  });

  await t.test('not installed at all', async () => {
    await guest.enter(['umount', '/usr/bin/lib-users']);
    await guest.enter(['rm', '/usr/bin/lib-users']);
    const play = await controller.play([
      { hosts: 'guests', tasks: [{ name: 'plan', 'lib_users.host.plan_info': {} }] },
    ]);
    assert.match(
      String(play.task('plan').result.msg),
      /^lib-users was not found in .*\/opt\/lib-users\/current\. Likely cause: it is not installed: /,
    );
  });
});
