// The report -> the units that systemd restarts and stops with a unit, by its own rules. A restart of a unit restarts the active units
// that depend on it, and so on; PropagatesStopTo= only stops. Source: transaction.c transaction_add_job_and_dependencies() and
// unit-dependency-atom.c of systemd, systemd.unit(5).

import { compareBytes } from '../documents/compare-bytes.ts';
import type { Dependencies } from '../documents/generated/report.ts';
import { isStopped } from '../systemd/active-state.ts';
import { mayEndHost } from './ends-host.ts';
import { mostFollowed, type Node, type Units } from './known-units.ts';
import { lostOf } from './lost.ts';
import { refusedOf, Starts } from './starts.ts';

export interface Reach {
  /** Active units that restart with the unit, without itself, by name. */
  restarts: readonly string[];
  /** Active units that stop with it and stay so, by name. */
  stops: readonly string[];
  /** Stopped units that systemd starts with it, by name; null if they are not known. */
  starts: readonly string[] | null;
  /** Units that systemd cannot load, so that it refuses the restart, by name. */
  refusedBy: readonly string[];
  /** Units that restart, the unit itself among them, and that would stop and not start again, by name. */
  lost: readonly string[];
  /** Stopped units that systemd would start with it, and because of which units of `lost` would not start again, by name. */
  lostBecause: readonly string[];
  /** Units of which systemd said nothing, so that nobody knows whether they restart or stop as well. */
  unknown: readonly string[];
  /** Whether systemd said all that is needed for both lists. */
  complete: boolean;
  /** Whether the end or the failure of one of these units, or of the unit itself, ends or reboots the host; null if that is not known. */
  mayEndHost: boolean | null;
  /** Whether an active socket unit starts the unit; null if that is not known. */
  hasSocket: boolean | null;
}

/** The lists by which a restart, and a stop, reaches other units. */
const reached = ['required_by', 'requisite_of', 'bound_by', 'consists_of'] as const;

/** systemd cannot start these, so a restart that others pass on leaves them alone (unit_job_is_applicable()). */
const neverRestart = /\.(?:scope|device)$/;

/** The version of systemd since which a restart restarts a unit that it would stop and start: before, that unit stays as it is. */
const restartsStoppedSince = 254;

/**
 * Returns null if systemd did not say the dependencies of the unit.
 * @param version of systemd; null if it is not known
 * @param refused those of refusedOf(units)
 */
export function reachOf(unit: string, units: Units, version: number | null, refused = refusedOf(units)): Reach | null {
  const own = units.get(unit);
  if (own === undefined || own.dependencies === null) return null;
  const walk = new Walk(units);
  const starts = new Starts(units, refused);
  const restarts = walk.follow([unit], restart);
  if ((version ?? 0) >= restartsStoppedSince) addStartedAgain(unit, restarts, { units, walk, starts });
  const started = starts.stoppedOnes(restarts);
  const ended = [...restarts].flatMap((name) => units.get(name)?.dependencies?.propagates_stop_to ?? []);
  const excluded = [...restarts, ...started.names].flatMap((name) => units.get(name)?.dependencies?.conflicts ?? []);
  const lost = lostOf(restarts, started.names, units, starts.isSpent);
  const stops = walk.follow([...ended, ...excluded], stop);
  for (const name of restarts) stops.delete(name);
  const complete = walk.complete && started.complete;
  return {
    restarts: sort([...restarts].filter((name) => name !== unit)),
    stops: sort([...stops]),
    starts: started.complete ? sort([...started.names]) : null,
    refusedBy: sort(starts.unloadable(restarts, unit)),
    lost: sort([...lost.names]),
    lostBecause: sort([...lost.because]),
    unknown: sort([...walk.unknown]),
    complete: walk.complete && !starts.isSpent,
    mayEndHost: mayEndHost([...restarts, ...stops, ...started.names], units, complete),
    hasSocket: findSocket(own.dependencies, units),
  };
}

/**
 * Adds the units that the restart would stop by PropagatesStopTo= and start by another dependency, and all that restarts with them.
 * Only the unit itself, and those that are added, pass a stop on in that way for sure: transaction_add_job_and_dependencies().
 */
function addStartedAgain(
  unit: string,
  restarts: Set<string>,
  { units, walk, starts }: { units: Units; walk: Walk; starts: Starts },
): void {
  const passing = [unit];
  let fresh: ReadonlySet<string> = restarts;
  for (let name = passing.pop(); name !== undefined && !starts.isSpent; name = passing.pop()) {
    const ended = units.get(name)?.dependencies?.propagates_stop_to.filter((each) => !restarts.has(each)) ?? [];
    if (ended.length === 0) continue;
    const started = starts.addAll(fresh);
    const again = ended.filter((each) => started.has(each));
    passing.push(...again);
    fresh = walk.follow(again, restart, restarts);
    for (const each of fresh) restarts.add(each);
  }
}

/** A job that systemd passes on from unit to unit. */
interface Job {
  /** Whether it does something to a unit in its present state. */
  changes: (name: string, node: Node) => boolean;
  /** Whether it is passed on by a unit that it does not change. */
  passesThrough: boolean;
  /** The lists of units that it is passed on to. */
  lists: readonly ((typeof reached)[number] | 'propagates_stop_to')[];
}

const restart: Job = {
  changes: (name, node) => !isStopped(node) && !neverRestart.test(name),
  passesThrough: false,
  lists: reached,
};

const stop: Job = {
  changes: (_, node) => !isStopped(node),
  passesThrough: true,
  lists: [...reached, 'propagates_stop_to'],
};

class Walk {
  readonly #units: Units;
  /** Units of which systemd said nothing. */
  readonly unknown = new Set<string>();
  /** Whether systemd said everything of each unit on the way. */
  complete = true;

  constructor(units: Units) {
    this.#units = units;
  }

  /**
   * Returns the units that the job changes, beginning with these.
   * @param before those that it has changed already, and from which it was followed
   */
  follow(from: readonly string[], { changes, passesThrough, lists }: Job, before?: ReadonlySet<string>): Set<string> {
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
      const isChanged = changes(name, node);
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
          if (seen.has(each) || before?.has(each)) continue;
          seen.add(each);
          open.push(each);
        }
      }
    }
    return changed;
  }
}

function findSocket({ triggered_by }: Dependencies, units: Units): boolean | null {
  const sockets = triggered_by.filter((name) => name.endsWith('.socket')).map((name) => units.get(name));
  if (sockets.some((node) => node !== undefined && !isStopped(node))) return true;
  return sockets.includes(undefined) ? null : false;
}

function sort(names: readonly string[]): string[] {
  return [...names].sort(compareBytes);
}
