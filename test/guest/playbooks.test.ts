// The collection's playbooks against booted guests: a rolling upgrade from a repository of packages, and the reports of all.

import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Fleet } from '../../src/documents/generated/fleet.ts';
import { placeInGuest } from '../support/program.ts';
import { skip } from '../support/skip.ts';
import { Controller } from './ansible-play.ts';
import { guestObstacle } from './base.ts';
import { bootGuest, type Guest } from './guest.ts';

const repository = `cd /srv/repo
for file in *.deb; do
  dpkg-deb -f "$file"
  printf 'Filename: ./%s\\nSize: %s\\nSHA256: %s\\n\\n' "$file" "$(stat -c %s "$file")" "$(sha256sum "$file" | cut -c1-64)"
done >Packages`;

/** An older OpenSSL is installed and in use, and the repository has the newer one. */
async function fallBehind(guest: Guest): Promise<void> {
  const prepare = `mkdir /srv/repo && cd /var/cache/apt/archives && cp libssl3_* openssl_* /srv/repo
set -- $(ls libssl3_* | sort -V | tail -n 2)
dpkg --force-downgrade -i "$1" "openssl_\${1#*_}"`;
  await guest.enter(['sh', '-euc', prepare], { timeout: 120_000 });
  await guest.enter(['sh', '-euc', repository]);
  await guest.writeFile('/etc/apt/sources.list', 'deb [trusted=yes] file:/srv/repo ./\n');
  await guest.enter(['systemctl', 'start', 'nginx.service']);
}

async function state(guest: Guest): Promise<string> {
  const ask = `dpkg-query -W -f '\${Version} ' libssl3; systemctl show --property=MainPID --value nginx.service`;
  return (await guest.enter(['sh', '-c', ask])).stdout;
}

test('patch: one host after the other, and none after one that is not well; then the reports of all', async (t) => {
  const obstacle = guestObstacle();
  if (obstacle !== null) return skip(t, obstacle);
  const { binds } = placeInGuest('/usr/bin/lib-users');
  const guests = await Promise.all([1, 2].map(() => bootGuest(t, { release: 'bookworm', cgroup: 'unified', binds })));
  await Promise.all(guests.map(fallBehind));
  const [web1, web2] = guests as [Guest, Guest];
  const controller = new Controller(t, { web1, web2 });
  const flags = ['--user', 'deploy', '-e', 'patch_hosts=guests'];
  const before = await Promise.all(guests.map(state));

  await web1.enter(['mv', '/srv/repo/Packages', '/srv/repo/away']);
  const broken = await controller.playbook('lib_users.host.patch', flags);
  assert.equal(broken.status, 2, broken.output);
  assert.deepEqual(broken.notable(), ['failed Upgrade all packages with apt']);
  assert.deepEqual(
    broken.tasks.filter(({ host }) => host === 'web2').map(({ task }) => task),
    [],
  );
  assert.deepEqual(await Promise.all(guests.map(state)), before);

  await web1.enter(['mv', '/srv/repo/away', '/srv/repo/Packages']);
  const patched = await controller.playbook('lib_users.host.patch', flags);
  assert.equal(patched.status, 0, patched.output);
  assert.doesNotMatch(patched.output, /DEPRECAT|\[WARNING\]/);
  const after = await Promise.all(guests.map(state));
  for (const index of [0, 1]) {
    const [oldVersion, oldPid] = before[index]?.split(' ') ?? [];
    const [newVersion, newPid] = after[index]?.split(' ') ?? [];
    assert.notEqual(newVersion, oldVersion);
    assert.notEqual(newPid, oldPid);
  }
  assert.match(patched.output, /web2 .*unreachable=0 +failed=0/);

  const folder = join(controller.folder, 'reports');
  // The controller needs no lib-users: the first host that answered folds the reports.
  const settings = { report_hosts: 'guests', report_folder: folder };
  const again = await controller.playbook('lib_users.host.report', [
    '--user',
    'deploy',
    '-e',
    JSON.stringify(settings),
  ]);
  assert.equal(again.status, 0, again.output);
  assert.match(again.output, /Fold the reports into one document\] \*+\n(?:.*\n)?ok: \[web1/);
  for (const name of ['web1', 'web2']) assert.equal(statSync(join(folder, `${name}.json`)).mode & 0o777, 0o600);
  const fleet = JSON.parse(readFileSync(join(controller.folder, 'fleet.json'), 'utf8')) as Fleet;
  const { hosts, incomplete, unreadable_inputs } = fleet.summary;
  assert.deepEqual([hosts, incomplete, unreadable_inputs], [2, 0, 0]);
  const restarted = fleet.units.filter(({ name }) => name === 'nginx.service');
  assert.deepEqual(restarted, [], 'nginx was restarted');
});
