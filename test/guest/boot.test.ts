// Every kind of guest boots, runs programs as units, takes ssh logins, keeps its files over a reboot and leaves nothing behind.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { skip } from '../support/skip.ts';
import { cgroupMounts, guestObstacle, layouts, releases } from './base.ts';
import { bootGuest } from './guest.ts';

for (const release of releases) {
  for (const cgroup of layouts) {
    test(`boot: ${release}, ${cgroup}`, async (t) => {
      const obstacle = guestObstacle(cgroup);
      if (obstacle !== null) return skip(t, obstacle);
      const guest = await bootGuest(t, { release, cgroup, hostname: 'web1' });

      const osRelease = await guest.exec(['cat', '/etc/os-release', '/proc/self/cgroup']);
      assert.match(osRelease.stdout, new RegExp(`^VERSION_CODENAME=${release}$`, 'm'));
      assert.match(osRelease.stdout, /:\/system\.slice\/run-.*\.service$/m);
      const fs = (await guest.exec(['stat', '-f', '-c', '%T', '/sys/fs/cgroup'])).stdout.trim();
      assert.equal(fs, cgroup === 'unified' ? 'cgroup2fs' : 'tmpfs');
      assert.equal((await guest.exec(['sh', '-c', 'cat; exit 3'], { input: 'in', check: false })).status, 3);

      await guest.writeFile('/opt/demo/kept', 'kept');
      const session = await guest.ssh('deploy', ['uname -n; sudo cat /opt/demo/kept /proc/self/cgroup']);
      assert.match(session.stdout, /^web1\nkept/);
      assert.match(session.stdout, /user-1001\.slice\/session-[0-9a-z]+\.scope$/m);

      const { leader } = guest;
      await guest.reboot();
      assert.notEqual(guest.leader, leader);
      assert.equal((await guest.ssh('root', ['cat', '/opt/demo/kept'])).stdout, 'kept');

      await guest.stop();
      assert.equal(readFileSync('/proc/self/mountinfo', 'utf8').includes(guest.name), false);
      for (const { path } of cgroupMounts()) assert.equal(existsSync(join(path, guest.name)), false);
      assert.equal(existsSync(`/proc/${leader}`), false);
    });
  }
}
