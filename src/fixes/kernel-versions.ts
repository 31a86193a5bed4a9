// The running kernel's own words, and the package of the next kernel -> the version of the package that runs.
// The texts are those of Debian (debian/patches/version.patch of linux), Ubuntu (version_signature), and of the distributions whose
// release (uname -r) has the version of the package.

import type { RunningKernel } from '../host/boot-kernel.ts';
import type { Use } from './use.ts';

export type KernelEvidence = 'kernel_version' | 'version_signature' | 'kernel_release' | 'installed_package';

export interface RunningVersion {
  version: string;
  evidence: KernelEvidence;
}

type Owner = Use['owner'];

/**
 * @param next the release of the next kernel, and the package that has it
 * @param own the package that has the running kernel; null if no package has it
 */
export function findRunningVersion(
  running: RunningKernel,
  next: { release: string; owner: Owner },
  own: Owner | null,
): RunningVersion | null {
  if (next.owner.manager === 'dpkg') return ofSignature(running) ?? ofVersion(running.version);
  const version = ofRelease(running.release, next);
  if (version !== null) return { version, evidence: 'kernel_release' };
  // SUSE's release lacks the number of the rebuild. Its kernels are installed side by side, so the package of the running one is there.
  const isOwn = own !== null && own.manager === 'rpm' && own.name === next.owner.name;
  return isOwn ? { version: own.version, evidence: 'installed_package' } : null;
}

/** Reads `6.8.0-45.45` of `Ubuntu 6.8.0-45.45-generic 6.8.12`, for the release `6.8.0-45-generic`. */
function ofSignature({ release, signature }: RunningKernel): RunningVersion | null {
  const flavour = /^[^-]+-[^-]+(-.+)$/.exec(release)?.[1];
  const full = signature === null ? undefined : /^Ubuntu (\S+) \S+$/.exec(signature)?.[1];
  if (flavour === undefined || full === undefined || !full.endsWith(flavour)) return null;
  const version = full.slice(0, -flavour.length);
  return /^[0-9]/.test(version) ? { version, evidence: 'version_signature' } : null;
}

/**
 * Reads `6.1.112-1` of `#1 SMP PREEMPT_DYNAMIC Debian 6.1.112-1 (2024-09-30)`. The word is the distribution's name, as Kali or PMX.
 * The kernel cuts this text after 64 characters, so the day behind the version must be there.
 */
function ofVersion(text: string | null): RunningVersion | null {
  const version = text === null ? undefined : / [A-Z][A-Za-z]+ ([0-9]\S*) \([0-9]{4}-[0-9]{2}-/.exec(text)?.[1];
  return version === undefined ? null : { version, evidence: 'kernel_version' };
}

/** Returns a release as the beginning that is the version, and the rest that stands behind each version: `6.10.5-arch1-1` has no rest. */
type Split = (version: string) => string;

/** How the version of a package stands in a release, for each package manager. */
const forms: Readonly<Record<'rpm' | 'pacman' | 'apk', { inRelease: Split; ofRelease: Split }>> = {
  rpm: { inRelease: (version) => version.replace(/^[0-9]+:/, ''), ofRelease: (text) => text },
  pacman: {
    inRelease: (version) => version.replace(/\.((?:arch|zen|hardened|rt)[0-9]*-)/, '-$1'),
    ofRelease: (text) => text.replace(/-((?:arch|zen|hardened|rt)[0-9]*-)/, '.$1'),
  },
  apk: {
    inRelease: (version) => version.replace(/-r([0-9]+)$/, '-$1'),
    ofRelease: (text) => text.replace(/-([0-9]+)$/, '-r$1'),
  },
};

/**
 * Reads `5.14.0-427.13.1.el9_4` of `5.14.0-427.13.1.el9_4.x86_64`. The installed package shows how: its version stands at the beginning
 * of its own release, and the rest is the same in all releases of a flavour.
 */
function ofRelease(release: string, { release: next, owner }: { release: string; owner: Owner }): string | null {
  if (owner.manager === 'dpkg') return null;
  const { inRelease, ofRelease } = forms[owner.manager];
  const begin = inRelease(owner.version);
  if (!next.startsWith(begin)) return null;
  const rest = next.slice(begin.length);
  // Digits behind the version would be a part of the version that the package does not name.
  if (!/^(?:[-.+][A-Za-z]\S*)?$/.test(rest) || !release.endsWith(rest)) return null;
  const version = ofRelease(release.slice(0, release.length - rest.length));
  return /^[0-9][^-]*-[^-]+$/.test(version) ? version : null;
}
