// Made-up hosts: a processor, the firmware folder and the images in /boot -> which microcode runs, and whether a reboot loads another.
import assert from 'node:assert/strict';
import { chmodSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { noEvidence } from '../../src/host/container.ts';
import { readHost } from '../../src/host/host.ts';
import { readMicrocode } from '../../src/host/microcode/microcode.ts';
import {
  amdContainer,
  archive,
  bytesOf,
  initrd,
  intelUpdate,
  plainInitrd,
  realIntelFile,
  realPatches,
} from '../support/microcode.ts';
import { makeTree, type Tree } from '../support/tree.ts';

const release = '6.1.0-27-amd64';
const newer = '6.1.0-28-amd64';
const kernels = (...releases: string[]): Tree =>
  Object.fromEntries(releases.map((each) => [`usr/lib/modules/${each}/modules.dep`, '']));
const cpus = 'sys/devices/system/cpu';
const versions = (...revisions: string[]): Tree =>
  Object.fromEntries(revisions.map((revision, index) => [`${cpus}/cpu${index}/microcode/version`, `${revision}\n`]));

function cpuinfo(vendor: string, family: number, model: number, stepping: number, flags = 'fpu sse'): Tree {
  const lines = { vendor_id: vendor, 'cpu family': family, model, stepping, flags };
  return {
    'proc/cpuinfo': Object.entries(lines)
      .map(([key, value]) => `${key}\t: ${value}\n`)
      .join(''),
    [`${cpus}/cpufreq`]: null,
  };
}

/** A host with Intel's 06-9e-0b, whose platform is that of the real update. */
const intel = (running: string): Tree => ({
  ...cpuinfo('GenuineIntel', 6, 158, 11),
  ...versions(running, running),
  [`${cpus}/cpu0/microcode/processor_flags`]: '0x2\n',
  ...kernels(release),
});
const rome = (running: string): Tree => ({
  ...cpuinfo('AuthenticAMD', 23, 49, 0),
  ...versions(running),
  ...kernels(release),
});
const updates = (revision: number): string => bytesOf(intelUpdate({ revision }));
const image = (revision: number): string => bytesOf(initrd(intelUpdate({ revision })));
const firmware = (revision: number): Tree => ({ 'usr/lib/firmware/intel-ucode/06-9e-0b': updates(revision) });
const debian = (revision: number, of = release): Tree => ({ [`boot/initrd.img-${of}`]: image(revision) });
const romeUpdates = amdContainer([], [realPatches['fam17h 31-00']]);
const romeFirmware: Tree = { 'usr/lib/firmware/amd-ucode/microcode_amd_fam17h.bin': bytesOf(romeUpdates) };
const romeInitrd: Tree = { [`boot/initrd.img-${release}`]: bytesOf(initrd(romeUpdates, 'AuthenticAMD')) };

/** Files are older than the boot or not. */
const past = 1_000_000_000;
const before = past - 100;
const future = 4_000_000_000;

function read(
  t: TestContext,
  tree: Tree,
  bootTime: number | null = past,
  isLocal: (path: string) => boolean = () => true,
) {
  const root = makeTree(t, { boot: null, ...tree });
  return readMicrocode({ root, procPath: join(root, 'proc'), init: noEvidence, isLocal }, release, bootTime);
}

interface Expected {
  state: string;
  in_initrd?: string | null;
  in_firmware?: string | null;
  running?: string | null;
}

const known = (
  state: string,
  in_initrd: string | null,
  in_firmware: string | null,
  running: string | null = '0xf0',
): Expected => {
  return { state, in_initrd, in_firmware, running };
};
const rows: [name: string, tree: Tree, expected: Expected][] = [
  ['all the same', { ...intel('0xf0'), ...firmware(0xf0), ...debian(0xf0) }, known('current', '0xf0', '0xf0')],
  [
    'the BIOS has the newest',
    { ...intel('0xf8'), ...firmware(0xf0), ...debian(0xf0) },
    known('current', '0xf0', '0xf0', '0xf8'),
  ],
  ['newer in the initrd', { ...intel('0xf0'), ...firmware(0xf6), ...debian(0xf6) }, known('pending', '0xf6', '0xf6')],
  ['newer in the initrd alone', { ...intel('0xf0'), ...debian(0xf6) }, known('pending', '0xf6', null)],
  [
    'the initrd was not made anew',
    { ...intel('0xf0'), ...firmware(0xf6), ...debian(0xf0) },
    known('not_in_initrd', '0xf0', '0xf6'),
  ],
  [
    'the initrd has no early part',
    { ...intel('0xf0'), ...firmware(0xf6), [`boot/initrd.img-${release}`]: bytesOf(plainInitrd) },
    known('not_in_initrd', null, '0xf6'),
  ],
  [
    'a real update, by the name of Debian for early loads',
    {
      ...intel('0xf0'),
      'lib/firmware/intel-ucode/06-9e-0b.initramfs': bytesOf(realIntelFile()),
      ...debian(0xf0),
    },
    known('not_in_initrd', '0xf0', '0xf6'),
  ],
  ['no initrd', { ...intel('0xf0'), ...firmware(0xf6) }, known('unknown', null, '0xf6')],
  [
    'no package of microcode',
    { ...intel('0xf0'), [`boot/initrd.img-${release}`]: bytesOf(plainInitrd) },
    known('unknown', null, null),
  ],
  [
    'the processor is in no update',
    {
      ...intel('0xf0'),
      'usr/lib/firmware/intel-ucode/06-8e-0b': updates(0xf6),
      [`boot/initrd.img-${release}`]: bytesOf(plainInitrd),
    },
    known('unknown', null, null),
  ],
  [
    'an update for another platform',
    {
      ...intel('0xf0'),
      ...debian(0xf0),
      'usr/lib/firmware/intel-ucode/06-9e-0b': bytesOf(intelUpdate({ revision: 0xf6, platforms: 0x20 })),
    },
    known('current', '0xf0', null),
  ],
  [
    'a damaged update',
    { ...intel('0xf0'), ...debian(0xf0), 'usr/lib/firmware/intel-ucode/06-9e-0b': 'x' },
    known('unknown', '0xf0', null),
  ],
  [
    'a packed update',
    { ...intel('0xf0'), ...debian(0xf0), 'usr/lib/firmware/intel-ucode/06-9e-0b.xz': 'x' },
    known('unknown', '0xf0', null),
  ],
  [
    'an empty folder of updates',
    { ...intel('0xf0'), ...debian(0xf0), 'usr/lib/firmware/intel-ucode': null },
    known('unknown', '0xf0', null),
  ],
  [
    'an update that is a link out of its folder',
    { ...intel('0xf0'), ...debian(0xf0), 'usr/lib/firmware/intel-ucode/06-9e-0b': { link: '/etc/passwd' } },
    known('unknown', '0xf0', null),
  ],
  [
    'a newer kernel, whose initrd has a newer one',
    { ...intel('0xf0'), ...kernels(newer), ...debian(0xf0), ...debian(0xf6, newer) },
    known('pending', '0xf6', null),
  ],
  [
    'a newer kernel, whose initrd has none',
    { ...intel('0xf0'), ...kernels(newer), ...debian(0xf6) },
    known('unknown', null, null),
  ],
  ['Fedora', { ...intel('0xf0'), [`boot/initramfs-${release}.img`]: image(0xf6) }, known('pending', '0xf6', null)],
  ['SUSE', { ...intel('0xf0'), [`boot/initrd-${release}`]: image(0xf6) }, known('pending', '0xf6', null)],
  [
    'Arch, by the package of the kernel',
    {
      ...intel('0xf0'),
      [`usr/lib/modules/${release}/pkgbase`]: 'linux\n',
      'boot/initramfs-linux.img': image(0xf6),
      'boot/initramfs-linux-lts.img': image(0xf8),
    },
    known('pending', '0xf6', null),
  ],
  [
    'Arch, an image of its own',
    { ...intel('0xf0'), 'boot/intel-ucode.img': image(0xf6), 'boot/amd-ucode.img': 'x' },
    known('pending', '0xf6', null),
  ],
  [
    'a pkgbase that leads elsewhere',
    { ...intel('0xf0'), [`usr/lib/modules/${release}/pkgbase`]: '../etc/x\n', 'etc/x.img': image(0xf6) },
    known('unknown', null, null),
  ],
  [
    'AMD, newer in the initrd',
    { ...rome('0x830107a'), ...romeFirmware, ...romeInitrd },
    known('pending', '0x830107c', '0x830107c', '0x830107a'),
  ],
  [
    'AMD, current',
    { ...rome('0x830107c'), ...romeFirmware, ...romeInitrd },
    known('current', '0x830107c', '0x830107c', '0x830107c'),
  ],
  [
    'AMD, not in the initrd',
    {
      ...rome('0x830107a'),
      ...romeFirmware,
      [`boot/initrd.img-${release}`]: bytesOf(initrd(amdContainer([], []), 'AuthenticAMD')),
    },
    known('not_in_initrd', null, '0x830107c', '0x830107a'),
  ],
  [
    'AMD, a revision of another processor runs',
    { ...rome('0x1'), ...romeFirmware, ...romeInitrd },
    known('unknown', '0x830107c', '0x830107c', null),
  ],
  [
    'no revision in sysfs',
    { ...cpuinfo('GenuineIntel', 6, 158, 11), ...kernels(release), ...debian(0xf6) },
    known('unknown', null, null, null),
  ],
  [
    'no platform in sysfs',
    { ...cpuinfo('GenuineIntel', 6, 158, 11), ...versions('0xf0'), ...kernels(release), ...debian(0xf6) },
    known('unknown', null, null),
  ],
];
for (const [name, tree, expected] of rows) {
  test(`microcode: ${name}`, (t) => {
    const { microcode, reasons, problems } = read(t, tree);
    const { vendor, kernel_says_old, ...rest } = microcode!;
    assert.deepEqual(rest, expected);
    assert.equal(kernel_says_old, null);
    assert.equal(vendor, tree['proc/cpuinfo']!.toString().includes('AMD') ? 'amd' : 'intel');
    assert.equal(reasons.length, expected.state === 'pending' ? 1 : 0);
    assert.deepEqual(problems, []);
  });
}

const absent: [name: string, tree: Tree][] = [
  ['in a virtual machine', { ...intel('0xf0'), ...cpuinfo('GenuineIntel', 6, 158, 11, 'fpu hypervisor') }],
  ['in a container', { ...intel('0xf0'), 'run/systemd/container': 'lxc' }],
  ['on a processor of another vendor', { ...intel('0xf0'), ...cpuinfo('HygonGenuine', 24, 1, 1) }],
  ['on another architecture', { ...intel('0xf0'), 'proc/cpuinfo': 'processor\t: 0\nCPU implementer\t: 0x41\n' }],
  ['without cpuinfo', kernels(release)],
];
for (const [name, tree] of absent) {
  test(`microcode: null ${name}`, (t) => {
    assert.deepEqual(read(t, { ...tree, ...debian(0xf6) }), { microcode: null, reasons: [], problems: [] });
  });
}

test('microcode: null with a procfs of another host', (t) => {
  const root = makeTree(t, { ...intel('0xf0'), 'host/proc/cpuinfo': intel('0xf0')['proc/cpuinfo']! });
  const places = { root, procPath: join(root, 'host/proc'), init: noEvidence, isLocal: () => true };
  assert.equal(readMicrocode(places, release, past).microcode, null);
});

test('microcode: refused if the host was booted with an initrd that has it', (t) => {
  const stateOf = (bootTime: number | null, tree: Tree = {}) =>
    read(t, { ...intel('0xf0'), ...debian(0xf6), ...tree }, bootTime).microcode?.state;
  assert.equal(stateOf(future), 'refused');
  assert.equal(stateOf(past), 'pending');
  assert.equal(stateOf(null), 'unknown', 'the time of the boot is not known');
  // The host runs another kernel than that of the newer initrd, so this initrd was not in use yet.
  assert.equal(stateOf(future, { ...kernels(newer), ...debian(0xf8, newer) }), 'pending');
});

test('microcode: an initrd with an old date that came to disk after the boot is not refused', (t) => {
  const root = makeTree(t, { ...intel('0xf0'), ...debian(0xf6) });
  utimesSync(join(root, `boot/initrd.img-${release}`), before, before);
  const places = { root, procPath: join(root, 'proc'), init: noEvidence, isLocal: () => true };
  assert.equal(readMicrocode(places, release, past).microcode?.state, 'pending');
});

test('microcode: an initrd that was made anew after the kernel had refused its revision stays refused', (t) => {
  const log = (...lines: string[]): Tree => ({ 'dev/kmsg': lines.map((line) => `${line}\n`).join('') });
  const refused = '3,2,1272,-;microcode: No sha256 digest for patch ID: 0x830107c found';
  const stateOf = (tree: Tree) => read(t, { ...rome('0x830107a'), ...romeInitrd, ...tree }).microcode?.state;
  assert.equal(stateOf({}), 'pending');
  assert.equal(stateOf(log('5,0,0,-;Linux version 6.12', refused)), 'refused');
  assert.equal(stateOf(log('3,2,1272,-;microcode: Patch 0x830107c SHA256 digest mismatch!')), 'refused');
  assert.equal(stateOf(log('3,2,1272,-;microcode: No sha256 digest for patch ID: 0x830107b found')), 'pending');
  // A program of root wrote this one, not the kernel.
  assert.equal(stateOf(log(refused.replace('3,', '11,'))), 'pending');
  // A newer kernel may know the patch.
  const { [`boot/initrd.img-${release}`]: bytes } = romeInitrd;
  assert.equal(stateOf({ ...log(refused), ...kernels(newer), [`boot/initrd.img-${newer}`]: bytes! }), 'pending');
});

test('microcode: several revisions at once are a problem, and the state is not known', (t) => {
  const { microcode, problems } = read(t, { ...intel('0xf0'), ...versions('0xf0', '0xf6'), ...debian(0xf6) });
  assert.deepEqual([microcode?.running, microcode?.state], [null, 'unknown']);
  assert.match(problems.join('\n'), /^the processors of this host run several revisions of microcode \(0xf0, 0xf6\): /);
});

test("microcode: the kernel's own list, on Intel's processors alone", (t) => {
  const saysOld = (tree: Tree, text: string) =>
    read(t, { ...tree, [`${cpus}/vulnerabilities/old_microcode`]: text }).microcode?.kernel_says_old;
  assert.equal(saysOld(intel('0xf0'), 'Vulnerable\n'), true);
  assert.equal(saysOld(intel('0xf0'), 'Not affected\n'), false);
  assert.equal(saysOld(intel('0xf0'), 'Unknown\n'), null);
  assert.equal(saysOld(rome('0x830107a'), 'Not affected\n'), null);
});

test('microcode: nothing in a folder that may hang, or that others may change, is read', (t) => {
  const tree = { ...intel('0xf0'), ...firmware(0xf0), ...debian(0xf6) };
  const remote = read(t, tree, past, (path) => !path.startsWith('/boot'));
  assert.deepEqual([remote.microcode?.in_initrd, remote.microcode?.state], [null, 'unknown']);
  const remoteFirmware = read(
    t,
    { ...intel('0xf0'), ...firmware(0xf6), ...debian(0xf0) },
    past,
    (path) => !path.includes('firmware'),
  );
  assert.deepEqual([remoteFirmware.microcode?.in_firmware, remoteFirmware.microcode?.state], [null, 'unknown']);
  const root = makeTree(t, tree);
  chmodSync(join(root, 'boot'), 0o777);
  const places = { root, procPath: join(root, 'proc'), init: noEvidence, isLocal: () => true };
  assert.deepEqual(readMicrocode(places, release, past).microcode?.in_initrd, null);
});

test('microcode: an initrd of several early archives', (t) => {
  const tables = archive([{ name: 'kernel/firmware/acpi/dsdt.aml', bytes: Buffer.alloc(300, 1) }]);
  const bytes = bytesOf(Buffer.concat([tables, initrd(intelUpdate({ revision: 0xf6 }))]));
  assert.equal(read(t, { ...intel('0xf0'), [`boot/initrd.img-${release}`]: bytes }).microcode?.in_initrd, '0xf6');
});

test('microcode: a pending one is a reason for a reboot', (t) => {
  const root = makeTree(t, {
    ...intel('0xf0'),
    ...debian(0xf6),
    'proc/stat': `btime ${past}\n`,
    'proc/sys/kernel/osrelease': `${release}\n`,
  });
  const { host } = readHost({ root, procPath: join(root, 'proc'), init: noEvidence, isLocal: () => true });
  assert.equal(host.microcode?.state, 'pending');
  const [reason, ...others] = host.reboot.reasons;
  assert.equal(others.length, 0);
  assert.ok(reason?.code === 'microcode_outdated');
  const { since, ...rest } = reason;
  const path = `/boot/initrd.img-${release}`;
  assert.deepEqual(rest, { code: 'microcode_outdated', running: '0xf0', installed: '0xf6', path });
  assert.match(since ?? '', /^20\d\d-/);
  assert.deepEqual([host.reboot.required, host.reboot.kernel_current], [true, true]);
});
