// The reasons for a reboot and the facts of the host -> full, soft, or null: never soft if something may want more than that.

import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { Host, RebootReason, Unit } from '../../src/documents/generated/report.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { facts, libc, report, unit } from '../support/reports.ts';

const since = null;
const dbus = unit('dbus.service', [libc]);
const surviving = (survives: boolean) =>
  unit('dbus.service', [libc], { systemd: { ...facts, survives_soft_reboot: survives } });
const kernel: RebootReason = { code: 'kernel_outdated', running: '6.1.0-9', installed: '6.1.0-27', since };
const flag = (...packages: string[]): RebootReason => ({
  ...{ code: 'reboot_required_file', path: '/run/reboot-required', packages, since },
});

/** A host on which a soft reboot can be enough: its newest kernel runs, and its systemd knows soft reboots. */
function planFor(
  reasons: RebootReason[],
  units: Unit[] = [],
  more: Partial<Host> = {},
  current: boolean | null = true,
) {
  const required = reasons.length > 0;
  const reboot = { required, reasons, unknown_because: null, kernel_current: current, livepatches: [] };
  return buildPlan(report({ units, host: { init: 'systemd', systemd_version: 254, reboot, ...more } }), [], '');
}

const packageRows: [packages: string[], kind: 'full' | 'soft' | null][] = [
  [['libc6'], 'soft'],
  [['dbus', 'libc6', 'systemd'], 'soft'],
  [['libgnutls30t64', 'libpam0g', 'libssl3'], 'soft'],
  // A list that nobody wrote
  [[], null],
  // A package of which nothing is known, alone and beside others
  [['acme-driver'], null],
  [['acme-driver', 'libc6'], null],
  [['acme-driver', 'linux-base'], 'full'],
  [['libc6-acme'], null],
  [['linux-image-6.1.0-27-amd64'], 'full'],
  [['libc6', 'linux-base'], 'full'],
  [['intel-microcode'], 'full'],
  [['firmware-iwlwifi'], 'full'],
  [['linux-firmware'], 'full'],
  [['raspi-firmware'], 'full'],
  [['grub-efi-amd64'], 'full'],
  [['shim-signed'], 'full'],
  [['systemd-boot'], 'full'],
  [['cryptsetup-initramfs'], 'full'],
  [['dracut-core'], 'full'],
  [['initramfs-tools'], 'full'],
];
for (const [packages, kind] of packageRows) {
  test(`a flag file for ${packages.join(', ') || 'nobody'}: ${kind}`, () => {
    equal(planFor([flag(...packages)]).reboot.kind, kind);
  });
}

const libc6 = flag('libc6');
const rows: [name: string, kind: 'full' | 'soft' | null, plan: ReturnType<typeof planFor>][] = [
  ['no reboot is required', null, planFor([])],
  ['a unit', 'soft', planFor([], [dbus])],
  ['a unit and libc', 'soft', planFor([libc6], [dbus])],
  ['a newer kernel', 'full', planFor([kernel], [], {}, false)],
  ['a newer kernel beside a unit', 'full', planFor([kernel], [dbus], {}, false)],
  ['modules are gone', 'full', planFor([{ code: 'kernel_modules_missing', running: '6.1.0', since }], [], {}, null)],
  ['an image is staged', 'full', planFor([{ code: 'image_staged', path: '/run/ostree/staged-deployment', since }])],
  ['the system was switched', 'full', planFor([{ code: 'system_switched', parts: ['initrd'], since }])],
  [
    'newer microcode in the initrd',
    'full',
    planFor([
      { code: 'microcode_outdated', running: '0xf0', installed: '0xf6', path: '/boot/initrd.img-6.1.0', since },
    ]),
  ],
  ['a flag file of SUSE', null, planFor([{ code: 'reboot_needed_file', path: '/run/reboot-needed', since }])],
  ['nobody knows whether a newer kernel waits', null, planFor([libc6], [dbus], {}, null)],
  ['systemd before soft reboots', null, planFor([libc6], [], { systemd_version: 253 })],
  ['a later systemd', 'soft', planFor([libc6], [], { systemd_version: 262 })],
  ['the version of systemd is not known', null, planFor([libc6], [dbus], { systemd_version: null })],
  ['a newer kernel, without systemd', 'full', planFor([kernel], [], { init: 'openrc', systemd_version: null }, false)],
  ['a unit that ends', 'soft', planFor([], [surviving(false)], { systemd_version: 257 })],
  ['a unit that a soft reboot leaves as it is', 'full', planFor([], [surviving(true)], { systemd_version: 257 })],
  ['a unit of which nobody knows whether it survives', null, planFor([], [dbus], { systemd_version: 257 })],
  ['no systemd', null, planFor([libc6], [], { init: 'openrc', systemd_version: null })],
];
for (const [name, kind, plan] of rows) {
  test(`${name}: ${kind}`, () => equal(plan.reboot.kind, kind));
}

test('a soft reboot names the units that it leaves as they are', () => {
  const keeper = unit('keeper.service', [libc], { systemd: { ...facts, survives_soft_reboot: true } });
  const modern = { systemd_version: 257 };
  deepEqual(planFor([libc6], [surviving(false), keeper], modern).reboot.survivors, ['keeper.service']);
  deepEqual(planFor([libc6], [dbus]).reboot.survivors, [], 'no unit survives systemd 254');
  deepEqual(planFor([libc6], [keeper, unit('a.service', [libc])], modern).reboot.survivors, null);
  deepEqual(planFor([kernel], [keeper], modern, false).reboot.survivors, null, 'a full reboot ends all');
});

test('a report before 1.4 knows neither the kernel nor since when: never soft', () => {
  const old = { required: true, reasons: [{ code: 'reboot_needed_file', path: '/run/reboot-needed' } as const] };
  const { reboot } = buildPlan(report({ units: [dbus], host: { systemd_version: 257, reboot: old } }), [], '');
  deepEqual(reboot.reasons, [
    { code: 'reboot_needed_file', path: '/run/reboot-needed', since: null },
    { code: 'unit', unit: 'dbus.service' },
  ]);
  equal(reboot.kind, null);
});

test('a unit alone in a report before 1.4', () => {
  const old = { required: false, reasons: [] };
  const host = { systemd_version: 257, reboot: old };
  equal(buildPlan(report({ units: [dbus], host }), [], '').reboot.kind, null);
});

test('a soft reboot is advice: no command of the plan reboots', () => {
  const { reboot, actions } = planFor([libc6], [dbus]);
  equal(reboot.kind, 'soft');
  deepEqual(
    actions.map(({ action, argv }) => [action, argv]),
    [['reboot', null]],
  );
});
