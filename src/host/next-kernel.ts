// The names of the installed kernels and of the running one -> what the next boot will start, as far as names tell.

import { compareKernelVersions, mayReplace, parseKernelVersion } from './kernel-version.ts';
import type { InstalledKernel } from './kernels.ts';

export interface KernelComparison {
  /** The newest kernel of the running one's flavour, if it is newer; else null. */
  newer: string | null;
  /** Whether the running kernel is on disk. */
  isInstalled: boolean;
  /** A kernel that may be newer, but its name does not tell; null if there is none. */
  doubtful: string | null;
}

export function compareInstalled(running: string, installed: readonly InstalledKernel[]): KernelComparison {
  const own = parseKernelVersion(running);
  const versions = installed.map(({ release }) => ({ release, version: parseKernelVersion(release) }));
  const newest = versions
    .filter(({ version }) => version.flavour === own.flavour)
    .sort((a, b) => compareKernelVersions(a.version, b.version))
    .at(-1);
  return {
    newer: newest && compareKernelVersions(newest.version, own) > 0 ? newest.release : null,
    isInstalled: installed.some(({ release }) => release === running),
    doubtful: versions.find(({ version }) => mayReplace(version, own))?.release ?? null,
  };
}

/** The release that the next boot starts, if the boot loader prefers the newest of the running flavour; null if names do not tell. */
export function findNextKernel(running: string, installed: readonly InstalledKernel[]): string | null {
  const { newer, isInstalled, doubtful } = compareInstalled(running, installed);
  if (doubtful !== null) return null;
  return newer ?? (isInstalled ? running : null);
}
