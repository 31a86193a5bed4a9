// The reasons for a reboot -> the kind of reboot that cures them: full, soft, or null if that is not known. A soft reboot ends all
// processes and starts the system anew, but the kernel goes on: systemd-soft-reboot.service(8), since 254.

import type { PlanReboot, RebootReason } from '../documents/generated/plan.ts';
import type { Host } from '../documents/generated/report.ts';
import { compileGlob } from '../glob.ts';

type Kind = NonNullable<PlanReboot['kind']> | null;
/** The subject of a reason: something that only a full reboot loads, or processes alone; null if that is not known. */
type Subject = 'boot' | 'processes' | null;

/** The version of systemd that came with soft reboots. */
const softSince = 254;

/** Packages in the list of a flag file. The first match wins; a package that no row knows may want any kind of reboot. */
const packages: readonly { subject: Subject; globs: readonly string[] }[] = [
  {
    subject: 'boot',
    globs: [
      ...['linux-image*', 'linux-base', 'linux-modules*', 'pve-kernel*', 'proxmox-kernel*'],
      ...['linux-firmware*', 'firmware-*', '*-firmware', '*-microcode'],
      ...['grub*', 'shim*', 'systemd-boot*', 'cryptsetup*', 'systemd-cryptsetup', 'dracut*', 'initramfs*'],
    ],
  },
  {
    subject: 'processes',
    globs: [
      ...['libc6', 'libc-bin', 'libssl[0-9]*', 'libgnutls*', 'libpam*', 'dbus', 'dbus-*', 'libdbus-1-3'],
      ...['systemd', 'systemd-sysv', 'systemd-resolved', 'systemd-timesyncd', 'libsystemd0', 'libsystemd-shared'],
    ],
  },
];
const compiled = packages.map(({ subject, globs }) => ({ subject, globs: globs.map(compileGlob) }));

/**
 * @param reasons the plan's reasons; without one there is no reboot to be of a kind
 * @param survivors the units that a soft reboot may leave as they are; null if they are not known
 */
export function rebootKind(
  reasons: readonly RebootReason[],
  { init, systemd_version, reboot }: Pick<Host, 'init' | 'systemd_version' | 'reboot'>,
  survivors: readonly string[] | null,
): Kind {
  if (reasons.length === 0) return null;
  const subjects = reasons.map((reason) => subjectOf(reason, survivors));
  if (subjects.includes('boot')) return 'full';
  const knowsSoft = init === 'systemd' && (systemd_version ?? 0) >= softSince;
  // Another kernel may be waiting if it is not known that the newest runs.
  const isEnough = reboot.kernel_current === true && subjects.every((subject) => subject === 'processes');
  return knowsSoft && isEnough ? 'soft' : null;
}

function subjectOf(reason: RebootReason, survivors: readonly string[] | null): Subject {
  switch (reason.code) {
    case 'kernel_outdated':
    case 'kernel_modules_missing':
    case 'image_staged':
    case 'system_switched':
    case 'microcode_outdated':
      return 'boot';
    case 'reboot_required_file':
      return subjectOfPackages(reason.packages);
    // The file does not say what wants the reboot.
    case 'reboot_needed_file':
      return null;
    // Its processes run on files that are gone, and end with a soft reboot unless the unit survives it.
    case 'unit':
      if (survivors === null) return null;
      return survivors.includes(reason.unit) ? 'boot' : 'processes';
  }
}

function subjectOfPackages(names: readonly string[]): Subject {
  const subjects = names.map(subjectOfPackage);
  if (subjects.includes('boot')) return 'boot';
  return subjects.length > 0 && subjects.every((subject) => subject === 'processes') ? 'processes' : null;
}

function subjectOfPackage(name: string): Subject {
  return compiled.find(({ globs }) => globs.some((glob) => glob(name)))?.subject ?? null;
}
