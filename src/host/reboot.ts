// The host's own files -> whether the host needs a reboot: the kernels on disk are compared with the running one, packages ask for a
// reboot by files (reboot-required of Debian and Ubuntu, reboot-needed of SUSE), and a system of images names the image to come.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Reboot, RebootReason, RebootUnknown } from '../documents/generated/report.ts';
import { formatTimeNs } from '../documents/time.ts';
import { readStagedImage, readSwitchedSystem } from './booted-system.ts';
import { type HostPlaces, readContainer } from './container.ts';
import { readFirstWrittenNs } from './file-times.ts';
import { readHostFile } from './files.ts';
import { isOtherBuild } from './kernel-build.ts';
import { type InstalledKernel, readInstalledAtNs, readInstalledKernels } from './kernels.ts';
import { readLivepatches } from './livepatches.ts';
import { compareInstalled } from './next-kernel.ts';
import type { Host } from './trusted-file.ts';

interface KernelJudgement {
  reasons: RebootReason[];
  /** If there are no reasons: why a reboot may be needed all the same; null if it is not needed. */
  unknown: RebootUnknown | null;
}

/**
 * `required` is null if nothing asks for a reboot and the kernels cannot be compared: in a container, in a virtual machine that
 * was started with a kernel of its host, or if no rule understands the names.
 * @param running release of the running kernel, null if it is not known
 * @param microcode the reasons that the processor's microcode gives
 */
export function readReboot(
  { root, procPath, init, isLocal }: HostPlaces,
  running: string | null,
  microcode: readonly RebootReason[] = [],
): Reboot {
  const container = readContainer(root, procPath, init);
  const kernel = judgeKernel(container, { root, procPath, isLocal }, running);
  const images = container === null ? [...readStagedImage(root), ...readSwitchedSystem(root)] : [];
  const reasons = [...kernel.reasons, ...images, ...microcode, ...readRequiredFile(root), ...readNeededFile(root)];
  const required = reasons.length > 0 || (kernel.unknown === null ? false : null);
  return {
    required,
    reasons,
    unknown_because: required === null ? kernel.unknown : null,
    kernel_current: isCurrent(kernel),
    // /sys always shows the running kernel, and another procfs may be of another host.
    livepatches: container === null && procPath === join(root, 'proc') ? readLivepatches(root) : null,
  };
}

/** Adds a reason to the others: the kernel was installed anew under the release that runs, by a newer version of its package. */
export function withRebuiltKernel(
  host: Host,
  reboot: Reboot,
  { release, running, installed }: { release: string; running: string; installed: string },
): Reboot {
  const since = formatTimeNs(readInstalledAtNs(host, release));
  const [before, now] = [running, installed].map((version) => `${release} (${version})`) as [string, string];
  const reason = { code: 'kernel_outdated' as const, running: before, installed: now, since };
  return {
    ...reboot,
    required: true,
    reasons: [reason, ...reboot.reasons],
    unknown_because: null,
    kernel_current: false,
  };
}

function isCurrent({ reasons, unknown }: KernelJudgement): boolean | null {
  if (reasons.some(({ code }) => code === 'kernel_outdated')) return false;
  return unknown === null ? true : null;
}

function judgeKernel(
  container: RebootUnknown | null,
  { root, procPath, isLocal }: Pick<HostPlaces, 'root' | 'procPath' | 'isLocal'>,
  running: string | null,
): KernelJudgement {
  if (container !== null) return { reasons: [], unknown: container };
  if (running !== null) {
    const host = { root, isLocal };
    const judged = judgeKernels(host, running, readInstalledKernels(host), loadsModules(procPath));
    const isSettled = judged.reasons.length + (judged.unknown === null ? 0 : 1) > 0;
    if (isSettled || isOtherBuild(host, procPath, running) !== true) return judged;
    return { reasons: [], unknown: { code: 'kernels_not_comparable', message: otherBuild(running) } };
  }
  const message = 'the release of the running kernel could not be read';
  return { reasons: [], unknown: { code: 'kernel_unknown', message } };
}

function otherBuild(running: string): string {
  return `the image of the running kernel ${running} on disk is of another build, or came to disk after the boot: a newer build may wait for a reboot`;
}

/**
 * @param loads false if the running kernel has no module loaded. Such a kernel may have come from outside, and then its modules
 * were never here. If no kernel is installed at all, nothing was removed either.
 */
function judgeKernels(
  host: Host,
  running: string,
  installed: readonly InstalledKernel[],
  loads: boolean,
): KernelJudgement {
  const reasons: RebootReason[] = [];
  const { newer, isInstalled, doubtful } = compareInstalled(running, installed);
  if (newer !== null) {
    const since = formatTimeNs(readInstalledAtNs(host, newer));
    reasons.push({ code: 'kernel_outdated', running, installed: newer, since });
  }
  if (!isInstalled && loads && installed.some(({ hasModules }) => hasModules)) {
    reasons.push({ code: 'kernel_modules_missing', running, since: null });
  }
  return { reasons, unknown: explainDoubt(running, isInstalled, doubtful) };
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
  return [{ code: 'reboot_required_file', path, packages, since: readSince(root, path) }];
}

function readNeededFile(root: string): RebootReason[] {
  const path = findFlag(root, 'reboot-needed');
  return path === undefined ? [] : [{ code: 'reboot_needed_file', path, since: readSince(root, path) }];
}

function readSince(root: string, path: string): string | null {
  return formatTimeNs(readFirstWrittenNs(join(root, path)));
}
