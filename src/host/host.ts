// The host facts of the report: who it is, when and what it booted, and whether it wants a reboot.

import { createHmac } from 'node:crypto';
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Host } from '../documents/generated/report.ts';
import { formatTime } from '../documents/time.ts';
import { readBootTime } from './clock.ts';
import { readHostFile } from './files.ts';
import { readOsRelease } from './os-release.ts';
import { readReboot } from './reboot.ts';

/** Our own, as machine-id(5) asks of everyone who shows an id to others; never to be changed. */
const applicationId = Buffer.from('5d1c3f0a94b24e6f8c07e2a61b9d4f38', 'hex');

/** `problems` are sentences about facts that could not be read. Labels are the caller's. */
export function readHost({ root, procPath }: { root: string; procPath: string }): {
  host: Omit<Host, 'labels'>;
  problems: string[];
} {
  const line = (path: string) => readHostFile(procPath, path)?.trim() || null;
  const bootTime = readBootTime(procPath);
  const kernelRelease = line('sys/kernel/osrelease');
  const problems =
    bootTime === null ? [`${procPath}/stat does not say when the host booted: start times are left out`] : [];
  return {
    host: {
      hostname: line('sys/kernel/hostname') ?? hostname(),
      id: readHostId(root),
      boot_id: line('sys/kernel/random/boot_id'),
      booted_at: bootTime === null ? null : formatTime(bootTime * 1000),
      os: readOsRelease(root),
      kernel_release: kernelRelease,
      init: readInit(root, procPath),
      reboot: readReboot(root, kernelRelease),
    },
    problems,
  };
}

/** HMAC-SHA256 of our application id, keyed by the machine id, cut to 128 bits: the machine id itself stays at home. */
function readHostId(root: string): string | null {
  const id = (readHostFile(root, 'etc/machine-id') ?? readHostFile(root, 'var/lib/dbus/machine-id') ?? '').trim();
  if (!/^[0-9a-f]{32}$/.test(id)) return null;
  return createHmac('sha256', Buffer.from(id, 'hex')).update(applicationId).digest('hex').slice(0, 32);
}

/** sd_booted(3): systemd runs where /run/systemd/system is; OpenRC keeps /run/openrc. */
function readInit(root: string, procPath: string): Host['init'] {
  if (existsSync(join(root, 'run/systemd/system'))) return 'systemd';
  if (existsSync(join(root, 'run/openrc'))) return 'openrc';
  return readHostFile(procPath, '1/comm')?.trim() === 'init' ? 'sysvinit' : 'other';
}
