// The settled targets and the report -> what each restart takes along. A restart that would end the host, or reach a unit that the
// plan or the policy leaves alone, or that would not start again, is left to people. A unit that restarts with another one is not restarted a second time.

import type { Action, BlockedBy, Impact } from '../documents/generated/plan.ts';
import type { Report } from '../documents/generated/report.ts';
import { parseManagerUid } from '../systemd/session-name.ts';
import type { Policy } from './decide.ts';
import { hasChangedFile, isUnableToStart, type Node, type Units } from './known-units.ts';
import { type Reach, reachOf } from './reach.ts';
import { changedOthersRemarks, failingRemarks, takenRemarks } from './remarks.ts';
import { refusedOf } from './starts.ts';

/** An action, and whether the user's own policy asked for it. */
export interface Wanted {
  action: Action;
  isTrusted: boolean;
}

/** @param units those of unitsOf(); null if the report does not say what a restart takes along */
export function addImpact<W extends Wanted>(
  wanted: readonly W[],
  report: Report,
  units: Units | null,
  policy: Policy,
): readonly W[] {
  if (units === null) return wanted;
  const leftBy = judgeLeft(wanted, units, policy);
  const refused = refusedOf(units);
  const version = report.host.systemd_version ?? null;
  return wanted.map((each) => {
    const { action } = each;
    const { unit } = action;
    const reach = unit !== null && isService(action) ? reachOf(unit, units, version, refused) : null;
    if (unit === null || reach === null) return each;
    const known = { ...action, impact: describe(reach, units.get(unit)!) };
    const others = [...reach.restarts, ...reach.stops, ...reach.unknown];
    const blocked_by = action.action === 'restart' ? findBlock(each, unit, reach, others.map(leftBy)) : null;
    if (blocked_by !== null) {
      const isTaken = (name: string) =>
        isInTheWay(leftBy(name), each) || (!each.isTrusted && reach.lost.includes(name));
      const left = blocked_by === 'takes_others' ? others.filter(isTaken) : [];
      const lost = left.filter((name) => isUnableToStart(units.get(name)) || reach.lost.includes(name));
      const alone = left.filter((name) => !lost.includes(name));
      const because = lostUnits.includes(blocked_by) ? reach.lostBecause : [];
      const remarks = [...(action.remarks ?? []), ...takenRemarks(alone, lost), ...failingRemarks(because)];
      return { ...each, action: { ...known, action: 'manual', argv: null, blocked_by, remarks } };
    }
    const carries = others.some((name) => report.scan.carriers.includes(name));
    const changed = action.action === 'restart' ? reach.restarts.filter((name) => hasChangedFile(units.get(name))) : [];
    const remarks = [...(action.remarks ?? []), ...changedOthersRemarks(changed)];
    return { ...each, action: { ...known, remarks, carries_caller: action.carries_caller || carries } };
  });
}

/** The whole unit, not one process in it. */
function isService({ action, scope, process, unit }: Action): boolean {
  const isWhole = action === 'restart' || (action === 'manual' && process === null);
  return isWhole && scope === 'system' && unit?.endsWith('.service') === true;
}

/** The processes in a unit that outlive its restart are left alone anyway. */
const ofProcesses: readonly (BlockedBy | null)[] = ['outlives_restart', 'user_process'];

function isLeftAlone({ action, process, blocked_by }: Action): boolean {
  return action === 'reboot' || (action === 'manual' && process === null && !ofProcesses.includes(blocked_by));
}

/** The one who leaves a unit alone: a rule of the user's own, or else the plan; null if the unit may be restarted. */
type LeftBy = 'user' | 'plan' | null;

/** Returns a function from the name of a unit of the system, affected or not, to the one who leaves it alone. */
function judgeLeft(wanted: readonly Wanted[], units: Units, policy: Policy): (unit: string) => LeftBy {
  const known = new Map<string, LeftBy>();
  for (const { action, isTrusted } of wanted) {
    const { unit, scope } = action;
    if (unit === null || scope !== 'system' || known.get(unit)) continue;
    if (isLeftAlone(action)) known.set(unit, isTrusted && action.blocked_by === null ? 'user' : 'plan');
    // Only the restart of a unit has been judged: a reload, or one process in the unit, says nothing of it.
    else if (action.action === 'restart') known.set(unit, null);
  }
  return (unit) => {
    if (!known.has(unit)) known.set(unit, policyLeaves(unit, units, policy));
    return known.get(unit)!;
  };
}

/** Judges a unit that is not to be restarted, as if its code were gone. */
function policyLeaves(unit: string, units: Units, { user, shipped }: Policy): LeftBy {
  const names = { unit, aliases: (units.get(unit)?.names ?? []).filter((name) => name !== unit) };
  const own = user(names, { bytes: '', affects: true, mayBeHanded: false })?.decision.action;
  if (own !== undefined) return own === 'restart' ? null : own === 'manual' || own === 'reboot' ? 'user' : 'plan';
  if (isWorkOfPeople(unit) || startsOthers(unit) || isUnableToStart(units.get(unit))) return 'plan';
  const facts = { programs: [], killMode: null, hasCode: true, mapsCode: true };
  const decision = shipped({ ...names, ...facts, scope: 'system' });
  return decision !== null && decision.action !== 'restart' ? 'plan' : null;
}

/** Whether its end ends a session, a container or all that a user runs: systemd cannot start these again as they were. */
function isWorkOfPeople(unit: string): boolean {
  return unit.endsWith('.scope') || parseManagerUid(unit) !== null;
}

/** Whether its restart starts every unit that it wants, also one that somebody has stopped: systemd.target(5). */
function startsOthers(unit: string): boolean {
  return unit.endsWith('.target');
}

/** A restart is left to people with these because a unit would not start again. */
const lostUnits: readonly BlockedBy[] = ['cannot_start_again', 'takes_others'];

/** The user's own rule for a restart outweighs the plan, but not the user's own rule that leaves another unit alone. */
function findBlock(
  { isTrusted }: Wanted,
  unit: string,
  { mayEndHost, refusedBy, lost }: Reach,
  leftBy: readonly LeftBy[],
): BlockedBy | null {
  // No rule can make systemd do it.
  if (refusedBy.length > 0) return 'cannot_start_again';
  if (leftBy.includes('user')) return 'takes_others';
  if (isTrusted) return null;
  if (mayEndHost === true) return 'may_reboot';
  if (lost.includes(unit)) return 'cannot_start_again';
  return leftBy.includes('plan') || lost.length > 0 ? 'takes_others' : null;
}

function isInTheWay(left: LeftBy, { isTrusted }: Wanted): boolean {
  return left === 'user' || (left === 'plan' && !isTrusted);
}

function describe(reach: Reach, facts: Node): Impact {
  const { sockets, start_limit_burst: burst, start_limit_interval_seconds: seconds } = facts;
  return {
    also_restarts: [...reach.restarts],
    also_stops: [...reach.stops],
    also_starts: reach.starts === null ? null : [...reach.starts],
    // Only the order of the plan tells: addRepeats().
    restarts_again: [],
    refused_by: [...reach.refusedBy],
    complete: reach.complete,
    socket_activated: reach.hasSocket,
    kept_descriptors: facts.kept_descriptors ?? null,
    last_start_seconds: facts.last_start_seconds ?? null,
    stop_timeout_seconds: facts.stop_timeout_seconds ?? null,
    may_reboot: reach.mayEndHost,
    start_limit: burst && seconds ? { burst, interval_seconds: seconds, left: facts.starts_left ?? null } : null,
    listening: sockets?.listening ?? null,
    unlisted: sockets?.unlisted ?? null,
    established: sockets?.established ?? null,
  };
}

/**
 * Gives each action that another one of the plan does as well the unit of that other one, and takes its command away.
 * @param actions in the order of the plan
 */
export function coverActions(actions: readonly Action[]): Action[] {
  const restarts = actions.filter(({ action, scope }) => action === 'restart' && scope === 'system');
  const places = new Map(restarts.map(({ unit }, index) => [unit, index]));
  const coveredBy = new Map<string, string>();
  for (const { unit, impact, carries_caller } of restarts) {
    if (unit === null || coveredBy.has(unit)) continue;
    for (const name of impact?.also_restarts ?? []) {
      const other = restarts[places.get(name) ?? -1];
      // The restart that may end the caller comes last, and others must not wait for it.
      if (other === undefined || coveredBy.has(name) || (carries_caller && !other.carries_caller)) continue;
      coveredBy.set(name, unit);
    }
  }
  // A unit may have been found to be covered after it covered others: its own cover restarts these as well.
  const last = (unit: string): string => (coveredBy.has(unit) ? last(coveredBy.get(unit)!) : unit);
  return actions.map((action) => {
    const cover =
      action.action === 'restart' && action.scope === 'system' ? coveredBy.get(action.unit ?? '') : undefined;
    return cover === undefined ? { ...action, covered_by: null } : { ...action, argv: null, covered_by: last(cover) };
  });
}

/**
 * Names the units that an action restarts although an earlier one has done it. Each systemctl call, and each unit of one call, is a
 * transaction of its own, so that nothing but luck merges the restarts of a unit that depends on two others.
 * @param actions in the order of the plan, with what covers them
 */
export function addRepeats(actions: readonly Action[]): Action[] {
  const restarted = new Set<string>();
  return actions.map((action) => {
    const { unit, impact, argv } = action;
    if (action.action !== 'restart' || action.scope !== 'system' || unit === null || argv === null) return action;
    const also = impact?.also_restarts ?? [];
    const again = also.filter((name) => restarted.has(name));
    for (const name of [unit, ...also]) restarted.add(name);
    return impact && again.length > 0 ? { ...action, impact: { ...impact, restarts_again: again } } : action;
  });
}
