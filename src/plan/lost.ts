// Units that restart, and units that start with them -> those that would stop and not start again, and the stopped units because of which.
// Source: job.c job_finish_and_invalidate() and unit.c unit_start(), unit_verify_deps() of systemd, systemd.unit(5).

import { isStopped } from '../systemd/active-state.ts';
import type { Units } from './known-units.ts';

export interface Lost {
  /** Units that restart, and would stay stopped. */
  names: ReadonlySet<string>;
  /** Stopped units that systemd would start for them, and that would stay stopped. */
  because: ReadonlySet<string>;
}

/**
 * @param started stopped units that systemd starts with those that restart
 * @param isSpent whether there is more to follow than on any host: then no more is followed
 */
export function lostOf(
  restarts: ReadonlySet<string>,
  started: ReadonlySet<string>,
  units: Units,
  isSpent: boolean,
): Lost {
  const running = new Set([...restarts, ...started]);
  const names = new Set([...restarts].filter((name) => wantsMissing(name, units, running)));
  if (isSpent) return { names, because: new Set() };
  const failing = new Set([...names, ...[...started].filter((name) => fails(name, units, running))]);
  const inactive = new Set([...started].filter((name) => !failing.has(name) && staysInactive(name, units)));
  if (failing.size + inactive.size === 0) return { names, because: new Set() };
  const requiring = requiringOf(running, units);
  const because = new Set<string>();
  const open = [...failing, ...inactive];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const bound = new Set(units.get(name)?.dependencies?.bound_by);
    for (const other of requiring.get(name) ?? []) {
      const isLost = bound.has(other) || (failing.has(name) && isAfter(other, name, units));
      if (!isLost) continue;
      if (started.has(name)) because.add(name);
      if (failing.has(other)) continue;
      failing.add(other);
      open.push(other);
      if (restarts.has(other)) names.add(other);
    }
  }
  return { names, because };
}

/** Whether a unit of Requisite= is stopped, and nothing starts it: then systemd does not start this unit, but has stopped it before. */
function wantsMissing(unit: string, units: Units, running: ReadonlySet<string>): boolean {
  const isMissing = (name: string) => {
    const node = units.get(name);
    return node !== undefined && isStopped(node) && !running.has(name);
  };
  return units.get(unit)?.dependencies?.requisite.some(isMissing) ?? false;
}

function fails(unit: string, units: Units, running: ReadonlySet<string>): boolean {
  return units.get(unit)?.start_fails === true || wantsMissing(unit, units, running);
}

/** Whether its start, failed or not, leaves it inactive: then a unit that is bound to it stops. */
function staysInactive(unit: string, units: Units): boolean {
  const { conditions_met = null, programs_present = null } = units.get(unit) ?? {};
  return conditions_met === false || programs_present === false;
}

/** Without the order, systemd starts both at once, and nobody knows which is first to end. */
function isAfter(unit: string, other: string, units: Units): boolean {
  return units.get(unit)?.dependencies?.after.includes(other) ?? false;
}

/** Returns for each unit those of the running ones that require it. */
function requiringOf(running: ReadonlySet<string>, units: Units): ReadonlyMap<string, string[]> {
  const found = new Map<string, string[]>();
  for (const name of running) {
    for (const each of units.get(name)?.dependencies?.requires ?? []) {
      const known = found.get(each);
      if (known === undefined) found.set(each, [name]);
      else known.push(name);
    }
  }
  return found;
}
