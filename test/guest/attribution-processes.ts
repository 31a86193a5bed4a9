// The processes with which a guest's attribution is tested. Each is a `sleep` of its own length, so that they can be told apart.

import { join } from 'node:path';
import { projectRoot } from '../support/project.ts';
import type { Guest } from './guest.ts';

export interface Expected {
  unit: string | null;
  scope?: 'user';
  session?: true;
  container?: 'docker';
}

const id = 'deadbeef'.repeat(8);

/** Seconds of the `sleep` -> the unit, session or container of the process. */
export const expected: Readonly<Record<number, Expected>> = {
  4001: { unit: 'demo@12-main.service' },
  4002: { unit: 'demo@dev-disk-by\\x2did.service' },
  4003: { unit: 'a.b-c:1.3-org.x.service' },
  // Names that a cgroup may not have as they are: systemd puts a `_` before them.
  4004: { unit: 'memory.service' },
  4005: { unit: '_odd.service' },
  4006: { unit: 'in-odd-slice.service' },
  4010: { unit: 'in-slice.service' },
  4011: { unit: 'some.scope' },
  4012: { unit: 'private.service' },
  4013: { unit: 'own-namespaces.service' },
  4014: { unit: 'other-user.service' },
  // A delegated subtree decides nothing, whatever its name is.
  4020: { unit: 'hostile.service' },
  4021: { unit: 'hostile.service' },
  4022: { unit: 'hostile.service' },
  4023: { unit: 'hostile.service' },
  4024: { unit: 'hostile.service' },
  4030: { unit: null, container: 'docker' },
  4031: { unit: 'session-1.scope' },
  4040: { unit: 'own@x.service', scope: 'user' },
  4041: { unit: 'own.scope', scope: 'user' },
  4042: { unit: 'own-hostile.service', scope: 'user' },
  4050: { unit: 'session', session: true },
  4051: { unit: null },
};

const services: Readonly<Record<string, string>> = {
  'demo@.service': 'ExecStart=sleep $SECONDS',
  'a.b-c:1.3-org.x.service': 'ExecStart=sleep 4003',
  'memory.service': 'ExecStart=sleep 4004',
  '_odd.service': 'ExecStart=sleep 4005',
  'in-odd-slice.service': 'Slice=memory.slice\nExecStart=sleep 4006',
  'in-slice.service': 'Slice=some-deep-er.slice\nExecStart=sleep 4010',
  'private.service': `ExecStart=sleep 4012
PrivateTmp=yes\nPrivateDevices=yes\nPrivateNetwork=yes\nProtectSystem=strict\nProtectHome=yes\nPrivateUsers=yes`,
  'own-namespaces.service': 'ExecStart=unshare --mount --pid --cgroup --fork --mount-proc sleep 4013',
  'other-user.service': 'ExecStart=sleep 4014\nDynamicUser=yes',
  'hostile.service': `Delegate=yes
ExecStart=sh /opt/delegated-subtree.sh 4020=session-1.scope 4021=user@0.service/init.scope \\
  4022=user.slice/user-0.slice/session-7.scope 4023=docker-${id}.scope 4024=system.slice/cron.service`,
};
const userServices: Readonly<Record<string, string>> = {
  'own@.service': 'ExecStart=sleep 4040',
  'own-hostile.service': 'ExecStart=sh /opt/delegated-subtree.sh 4042=session-1.scope\nDelegate=yes',
};
const packaged = ['apache2', 'redis-server', 'rsyslog', 'cron'].map((name) => `${name}.service`);

/** Starts them all, and returns when each runs. They end with the guest. */
export async function startZoo(guest: Guest): Promise<void> {
  await guest.copyIn(join(projectRoot, 'test/guest/delegated-subtree.sh'), '/opt/delegated-subtree.sh');
  for (const [name, lines] of Object.entries(services)) {
    await guest.writeFile(`/etc/systemd/system/${name}`, `[Service]\n${lines}\n`);
  }
  for (const [name, lines] of Object.entries(userServices)) {
    await guest.writeFile(`/etc/systemd/user/${name}`, `[Service]\n${lines}\n`);
  }
  for (const [instance, seconds] of Object.entries({ '12-main': 4001, 'dev-disk-by\\x2did': 4002 })) {
    const dropIn = `/etc/systemd/system/demo@${instance}.service.d/seconds.conf`;
    await guest.writeFile(dropIn, `[Service]\nEnvironment=SECONDS=${seconds}\n`);
  }
  await guest.enter(['systemctl', 'daemon-reload']);
  const own = Object.keys(services).filter((name) => !name.includes('@'));
  const instances = ['demo@12-main.service', 'demo@dev-disk-by\\x2did.service'];
  await guest.enter(['systemctl', 'enable', '--now', '--', ...packaged]);
  await guest.enter(['systemctl', 'start', '--', ...own, ...instances]);

  startScope(guest, 'some.scope', 4011);
  startScope(guest, `docker-${id}.scope`, 4030);
  // Not below a user's slice: a unit like any other, and no login session.
  startScope(guest, 'session-1.scope', 4031);

  await guest.exec(['loginctl', 'enable-linger', 'alice']);
  await guest.enter(['systemctl', 'start', 'user@1000.service']);
  await guest.exec(['systemctl', '--user', '--machine=alice@.host', 'start', 'own@x.service', 'own-hostile.service']);
  const scope = ['systemd-run', '--user', '--scope', '--unit=own.scope', 'sleep', '4041'];
  await guest.ssh('alice', [`${scope.join(' ')} >/dev/null 2>&1 </dev/null &`]);
  void guest.ssh('deploy', ['sleep', '4050'], { check: false, timeout: 0 });
  void guest.enter(['sleep', '4051'], { check: false, timeout: 0 });
  for (const seconds of Object.keys(expected)) {
    const find = ['pgrep', '--full', `(^|/)sleep ${seconds}$`];
    await guest.enter(['timeout', '20', 'sh', '-c', 'until "$@" >/dev/null; do sleep 0.1; done', 'sh', ...find]);
  }
}

function startScope(guest: Guest, name: string, seconds: number): void {
  const run = ['systemd-run', '--quiet', '--scope', `--unit=${name}`, 'sleep', String(seconds)];
  void guest.exec(run, { check: false, timeout: 0 });
}
