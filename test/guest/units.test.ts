// Differential: for every process of a booted guest, our unit is the one that systemd itself names for the PID.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCgroup } from '../../src/procfs/cgroup.ts';
import { attributeProcess } from '../../src/systemd/attribute.ts';
import { skip } from '../support/skip.ts';
import { until } from '../support/until.ts';
import { guestObstacle, layouts, releases } from './base.ts';
import { bootGuest, type Guest } from './guest.ts';

const nowhere = { pid: null, cgroup: null };

/** Runs as a delegated unit: names a group below itself like a login session, and moves into it. */
const forge = `
own=$(sed -n 's/^0:://p' /proc/self/cgroup)
for root in /sys/fs/cgroup /sys/fs/cgroup/unified; do
  [ -e "$root/cgroup.procs" ] && mkdir -p "$root$own/user.slice/user-0.slice/session-1.scope" &&
    echo $$ >"$root$own/user.slice/user-0.slice/session-1.scope/cgroup.procs"
done
exec sleep 600`;

/** One line a process: pid, systemd's object path of its unit ('' for none), its cgroup file in base64. */
const ask = `
for folder in /proc/[0-9]*; do
  pid=\${folder#/proc/}
  cgroup=$(base64 -w0 "$folder/cgroup" 2>/dev/null) || continue
  unit=$(busctl call org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager GetUnitByPID u "$pid" 2>/dev/null)
  [ -e "$folder" ] && printf '%s\\t%s\\t%s\\n' "$pid" "$unit" "$cgroup"
done`;

interface Row {
  pid: number;
  theirs: string | null;
  ours: ReturnType<typeof attributeProcess>;
}

async function compare(guest: Guest): Promise<Row[]> {
  // A file, since systemd expands what looks like its variables in arguments.
  await guest.writeFile('/root/ask', ask);
  const { stdout } = await guest.exec(['sh', '/root/ask']);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [pid, object = '', cgroup = ''] = line.split('\t');
      const name = /\/unit\/([^"]+)"/.exec(object)?.[1] ?? null;
      return {
        pid: Number(pid),
        theirs:
          name?.replace(/_([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))) ?? null,
        ours: attributeProcess(parseCgroup(Buffer.from(cgroup, 'base64').toString('latin1')), nowhere, nowhere),
      };
    });
}

for (const release of releases) {
  for (const cgroup of layouts) {
    test(`units as systemd names them: ${release}, ${cgroup}`, async (t) => {
      const obstacle = guestObstacle(cgroup);
      if (obstacle !== null) return skip(t, obstacle);
      const guest = await bootGuest(t, { release, cgroup });
      const service = (unit: string, argv: readonly string[], ...properties: string[]) =>
        guest.enter(['systemd-run', '--quiet', `--unit=${unit}`, ...properties.map((p) => `--property=${p}`), ...argv]);
      const sleep = ['sleep', '600'];
      await service('postgresql@15-main.service', sleep);
      await service('dbus-:1.3-org.x@0.service', sleep);
      await service('boxed.service', sleep, 'PrivateTmp=yes', 'ProtectSystem=strict', 'PrivateNetwork=yes');
      await guest.writeFile('/root/forge', forge);
      await service('delegated.service', ['sh', '/root/forge'], 'Delegate=yes');
      await service('app@1.service', sleep, 'Slice=deep-er.slice');
      await guest.ssh('alice', ['nohup sleep 600 >/dev/null 2>&1 &']);
      const uid = (await guest.enter(['id', '-u', 'deploy'])).stdout.trim();
      await guest.enter(['systemctl', 'start', `user@${uid}.service`]);
      const bus = `/run/user/${uid}/bus`;
      await until(
        `${bus} is there`,
        async () => (await guest.enter(['test', '-S', bus], { check: false })).status === 0,
      );
      const asUser = ['runuser', '-u', 'deploy', '--', 'env', `XDG_RUNTIME_DIR=/run/user/${uid}`];
      await guest.enter([...asUser, 'systemd-run', '--user', '--quiet', '--unit=own.service', ...sleep]);

      const rows = await compare(guest);
      const named = rows.filter(({ theirs }) => theirs !== null);
      for (const { pid, theirs, ours } of rows) {
        // The system manager knows a user's unit as the user's manager.
        const unit = ours.unit?.scope === 'user' ? `user@${ours.unit.uid}.service` : (ours.unit?.name ?? null);
        assert.equal(unit, theirs, `process ${pid}: ${ours.cgroup}`);
      }
      const names = new Set(named.map(({ theirs }) => theirs));
      for (const name of ['init.scope', 'boxed.service', 'delegated.service', 'dbus-:1.3-org.x@0.service']) {
        assert.ok(names.has(name), `${name} was there to compare`);
      }
      assert.ok(rows.some(({ ours }) => ours.unit?.name === 'own.service' && ours.unit.uid === Number(uid)));
      assert.ok(rows.some(({ ours }) => ours.session !== null && /^session-.*\.scope$/.test(ours.unit?.name ?? '')));
      assert.ok(rows.every(({ ours }) => ours.container === null));
    });
  }
}
