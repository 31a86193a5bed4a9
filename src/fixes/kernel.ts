// The running kernel and the kernel that the next boot starts -> the package of the next kernel, the version of it that runs, and the
// fixes since that version. No log is read, because a kernel says itself which one it is.

import type { BootKernels, KernelUnknown } from '../host/boot-kernel.ts';
import { compareDpkgVersions, withoutRebuild } from './dpkg-version.ts';
import { findFixes } from './judge.ts';
import { findRunningVersion, type KernelEvidence } from './kernel-versions.ts';
import { type FixesContext, openManager } from './packages-in-use.ts';
import type { Fixes, PastUnknown, Use } from './use.ts';

export interface KernelFixes {
  /** The release of the next kernel; null if it is not known. */
  release: string | null;
  /** The package that has the next kernel; null if it is not known. */
  owner: Use['owner'] | null;
  source: string | null;
  runningVersion: string | null;
  evidence: KernelEvidence | null;
  /** Whether the running kernel has the same release as the next one, and is of an earlier version of its package. */
  isRebuilt: boolean;
  /** null if the fixes are not known. Then `unknownBecause` says why. */
  fixes: Fixes | null;
  unknownBecause: PastUnknown | KernelUnknown | 'no_package' | 'livepatch' | null;
}

const nothing: KernelFixes = {
  release: null,
  owner: null,
  source: null,
  runningVersion: null,
  evidence: null,
  isRebuilt: false,
  fixes: null,
  unknownBecause: null,
};

/** The first package that has one of the files; null if no package has one. */
export type OwnerOf = (files: readonly string[]) => Use['owner'] | null;

/** @param isPatched whether a live patch is loaded; null if that is not known */
export async function findKernelFixes(
  kernels: BootKernels | KernelUnknown,
  ownerOf: OwnerOf,
  isPatched: boolean | null,
  context: FixesContext,
): Promise<KernelFixes> {
  if (typeof kernels === 'string') return { ...nothing, unknownBecause: kernels };
  const { running, runningFiles, next } = kernels;
  const owner = ownerOf(next.files);
  const known = { ...nothing, release: next.release, owner };
  if (owner === null) return { ...known, unknownBecause: 'no_package' };
  const found = findRunningVersion(running, { release: next.release, owner }, ownerOf(runningFiles));
  if (found === null) return { ...known, unknownBecause: 'no_running_version' };
  const { version, evidence } = found;
  // Only dpkg's kernels tell that: elsewhere the version is in the release.
  const isRebuilt =
    owner.manager === 'dpkg' &&
    running.release === next.release &&
    compareDpkgVersions(withoutRebuild(owner.version), version) > 0;
  const named = { ...known, runningVersion: version, evidence, isRebuilt };
  // The same version has nothing new, so its changelog is not read: rpm would print all of it, for each installed kernel.
  if (isEqual(version, owner)) return { ...named, fixes: { cves: [], incompleteBecause: null } };
  const { source, fixes } = await findSince(version, owner, context);
  if (typeof fixes === 'string') return { ...named, source, unknownBecause: fixes };
  const isNone = fixes.cves.length === 0 && fixes.incompleteBecause === null;
  // A live patch brings fixes into memory without a reboot, and does not say which ones.
  if (isPatched !== false && !isNone) return { ...named, source, unknownBecause: 'livepatch' };
  return { ...named, source, fixes };
}

async function findSince(
  version: string,
  owner: Use['owner'],
  context: FixesContext,
): Promise<{ source: string | null; fixes: Fixes | PastUnknown }> {
  const manager = openManager(owner.manager, [{ owner, startedAt: null }], context);
  try {
    const history = await manager.historyOf(owner.name, owner.version);
    const running = { version, sourceVersion: history.toSource(version), entry: null, evidence: 'kernel' };
    const installed = { name: owner.name, installed: owner.version };
    return { source: history.source, fixes: await findFixes(running, installed, history) };
  } finally {
    await manager.close();
  }
}

/** A release has no epoch, and Debian's kernel names the version of its source, which has no number of a rebuild. */
function isEqual(version: string, { manager, version: installed }: Use['owner']): boolean {
  const bare = (text: string) => {
    if (manager === 'rpm') return text.replace(/^[0-9]+:/, '');
    return manager === 'dpkg' ? withoutRebuild(text) : text;
  };
  return bare(version) === bare(installed);
}
