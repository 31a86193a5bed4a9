// What the host itself says about a reboot: the kernels on disk against the running one, and the files by which packages
// ask for it: Debian's and Ubuntu's reboot-required, SUSE's reboot-needed.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Reboot, RebootReason } from '../documents/generated/report.ts';
import { readInContainer } from './container.ts';
import { readHostFile } from './files.ts';
import { compareKernelVersions, parseKernelVersion } from './kernel-version.ts';
import { type InstalledKernel, readInstalledKernels } from './kernels.ts';

interface KernelJudgement {
  reasons: RebootReason[];
  /** Whether the running kernel is among those on disk, so that no reason means no need. */
  known: boolean;
}

/**
 * `required` is null where nothing asks for a reboot and the kernels cannot be compared: in a container, or in a virtual
 * machine that was started with a kernel of its host.
 * @param running the running kernel's release, null where it is not known
 */
export function readReboot(root: string, procPath: string, running: string | null): Reboot {
  const kernel: KernelJudgement =
    running === null || readInContainer(root, procPath)
      ? { reasons: [], known: false }
      : judgeKernels(running, readInstalledKernels(root), loadsModules(procPath));
  const reasons = [...kernel.reasons, ...readRequiredFile(root), ...readNeededFile(root)];
  return { required: reasons.length > 0 ? true : kernel.known ? false : null, reasons };
}

/**
 * @param loads false where the running kernel has no module loaded: such a kernel may have come from outside, and then
 *   its modules were never here. Where no kernel is installed at all, nothing was removed either.
 */
export function judgeKernels(running: string, installed: readonly InstalledKernel[], loads: boolean): KernelJudgement {
  const reasons: RebootReason[] = [];
  const own = parseKernelVersion(running);
  const newest = installed
    .map(({ release }) => ({ release, version: parseKernelVersion(release) }))
    .filter(({ version }) => version.flavour === own.flavour)
    .sort((a, b) => compareKernelVersions(a.version, b.version))
    .at(-1);
  if (newest && compareKernelVersions(newest.version, own) > 0) {
    reasons.push({ code: 'kernel_outdated', running, installed: newest.release });
  }
  const known = installed.some(({ release }) => release === running);
  if (!known && loads && installed.some(({ hasModules }) => hasModules)) {
    reasons.push({ code: 'kernel_modules_missing', running });
  }
  return { reasons, known };
}

/** False only where the list of modules can be read and is empty (proc_modules(5)). */
function loadsModules(procPath: string): boolean {
  return readHostFile(procPath, 'modules') !== '';
}

/** /var/run is a link to /run on hosts of this age; where it is not, the file may be there alone. */
function findFlag(root: string, name: string): string | undefined {
  return [`/run/${name}`, `/var/run/${name}`].find((path) => existsSync(join(root, path)));
}

function readRequiredFile(root: string): RebootReason[] {
  const path = findFlag(root, 'reboot-required');
  if (path === undefined) return [];
  const lines = readHostFile(root, `${path}.pkgs`)?.split('\n') ?? [];
  // A package adds its line each time that it is configured.
  const packages = [...new Set(lines.map((line) => line.trim()).filter(Boolean))].sort();
  return [{ code: 'reboot_required_file', path, packages }];
}

function readNeededFile(root: string): RebootReason[] {
  const path = findFlag(root, 'reboot-needed');
  return path === undefined ? [] : [{ code: 'reboot_needed_file', path }];
}
