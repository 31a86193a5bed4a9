// Services -> their places in the order in which a boot would start them: systemd.unit(5) (After=, Before=), also through targets
// that the report names.

import { compareBytes } from '../documents/compare-bytes.ts';
import { mostFollowed, type Units } from './known-units.ts';

/**
 * Returns the place of each service, from 0. If nothing orders two services, their names do; so they do in a cycle.
 * @param services each once
 * @param onCycle gets the services of each cycle that has to be broken, by name
 */
export function placeServices(
  services: readonly string[],
  units: Units,
  onCycle: (cycle: readonly string[]) => void = () => {},
): Map<string, number> {
  const wanted = new Set(services);
  const earlier = new Map(services.map((name) => [name, findEarlier(name, wanted, units)]));
  const later = new Map<string, string[]>(services.map((name) => [name, []]));
  for (const [name, others] of earlier) for (const each of others) later.get(each)!.push(name);
  const waitsFor = new Map([...earlier].map(([name, others]) => [name, others.size]));
  const places = new Map<string, number>();
  const firstEarlier = findFirst(earlier, places);
  const rest = [...services].sort(compareBytes);
  while (rest.length > 0) {
    const next = rest.find((name) => waitsFor.get(name) === 0) ?? firstOfCycle(rest[0]!, firstEarlier, onCycle);
    rest.splice(rest.indexOf(next), 1);
    places.set(next, places.size);
    for (const each of later.get(next)!) waitsFor.set(each, waitsFor.get(each)! - 1);
  }
  return places;
}

/**
 * The wanted services that start before this one. The way does not lead through another wanted one, since that has its own. If more
 * dependencies than any host has were to be followed, the rest orders nothing.
 */
function findEarlier(service: string, wanted: ReadonlySet<string>, units: Units): Set<string> {
  const earlier = new Set<string>();
  const seen = new Set<string>([service]);
  const open = [service];
  let room = mostFollowed;
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const after = units.get(name)?.dependencies?.after ?? [];
    room -= after.length;
    if (room < 0) break;
    for (const before of after) {
      if (seen.has(before)) continue;
      seen.add(before);
      if (wanted.has(before)) earlier.add(before);
      else open.push(before);
    }
  }
  return earlier;
}

/** Returns a function that finds, of the services before one, the first by name that has no place yet. Places are only added. */
function findFirst(
  earlier: ReadonlyMap<string, ReadonlySet<string>>,
  places: ReadonlyMap<string, number>,
): (name: string) => string {
  const sorted = new Map([...earlier].map(([name, others]) => [name, [...others].sort(compareBytes).reverse()]));
  return (name) => {
    const others = sorted.get(name)!;
    while (places.has(others.at(-1)!)) others.pop();
    return others.at(-1)!;
  };
}

/** From a service that waits, back to a cycle: the first service of the cycle by name. */
function firstOfCycle(
  from: string,
  firstEarlier: (name: string) => string,
  onCycle: (cycle: readonly string[]) => void,
): string {
  const way = new Set<string>();
  let name = from;
  while (!way.has(name)) {
    way.add(name);
    name = firstEarlier(name);
  }
  const names = [...way];
  const cycle = names.slice(names.indexOf(name)).sort(compareBytes);
  onCycle(cycle);
  return cycle[0]!;
}
