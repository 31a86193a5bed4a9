// The running kernel and the kernels on disk -> the kernel that the next boot starts, its files, and the running kernel's own
// words. proc(5); /proc/version_signature of Ubuntu.

import { type HostPlaces, readContainer } from './container.ts';
import { readHostFile } from './files.ts';
import { isKernelFile, readInstalledKernels } from './kernels.ts';
import { compareInstalled, findNextKernel } from './next-kernel.ts';
import type { Host } from './trusted-file.ts';

/** The running kernel, in its own words. */
export interface RunningKernel {
  /** uname -r. */
  release: string;
  /** uname -v; null if it cannot be read. */
  version: string | null;
  /** Ubuntu's own line; null on other systems. */
  signature: string | null;
}

export interface InstalledFiles {
  release: string;
  /** Files of the kernel, below `root`. A package owns at least one of them, if the kernel is of a package. */
  files: readonly string[];
}

export interface BootKernels {
  running: RunningKernel;
  /** The files of the running kernel; none if it was removed. */
  runningFiles: readonly string[];
  next: InstalledFiles;
}

export type KernelUnknown = 'kernel_unknown' | 'kernel_not_installed' | 'kernels_not_comparable';

/** Returns null in a container, and if no kernel is on disk: then no reboot brings another one. */
export function readBootKernels(
  { root, procPath, init, isLocal }: HostPlaces,
  release: string | null,
): BootKernels | KernelUnknown | null {
  if (readContainer(root, procPath, init) !== null) return null;
  const host = { root, isLocal };
  const installed = readInstalledKernels(host);
  if (installed.length === 0) return null;
  if (release === null) return 'kernel_unknown';
  const next = findNextKernel(release, installed);
  if (next === null) {
    return compareInstalled(release, installed).doubtful === null ? 'kernel_not_installed' : 'kernels_not_comparable';
  }
  const line = (path: string) => readHostFile(procPath, path)?.trim() || null;
  return {
    running: { release, version: line('sys/kernel/version'), signature: line('version_signature') },
    runningFiles: filesOf(host, release),
    next: { release: next, files: filesOf(host, next) },
  };
}

/**
 * The files of a kernel that one package has, the best first: with Fedora, SUSE and Arch the image beside the modules. Debian and
 * Ubuntu have it in /boot alone, and Ubuntu's package of the image has no changelog that names fixes, but the package of the modules has.
 */
function filesOf(host: Host, release: string): string[] {
  const folders = [`/usr/lib/modules/${release}`, `/lib/modules/${release}`];
  const candidates = [
    ...folders.map((folder) => `${folder}/vmlinuz`),
    ...folders.map((folder) => `${folder}/modules.builtin`),
    `/boot/vmlinuz-${release}`,
  ];
  return candidates.filter((path) => isKernelFile(host, path));
}
