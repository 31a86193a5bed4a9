// Kernel releases of many distributions -> their flavour, their order, and whether one may replace another.
import assert from 'node:assert/strict';
import test from 'node:test';
import { compareKernelVersions, mayReplace, parseKernelVersion } from '../../src/host/kernel-version.ts';

const flavours: [name: string, release: string, flavour: string][] = [
  ['Debian', '6.1.0-27-amd64', 'amd64'],
  ['Debian cloud', '6.1.0-27-cloud-amd64', 'cloud-amd64'],
  ['Debian real time', '6.1.0-27-rt-amd64', 'rt-amd64'],
  ['Debian 32 bit', '6.1.0-27-686-pae', 'pae'],
  ['Debian 13', '6.12.57+deb13-amd64', 'amd64'],
  ['Debian backports, new style', '6.12.6+bpo-amd64', 'amd64'],
  ['Debian backports, old style', '6.1.0-0.deb11.21-amd64', 'amd64'],
  ['Raspberry Pi OS', '6.1.21-v8+', 'v8'],
  ['Raspberry Pi OS, other board', '6.1.21-v7+', 'v7'],
  ['Raspberry Pi OS, Debian style', '6.1.0-rpi7-rpi-v8', 'rpi-v8'],
  ['Raspberry Pi OS, Debian style, real time', '6.12.25+rpt-rpi-v8-rt', 'rpi-v8-rt'],
  ['Raspberry Pi OS, newer style', '6.6.20+rpt-rpi-v8', 'rpi-v8'],
  ['Raspberry Pi OS, Pi 5', '6.6.31+rpt-rpi-2712', 'rpi'],
  ['Alpine for a board', '5.15.68-0-rpi4', 'rpi4'],
  ['Armbian', '6.6.31-current-rockchip64', 'current-rockchip64'],
  ['Armbian for a family of boards', '6.1.75-vendor-rk35xx', 'vendor-rk35xx'],
  ['Radxa', '6.1.84-7-rk2410', 'rk'],
  ['Radxa without a driver', '6.1.84-7-rk2410-nocsf', 'rk-nocsf'],
  ['Kali', '6.5.0-kali3-amd64', 'amd64'],
  ['ALT', '6.6.22-un-def-alt1', 'un-def-alt'],
  ['a vendor that nobody knows: its revision stays in the flavour', '6.1.0-acme7-arm', 'acme7-arm'],
  ['Proxmox', '6.8.4-2-pve', 'pve'],
  ['Ubuntu', '5.15.0-91-generic', 'generic'],
  ['Ubuntu arm64 with large pages', '5.15.0-91-generic-64k', 'generic-64k'],
  ['Ubuntu on AWS', '6.5.0-1015-aws', 'aws'],
  ['RHEL', '5.14.0-362.8.1.el9_3.x86_64', 'el-x86_64'],
  ['RHEL debug', '5.14.0-362.8.1.el9_3.x86_64+debug', 'el-x86_64-debug'],
  ['RHEL 7', '3.10.0-1160.105.1.el7.x86_64', 'el-x86_64'],
  ['RHEL 8 real time', '4.18.0-513.rt7.308.el8.x86_64', 'rt-el-x86_64'],
  ['Oracle UEK', '5.15.0-200.131.27.el9uek.x86_64', 'eluek-x86_64'],
  ['ELRepo', '6.6.8-1.el9.elrepo.x86_64', 'el-elrepo-x86_64'],
  ['Fedora', '6.6.8-200.fc39.x86_64', 'fc-x86_64'],
  ['Fedora release candidate', '6.7.0-0.rc5.20231212git26aff849438c.42.fc40.x86_64', 'fc-x86_64'],
  ['Amazon Linux', '6.1.66-91.160.amzn2023.x86_64', 'amzn-x86_64'],
  ['SUSE', '6.4.0-150600.21-default', 'default'],
  ['SUSE on Azure', '6.4.0-150600.8.5-azure', 'azure'],
  ['Arch', '6.6.7-arch1-1', 'arch'],
  ['Arch LTS', '6.6.7-1-lts', 'lts'],
  ['Arch Zen', '6.6.7-zen1-1-zen', 'zen-zen'],
  ['Alpine', '6.6.7-0-virt', 'virt'],
  ['Gentoo', '6.1.67-gentoo-r1-x86_64', 'gentoo-x86_64'],
  ['Void', '6.6.8_1', ''],
  ['upstream', '6.7.0', ''],
];
for (const [name, release, flavour] of flavours) {
  test(`flavour: ${name}`, () => assert.equal(parseKernelVersion(release).flavour, flavour));
}

/** The first release of each row is older than the second. */
const older: [name: string, a: string, b: string][] = [
  ['numbers by value', '6.1.0-9-amd64', '6.1.0-27-amd64'],
  ['numbers longer than a double holds', '6.1.0-90071992547409931-amd64', '6.1.0-90071992547409932-amd64'],
  ['Debian point release', '6.12.48+deb13-amd64', '6.12.57+deb13-amd64'],
  ['RHEL z-stream', '5.14.0-362.el9.x86_64', '5.14.0-362.8.1.el9_3.x86_64'],
  ['RHEL minor release', '5.14.0-362.8.1.el9_3.x86_64', '5.14.0-427.13.1.el9_4.x86_64'],
  ['minor release 10 after 9', '4.18.0-553.el8_9.x86_64', '4.18.0-553.el8_10.x86_64'],
  ['Fedora rebuilt for the next one', '6.6.8-200.fc39.x86_64', '6.6.8-200.fc40.x86_64'],
  ['Fedora release candidate', '6.7.0-0.rc5.41.fc40.x86_64', '6.7.0-68.fc40.x86_64'],
  ['upstream release candidate', '6.7.0-rc5', '6.7.0'],
  ['release candidates', '6.7.0-rc5', '6.7.0-rc10'],
  ['Debian backport', '6.12.6+bpo-amd64', '6.12.6-amd64'],
  ['SUSE update', '6.4.0-150600.21-default', '6.4.0-150600.23.7-default'],
  ['Arch', '6.6.7-arch1-1', '6.6.10-arch1-1'],
  ['Arch rebuild', '6.6.7-arch1-1', '6.6.7-arch1-2'],
  ['Gentoo revision', '6.1.67-gentoo-x86_64', '6.1.67-gentoo-r1-x86_64'],
  ['Void rebuild', '6.6.8_1', '6.6.8_2'],
  ['Raspberry Pi OS, Debian style', '6.1.0-rpi7-rpi-v8', '6.1.0-rpi8-rpi-v8'],
  ['Raspberry Pi OS, revision 10 after 9', '6.1.0-rpi9-rpi-v8', '6.1.0-rpi10-rpi-v8'],
  ['Raspberry Pi OS, from one style to the next', '6.1.0-rpi8-rpi-v8', '6.6.20+rpt-rpi-v8'],
  ['Raspberry Pi OS, Pi 5', '6.1.0-rpi8-rpi-2712', '6.6.31+rpt-rpi-2712'],
  ['Radxa, from one kit of the maker to the next', '6.1.43-15-rk2312', '6.1.84-7-rk2410'],
  ['Kali', '6.5.0-kali2-amd64', '6.5.0-kali3-amd64'],
  ['Kali, from one style to the next', '6.6.0-kali3-amd64', '6.6.9-amd64'],
];
for (const [name, a, b] of older) {
  test(`order: ${name}`, () => {
    const [left, right] = [parseKernelVersion(a), parseKernelVersion(b)];
    assert.ok(compareKernelVersions(left, right) < 0);
    assert.ok(compareKernelVersions(right, left) > 0);
    assert.equal(compareKernelVersions(left, left), 0);
  });
}

test('order: leading zeros do not count', () => {
  assert.equal(compareKernelVersions(parseKernelVersion('6.06.7'), parseKernelVersion('6.6.7')), 0);
});

const successors: [name: string, running: string, other: string, may: boolean][] = [
  ['a revision of an unknown vendor', '6.1.0-acme7-arm', '6.1.0-acme8-arm', true],
  ['the same, with a newer base', '6.1.0-acme7-arm', '6.6.0-acme1-arm', true],
  ['the revision before', '6.1.0-acme8-arm', '6.1.0-acme7-arm', false],
  ['an older base', '6.6.0-acme1-arm', '6.1.0-acme7-arm', false],
  ['digits in front', '6.1.0-3acme', '6.1.0-4acme', true],
  ['the first revision', '6.1.0-acme-arm', '6.1.0-acme2-arm', true],
  ['the vendor gives its revision up', '6.1.0-acme8-arm', '6.6.20-arm', true],
  ['a commit', '6.1.0-g1a2b3c4d-arm', '6.1.1-g9f8e7d6c-arm', true],
  ['another architecture', '6.1.0-acme7-arm', '6.1.0-acme8-arm64', false],
  ["another vendor's beside Debian's", '6.1.0-27-amd64', '6.6.0-acme3-amd64', false],
  ['a flavour without digits', '6.1.0-27-amd64', '6.1.0-28-cloud-amd64', false],
  ['boards', '6.1.21-v7+', '6.1.21-v8+', false],
  ["Alpine's boards", '5.15.68-0-rpi2', '5.15.68-0-rpi4', false],
  ["Armbian's branches", '6.6.31-current-sunxi64', '6.7.2-edge-sunxi64', false],
  ["Armbian's families", '6.6.31-current-sunxi64', '6.7.2-current-rockchip64', false],
  ['page sizes', '5.15.0-91-generic-16k', '5.15.0-91-generic-64k', false],
  ['the same flavour, which can be compared', '6.1.0-acme7-arm', '6.6.0-acme7-arm', false],
];
for (const [name, running, other, may] of successors) {
  test(`may replace: ${name}`, () => {
    assert.equal(mayReplace(parseKernelVersion(other), parseKernelVersion(running)), may);
  });
}
