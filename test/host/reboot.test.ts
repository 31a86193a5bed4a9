// Made-up host trees as distributions leave them -> whether the host needs a reboot, and why.
import assert from 'node:assert/strict';
import { lutimesSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { formatTimeNs } from '../../src/documents/time.ts';
import { readInitEvidence } from '../../src/host/container.ts';
import { readInstalledKernels } from '../../src/host/kernels.ts';
import { readReboot } from '../../src/host/reboot.ts';
import { makeTree, type Tree } from '../support/tree.ts';

const usrMerged: Tree = { lib: { link: 'usr/lib' }, 'var/run': { link: '../run' }, 'run/lock': null };
const modulesDep = (...releases: string[]): Tree =>
  Object.fromEntries(releases.map((release) => [`usr/lib/modules/${release}/modules.dep`, '']));
const images = (...releases: string[]): Tree =>
  Object.fromEntries(releases.map((release) => [`boot/vmlinuz-${release}`, '']));
/** Debian, Ubuntu and SUSE: modules and an image of the same name. */
const packaged = (...releases: string[]): Tree => ({
  ...usrMerged,
  ...modulesDep(...releases),
  ...images(...releases),
});
/** Fedora and RHEL: an image beside the modules too, and a rescue image without a version in its name. */
const fedora = (...releases: string[]): Tree => ({
  ...packaged(...releases),
  ...Object.fromEntries(releases.map((release) => [`usr/lib/modules/${release}/vmlinuz`, ''])),
  'boot/vmlinuz-0-rescue-3f1c9e0a7b5d4c2e8f6a1b0c9d8e7f60': '',
});
/** Arch: images without a version in /boot, one beside the modules, and only the newest modules. */
const arch = (...releases: string[]): Tree => ({
  ...usrMerged,
  ...Object.fromEntries(
    releases.flatMap((release) => [
      [`usr/lib/modules/${release}/vmlinuz`, ''],
      [`usr/lib/modules/${release}/modules.dep`, ''],
    ]),
  ),
  'boot/vmlinuz-linux': '',
  'boot/vmlinuz-linux-lts': '',
});

/** Reads it in the same way as the scan. */
function readRebootOf(root: string, running: string | null, isLocal = (_: string) => true) {
  const procPath = join(root, 'proc');
  return readReboot({ root, procPath, init: readInitEvidence(procPath), isLocal }, running);
}

/** The result without messages and times; tests below look at those. */
function verdict(root: string, running: string | null) {
  const { required, reasons, unknown_because } = readRebootOf(root, running);
  assert.equal(unknown_because !== null, required === null);
  const timeless = reasons.map(({ since: _, ...reason }) => reason);
  return { required, reasons: timeless, unknown: unknown_because?.code ?? null };
}

const outdated = (running: string, installed: string) => ({ code: 'kernel_outdated', running, installed });
const missing = (running: string) => ({ code: 'kernel_modules_missing', running });

const deb = (abi: number, flavour = 'amd64') => `6.1.0-${abi}-${flavour}`;
const rhel = '5.14.0-362.8.1.el9_3.x86_64';
const rhelNew = '5.14.0-362.18.1.el9_3.x86_64';
const rows: [name: string, running: string, tree: Tree, required: boolean | string, reasons: object[]][] = [
  ['Debian, current', deb(27), packaged(deb(26), deb(27)), false, []],
  ['Debian, a newer one', deb(9), packaged(deb(9), deb(27)), true, [outdated(deb(9), deb(27))]],
  ['Debian, a newer one of another flavour', deb(27), packaged(deb(27), deb(28, 'cloud-amd64')), false, []],
  [
    'Debian cloud, newer',
    deb(27, 'cloud-amd64'),
    packaged(deb(27, 'cloud-amd64'), deb(28), deb(28, 'cloud-amd64')),
    true,
    [outdated(deb(27, 'cloud-amd64'), deb(28, 'cloud-amd64'))],
  ],
  [
    'Debian, empty folder of a removed kernel',
    deb(27),
    { ...packaged(deb(27)), [`usr/lib/modules/${deb(28)}`]: null },
    false,
    [],
  ],
  [
    'Debian, DKMS leftovers of a removed kernel',
    deb(27),
    { ...packaged(deb(27)), [`usr/lib/modules/${deb(28)}/updates/dkms/a.ko`]: '' },
    false,
    [],
  ],
  [
    'Debian, an empty kernel/ of a removed kernel',
    deb(27),
    { ...packaged(deb(27)), [`usr/lib/modules/${deb(28)}/kernel`]: null },
    false,
    [],
  ],
  [
    'Debian, modules not yet indexed',
    deb(27),
    { ...packaged(deb(27)), [`usr/lib/modules/${deb(28)}/kernel/fs/a.ko`]: '' },
    true,
    [outdated(deb(27), deb(28))],
  ],
  [
    'Debian, only the image of the newer one',
    deb(27),
    { ...packaged(deb(27)), ...images(deb(28)) },
    true,
    [outdated(deb(27), deb(28))],
  ],
  [
    'Debian, copies of images',
    deb(27),
    { ...packaged(deb(27)), ...images(`${deb(28)}.old`, `${deb(28)}.dpkg-new`, `${deb(28)}~`) },
    false,
    [],
  ],
  [
    'Debian before the merge of /usr',
    deb(27),
    { [`lib/modules/${deb(27)}/modules.dep`]: '', [`lib/modules/${deb(28)}/modules.dep`]: '' },
    true,
    [outdated(deb(27), deb(28))],
  ],
  ['Debian, the running one purged', deb(27), packaged(deb(26)), true, [missing(deb(27))]],
  ['Debian, modules gone, image still there', deb(27), { ...packaged(deb(26)), ...images(deb(27)) }, false, []],
  [
    'Ubuntu, current beside another flavour',
    '5.15.0-91-generic',
    packaged('5.15.0-91-generic', '6.5.0-1015-aws'),
    false,
    [],
  ],
  [
    'Ubuntu, newer',
    '5.15.0-91-generic',
    packaged('5.15.0-91-generic', '5.15.0-101-generic'),
    true,
    [outdated('5.15.0-91-generic', '5.15.0-101-generic')],
  ],
  ['RHEL, current', rhelNew, fedora(rhel, rhelNew), false, []],
  ['RHEL, newer', rhel, fedora(rhel, rhelNew), true, [outdated(rhel, rhelNew)]],
  ['RHEL, a debug kernel is another flavour', rhel, fedora(rhel, `${rhelNew}+debug`), false, []],
  [
    'Fedora, across releases',
    '6.6.8-200.fc39.x86_64',
    fedora('6.6.8-200.fc39.x86_64', '6.6.9-100.fc40.x86_64'),
    true,
    [outdated('6.6.8-200.fc39.x86_64', '6.6.9-100.fc40.x86_64')],
  ],
  ['SUSE, current', '6.4.0-150600.21-default', packaged('6.4.0-150600.21-default'), false, []],
  [
    'SUSE, newer, with its compressed vmlinux',
    '6.4.0-150600.21-default',
    { ...packaged('6.4.0-150600.21-default'), 'boot/vmlinux-6.4.0-150600.23.7-default.gz': '' },
    true,
    [outdated('6.4.0-150600.21-default', '6.4.0-150600.23.7-default')],
  ],
  ['Arch, current', '6.6.7-arch1-1', arch('6.6.7-arch1-1', '6.6.10-1-lts'), false, []],
  [
    'Arch, upgraded',
    '6.6.7-arch1-1',
    arch('6.6.10-arch1-1'),
    true,
    [outdated('6.6.7-arch1-1', '6.6.10-arch1-1'), missing('6.6.7-arch1-1')],
  ],
  [
    'Arch, upgraded, DKMS leftovers of the running one',
    '6.6.7-arch1-1',
    { ...arch('6.6.10-arch1-1'), 'usr/lib/modules/6.6.7-arch1-1/updates/a.ko': '' },
    true,
    [outdated('6.6.7-arch1-1', '6.6.10-arch1-1'), missing('6.6.7-arch1-1')],
  ],
  [
    'Arch LTS running, removed; only the stable one left',
    '6.6.7-1-lts',
    arch('6.6.10-arch1-1'),
    true,
    [missing('6.6.7-1-lts')],
  ],
  [
    'no kernel on disk (started with a kernel from outside)',
    '6.18.44-fc',
    { boot: null, etc: null },
    'kernel_not_installed',
    [],
  ],
  ['/boot alone, of another kernel', '6.18.44-fc', images(deb(27)), 'kernel_not_installed', []],
  [
    'Raspberry Pi OS, newer',
    '6.1.0-rpi7-rpi-v8',
    packaged('6.1.0-rpi7-rpi-v8', '6.1.0-rpi8-rpi-v8'),
    true,
    [outdated('6.1.0-rpi7-rpi-v8', '6.1.0-rpi8-rpi-v8')],
  ],
  [
    'Raspberry Pi OS, current beside the one before and that of another board',
    '6.1.0-rpi8-rpi-v8',
    packaged('6.1.0-rpi7-rpi-v8', '6.1.0-rpi8-rpi-v8', '6.1.0-rpi8-rpi-2712', '6.1.0-rpi9-rpi-v7l'),
    false,
    [],
  ],
  [
    'Raspberry Pi OS, newer and named in the new way',
    '6.1.0-rpi8-rpi-v8',
    packaged('6.1.0-rpi8-rpi-v8', '6.6.20+rpt-rpi-v8', '6.6.20+rpt-rpi-2712'),
    true,
    [outdated('6.1.0-rpi8-rpi-v8', '6.6.20+rpt-rpi-v8')],
  ],
  [
    "an unknown vendor's revision",
    '6.1.0-acme7-arm',
    packaged('6.1.0-acme7-arm', '6.1.0-acme8-arm'),
    'kernels_not_comparable',
    [],
  ],
  [
    "an unknown vendor's, and the one before",
    '6.1.0-acme8-arm',
    packaged('6.1.0-acme7-arm', '6.1.0-acme8-arm'),
    false,
    [],
  ],
];
for (const [name, running, tree, required, reasons] of rows) {
  test(`kernels: ${name}`, (t) => {
    const root = makeTree(t, tree);
    const expected = typeof required === 'string' ? { required: null, unknown: required } : { required, unknown: null };
    assert.deepEqual(verdict(root, running), { ...expected, reasons });
  });
}

test('kernels: what is installed, a rescue image left out', (t) => {
  const tree = { ...fedora(rhel), ...images(rhelNew), 'boot/config-6.0.0': '', 'boot/initrd.img-6.0.0': '' };
  assert.deepEqual(readInstalledKernels({ root: makeTree(t, tree), isLocal: () => true }), [
    { release: rhelNew, hasModules: false },
    { release: rhel, hasModules: true },
  ]);
});

test('a folder on a mount that may hang is not looked into: the modules tell, or it is not known', (t) => {
  const root = makeTree(t, packaged(deb(9), deb(27)));
  const looked: string[] = [];
  const beside = (away: string) => (path: string) => {
    looked.push(path);
    return path !== away && !path.startsWith(`${away}/`);
  };
  const told = (running: string, away: string) => {
    const { required, reasons, unknown_because } = readRebootOf(root, running, beside(away));
    return [required, reasons.map(({ code }) => code).join(), unknown_because?.code ?? null];
  };
  assert.deepEqual(told(deb(27), '/boot'), [false, '', null]);
  assert.deepEqual(told(deb(9), '/boot'), [true, 'kernel_outdated', null]);
  assert.deepEqual(told(deb(9), '/usr'), [true, 'kernel_outdated', null], 'the images in /boot tell it as well');
  const otherBuild = makeTree(t, { ...packaged(deb(27)), [image]: imageOf('6.1.128-1'), ...runs });
  assert.equal(readRebootOf(otherBuild, deb(27)).required, null);
  assert.equal(readRebootOf(otherBuild, deb(27), beside('/boot')).required, false);
  const onlyImage = makeTree(t, { ...usrMerged, ...images(deb(27)) });
  assert.equal(readRebootOf(onlyImage, deb(27)).required, false);
  assert.deepEqual(readInstalledKernels({ root: onlyImage, isLocal: beside('/boot') }), []);
  assert.equal(readRebootOf(onlyImage, deb(27), beside('/boot')).unknown_because?.code, 'kernel_not_installed');
  assert.deepEqual(readInstalledKernels({ root, isLocal: (path) => !/^\/(usr|boot)(\/|$)/.test(path) }), []);
  assert.ok(looked.includes('/boot') && looked.includes('/lib/modules'));
});

const stale = packaged(deb(9), deb(27));
const initialNamespace: Tree = { 'proc/1/ns/pid': { link: 'pid:[4026531836]' } };
const otherNamespace: Tree = { 'proc/1/ns/pid': { link: 'pid:[4026532201]' } };
const hostRoot = '27 1 253:0 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n';
const mounts = (first: string, own: string): Tree => ({ 'proc/1/mountinfo': first, 'proc/self/mountinfo': own });
const sameRoot = mounts(`${hostRoot}30 27 0:22 / /sys rw - sysfs sysfs rw\n`, hostRoot);
const sandboxed = mounts(hostRoot, '90 27 253:0 / / ro,relatime - ext4 /dev/vda1 rw\n');
const otherRoot = mounts(hostRoot, '90 27 0:55 / / rw,relatime - overlay overlay rw,lowerdir=/a\n');
const otherFolder = mounts(hostRoot, '90 27 253:0 /var/lib/machines/a / rw,relatime - ext4 /dev/vda1 rw\n');
const containers: [name: string, tree: Tree, unknown: string | null][] = [
  ['nspawn and others by systemd', { 'run/systemd/container': 'systemd-nspawn' }, 'container'],
  ['docker, where PID 1 may not be looked at', { '.dockerenv': '' }, 'container'],
  ['podman, where PID 1 may not be looked at', { 'run/.containerenv': '' }, 'container'],
  ['by the environment of PID 1', { 'proc/1/environ': 'PATH=/bin\0container=lxc\0' }, 'container'],
  ['an empty container= says nothing', { 'proc/1/environ': 'container=\0' }, null],
  ['a variable that ends likewise', { 'proc/1/environ': 'mycontainer=lxc\0' }, null],
  ['no mark', { 'run/systemd/system': null }, null],
  ['a PID namespace of its own, without any mark', { ...otherNamespace, ...sameRoot }, 'container'],
  ["the scanner's namespace", { 'proc/self/ns/pid': { link: 'pid:[4026532201]' } }, 'container'],
  ["PID 1's namespace says more than the scanner's", { ...initialNamespace, 'proc/self/ns/pid': { link: 'x' } }, null],
  ['a leftover /.dockerenv on a host', { ...initialNamespace, ...sameRoot, '.dockerenv': '' }, null],
  ['a leftover /run/.containerenv on a host', { ...initialNamespace, ...sameRoot, 'run/.containerenv': '' }, null],
  ['a /.dockerenv and an unknown root', { ...initialNamespace, '.dockerenv': '' }, 'container'],
  ['a /.dockerenv and an unknown namespace', { ...sameRoot, '.dockerenv': '' }, 'container'],
  [
    "a leftover /.dockerenv in PID 1's mount namespace",
    {
      ...initialNamespace,
      'proc/1/ns/mnt': { link: 'mnt:[7]' },
      'proc/self/ns/mnt': { link: 'mnt:[7]' },
      '.dockerenv': '',
    },
    null,
  ],
  ['the same in the sandbox of a service', { ...initialNamespace, ...sandboxed, '.dockerenv': '' }, null],
  ["a container in the host's PID namespace", { ...initialNamespace, ...otherRoot }, 'other_root'],
  ['the same on a folder of the host', { ...initialNamespace, ...otherFolder }, 'other_root'],
];
for (const [name, tree, unknown] of containers) {
  test(`container: ${name}`, (t) => {
    const root = makeTree(t, { ...stale, ...tree });
    const expected =
      unknown === null ? { required: true, reasons: [outdated(deb(9), deb(27))] } : { required: null, reasons: [] };
    assert.deepEqual(verdict(root, deb(9)), { ...expected, unknown });
  });
}

test('kernels: a kernel without any module never had some here', (t) => {
  const root = makeTree(t, { ...packaged(deb(27)), 'proc/modules': '' });
  const expected = { required: null, reasons: [], unknown: 'kernel_not_installed' };
  assert.deepEqual(verdict(root, '6.2.9-linode160'), expected);
});

test('kernels: a kernel with modules loaded misses them', (t) => {
  const root = makeTree(t, { ...packaged(deb(27)), 'proc/modules': 'ext4 1 0 - Live 0x0\n' });
  assert.deepEqual(verdict(root, deb(26)).reasons, [outdated(deb(26), deb(27)), missing(deb(26))]);
});

/** A bzImage of x86 as far as its header is read. */
function bzImage(version: string, setup = 0x3800): string {
  const header = `${'\0'.repeat(0x202)}HdrS\x0f\x02${'\0'.repeat(6)}${String.fromCharCode(setup & 0xff, setup >> 8)}`;
  return `${header.padEnd(0x200 + setup, '\0')}${version}\0${'\x90'.repeat(100)}`;
}

const debian = (version: string) => `#1 SMP PREEMPT_DYNAMIC Debian ${version} (2024-11-22)`;
const imageOf = (version: string, release = deb(27)) =>
  bzImage(`${release} (debian-kernel@lists.debian.org) ${debian(version)}`);
const booted = (seconds: number): Tree => ({ 'proc/stat': `cpu 1\nbtime ${seconds}\n` });
const runs: Tree = { 'proc/sys/kernel/version': `${debian('6.1.119-1')}\n`, ...booted(1) };
const later = Math.floor(Date.now() / 1000) + 3600;
const image = `boot/vmlinuz-${deb(27)}`;
const builds: [name: string, tree: Tree, current: boolean | null][] = [
  ['the image is the build that runs, installed anew after the boot', { [image]: imageOf('6.1.119-1'), ...runs }, true],
  [
    'a name that ends in a blank, as it was cut off',
    {
      [image]: `${imageOf('6.1.119-1').replace('(2024-11-22)', '(2024-11- ')}`,
      ...runs,
      'proc/sys/kernel/version': `${debian('6.1.119-1').replace('(2024-11-22)', '(2024-11-')} \n`,
    },
    true,
  ],
  ['the image is another build', { [image]: imageOf('6.1.128-1'), ...runs }, null],
  ['the image is another build, and no time tells', { [image]: imageOf('6.1.128-1'), ...runs, ...booted(later) }, null],
  ['an image without a header came after the boot', { [image]: 'ARM', ...runs }, null],
  ['an image without a header was there at the boot', { [image]: 'ARM', ...runs, ...booted(later) }, true],
  ['an image beside the modules', { [`usr/lib/modules/${deb(27)}/vmlinuz`]: imageOf('6.1.128-1'), ...runs }, null],
  ['the image names another release', { [image]: imageOf('6.1.128-1', deb(28)), ...runs, ...booted(later) }, true],
  [
    'the name begins beyond the image',
    { [image]: bzImage('', 0xffff).slice(0, 0x400), ...runs, ...booted(later) },
    true,
  ],
  ['the running kernel does not name itself', { [image]: imageOf('6.1.128-1'), ...booted(later) }, true],
  ['no time and no name', { [image]: '' }, true],
];
for (const [name, tree, current] of builds) {
  test(`kernels: the same release on disk: ${name}`, (t) => {
    const root = makeTree(t, { ...usrMerged, ...modulesDep(deb(27)), ...tree });
    const { required, unknown_because, kernel_current } = readRebootOf(root, deb(27));
    assert.deepEqual([required, kernel_current], current === null ? [null, null] : [false, true]);
    assert.equal(unknown_because?.code ?? null, current === null ? 'kernels_not_comparable' : null);
    if (current === null) assert.match(unknown_because!.message, /another build, or came to disk after the boot/);
  });
}

test('kernels: another build takes away no other reason', (t) => {
  const tree = { ...usrMerged, ...modulesDep(deb(27)), [image]: imageOf('6.1.128-1'), ...runs };
  const root = makeTree(t, { ...tree, 'run/reboot-required': '' });
  const { required, unknown_because, kernel_current } = readRebootOf(root, deb(27));
  assert.deepEqual([required, unknown_because, kernel_current], [true, null, null]);
});

test('kernels: nothing is said if the running one is not known', (t) => {
  const root = makeTree(t, stale);
  assert.deepEqual(verdict(root, null), { required: null, reasons: [], unknown: 'kernel_unknown' });
});

test('an unknown answer has a sentence that names the evidence', (t) => {
  const messageOf = (tree: Tree, running: string) => {
    const root = makeTree(t, tree);
    return readRebootOf(root, running).unknown_because?.message;
  };
  assert.match(messageOf({ ...stale, '.dockerenv': '' }, deb(9)) ?? '', /container.*\/\.dockerenv exists/);
  const vague = packaged('6.1.0-acme7-arm', '6.1.0-acme8-arm');
  assert.match(messageOf(vague, '6.1.0-acme7-arm') ?? '', /6\.1\.0-acme8-arm.*6\.1\.0-acme7-arm/);
});

const flags: [name: string, tree: Tree, reasons: object[]][] = [
  ['no file', {}, []],
  [
    'without packages',
    { 'run/reboot-required': '' },
    [{ code: 'reboot_required_file', path: '/run/reboot-required', packages: [] }],
  ],
  [
    'packages, each once, sorted',
    {
      'run/reboot-required': '*** System restart required ***\n',
      'run/reboot-required.pkgs': 'linux-base\nlibc6\n\nlibc6\n linux-base \n',
    },
    [{ code: 'reboot_required_file', path: '/run/reboot-required', packages: ['libc6', 'linux-base'] }],
  ],
  ['packages without the file', { 'run/reboot-required.pkgs': 'libc6\n' }, []],
  [
    '/var/run that is no link',
    { 'var/run/reboot-required': '' },
    [{ code: 'reboot_required_file', path: '/var/run/reboot-required', packages: [] }],
  ],
  ['SUSE', { 'run/reboot-needed': '' }, [{ code: 'reboot_needed_file', path: '/run/reboot-needed' }]],
  [
    'files count in a container too',
    { '.dockerenv': '', 'run/reboot-needed': '' },
    [{ code: 'reboot_needed_file', path: '/run/reboot-needed' }],
  ],
];
for (const [name, tree, reasons] of flags) {
  test(`files: ${name}`, (t) => {
    const root = makeTree(t, tree);
    const required = reasons.length > 0 ? true : null;
    const unknown = required ? null : 'kernel_not_installed';
    assert.deepEqual(verdict(root, deb(27)), { required, reasons, unknown });
  });
}

const imageRows: [name: string, tree: Tree, reasons: object[]][] = [
  ['ostree, nothing staged', { 'run/ostree-booted': '', 'run/ostree/deployment-state': null }, []],
  [
    'ostree, staged',
    { 'run/ostree-booted': '', 'run/ostree/staged-deployment': 'x' },
    [{ code: 'image_staged', path: '/run/ostree/staged-deployment' }],
  ],
  [
    'ostree, staged but locked: a reboot does not boot it',
    { 'run/ostree-booted': '', 'run/ostree/staged-deployment': 'x', 'run/ostree/staged-deployment-locked': '' },
    [],
  ],
  ['a host that was not booted from ostree', { 'run/ostree/staged-deployment': 'x' }, []],
  [
    'ostree in a container',
    { 'run/systemd/container': 'x', 'run/ostree-booted': '', 'run/ostree/staged-deployment': 'x' },
    [],
  ],
  ['NixOS, as booted', nixos('a', 'a', {}), []],
  ['NixOS, switched without a part that a boot loads', nixos('a', 'b', {}), []],
  [
    'NixOS, switched to another kernel',
    nixos('a', 'b', { kernel: 'k2', initrd: 'i2', 'kernel-modules': 'm2' }),
    [{ code: 'system_switched', parts: ['kernel', 'initrd', 'kernel-modules'] }],
  ],
  ['NixOS, another initrd alone', nixos('a', 'b', { initrd: 'i2' }), [{ code: 'system_switched', parts: ['initrd'] }]],
  ['NixOS, a part that cannot be read', nixos('a', 'b', { kernel: null }), []],
  ['NixOS in a container', { ...nixos('a', 'b', { kernel: 'k2' }), 'run/systemd/container': 'x' }, []],
  ['a booted system alone', { 'run/booted-system': { link: '../store/a' } }, []],
];

/** Two systems in a store, of which the booted has k1, i1 and m1, and the current one differs in `changed`; null is no link. */
function nixos(booted: string, current: string, changed: Record<string, string | null>): Tree {
  const parts = { kernel: 'k1', initrd: 'i1', 'kernel-modules': 'm1' };
  const links = (system: string, of: Record<string, string | null>): Tree =>
    Object.fromEntries(
      Object.entries(of).flatMap(([part, to]) => (to === null ? [] : [[`store/${system}/${part}`, { link: to }]])),
    );
  return {
    ...links(booted, parts),
    ...(booted === current ? {} : links(current, { ...parts, ...changed })),
    'run/booted-system': { link: `../store/${booted}` },
    'run/current-system': { link: `../store/${current}` },
  };
}

for (const [name, tree, reasons] of imageRows) {
  test(`images: ${name}`, (t) => {
    const { required, reasons: found } = verdict(makeTree(t, tree), deb(27));
    assert.deepEqual([required, found], [reasons.length > 0 ? true : null, reasons]);
  });
}

const currentRows: [name: string, running: string | null, tree: Tree, current: boolean | null][] = [
  ['the newest runs', deb(27), packaged(deb(26), deb(27)), true],
  ['the newest runs, and a file wants a reboot', deb(27), { ...packaged(deb(27)), 'run/reboot-required': '' }, true],
  ['a newer one is installed', deb(26), packaged(deb(26), deb(27)), false],
  ['a newer one is installed, and the running one is gone', deb(26), packaged(deb(27)), false],
  ['the running one is not on disk', deb(27), packaged(deb(26)), null],
  ['no kernel is on disk, and a file wants a reboot', deb(27), { 'run/reboot-required': '' }, null],
  ['the release is not known', null, packaged(deb(27)), null],
  ['a container', deb(27), { ...packaged(deb(27)), '.dockerenv': '', 'run/reboot-required': '' }, null],
];
for (const [name, running, tree, current] of currentRows) {
  test(`the running kernel is the newest: ${name}`, (t) => {
    assert.equal(readRebootOf(makeTree(t, tree), running).kernel_current, current);
  });
}

const patch = (name: string, enabled: string, transition: string): Tree => ({
  [`sys/kernel/livepatch/${name}/enabled`]: enabled,
  [`sys/kernel/livepatch/${name}/transition`]: transition,
});
const livepatchRows: [name: string, tree: Tree, livepatches: object[] | null][] = [
  ['none is loaded', { 'sys/kernel/livepatch': null }, []],
  ['the kernel cannot', { 'sys/kernel': null }, []],
  ['no sysfs', {}, null],
  ['in force', patch('lkp_a', '1\n', '0\n'), [{ name: 'lkp_a', state: 'enabled' }]],
  ['being put in force', patch('lkp_a', '1\n', '1\n'), [{ name: 'lkp_a', state: 'transition' }]],
  ['being taken back', patch('lkp_a', '0\n', '1\n'), [{ name: 'lkp_a', state: 'transition' }]],
  ['disabled', patch('lkp_a', '0\n', '0\n'), []],
  ['without its files', { 'sys/kernel/livepatch/lkp_a': null }, [{ name: 'lkp_a', state: null }]],
  ['an answer that is none', patch('lkp_a', 'x', '0\n'), [{ name: 'lkp_a', state: null }]],
  [
    'several, by name',
    { ...patch('lkp_b', '1\n', '0\n'), ...patch('lkp_a', '1\n', '0\n') },
    [
      { name: 'lkp_a', state: 'enabled' },
      { name: 'lkp_b', state: 'enabled' },
    ],
  ],
  ['a container', { ...patch('lkp_a', '1\n', '0\n'), '.dockerenv': '' }, null],
];
for (const [name, tree, livepatches] of livepatchRows) {
  test(`live patches: ${name}`, (t) => {
    assert.deepEqual(readRebootOf(makeTree(t, tree), deb(27)).livepatches, livepatches);
  });
}

test('live patches are those of the running kernel: with another procfs nothing is said', (t) => {
  const root = makeTree(t, { ...patch('lkp_a', '1\n', '0\n'), ...initialNamespace, 'host/proc/modules': '' });
  const init = readInitEvidence(join(root, 'proc'));
  assert.equal(
    readReboot({ root, procPath: join(root, 'host/proc'), init, isLocal: () => true }, deb(27)).livepatches,
    null,
  );
});

test('a live patch never takes a reason away', (t) => {
  const root = makeTree(t, { ...stale, ...patch('lkp_a', '1\n', '0\n') });
  assert.deepEqual(verdict(root, deb(9)).reasons, [outdated(deb(9), deb(27))]);
});

/** The one reason of the tree; times of files are set by `prepare`. */
function sinceOf(t: TestContext, tree: Tree, running: string, prepare: (root: string) => void = () => {}) {
  const root = makeTree(t, tree);
  prepare(root);
  const reasons = readRebootOf(root, running).reasons;
  assert.equal(reasons.length, 1);
  return { root, since: reasons[0]!.since };
}

const longAgo = new Date('2026-01-02T03:04:05Z');
const flagFiles: [path: string, also: Tree][] = [
  ['run/reboot-required', {}],
  ['run/reboot-needed', {}],
  ['run/ostree/staged-deployment', { 'run/ostree-booted': '' }],
];
for (const [path, also] of flagFiles) {
  test(`since: ${path} was written`, (t) => {
    const set = (root: string) => utimesSync(join(root, path), longAgo, longAgo);
    assert.equal(sinceOf(t, { ...also, [path]: '' }, deb(27), set).since, '2026-01-02T03:04:05Z');
  });

  test(`since: ${path} is of a time to come`, (t) => {
    const tomorrow = new Date(Date.now() + 86_400_000);
    const set = (root: string) => utimesSync(join(root, path), tomorrow, tomorrow);
    const { root, since } = sinceOf(t, { ...also, [path]: '' }, deb(27), set);
    assert.equal(since, path.includes('ostree') ? null : birthOf(root, path));
  });
}

test('since: a flag file that was written again counts from its birth', (t) => {
  const path = 'run/reboot-required';
  const root = makeTree(t, { [path]: '' });
  const born = birthOf(root, path);
  const soon = new Date(Date.now() + 500);
  utimesSync(join(root, path), soon, soon);
  const { since } = readRebootOf(root, deb(27)).reasons[0]!;
  assert.ok(since != null && (born === null || since === born), `${since} is not ${born}`);
});

test('since: NixOS was switched, by its link and not by the system that it names', (t) => {
  const tree = nixos('a', 'b', { kernel: 'k2' });
  const set = (root: string) => lutimesSync(join(root, 'run/current-system'), longAgo, longAgo);
  assert.equal(sinceOf(t, tree, deb(27), set).since, '2026-01-02T03:04:05Z');
});

const installs: [name: string, tree: Tree, file: string][] = [
  ['its image', stale, `boot/vmlinuz-${deb(27)}`],
  ['an image beside the modules', arch(deb(27)), `usr/lib/modules/${deb(27)}/vmlinuz`],
  [
    'its modules',
    { ...usrMerged, [`usr/lib/modules/${deb(27)}/kernel/a.ko`]: '' },
    `usr/lib/modules/${deb(27)}/kernel`,
  ],
];
for (const [name, tree, file] of installs) {
  test(`since: the newest kernel came to disk with ${name}, whatever the package says`, (t) => {
    // The running kernel's modules never were here.
    const set = (root: string) => utimesSync(join(root, file), longAgo, longAgo);
    const { root, since } = sinceOf(t, { ...tree, 'proc/modules': '' }, deb(9), set);
    assert.equal(since, birthOf(root, file));
  });
}

test('since: nothing tells when the modules of the running kernel went', (t) => {
  assert.equal(sinceOf(t, packaged(deb(26)), deb(27)).since, null);
});

/** null if the file system of the temporary folder does not know births. */
function birthOf(root: string, path: string): string | null {
  const { birthtimeNs } = statSync(join(root, path), { bigint: true });
  return birthtimeNs > 0n ? formatTimeNs(birthtimeNs) : null;
}
