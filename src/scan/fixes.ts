// The gone code of the affected processes, and the kernel -> the versions of packages that still run, and the fixes since. Used only
// with --fixes.

import type { FdFinding, MapFinding } from '../deleted/finding.ts';
import type { Package, Reboot } from '../documents/generated/report.ts';
import { findFormerOwners } from '../fixes/former-owners.ts';
import { findKernelFixes, type KernelFixes } from '../fixes/kernel.ts';
import { findPackagesInUse } from '../fixes/packages-in-use.ts';
import type { Use } from '../fixes/use.ts';
import { startedAfter } from '../fixes/version-since.ts';
import type { BootKernels, KernelUnknown } from '../host/boot-kernel.ts';
import { readBootTime, readClockTicks } from '../host/clock.ts';
import type { Host } from '../host/trusted-file.ts';
import type { OutdatedUse } from '../outdated/outdated.ts';
import { isPlaceOfPackages } from '../path-evidence.ts';
import type { Bytes } from '../procfs/bytes.ts';
import type { Views } from '../procfs/views.ts';
import type { AttributedProcess, PackageFacts, PackageUser } from '../report/facts.ts';
import { run } from '../spawn.ts';
import type { ScanOptions } from './options.ts';

type Finding = MapFinding | FdFinding;

/** One gone file of a package, as one process uses it. */
interface Gone {
  process: AttributedProcess;
  finding: Finding;
  owner: Package;
}

/** One use of a package, by a gone file or by an outdated script, which is no finding. */
interface InUse extends PackageUser {
  use: Use;
  finding: Finding | null;
}

export interface Owned {
  owners: ReadonlyMap<Bytes, Package>;
  /** By pid. */
  outdated: ReadonlyMap<number, readonly OutdatedUse[]>;
}

function hostOf(views: Views): Host {
  return { root: '/', isLocal: (path) => views.ownMounts.isLocalWalk(path) };
}

export async function queryFixes(
  processes: readonly AttributedProcess[],
  { owners, outdated }: Owned,
  views: Views,
  { procPath }: Pick<ScanOptions, 'procPath'>,
): Promise<PackageFacts> {
  const host = hostOf(views);
  const found = processes.flatMap(goneCode);
  const former = await findFormer(found, owners, host);
  const gone = found.flatMap(({ process, finding }): Gone[] => {
    const owner = owners.get(finding.path) ?? former.get(finding.path);
    return owner === undefined ? [] : [{ process, finding, owner }];
  });
  const bootTime = readBootTime(procPath);
  const ticks = readClockTicks();
  const ofFiles = gone.map(({ process, finding, owner }): InUse => {
    const { pid, identity } = process;
    const { modifiedAtNs, ownerUid, unlinkedAtNs, replacedAtNs } = finding;
    const startedAt = bootTime === null ? null : (bootTime + identity.stat.startTicks / ticks) * 1000;
    const note = ('note' in finding ? finding.note : null) ?? null;
    const use = { pid, owner, modifiedAtNs, fileOwner: ownerUid, unlinkedAtNs, startedAt, note };
    return { process, finding, replacedAtNs, use };
  });
  const all = [...ofFiles, ...processes.flatMap((process) => usesOfScripts(process, outdated))];
  const inUse = await findPackagesInUse(
    all.map(({ use }) => use),
    { host, run },
  );
  const runningVersions = new Map<Finding, string>();
  const packages = inUse.map((each) => {
    const users = each.uses.map((index) => all[index]!);
    for (const { finding } of users)
      if (finding !== null && each.runningVersion) runningVersions.set(finding, each.runningVersion);
    return { ...each, users };
  });
  return { packages, runningVersions, formerOwners: former };
}

/** @param reboot the report's reboot facts, which have the live patches */
export async function queryKernelFixes(
  kernels: BootKernels | KernelUnknown,
  { livepatches = null }: Pick<Reboot, 'livepatches'>,
  owners: Owned['owners'],
  views: Views,
): Promise<KernelFixes> {
  const ownerOf = (files: readonly Bytes[]) => files.flatMap((file) => owners.get(file) ?? [])[0] ?? null;
  const isPatched = livepatches && livepatches.length > 0;
  return await findKernelFixes(kernels, ownerOf, isPatched, { host: hostOf(views), run });
}

/**
 * A hint is no evidence of a version, and a script that was replaced by hand is of no version. The old script is not there to be looked
 * at, so that only the log tells its version.
 */
function usesOfScripts(process: AttributedProcess, outdated: Owned['outdated']): InUse[] {
  return (outdated.get(process.pid) ?? []).flatMap(({ confidence, evidence, package: owner, since, beganAt }) => {
    if (confidence === 'possible' || !evidence.includes('package_upgraded')) return [];
    if (owner === null || beganAt === null) return [];
    const file = { modifiedAtNs: null, fileOwner: null, unlinkedAtNs: null, note: null };
    const use = { pid: process.pid, owner, startedAt: startedAfter(beganAt), ...file };
    return [{ process, finding: null, replacedAtNs: since === null ? null : BigInt(since) * 1_000_000n, use }];
  });
}

/** Leaves out containers and other roots, because they have packages of their own, and files that are not code, because no fix is in them. */
function goneCode(process: AttributedProcess): Omit<Gone, 'owner'>[] {
  if (process.attribution.container !== null) return [];
  return [...process.maps, ...process.fds].flatMap((finding) =>
    finding.role === 'code' && finding.onHost ? [{ process, finding }] : [],
  );
}

/** By path: the packages that had a file before, if no package has it now. */
async function findFormer(
  found: readonly Omit<Gone, 'owner'>[],
  owners: ReadonlyMap<Bytes, Package>,
  host: Host,
): Promise<Map<Bytes, Package>> {
  const strays = new Map<Bytes, Finding>();
  for (const { finding } of found) {
    const isStray = finding.state === 'removed' && finding.pathSource === 'kernel' && !owners.has(finding.path);
    if (isStray && isPlaceOfPackages(finding.path)) strays.set(finding.path, finding);
  }
  const files = [...strays.values()].map(({ modifiedAtNs, unlinkedAtNs, ownerUid }) => {
    return { modifiedAtNs, unlinkedAtNs, fileOwner: ownerUid };
  });
  const former = await findFormerOwners(files, host);
  return new Map([...strays.keys()].flatMap((path, index) => (former[index] ? [[path, former[index]] as const] : [])));
}
