// The affected units' facts -> the other units that a restart of them reaches, and those that stand between two of them in the order of
// a start. systemd is asked at most three more times. systemd.unit(5) (RequiredBy=, PartOf=, After=), systemd.special(7).

import type { Dependencies } from '../documents/generated/report.ts';
import type { Run } from '../spawn.ts';
import { queryUnits } from './systemctl.ts';
import { type RelatedFacts, relatedUnit, type UnitFacts } from './unit-block.ts';

const mostRounds = 3;
/** A unit that everything requires has many: then the rest is left out, and the impact of a restart is not whole. */
const mostUnits = 1000;

/** The lists of units that change state with a unit. */
const changing = ['required_by', 'requisite_of', 'bound_by', 'consists_of', 'propagates_stop_to', 'conflicts'] as const;
/** The lists of units that start with a unit, or after it. */
const starting = ['requires', 'requisite', 'wants', 'on_failure', 'on_success'] as const;

/** They order nothing that the units in them do not order. */
const ordersNothing = /\.(?:slice|device)$/;

export interface RelatedUnits {
  units: RelatedFacts[];
  /** The names of units that may restart or stop with an affected service. */
  changed: ReadonlySet<string>;
  /** Why some are missing, as one sentence without a full stop; null if none are. */
  problem: string | null;
}

type Known = ReadonlyMap<string, Pick<RelatedFacts, 'active_state' | 'dependencies'>>;

/** @param facts of the affected units of the system, by name */
export function queryRelated(facts: ReadonlyMap<string, UnitFacts>, run: Run): RelatedUnits {
  const services = [...facts.keys()].filter((name) => name.endsWith('.service'));
  const affected = new Set([...facts].flatMap(([name, { names }]) => [name, ...names]));
  const known = new Map<string, UnitFacts | RelatedFacts>(
    [...facts].flatMap(([name, unit]) => [name, ...unit.names].map((each) => [each, unit])),
  );
  const asked = new Set(affected);
  const units = new Map<string, RelatedFacts>();
  let problem: string | null = null;
  for (let round = 0; round < mostRounds && problem === null; round++) {
    const fresh = [...reached(services, known), ...precede(services, known)].filter((name) => !asked.has(name));
    const names = [...new Set(fresh)].slice(0, mostUnits - units.size);
    if (names.length === 0) break;
    const answer = queryUnits(names, relatedUnit, run);
    for (const name of names) asked.add(name);
    for (const [name, unit] of answer.facts) {
      units.set(name, unit);
      known.set(name, unit);
    }
    problem = answer.problem;
  }
  const { changed, started } = reach(services, known);
  const wanted = new Set([...changed, ...started, ...between(services, known)]);
  return { units: [...units.values()].filter(({ name }) => wanted.has(name)), changed, problem };
}

/** Returns the units that a restart of the services changes or starts, as far as they are known, and those that they name next. */
function reached(services: readonly string[], known: Known): Set<string> {
  const { changed, started } = reach(services, known);
  return new Set([...changed, ...started]);
}

function reach(services: readonly string[], known: Known) {
  const changed = new Set(services);
  const started = new Set<string>();
  const open = services.map((name) => ({ name, to: changed }));
  const add = (names: readonly string[], to: Set<string>) => {
    for (const name of names) {
      if (to.has(name)) continue;
      to.add(name);
      open.push({ name, to });
    }
  };
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { dependencies = null, active_state = '' } = known.get(next.name) ?? {};
    if (dependencies === null) continue;
    const isChanged = next.to === changed;
    if (isChanged) {
      for (const list of changing) add(dependencies[list], changed);
      add(
        dependencies.triggered_by.filter((name) => name.endsWith('.socket')),
        started,
      );
    }
    // The restart of a target is left to people, and the targets that want much are many.
    if (isChanged && next.name.endsWith('.target')) continue;
    // A required unit must be there, whether or not it runs. The rest is for the sake of a start.
    if (!isChanged && active_state === 'active') add(dependencies.requires, started);
    else {
      for (const list of starting) add(dependencies[list], started);
      add(dependencies.conflicts, changed);
    }
  }
  return { changed, started };
}

/** Returns the units before the services in the order of a start, as far as they are known, and those that they name next. */
function precede(services: readonly string[], known: Known): Set<string> {
  const found = new Set<string>();
  // One service alone has no order.
  if (services.length < 2) return found;
  const open = [...services];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    for (const each of afterOf(known.get(name))) {
      if (found.has(each)) continue;
      found.add(each);
      open.push(each);
    }
  }
  return found;
}

/** Returns the units by which one service stands before another one. */
function between(services: readonly string[], known: Known): Set<string> {
  const later = new Map<string, string[]>();
  for (const name of [...services, ...precede(services, known)]) {
    for (const each of afterOf(known.get(name)))
      later
        .set(each, later.get(each) ?? [])
        .get(each)!
        .push(name);
  }
  const found = new Set<string>();
  const open = [...services];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    for (const each of later.get(name) ?? []) {
      if (found.has(each)) continue;
      found.add(each);
      open.push(each);
    }
  }
  return found;
}

function afterOf(unit: { dependencies: Dependencies | null } | undefined): readonly string[] {
  return (unit?.dependencies?.after ?? []).filter((name) => !ordersNothing.test(name));
}
