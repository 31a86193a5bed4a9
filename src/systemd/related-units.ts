// The affected units' facts -> the other units that a restart of them reaches, and the targets that stand between them in the order of
// a start. systemd is asked at most three more times. systemd.unit(5) (RequiredBy=, PartOf=, After=), systemd.special(7).

import type { Dependencies, RelatedUnit } from '../documents/generated/report.ts';
import type { Run } from '../spawn.ts';
import { queryUnits } from './systemctl.ts';
import { relatedUnit, type UnitFacts } from './unit-block.ts';

const mostRounds = 3;
/** A unit that everything requires has many: then the rest is left out, and the impact of a restart is not whole. */
const mostUnits = 1000;

/** The lists of units that change state with a unit. */
const reached = ['required_by', 'requisite_of', 'bound_by', 'consists_of', 'propagates_stop_to'] as const;

export interface RelatedUnits {
  units: RelatedUnit[];
  /** Why some are missing, as one sentence without a full stop; null if none are. */
  problem: string | null;
}

/** @param facts of the affected units of the system, by name */
export function queryRelated(facts: ReadonlyMap<string, UnitFacts>, run: Run): RelatedUnits {
  const services = [...facts].filter(([name]) => name.endsWith('.service'));
  // One service alone has no order.
  const ordered = services.length > 1;
  const known = new Set([...facts].flatMap(([name, { names }]) => [name, ...names]));
  const units: RelatedUnit[] = [];
  let frontier: readonly (Dependencies | null)[] = services.map(([, { dependencies }]) => dependencies);
  for (let round = 0; round < mostRounds; round++) {
    const names = new Set(frontier.flatMap((each) => (each === null ? [] : namesIn(each, ordered))));
    const fresh = [...names].filter((name) => !known.has(name)).slice(0, mostUnits - units.length);
    if (fresh.length === 0) break;
    const { facts: answers, problem } = queryUnits(fresh, relatedUnit, run);
    units.push(...answers.values());
    if (problem !== null) return { units, problem };
    for (const name of fresh) known.add(name);
    frontier = [...answers.values()].map(({ dependencies }) => dependencies);
  }
  return { units, problem: null };
}

function namesIn(dependencies: Dependencies, ordered: boolean): string[] {
  const sockets = dependencies.triggered_by.filter((name) => name.endsWith('.socket'));
  const targets = ordered ? dependencies.after.filter((name) => name.endsWith('.target')) : [];
  return [...reached.flatMap((list) => dependencies[list]), ...sockets, ...targets];
}
