import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
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
/** Fedora and RHEL: an image beside the modules too, and a rescue image that is no version. */
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

const outdated = (running: string, installed: string) => ({ code: 'kernel_outdated', running, installed });
const missing = (running: string) => ({ code: 'kernel_modules_missing', running });

const deb = (abi: number, flavour = 'amd64') => `6.1.0-${abi}-${flavour}`;
const rhel = '5.14.0-362.8.1.el9_3.x86_64';
const rhelNew = '5.14.0-362.18.1.el9_3.x86_64';
const rows: [name: string, running: string, tree: Tree, required: boolean | null, reasons: object[]][] = [
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
  ['no kernel on disk (started with a kernel from outside)', '6.18.44-fc', { boot: null, etc: null }, null, []],
  ['/boot alone, of another kernel', '6.18.44-fc', images(deb(27)), null, []],
];
for (const [name, running, tree, required, reasons] of rows) {
  test(`kernels: ${name}`, (t) => {
    const root = makeTree(t, tree);
    assert.deepEqual(readReboot(root, join(root, 'proc'), running), { required, reasons });
  });
}

test('kernels: what is installed, a rescue image left out', (t) => {
  const tree = { ...fedora(rhel), ...images(rhelNew), 'boot/config-6.0.0': '', 'boot/initrd.img-6.0.0': '' };
  assert.deepEqual(readInstalledKernels(makeTree(t, tree)), [
    { release: rhelNew, hasModules: false },
    { release: rhel, hasModules: true },
  ]);
});

const stale = packaged(deb(9), deb(27));
const containers: [name: string, tree: Tree, skipped: boolean][] = [
  ['nspawn and others by systemd', { 'run/systemd/container': 'systemd-nspawn' }, true],
  ['docker', { '.dockerenv': '' }, true],
  ['podman', { 'run/.containerenv': '' }, true],
  ['by the environment of PID 1', { 'proc/1/environ': 'PATH=/bin\0container=lxc\0' }, true],
  ['an empty container= says nothing', { 'proc/1/environ': 'container=\0' }, false],
  ['a variable that ends likewise', { 'proc/1/environ': 'mycontainer=lxc\0' }, false],
  ['no mark', { 'run/systemd/system': null }, false],
];
for (const [name, tree, skipped] of containers) {
  test(`container: ${name}`, (t) => {
    const root = makeTree(t, { ...stale, ...tree });
    const expected = skipped
      ? { required: null, reasons: [] }
      : { required: true, reasons: [outdated(deb(9), deb(27))] };
    assert.deepEqual(readReboot(root, join(root, 'proc'), deb(9)), expected);
  });
}

test('kernels: a kernel without any module never had some here', (t) => {
  const root = makeTree(t, { ...packaged(deb(27)), 'proc/modules': '' });
  assert.deepEqual(readReboot(root, join(root, 'proc'), '6.2.9-linode160'), { required: null, reasons: [] });
});

test('kernels: a kernel with modules loaded misses them', (t) => {
  const root = makeTree(t, { ...packaged(deb(27)), 'proc/modules': 'ext4 1 0 - Live 0x0\n' });
  assert.deepEqual(readReboot(root, join(root, 'proc'), deb(26)).reasons, [
    outdated(deb(26), deb(27)),
    missing(deb(26)),
  ]);
});

test('kernels: nothing is said where the running one is not known', (t) => {
  const root = makeTree(t, stale);
  assert.deepEqual(readReboot(root, join(root, 'proc'), null), { required: null, reasons: [] });
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
    assert.deepEqual(readReboot(root, join(root, 'proc'), deb(27)), {
      required: reasons.length > 0 ? true : null,
      reasons,
    });
  });
}
