// Numbers -> the fleet document of many hosts, always the same for the same numbers: what a page must answer from.

import type { Fleet } from '../../src/documents/generated/fleet.ts';
import type { KernelFixes, PackageInUse, Report, Scan, Unit, UnitFile } from '../../src/documents/generated/report.ts';
import { FleetFold } from '../../src/fleet/fold.ts';
import { noGate } from './assess.ts';
import { file, report, unit } from './reports.ts';

const services = ['nginx', 'postgresql', 'redis', 'sshd', 'cron', 'rsyslog', 'postfix', 'chrony', 'dbus', 'polkit'];
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
 * Host 7, 17, 27 … must reboot; host 9, 109, 209 … was not seen completely, for one of three reasons; every second host lacks
 * CVE-2026-10001 of libssl3, and every fiftieth an older fix of it too; hosts lack fixes of other packages; storage-0.service holds the
 * most disk; cache-1 and cache-2 never reported. A host uses the replaced libraries of the packages whose fixes it lacks, and one that was replaced without a fix.
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
    message: 'it is not valid at /scan: must be object',
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
  const packages = isClean ? [] : upgraded.filter(({ on }) => on(host));
  const libraries = packages.flatMap((each) => each.libraries.map((library) => ({ library, owner: ownerOf(each) })));
  const turns = Math.min(units, libraries.length);
  const made: Unit[] = isClean
    ? []
    : Array.from({ length: units }, (_, index) => {
        const name = names[(host * 3 + index) % names.length]!;
        const held = name === 'storage-0.service' ? 1 << 30 : index * 4096;
        const used = libraries.filter((_, place) => (place + host + index) % turns === 0);
        return unit(
          name,
          used.map(({ library, owner }) => ({
            ...file('code', `/usr/lib/x86_64-linux-gnu/${library}`, [100 + index]),
            package: owner,
          })),
          {
            held_bytes: held,
            held_memory_bytes: 0,
            stale_since: since,
          },
        );
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
      kernel_fixes: needsReboot ? sameFixes(kernel.installed) : null,
    },
    scan: host % 100 === 9 ? partlySeen(base.scan, host) : { ...base.scan, complete: true },
    summary: {
      ...base.summary,
      units: made.length,
      processes: made.length,
      held_bytes: made.reduce((sum, each) => sum + each.held_bytes, 0),
    },
    units: made,
    packages: packages.map((each) => packageOf(each, made)),
  };
}

/** A newer kernel without a fix that somebody gave an id. */
function sameFixes(release: string): KernelFixes {
  return {
    ...{ release, name: `linux-image-${release}`, source: 'linux', manager: 'dpkg', evidence: 'kernel_version' },
    ...{ running_version: '6.1.115-1', installed_version: '6.1.119-1' },
    fixes: { count: 0, cves: [], complete: true, incomplete_because: null },
    unknown_because: null,
  };
}

/** The scan ran as an ordinary user, processes kept it waiting, or it was asked for one unit alone. */
function partlySeen(scan: Scan, host: number): Scan {
  const processes = { ...scan.processes, denied: 0, failed: 0, blocked: 0 };
  const filters = { ...scan.filters, units: [], pids: [] };
  const ways: readonly Partial<Scan>[] = [
    { effective_uid: 1000, processes: { ...processes, denied: 40 + host } },
    { processes: { ...processes, blocked: 2 } },
    { filters: { ...filters, units: ['nginx.service'] } },
  ];
  return { ...scan, effective_uid: 0, processes, filters, complete: false, ...ways[Math.floor(host / 100) % 3] };
}

interface Upgraded {
  name: string;
  source: string;
  running: string;
  installed: string;
  cves: readonly string[];
  libraries: readonly string[];
  on: (host: number) => boolean;
}

const idsFrom = (year: number, first: number, length: number): string[] =>
  Array.from({ length }, (_, index) => `CVE-${year}-${first + index}`);
const opensslFixes = idsFrom(2026, 10001, 12);
const openssl = {
  ...{ name: 'libssl3', source: 'openssl', installed: '3.0.17-1~deb12u3' },
  libraries: ['libssl.so.3', 'libcrypto.so.3'],
};

/** The last upgrade fixed nothing. */
const upgraded: readonly Upgraded[] = [
  { ...openssl, running: '3.0.17-1~deb12u2', cves: opensslFixes, on: (host) => host % 2 === 0 && host % 50 !== 4 },
  { ...openssl, running: '3.0.16-1~deb12u1', cves: [...opensslFixes, 'CVE-2025-4575'], on: (host) => host % 50 === 4 },
  {
    ...{ name: 'libc6', source: 'glibc', running: '2.36-9+deb12u9', installed: '2.36-9+deb12u10' },
    libraries: ['libc.so.6'],
    ...{ cves: idsFrom(2026, 20001, 2), on: (host) => host % 5 === 0 },
  },
  {
    ...{ name: 'libexpat1', source: 'expat', running: '2.5.0-1+deb12u1', installed: '2.5.0-1+deb12u2' },
    libraries: ['libexpat.so.1'],
    ...{ cves: idsFrom(2026, 30001, 1), on: (host) => host % 7 === 2 },
  },
  {
    ...{ name: 'libpcre2-8-0', source: 'pcre2', running: '10.42-1', installed: '10.42-1+deb12u1' },
    libraries: ['libpcre2-8.so.0'],
    ...{ cves: idsFrom(2025, 40001, 3), on: (host) => host % 25 === 1 },
  },
  {
    ...{ name: 'zlib1g', source: 'zlib', running: '1.2.13-1', installed: '1.2.13-2' },
    ...{ libraries: ['libz.so.1'], cves: [], on: () => true },
  },
];

function ownerOf({ name, installed }: Upgraded): NonNullable<UnitFile['package']> {
  return { manager: 'dpkg', name, version: installed };
}

function packageOf(
  { name, source, running, installed, cves, libraries }: Upgraded,
  units: readonly Unit[],
): PackageInUse {
  const users = units.filter(({ files }) =>
    files.some(({ path }) => libraries.some((each) => path.endsWith(`/${each}`))),
  );
  return {
    ...{ name, source, manager: 'dpkg', installed_version: installed, running_version: running },
    ...{ evidence: 'upgrade_log', replaced_at: null, replaced_by: null, unknown_because: null },
    fixes: { count: cves.length, cves: [...cves], complete: true, incomplete_because: null },
    units: users.map(({ name }) => ({ scope: 'system', user: null, name })),
    pids: users.flatMap(({ pids }) => pids),
  };
}
