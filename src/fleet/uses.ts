// Report -> the gone files of its host, each once, with the units that use it.

import type { FleetFile } from '../documents/generated/fleet.ts';
import type { DeletedFd, DeletedMap, Report, UnitFile } from '../documents/generated/report.ts';
import type { KeyOf } from '../keys.ts';

export interface FileUse {
  about: Omit<FleetFile, 'hosts' | 'units'>;
  base64: string | null;
  /** A unit may be in the list more than once. */
  units: string[];
}

/** Collects the files of units, and of processes that no unit owns, because an old library in a container counts as well. */
export function collectUses({ units, processes }: Report, keyOf: KeyOf): Map<string, FileUse> {
  const uses = new Map<string, FileUse>();
  const add = (file: UnitFile | DeletedMap | DeletedFd, via: 'map' | 'fd', unit: string | null): void => {
    const { path, path_base64, kind, role, state } = file;
    const key = keyOf(via, kind, role, state, path_base64, path);
    const use = uses.get(key) ?? { about: { path, via, kind, role, state }, base64: path_base64, units: [] };
    uses.set(key, use);
    if (unit !== null) use.units.push(unit);
  };
  for (const unit of units) for (const file of unit.files) add(file, file.via, unit.name);
  for (const { unit, maps, fds } of processes) {
    if (unit !== null) continue;
    for (const map of maps) add(map, 'map', null);
    for (const fd of fds) add(fd, 'fd', null);
  }
  return uses;
}
