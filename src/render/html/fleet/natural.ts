// Fleet -> the same fleet with its hosts and units in natural order, for all sections of the page.

import type { Fleet } from '../../../documents/generated/fleet.ts';
import { keyMaker } from '../../../keys.ts';
import { inNaturalOrder } from '../../natural-order.ts';

type Sort = (names: readonly string[]) => string[];

export function fleetInNaturalOrder(fleet: Fleet): Fleet {
  const { cve = null, cves = [], never_reported = null } = fleet;
  const hosts = inNaturalOrder(fleet.hosts, ({ hostname }) => hostname);
  const units = inNaturalOrder(fleet.units, ({ name }) => name);
  const sortHosts = sorter(hosts.map(({ hostname }) => hostname));
  const sortUnits = sorter(units.map(({ name }) => name));
  return {
    ...fleet,
    hosts,
    units: units.map((unit) => ({ ...unit, hosts: sortHosts(unit.hosts) })),
    files: fleet.files.map((file) => ({ ...file, hosts: sortHosts(file.hosts), units: sortUnits(file.units) })),
    cves: cves.map((each) => ({ ...each, hosts: sortHosts(each.hosts), units: sortUnits(each.units) })),
    cve: cve === null ? null : withNaturalHosts(cve),
    never_reported: never_reported === null ? null : inNaturalOrder(never_reported, (name) => name),
  };
}

function withNaturalHosts(cve: NonNullable<Fleet['cve']>): NonNullable<Fleet['cve']> {
  return {
    ...cve,
    hosts: inNaturalOrder(cve.hosts, ({ hostname }) => hostname),
    unknown: inNaturalOrder(cve.unknown, ({ hostname }) => hostname),
  };
}

/** The many lists of a fleet name the same hosts and units, so the names are compared once, and the lists by their ranks. */
function sorter(ordered: readonly string[]): Sort {
  const keyOf = keyMaker();
  const ranks = new Map(ordered.map((name, rank) => [keyOf(name), rank]));
  return (names) => {
    const keys = names.map((name) => keyOf(name));
    if (!keys.every((key) => ranks.has(key))) return inNaturalOrder(names, (name) => name);
    const ranked = Uint32Array.from(keys, (key) => ranks.get(key)!).sort();
    return Array.from(ranked, (rank) => ordered[rank]!);
  };
}
