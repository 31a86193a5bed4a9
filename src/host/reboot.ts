// Does the host want a reboot, as far as its files say: a newer kernel of the running flavour, the running kernel's modules
// gone, or a flag that packages leave. Debian policy /run/reboot-required, SUSE /run/reboot-needed.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Reboot, RebootReason } from '../documents/generated/report.ts';
import { readHostFile } from './files.ts';
import { compareReleases, isSameFlavour } from './kernel-version.ts';

/** Files that a container manager leaves in the containers that it starts: container-interface of systemd, docker, podman. */
const containerMarks = ['run/systemd/container', '.dockerenv', 'run/.containerenv'];
const moduleFolders = ['lib/modules', 'usr/lib/modules'];

/** @param running the running kernel's release, null where it is not known */
export function readReboot(root: string, running: string | null): Reboot {
  const inContainer = containerMarks.some((mark) => existsSync(join(root, mark)));
  const installed = inContainer || running === null ? [] : readInstalledKernels(root);
  const reasons = [...readFlags(root), ...(running === null ? [] : judgeKernel(running, installed))];
  // Without any installed kernel in sight (a container, a virtual machine started with a kernel of its host) nobody can say.
  const known = installed.length > 0;
  return { required: reasons.length > 0 ? true : known ? false : null, reasons };
}

function judgeKernel(running: string, installed: readonly string[]): RebootReason[] {
  const ofFlavour = installed.filter((release) => isSameFlavour(release, running)).sort(compareReleases);
  const newest = ofFlavour.at(-1);
  if (newest !== undefined && compareReleases(newest, running) > 0) {
    return [{ code: 'kernel_outdated', running, installed: newest }];
  }
  // Arch removes the running kernel's modules with the upgrade; where no kernel is installed at all, nothing was removed.
  return installed.length > 0 && !installed.includes(running) ? [{ code: 'kernel_modules_missing', running }] : [];
}

/** Releases that have an image in /boot, or modules that depmod knows: packages leave empty folders behind. */
function readInstalledKernels(root: string): string[] {
  const releases = new Set<string>();
  for (const name of list(join(root, 'boot'))) {
    const match = /^(?:vmlinuz|vmlinux|Image|kernel)-([0-9].*)$/.exec(name);
    if (match && !/\.(old|hmac|sig|gz\.sig)$/.test(name)) releases.add(match[1] ?? '');
  }
  for (const folder of moduleFolders) {
    for (const release of list(join(root, folder))) {
      const whole = ['modules.dep', 'vmlinuz'].some((file) => existsSync(join(root, folder, release, file)));
      if (whole && /^[0-9]/.test(release)) releases.add(release);
    }
  }
  return [...releases];
}

function readFlags(root: string): RebootReason[] {
  const reasons: RebootReason[] = [];
  const required = ['run/reboot-required', 'var/run/reboot-required'].find((path) => existsSync(join(root, path)));
  if (required) {
    const packages = (readHostFile(root, `${required}.pkgs`) ?? '').split('\n').map((line) => line.trim());
    const names = [...new Set(packages.filter(Boolean))].sort();
    reasons.push({ code: 'reboot_required_file', path: `/${required}`, packages: names });
  }
  if (existsSync(join(root, 'run/reboot-needed'))) {
    reasons.push({ code: 'reboot_needed_file', path: '/run/reboot-needed' });
  }
  return reasons;
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return [];
  }
}
