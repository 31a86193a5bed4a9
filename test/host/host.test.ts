// A made-up host tree -> the host facts of the report, and a problem for each fact that is missing.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { noEvidence } from '../../src/host/container.ts';
import { readHost } from '../../src/host/host.ts';
import { readInit } from '../../src/host/init.ts';
import { deriveHostId, readHostId } from '../../src/host/machine-id.ts';
import { parseOsRelease, readOsRelease } from '../../src/host/os-release.ts';
import { makeTree, type Tree } from '../support/tree.ts';

const machineId = '0123456789abcdef0123456789abcdef';
const bootId = '2a9d5f0e-9b1b-4f60-8d2c-4f3f4d0f8a11';
const whole: Tree = {
  'etc/machine-id': `${machineId}\n`,
  'etc/os-release': 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n',
  'run/systemd/system': null,
  'proc/stat': 'cpu  1 2 3\nintr 5\nbtime 1793592669\nprocesses 7\n',
  'proc/1/comm': 'systemd\n',
  'proc/sys/kernel/hostname': 'web-1\n',
  'proc/sys/kernel/osrelease': '6.1.0-27-amd64\n',
  'proc/sys/kernel/random/boot_id': `${bootId}\n`,
  'usr/lib/modules/6.1.0-28-amd64/modules.dep': '',
  'sys/kernel/livepatch/lkp_a/enabled': '1\n',
  'sys/kernel/livepatch/lkp_a/transition': '0\n',
  'usr/lib/modules/6.1.0-27-amd64/modules.dep': '',
};

test('host: every fact', (t) => {
  const root = makeTree(t, whole);
  assert.deepEqual(readHost({ root, procPath: join(root, 'proc'), init: noEvidence, isLocal: () => true }), {
    host: {
      hostname: 'web-1',
      id: deriveHostId(machineId),
      boot_id: bootId,
      booted_at: '2026-11-02T04:11:09Z',
      os: { id: 'debian', version_id: '12', name: 'Debian GNU/Linux 12 (bookworm)' },
      kernel_release: '6.1.0-27-amd64',
      init: 'systemd',
      reboot: {
        required: true,
        // Without an image, and without a folder `kernel`, nothing on disk was made when the kernel was installed.
        reasons: [{ code: 'kernel_outdated', running: '6.1.0-27-amd64', installed: '6.1.0-28-amd64', since: null }],
        unknown_because: null,
        kernel_current: false,
        livepatches: [{ name: 'lkp_a', state: 'enabled' }],
      },
      microcode: null,
    },
    problems: [],
  });
});

test('host: without any file everything is null, and all but the machine id is a problem', (t) => {
  const root = makeTree(t, {});
  const { host, problems } = readHost({ root, procPath: join(root, 'proc'), init: noEvidence, isLocal: () => true });
  assert.deepEqual(host, {
    hostname: hostname(),
    id: null,
    boot_id: null,
    booted_at: null,
    os: { id: null, version_id: null, name: null },
    kernel_release: null,
    init: 'other',
    reboot: {
      required: null,
      reasons: [],
      unknown_because: { code: 'kernel_unknown', message: 'the release of the running kernel could not be read' },
      kernel_current: null,
      livepatches: null,
    },
    microcode: null,
  });
  assert.equal(problems.length, 4);
  assert.match(problems.join('\n'), /stat.*\n.*boot_id.*\n.*osrelease.*\n.*os-release/);
});

test('machine id: HMAC-SHA256 keyed by its 16 bytes, cut to 128 bits', () => {
  const applicationId = Buffer.from('5d1c3f0a94b24e6f8c07e2a61b9d4f38', 'hex');
  const key = Buffer.from(machineId, 'hex');
  const expected = createHmac('sha256', key).update(applicationId).digest().subarray(0, 16).toString('hex');
  assert.equal(deriveHostId(`${machineId}\n`), expected);
  assert.notEqual(deriveHostId(machineId), machineId);
});

const idRows: [name: string, tree: Tree, from: string | null][] = [
  ['etc', { 'etc/machine-id': machineId }, machineId],
  ['dbus where etc has none', { 'var/lib/dbus/machine-id': `${machineId}\n` }, machineId],
  ['etc before dbus', { 'etc/machine-id': machineId, 'var/lib/dbus/machine-id': `${'f'.repeat(32)}\n` }, machineId],
  ['none', {}, null],
  ['empty, as in an image', { 'etc/machine-id': '', 'var/lib/dbus/machine-id': machineId }, null],
  ['uninitialized', { 'etc/machine-id': 'uninitialized\n', 'var/lib/dbus/machine-id': machineId }, null],
  ['nothing but zeros', { 'etc/machine-id': '0'.repeat(32) }, null],
  ['too short', { 'etc/machine-id': machineId.slice(1) }, null],
  ['too long', { 'etc/machine-id': `${machineId}0` }, null],
  ['no hexadecimal digits', { 'etc/machine-id': 'g'.repeat(32) }, null],
];
for (const [name, tree, from] of idRows) {
  test(`machine id: ${name}`, (t) => {
    assert.equal(readHostId(makeTree(t, tree)), from === null ? null : deriveHostId(from));
  });
}

const osRows: [name: string, line: string, value: string | null][] = [
  ['double quotes', 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"', 'Debian GNU/Linux 12 (bookworm)'],
  ['single quotes', 'PRETTY_NAME=\'Fedora "39" \\$x\'', 'Fedora "39" \\$x'],
  ['no quotes', 'PRETTY_NAME=Arch', 'Arch'],
  ['escapes in double quotes', 'PRETTY_NAME="a \\"b\\" \\$c \\`d\\` \\\\e \\n"', 'a "b" $c `d` \\e \\n'],
  ['an escape without quotes', 'PRETTY_NAME=Arch\\ Linux', 'Arch Linux'],
  ['pieces side by side', `PRETTY_NAME=a"b c"'d e'f`, 'ab cd ef'],
  ['a command substitution stays text', 'PRETTY_NAME="$(id) `id`"', '$(id) `id`'],
  ['unquoted: up to the blank', 'PRETTY_NAME=Arch Linux', 'Arch'],
  ['blanks at the end, carriage return', 'PRETTY_NAME="Arch" \r', 'Arch'],
  ['an open quote', 'PRETTY_NAME="Arch Linux', 'Arch Linux'],
  ['a lone backslash at the end', 'PRETTY_NAME=Arch\\', 'Arch'],
  ['an equals sign in the value', 'PRETTY_NAME="a=b"', 'a=b'],
  ['UTF-8', 'PRETTY_NAME="Großer Bär"', 'Großer Bär'],
  ['the last one counts', 'PRETTY_NAME=a\nPRETTY_NAME=b', 'b'],
  ['NAME where there is no PRETTY_NAME', 'NAME=Gentoo', 'Gentoo'],
  ['empty', 'PRETTY_NAME=""', null],
  ['a comment', '# PRETTY_NAME=x', null],
  ['another name that ends likewise', 'XPRETTY_NAME=x', null],
  ['no assignment', 'PRETTY_NAME', null],
  ['nothing', '', null],
];
for (const [name, line, value] of osRows) {
  test(`os-release: ${name}`, () => assert.equal(parseOsRelease(`${line}\n`).name, value));
}

test('os-release: /etc before /usr/lib, and /usr/lib where /etc has none', (t) => {
  const usr = { 'usr/lib/os-release': 'ID=usr\n' };
  assert.equal(readOsRelease(makeTree(t, { ...usr, 'etc/os-release': 'ID=etc\n' }))?.id, 'etc');
  assert.equal(readOsRelease(makeTree(t, usr))?.id, 'usr');
  assert.equal(readOsRelease(makeTree(t, { ...usr, 'etc/os-release': { link: '../usr/lib/os-release' } }))?.id, 'usr');
  assert.equal(readOsRelease(makeTree(t, {})), null);
});

const initRows: [name: string, tree: Tree, init: string][] = [
  ['systemd by sd_booted', { 'run/systemd/system': null }, 'systemd'],
  ['systemd by PID 1, as in a container that sees the host', { 'proc/1/comm': 'systemd\n' }, 'systemd'],
  ['/run/systemd alone is no systemd', { 'run/systemd/users': null, 'proc/1/comm': 'tini\n' }, 'other'],
  ['OpenRC below init', { 'run/openrc': null, 'run/initctl': '', 'proc/1/comm': 'init\n' }, 'openrc'],
  ['openrc-init', { 'proc/1/comm': 'openrc-init\n' }, 'openrc'],
  ['sysvinit', { 'run/initctl': '', 'proc/1/comm': 'init\n' }, 'sysvinit'],
  ['upstart or busybox', { 'proc/1/comm': 'init\n' }, 'other'],
  ['runit', { 'proc/1/comm': 'runit\n' }, 'other'],
  ['nothing to see', {}, 'other'],
];
for (const [name, tree, init] of initRows) {
  test(`init: ${name}`, (t) => {
    const root = makeTree(t, tree);
    assert.equal(readInit(root, join(root, 'proc')), init);
  });
}
