// The words of running kernels, as distributions write them -> the version of the package that runs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findRunningVersion } from '../../src/fixes/kernel-versions.ts';
import type { Use } from '../../src/fixes/use.ts';

type Owner = Use['owner'];
interface Row {
  /** uname -r. */
  release: string;
  /** uname -v. */
  version?: string;
  signature?: string;
  next: [release: string, manager: Owner['manager'], name: string, version: string];
  own?: Owner;
  told: [version: string, evidence: string] | null;
}

const deb = (abi: number, version: string): Row['next'] => [
  ...([`6.1.0-${abi}-amd64`, 'dpkg', `linux-image-6.1.0-${abi}-amd64`] as const),
  version,
];
const debian = { release: '6.1.0-26-amd64', next: deb(27, '6.1.115-1') };
const ubuntu = {
  release: '6.8.0-45-generic',
  version: '#45-Ubuntu SMP PREEMPT_DYNAMIC Fri Aug 30 12:02:04 UTC 2024',
  next: ['6.8.0-47-generic', 'dpkg', 'linux-modules-6.8.0-47-generic', '6.8.0-47.47'] as Row['next'],
};
const leap: Row['next'] = ['6.4.0-150600.23.33-default', 'rpm', 'kernel-default', '6.4.0-150600.23.33.1'];

const rows: Record<string, Row> = {
  'Debian 12': {
    ...debian,
    version: '#1 SMP PREEMPT_DYNAMIC Debian 6.1.112-1 (2024-09-30)',
    told: ['6.1.112-1', 'kernel_version'],
  },
  'Debian 10': {
    release: '4.19.0-26-amd64',
    version: '#1 SMP Debian 4.19.304-1 (2024-01-09)',
    next: ['4.19.0-27-amd64', 'dpkg', 'linux-image-4.19.0-27-amd64', '4.19.316-1'],
    told: ['4.19.304-1', 'kernel_version'],
  },
  'Debian 13': {
    release: '6.12.41+deb13-amd64',
    version: '#1 SMP PREEMPT_DYNAMIC Debian 6.12.41-1 (2025-08-12)',
    next: ['6.12.43+deb13-amd64', 'dpkg', 'linux-image-6.12.43+deb13-amd64', '6.12.43-1'],
    told: ['6.12.41-1', 'kernel_version'],
  },
  "Debian's backports": {
    release: '6.10.11+bpo-amd64',
    version: '#1 SMP PREEMPT_DYNAMIC Debian 6.10.11-1~bpo12+1 (2024-10-03)',
    next: ['6.11.10+bpo-amd64', 'dpkg', 'linux-image-6.11.10+bpo-amd64', '6.11.10-1~bpo12+1'],
    told: ['6.10.11-1~bpo12+1', 'kernel_version'],
  },
  'Raspberry Pi OS, with an epoch': {
    release: '6.6.20+rpt-rpi-v8',
    version: '#1 SMP PREEMPT Debian 1:6.6.20-1+rpt1 (2024-03-07)',
    next: ['6.6.31+rpt-rpi-v8', 'dpkg', 'linux-image-6.6.31+rpt-rpi-v8', '1:6.6.31-1+rpt1'],
    told: ['1:6.6.20-1+rpt1', 'kernel_version'],
  },
  Kali: {
    release: '6.6.9-amd64',
    version: '#1 SMP PREEMPT_DYNAMIC Kali 6.6.9-1kali1 (2024-01-08)',
    next: ['6.6.15-amd64', 'dpkg', 'linux-image-6.6.15-amd64', '6.6.15-2kali1'],
    told: ['6.6.9-1kali1', 'kernel_version'],
  },
  Proxmox: {
    release: '6.5.11-7-pve',
    version: '#1 SMP PREEMPT_DYNAMIC PMX 6.5.11-7 (2023-12-05T09:44Z)',
    next: ['6.5.13-5-pve', 'dpkg', 'proxmox-kernel-6.5.13-5-pve-signed', '6.5.13-5'],
    told: ['6.5.11-7', 'kernel_version'],
  },
  'Debian, cut after 64 characters: the version may be cut as well': {
    ...debian,
    version: '#1 SMP PREEMPT_DYNAMIC Debian 6.1.112-1~a.long.revision.of.somebody+1',
    told: null,
  },
  "somebody's own build": { ...debian, version: '#3 SMP PREEMPT_DYNAMIC Mon Sep 30 12:00:00 UTC 2024', told: null },
  'nothing can be read': { ...debian, told: null },
  Ubuntu: {
    ...ubuntu,
    signature: 'Ubuntu 6.8.0-45.45-generic 6.8.12',
    told: ['6.8.0-45.45', 'version_signature'],
  },
  "Ubuntu's newer kernels of an older release": {
    release: '6.8.0-45-generic',
    signature: 'Ubuntu 6.8.0-45.45~22.04.1-generic 6.8.12',
    next: ['6.8.0-47-generic', 'dpkg', 'linux-modules-6.8.0-47-generic', '6.8.0-47.47~22.04.1'],
    told: ['6.8.0-45.45~22.04.1', 'version_signature'],
  },
  'Ubuntu, a flavour of two words': {
    release: '6.8.0-1015-aws-64k',
    signature: 'Ubuntu 6.8.0-1015.16-aws-64k 6.8.12',
    next: ['6.8.0-1016-aws-64k', 'dpkg', 'linux-modules-6.8.0-1016-aws-64k', '6.8.0-1016.17'],
    told: ['6.8.0-1015.16', 'version_signature'],
  },
  'Ubuntu, a signature of another flavour': {
    ...ubuntu,
    signature: 'Ubuntu 6.8.0-45.45-lowlatency 6.8.12',
    told: null,
  },
  'RHEL 9': {
    release: '5.14.0-427.13.1.el9_4.x86_64',
    version: '#1 SMP PREEMPT_DYNAMIC Wed Apr 10 10:29:16 EDT 2024',
    next: ['5.14.0-503.11.1.el9_5.x86_64', 'rpm', 'kernel-core', '5.14.0-503.11.1.el9_5'],
    told: ['5.14.0-427.13.1.el9_4', 'kernel_release'],
  },
  'Fedora, a kernel for debugging': {
    release: '6.10.10-200.fc40.x86_64+debug',
    next: ['6.10.11-200.fc40.x86_64+debug', 'rpm', 'kernel-debug-core', '6.10.11-200.fc40'],
    told: ['6.10.10-200.fc40', 'kernel_release'],
  },
  'rpm, an epoch that no release has': {
    release: '5.15.0-200.131.27.el9uek.x86_64',
    next: ['5.15.0-202.135.2.el9uek.x86_64', 'rpm', 'kernel-uek-core', '1:5.15.0-202.135.2.el9uek'],
    told: ['5.15.0-200.131.27.el9uek', 'kernel_release'],
  },
  'SUSE, the package of the running kernel is installed': {
    release: '6.4.0-150600.23.25-default',
    next: leap,
    own: { manager: 'rpm', name: 'kernel-default', version: '6.4.0-150600.23.25.1' },
    told: ['6.4.0-150600.23.25.1', 'installed_package'],
  },
  'SUSE, the package of the running kernel was removed': {
    release: '6.4.0-150600.23.25-default',
    next: leap,
    told: null,
  },
  Arch: {
    release: '6.10.5-arch1-1',
    next: ['6.10.6-arch1-1', 'pacman', 'linux', '6.10.6.arch1-1'],
    told: ['6.10.5.arch1-1', 'kernel_release'],
  },
  "Arch's older kernel": {
    release: '6.6.47-1-lts',
    next: ['6.6.49-1-lts', 'pacman', 'linux-lts', '6.6.49-1'],
    told: ['6.6.47-1', 'kernel_release'],
  },
  'Arch, hardened': {
    release: '6.10.5-hardened1-1-hardened',
    next: ['6.10.6-hardened1-1-hardened', 'pacman', 'linux-hardened', '6.10.6.hardened1-1'],
    told: ['6.10.5.hardened1-1', 'kernel_release'],
  },
  Alpine: {
    release: '6.6.49-0-lts',
    next: ['6.6.52-0-lts', 'apk', 'linux-lts', '6.6.52-r0'],
    told: ['6.6.49-r0', 'kernel_release'],
  },
  'a release of another form than that of the package': {
    release: '6.6.49-custom',
    next: ['6.6.52-custom', 'apk', 'linux-custom', '6.6.52_p1-r0'],
    told: null,
  },
};

for (const [name, { release, version = null, signature = null, next, own = null, told }] of Object.entries(rows)) {
  test(`the version that runs: ${name}`, () => {
    const [nextRelease, manager, packageName, installed] = next;
    const owner = { manager, name: packageName, version: installed };
    const found = findRunningVersion({ release, version, signature }, { release: nextRelease, owner }, own);
    assert.deepEqual(found && [found.version, found.evidence], told);
  });
}
