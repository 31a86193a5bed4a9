// Affected processes -> the packages that own their gone files, by one call of the host's package database; none without --packages.

import type { Package } from '../documents/generated/report.ts';
import { distinct } from '../keys.ts';
import { queryPackages } from '../packages/packages.ts';
import type { Bytes } from '../procfs/bytes.ts';
import type { Views } from '../procfs/views.ts';
import type { AttributedProcess } from '../report/facts.ts';
import { run } from '../spawn.ts';
import type { ScanOptions } from './options.ts';

export interface PackageOwners {
  owners: ReadonlyMap<Bytes, Package>;
  /** Says why the database could not answer; null if it could, or was not asked. */
  problem: string | null;
}

/** @param kernels files of kernels, whose owners are asked for as well */
export function queryOwners(
  processes: readonly AttributedProcess[],
  kernels: readonly Bytes[],
  views: Views,
  options: ScanOptions,
): PackageOwners {
  if (!options.packages) return { owners: new Map(), problem: null };
  // A root of its own has packages of its own, which the host's database does not know.
  const own = processes.flatMap(({ maps, fds }) => [...maps, ...fds].filter(({ onHost }) => onHost));
  const paths = distinct([...own.map(({ path }) => path), ...kernels])
    // rpm and pacman look at the paths themselves, so a path that may hang us may hang them.
    .filter((path) => views.ownMounts.isLocalWalk(path));
  return queryPackages(paths, run);
}
