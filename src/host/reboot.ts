// The host's own files -> whether the host needs a reboot: the kernels on disk are compared with the running one, and packages ask
// for a reboot by files: reboot-required of Debian and Ubuntu, reboot-needed of SUSE.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Reboot, RebootReason, RebootUnknown } from '../documents/generated/report.ts';
import { type HostPlaces, readContainer } from './container.ts';
import { readHostFile } from './files.ts';
import { compareKernelVersions, mayReplace, parseKernelVersion } from './kernel-version.ts';
import { type InstalledKernel, readInstalledKernels } from './kernels.ts';

interface KernelJudgement {
  reasons: RebootReason[];
  /** If there are no reasons: why a reboot may be needed all the same; null if it is not needed. */
  unknown: RebootUnknown | null;
}

/**
 * `required` is null if nothing asks for a reboot and the kernels cannot be compared: in a container, in a virtual machine that
 * was started with a kernel of its host, or if no rule understands the names.
 * @param running release of the running kernel, null if it is not known
 */
export function readReboot({ root, procPath, init }: HostPlaces, running: string | null): Reboot {
  const kernel = judgeKernel(readContainer(root, procPath, init), { root, procPath }, running);
  const reasons = [...kernel.reasons, ...readRequiredFile(root), ...readNeededFile(root)];
  if (reasons.length > 0) return { required: true, reasons, unknown_because: null };
  return { required: kernel.unknown === null ? false : null, reasons, unknown_because: kernel.unknown };
}

function judgeKernel(
  container: RebootUnknown | null,
  { root, procPath }: Pick<HostPlaces, 'root' | 'procPath'>,
  running: string | null,
): KernelJudgement {
  if (container !== null) return { reasons: [], unknown: container };
  if (running !== null) return judgeKernels(running, readInstalledKernels(root), loadsModules(procPath));
  const message = 'the release of the running kernel could not be read';
  return { reasons: [], unknown: { code: 'kernel_unknown', message } };
}

/**
 * @param loads false if the running kernel has no module loaded. Such a kernel may have come from outside, and then its modules
 * were never here. If no kernel is installed at all, nothing was removed either.
 */
function judgeKernels(running: string, installed: readonly InstalledKernel[], loads: boolean): KernelJudgement {
  const reasons: RebootReason[] = [];
  const own = parseKernelVersion(running);
  const versions = installed.map(({ release }) => ({ release, version: parseKernelVersion(release) }));
  const newest = versions
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
  const doubtful = versions.find(({ version }) => mayReplace(version, own))?.release ?? null;
  return { reasons, unknown: explainDoubt(running, known, doubtful) };
}

/** @param doubtful an installed kernel that may be newer than the running one */
function explainDoubt(running: string, known: boolean, doubtful: string | null): RebootUnknown | null {
  if (!known) {
    const message = `the running kernel ${running} is not among the kernels on disk: it may have come from outside`;
    return { code: 'kernel_not_installed', message };
  }
  if (doubtful === null) return null;
  const message = `the names do not tell whether the installed kernel ${doubtful} is newer than the running ${running}, or of another flavour`;
  return { code: 'kernels_not_comparable', message };
}

/** Returns false only if the list of modules can be read and is empty (proc_modules(5)). */
function loadsModules(procPath: string): boolean {
  return readHostFile(procPath, 'modules') !== '';
}

/** /var/run is a link to /run on hosts of this age; if it is not, the file may be only there. */
function findFlag(root: string, name: string): string | undefined {
  return [`/run/${name}`, `/var/run/${name}`].find((path) => existsSync(join(root, path)));
}

function readRequiredFile(root: string): RebootReason[] {
  const path = findFlag(root, 'reboot-required');
  if (path === undefined) return [];
  const lines = readHostFile(root, `${path}.pkgs`)?.split('\n') ?? [];
  // A package adds its line each time it is configured.
  const packages = [...new Set(lines.map((line) => line.trim()).filter(Boolean))].sort();
  return [{ code: 'reboot_required_file', path, packages }];
}

function readNeededFile(root: string): RebootReason[] {
  const path = findFlag(root, 'reboot-needed');
  return path === undefined ? [] : [{ code: 'reboot_needed_file', path }];
}
