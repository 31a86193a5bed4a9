// The gone code of the affected processes -> the versions of packages that they still run, and the fixes since. Used only with
// --fixes.

import type { FdFinding, MapFinding } from '../deleted/finding.ts';
import type { Package } from '../documents/generated/report.ts';
import { findFormerOwners } from '../fixes/former-owners.ts';
import { findPackagesInUse } from '../fixes/packages-in-use.ts';
import type { Host } from '../fixes/trusted-file.ts';
import type { Use } from '../fixes/use.ts';
import { readBootTime, readClockTicks } from '../host/clock.ts';
import { isPlaceOfPackages } from '../path-evidence.ts';
import type { Bytes } from '../procfs/bytes.ts';
import type { Views } from '../procfs/views.ts';
import type { AttributedProcess, PackageFacts } from '../report/facts.ts';
import { run } from '../spawn.ts';
import type { ScanOptions } from './options.ts';

type Finding = MapFinding | FdFinding;

/** One gone file of a package, as one process uses it. */
interface Gone {
  process: AttributedProcess;
  finding: Finding;
  owner: Package;
}

export async function queryFixes(
  processes: readonly AttributedProcess[],
  owners: ReadonlyMap<Bytes, Package>,
  views: Views,
  { procPath }: Pick<ScanOptions, 'procPath'>,
): Promise<PackageFacts> {
  const host: Host = { root: '/', isLocal: (path) => views.ownMounts.isLocalWalk(path) };
  const found = processes.flatMap(goneCode);
  const former = await findFormer(found, owners, host);
  const gone = found.flatMap(({ process, finding }): Gone[] => {
    const owner = owners.get(finding.path) ?? former.get(finding.path);
    return owner === undefined ? [] : [{ process, finding, owner }];
  });
  const bootTime = readBootTime(procPath);
  const ticks = readClockTicks();
  const uses = gone.map(({ process, finding, owner }): Use => {
    const { pid, identity } = process;
    const { modifiedAtNs, ownerUid, unlinkedAtNs } = finding;
    const startedAt = bootTime === null ? null : (bootTime + identity.stat.startTicks / ticks) * 1000;
    const note = ('note' in finding ? finding.note : null) ?? null;
    return { pid, owner, modifiedAtNs, fileOwner: ownerUid, unlinkedAtNs, startedAt, note };
  });
  const inUse = await findPackagesInUse(uses, { host, run });
  const runningVersions = new Map<Finding, string>();
  const packages = inUse.map((each) => {
    const members = each.uses.map((index) => gone[index]!);
    for (const { finding } of members) if (each.runningVersion) runningVersions.set(finding, each.runningVersion);
    return { ...each, users: members };
  });
  return { packages, runningVersions, formerOwners: former };
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
