// The report -> the units that systemd restarts and stops with a unit, by its own rules. A restart of a unit restarts the active units
// that depend on it, and so on; PropagatesStopTo= only stops. Source: transaction.c transaction_add_job_and_dependencies() and
// unit-dependency-atom.c of systemd, systemd.unit(5).

import { compareBytes } from '../documents/compare-bytes.ts';
import type { Dependencies, RelatedUnit, Report, SystemdFacts, Unit } from '../documents/generated/report.ts';

export interface Reach {
  /** Active units that restart with the unit, without itself, by name. */
  restarts: readonly string[];
  /** Active units that stop with it and stay so, by name. */
  stops: readonly string[];
  /** Units of which systemd said nothing, so that nobody knows whether they restart or stop as well. */
  unknown: readonly string[];
  /** Whether systemd said all that is needed for both lists. */
  complete: boolean;
  /** Whether the end or the failure of one of these units, or of the unit itself, ends or reboots the host; null if that is not known. */
  mayEndHost: boolean | null;
  /** Whether an active socket unit starts the unit; null if that is not known. */
  hasSocket: boolean | null;
}

export type Node = Partial<SystemdFacts> & Omit<RelatedUnit, 'name'> & Pick<Unit, 'sockets'>;
export type Units = ReadonlyMap<string, Node>;

/** The lists by which a restart, and a stop, reaches other units. */
const reached = ['required_by', 'requisite_of', 'bound_by', 'consists_of'] as const;

/** systemd does not start units for the sake of a restart: it only restarts what is not stopped (job_collapse_type()). */
const stopped: readonly string[] = ['inactive', 'failed', 'deactivating'];

/** systemd cannot start these, so a restart that others pass on leaves them alone (unit_job_is_applicable()). */
const neverRestart = /\.(?:scope|device)$/;

/** Indexes what systemd said of the units of the system, by each of their names; null if the report is older than 1.4. */
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
  const {
    names = [],
    dependencies = null,
    failure_action = null,
    success_action = null,
    start_limit_action = null,
  } = facts;
  return { ...facts, names, dependencies, failure_action, success_action, start_limit_action };
}

/** Returns null if systemd did not say the dependencies of the unit. */
export function reachOf(unit: string, units: Units): Reach | null {
  const own = units.get(unit);
  if (own === undefined || own.dependencies === null) return null;
  const walk = new Walk(units);
  const restarts = walk.follow([unit], restart);
  const ended = [...restarts].flatMap((name) => units.get(name)?.dependencies?.propagates_stop_to ?? []);
  const stops = walk.follow(ended, stop);
  const nodes = [...restarts, ...stops].flatMap((name) => units.get(name) ?? []);
  return {
    restarts: sort([...restarts].filter((name) => name !== unit)),
    stops: sort([...stops].filter((name) => !restarts.has(name))),
    unknown: sort([...walk.unknown]),
    complete: walk.complete,
    mayEndHost: findEnd(nodes, walk.complete),
    hasSocket: findSocket(own.dependencies, units),
  };
}

/** A job that systemd passes on from unit to unit. */
interface Job {
  /** Whether it does something to a unit in its present state. */
  changes: (name: string, state: string) => boolean;
  /** Whether it is passed on by a unit that it does not change. */
  passesThrough: boolean;
  /** The lists of units that it is passed on to. */
  lists: readonly ((typeof reached)[number] | 'propagates_stop_to')[];
}

const restart: Job = {
  changes: (name, state) => !stopped.includes(state) && !neverRestart.test(name),
  passesThrough: false,
  lists: reached,
};

const stop: Job = {
  changes: (_, state) => !stopped.includes(state),
  passesThrough: true,
  lists: [...reached, 'propagates_stop_to'],
};

/** Most dependencies that one walk follows, far more than a host has. Beyond, a report that somebody made up could take hours. */
const mostFollowed = 100_000;

class Walk {
  readonly #units: Units;
  /** Units of which systemd said nothing. */
  readonly unknown = new Set<string>();
  /** Whether systemd said everything of each unit on the way. */
  complete = true;

  constructor(units: Units) {
    this.#units = units;
  }

  /** Returns the units that the job changes, beginning with these. */
  follow(from: readonly string[], { changes, passesThrough, lists }: Job): Set<string> {
    const changed = new Set<string>();
    const seen = new Set(from);
    const open = [...seen];
    let room = mostFollowed;
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      const node = this.#units.get(name);
      if (node === undefined) {
        this.unknown.add(name);
        this.complete = false;
        continue;
      }
      const isChanged = changes(name, node.active_state);
      if (isChanged) changed.add(name);
      if (!isChanged && !passesThrough) continue;
      const { dependencies } = node;
      room -= dependencies === null ? 0 : lists.reduce((sum, list) => sum + dependencies[list].length, 0);
      if (dependencies === null || room < 0) {
        this.complete = false;
        continue;
      }
      for (const list of lists) {
        for (const each of dependencies[list]) {
          if (seen.has(each)) continue;
          seen.add(each);
          open.push(each);
        }
      }
    }
    return changed;
  }
}

function findEnd(nodes: readonly Node[], complete: boolean): boolean | null {
  const actions = nodes.flatMap(({ failure_action, success_action, start_limit_action }) => [
    failure_action,
    success_action,
    start_limit_action,
  ]);
  if (actions.some((action) => action !== null && action !== 'none')) return true;
  return complete && actions.every((action) => action !== null) ? false : null;
}

function findSocket({ triggered_by }: Dependencies, units: Units): boolean | null {
  const states = triggered_by.filter((name) => name.endsWith('.socket')).map((name) => units.get(name)?.active_state);
  if (states.some((state) => state !== undefined && !stopped.includes(state))) return true;
  return states.includes(undefined) ? null : false;
}

function sort(names: readonly string[]): string[] {
  return [...names].sort(compareBytes);
}
