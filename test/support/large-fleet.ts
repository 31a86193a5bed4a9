// Numbers -> the fleet document of many hosts, always the same for the same numbers: what a page must answer from.

import type { Fleet } from '../../src/documents/generated/fleet.ts';
import type { PackageInUse, Report, Unit } from '../../src/documents/generated/report.ts';
import { FleetFold } from '../../src/fleet/fold.ts';
import { noGate } from './assess.ts';
import { file, report, unit } from './reports.ts';

const services = ['nginx', 'postgresql', 'redis', 'sshd', 'cron', 'rsyslog', 'postfix', 'chrony', 'dbus', 'polkit'];
const libraries = ['libssl.so.3', 'libcrypto.so.3', 'libc.so.6', 'libz.so.1', 'libexpat.so.1', 'libpcre2-8.so.0'];
const day = 86400_000;

export interface LargeFleet {
  hosts: number;
  /** The affected units of each host. */
  units: number;
  /** The different units of all hosts. */
  distinctUnits: number;
  now: Date;
}

/**
 * Host 7, 17, 27 … must reboot; host 9, 109, 209 … was not seen completely; every second host lacks CVE-2026-10001 of libssl3;
 * storage-0.service holds the most disk; cache-1 and cache-2 never reported.
 */
export function largeFleet({ hosts, units, distinctUnits, now }: LargeFleet): Fleet {
  const fold = new FleetFold();
  const base = report({});
  const names = Array.from({ length: distinctUnits }, (_, index) => unitName(index));
  for (let host = 0; host < hosts; host++) {
    const made = hostReport(base, host, names, units, now);
    fold.add(made, `reports/${made.host.hostname}.json`, {
      reboot: { ...made.host.reboot, kind: made.host.reboot.required === true ? 'full' : null },
      stale: host % 4 === 3 ? 0 : units,
      whole: made.scan.complete,
    });
  }
  fold.refuse('reports/broken.json', {
    source: 'reports/broken.json',
    code: 'invalid_document',
    message: '/scan must be object',
  });
  return fold.build(now, noGate, null, ['web-0', 'cache-1', 'cache-2']);
}

function unitName(index: number): string {
  const service = services[index % services.length]!;
  return index === 0
    ? 'storage-0.service'
    : index < services.length
      ? `${service}.service`
      : `${service}-${index}.service`;
}

function hostReport(base: Report, host: number, names: readonly string[], units: number, now: Date): Report {
  const since = new Date(now.getTime() - ((host * 7) % 120) * day - 3600_000).toISOString().replace('.000Z', 'Z');
  const isClean = host % 4 === 3;
  const made: Unit[] = isClean
    ? []
    : Array.from({ length: units }, (_, index) => {
        const name = names[(host * 3 + index) % names.length]!;
        const held = name === 'storage-0.service' ? 1 << 30 : index * 4096;
        const library = `/usr/lib/x86_64-linux-gnu/${libraries[(host + index) % libraries.length]}`;
        return unit(name, [file('code', library, [100 + index])], {
          held_bytes: held,
          held_memory_bytes: 0,
          stale_since: since,
        });
      });
  const needsReboot = host % 10 === 7;
  const kernel = {
    code: 'kernel_outdated',
    running: '6.1.0-27-amd64',
    installed: `6.1.0-${28 + (host % 3)}-amd64`,
    since,
  } as const;
  return {
    ...base,
    generated_at: now.toISOString().replace('.000Z', 'Z'),
    host: {
      ...base.host,
      hostname: `web-${host}`,
      id: host.toString(16).padStart(32, '0'),
      labels: {},
      reboot: { required: needsReboot, reasons: needsReboot ? [kernel] : [] },
    },
    scan: { ...base.scan, complete: host % 100 !== 9 },
    summary: {
      ...base.summary,
      units: made.length,
      processes: made.length,
      held_bytes: made.reduce((sum, each) => sum + each.held_bytes, 0),
    },
    units: made,
    packages: isClean || host % 2 === 1 ? [] : [openssl(made)],
  };
}

function openssl(units: readonly Unit[]): PackageInUse {
  const cves = Array.from({ length: 12 }, (_, index) => `CVE-2026-${10001 + index}`);
  return {
    name: 'libssl3',
    source: 'openssl',
    manager: 'dpkg',
    installed_version: '3.0.17-1~deb12u3',
    running_version: '3.0.17-1~deb12u2',
    evidence: 'upgrade_log',
    replaced_at: null,
    replaced_by: null,
    fixes: { count: cves.length, cves, complete: true, incomplete_because: null },
    unknown_because: null,
    units: units.map(({ name }) => ({ scope: 'system', user: null, name })),
    pids: [100],
  };
}
