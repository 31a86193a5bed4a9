// The report -> what systemd said of the units of the system, affected or not, by each of their names.

import type { RelatedUnit, Report, SystemdFacts, Unit } from '../documents/generated/report.ts';

export type Node = Partial<Omit<SystemdFacts, 'need_daemon_reload'>> &
  Omit<RelatedUnit, 'name'> &
  Pick<Unit, 'sockets'>;
export type Units = ReadonlyMap<string, Node>;

/** A walk follows at most this many dependencies, far more than a host has. A report that somebody made up could take hours. */
export const mostFollowed = 100_000;

/** Whether systemd would start the unit from an old file. A file that is gone cannot be read again. */
export function hasChangedFile(node: Node | undefined): boolean {
  return node?.need_daemon_reload === true && node.fragment_present !== false;
}

/** Whether something is gone that a start of the unit needs, so that it would stop and stay so. */
export function isUnableToStart(node: Node | undefined): boolean {
  return node !== undefined && [node.fragment_present, node.programs_present, node.conditions_met].includes(false);
}

/** Returns null if the report is older than 1.4. */
export function unitsOf({ units, related_units: related }: Report): Units | null {
  if (related == null) return null;
  const own = units.flatMap(({ name, scope, systemd: facts, sockets = null }) =>
    scope === 'system' && facts !== null
      ? [[new Set([name, ...(facts.names ?? [])]), { ...toNode(facts), sockets }] as const]
      : [],
  );
  const known = new Map<string, Node>();
  const ambiguous = new Set<string>();
  for (const [names, node] of [...related.map((unit) => [[unit.name], unit] as const), ...own]) {
    for (const name of names) {
      if (known.has(name)) ambiguous.add(name);
      known.set(name, node);
    }
  }
  // A scan names each unit once. If a report does not, nobody can say which entry is right.
  for (const name of ambiguous) known.delete(name);
  return known;
}

function toNode(facts: SystemdFacts): Node {
  return {
    ...facts,
    names: facts.names ?? [],
    dependencies: facts.dependencies ?? null,
    failure_action: facts.failure_action ?? null,
    success_action: facts.success_action ?? null,
    start_limit_action: facts.start_limit_action ?? null,
    job_timeout_action: facts.job_timeout_action ?? null,
    on_failure_job_mode: facts.on_failure_job_mode ?? null,
    on_success_job_mode: facts.on_success_job_mode ?? null,
    fragment_present: facts.fragment_present ?? null,
    programs_present: facts.programs_present ?? null,
    conditions_met: facts.conditions_met ?? null,
    // Nobody looked whether the start of an affected unit would fail.
    start_fails: null,
  };
}
