// Things in a guest that become stale in known ways, and the findings that a scan must give for each.

import type { Report, Unit, UnitFile } from '../../src/documents/generated/report.ts';
import type { Guest } from './guest.ts';

export const library = '/opt/demo/libdemo.so';
export const containerId = 'deadbeef'.repeat(8);

const preload = (command: string) => `Environment=LD_PRELOAD=${library}\nExecStart=${command}`;
const services: Readonly<Record<string, string>> = {
  'demo.service': preload('sleep 4100'),
  'demo@.service': preload('sleep 4101'),
  'sandboxed.service': `${preload('sleep 4102')}
PrivateTmp=yes\nProtectSystem=strict\nPrivateDevices=yes\nPrivateNetwork=yes\nRuntimeDirectory=sandboxed`,
  // The first process of a PID namespace hears of no SIGTERM.
  'own-namespaces.service': `${preload('unshare --mount --pid --cgroup --fork --mount-proc sleep 4103')}
KillSignal=SIGKILL`,
  'gone.service': 'ExecStart=/opt/demo/gone 4104',
  'logging.service': `StandardOutput=append:/var/log/demo/demo.log
ExecStart=sh -c 'head -c 100000 /dev/zero; exec sleep 4105'`,
};
const userService = preload('sleep 4106');
/** All but `unshare` and `env`, which are not known to have loaded the library. */
const preloaded = ['4100', '4101', '4102', '4103', '4106', '4107', '4108'];

export interface Finding {
  unit: string;
  scope: Unit['scope'];
  user: Unit['user'];
  slice: string;
  files: Partial<UnitFile>[];
  systemd: Partial<NonNullable<Unit['systemd']>> | null;
}

const replaced = { path: library, via: 'map', kind: 'library', role: 'code', state: 'replaced' } as const;
const running = { load_state: 'loaded', active_state: 'active', sub_state: 'running', type: 'simple', can_start: true };
const system = { scope: 'system', user: null, slice: 'system.slice' } as const;
const removed = { state: 'removed' } as const;
const scope = { load_state: 'loaded', active_state: 'active', type: null, transient: true, can_start: false };

/** As the report orders them. */
export const findings: readonly Finding[] = [
  { ...system, unit: 'demo.service', files: [replaced], systemd: running },
  { ...system, unit: 'demo@x\\x2dy.service', slice: 'system-demo.slice', files: [replaced], systemd: running },
  {
    ...system,
    unit: 'gone.service',
    files: [{ path: '/opt/demo/gone', via: 'map', kind: 'executable', role: 'code', ...removed }],
    systemd: running,
  },
  {
    ...system,
    unit: 'logging.service',
    files: [{ path: '/var/log/demo/demo.log', via: 'fd', kind: 'regular', role: 'log', ...removed }],
    systemd: running,
  },
  { ...system, unit: 'own-namespaces.service', files: [replaced], systemd: running },
  { ...system, unit: 'sandboxed.service', files: [replaced], systemd: running },
  { ...system, unit: 'some.scope', files: [replaced], systemd: scope },
  {
    unit: 'demo-user.service',
    scope: 'user',
    user: { uid: 1000, name: 'alice' },
    slice: 'app.slice',
    files: [replaced],
    systemd: null,
  },
];

/** The part of a report's units that the findings are about. */
export function observed({ units }: Report): Finding[] {
  return units.map((unit, index) => {
    const { files = [], systemd = null } = findings[index] ?? {};
    return {
      unit: unit.name,
      scope: unit.scope,
      user: unit.user,
      slice: unit.slice ?? '',
      files: unit.files.map((file, index) => pick(file, files[index] ?? file)),
      systemd: unit.systemd && systemd && pick(unit.systemd, systemd),
    };
  });
}

function pick<T extends object>(from: T, like: Partial<T>): Partial<T> {
  return Object.fromEntries(Object.keys(like).map((key) => [key, from[key as keyof T]])) as Partial<T>;
}

/** Starts them all with nothing stale yet. */
export async function startDemos(guest: Guest): Promise<void> {
  const copy = 'mkdir -p /opt/demo /var/log/demo && cp "$(readlink -f /lib/x86_64-linux-gnu/libz.so.1)" "$1"';
  await guest.enter(['sh', '-c', `${copy} && cp /usr/bin/sleep /opt/demo/gone`, 'sh', library]);
  for (const [name, lines] of Object.entries(services)) {
    await guest.writeFile(`/etc/systemd/system/${name}`, `[Service]\n${lines}\n`);
  }
  await guest.writeFile('/etc/systemd/user/demo-user.service', `[Service]\n${userService}\n`);
  await guest.enter(['systemctl', 'daemon-reload']);
  const names = Object.keys(services).filter((name) => !name.includes('@'));
  await guest.enter(['systemctl', 'start', '--', ...names, 'demo@x\\x2dy.service']);
  const scopes = { 'some.scope': '4107', [`docker-${containerId}.scope`]: '4108' };
  for (const [name, seconds] of Object.entries(scopes)) {
    const run = [
      'systemd-run',
      '--quiet',
      '--scope',
      `--unit=${name}`,
      'env',
      `LD_PRELOAD=${library}`,
      'sleep',
      seconds,
    ];
    void guest.exec(run, { check: false, timeout: 0 });
  }
  await guest.exec(['loginctl', 'enable-linger', 'alice']);
  await guest.enter(['systemctl', 'start', 'user@1000.service']);
  await guest.exec(['systemctl', '--user', '--machine=alice@.host', 'start', 'demo-user.service']);
  for (const seconds of preloaded) {
    const mapped = `grep -q ${library} "/proc/$(pgrep -f '(^|/)sleep ${seconds}$')/maps" 2>/dev/null`;
    await guest.enter(['timeout', '20', 'sh', '-c', `until ${mapped}; do sleep 0.1; done`]);
  }
}

/** Does the work of an upgrade, of a package's removal and of a careless log rotation. */
export async function makeStale(guest: Guest): Promise<void> {
  const upgrade = `cp ${library} ${library}.new && mv ${library}.new ${library}`;
  await guest.enter(['sh', '-c', `${upgrade} && rm /opt/demo/gone /var/log/demo/demo.log`]);
}
