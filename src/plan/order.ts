// The safe order of the actions: changed unit files are read first; then come services, in the order in which a boot would start them,
// managers, and the actions that need a person. An action on the unit that carries the caller comes last of all, because the actions
// after it might never be done.

import { compareBytes } from '../documents/compare-bytes.ts';
import type { Action, Ignored, Remark } from '../documents/generated/plan.ts';
import type { Units } from './known-units.ts';
import { cycleRemark } from './remarks.ts';
import { placeServices } from './start-order.ts';

const steps: readonly string[] = [
  'daemon_reload',
  'system restart',
  'system reload',
  'system signal',
  'daemon_reexec',
  'reexec_user_manager',
  'user restart',
  'user reload',
  'user signal',
  'restart_container',
  'end_session',
  'reboot',
  'manual',
];

function stepOf({ action, scope }: Action): number {
  return Math.max(steps.indexOf(action), steps.indexOf(`${scope} ${action}`));
}

/** @param units what systemd said of the order of a start; null if it is not known, and then the names decide */
export function sortActions(actions: readonly Action[], units: Units | null): Action[] {
  const services = new Set(actions.flatMap((action) => (isRestart(action) ? [action.unit!] : [])));
  const cycles = new Map<string, Remark>();
  const addCycle = (cycle: readonly string[]) => {
    const remark = cycleRemark(cycle);
    for (const name of cycle) if (!cycles.has(name)) cycles.set(name, remark);
  };
  const places = units === null ? new Map<string, number>() : placeServices([...services], units, addCycle);
  const placeOf = (action: Action) => (isRestart(action) && places.get(action.unit!)) || 0;
  const sorted = [...actions].sort((a, b) => compareActions(a, b, placeOf(a) - placeOf(b)));
  return sorted.map((action) => {
    const remark = isRestart(action) ? cycles.get(action.unit!) : undefined;
    return remark === undefined ? action : { ...action, remarks: [...(action.remarks ?? []), remark] };
  });
}

function isRestart({ action, scope, unit }: Action): boolean {
  return action === 'restart' && scope === 'system' && unit !== null;
}

// If everything else is equal, the whole text decides, because the order must not depend on the order of the report.
function compareActions(a: Action, b: Action, places: number): number {
  return (
    Number(a.carries_caller) - Number(b.carries_caller) ||
    stepOf(a) - stepOf(b) ||
    places ||
    compareNullable(a.unit, b.unit) ||
    compareBytes(a.scope ?? '', b.scope ?? '') ||
    (a.user?.uid ?? -1) - (b.user?.uid ?? -1) ||
    (a.process?.pid ?? -1) - (b.process?.pid ?? -1) ||
    compareWhole({ ...a, because: [] }, { ...b, because: [] }) ||
    compareLists(a.because, b.because)
  );
}

function compareWhole(a: object, b: object): number {
  return compareBytes(JSON.stringify(a), JSON.stringify(b));
}

/** Compares entry by entry, because a whole list as text may be longer than a string can be. */
function compareLists(a: readonly object[], b: readonly object[]): number {
  for (const [index, each] of a.entries()) {
    const other = b[index];
    const order = other === undefined ? 1 : compareWhole(each, other);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

export function compareIgnored(a: Ignored, b: Ignored): number {
  return (
    compareNullable(a.unit, b.unit) ||
    compareBytes(a.path, b.path) ||
    compareBytes(a.code, b.code) ||
    compareWhole(a, b)
  );
}

/** Puts names before null, so that units come first. */
function compareNullable(a: string | null, b: string | null): number {
  return Number(a === null) - Number(b === null) || compareBytes(a ?? '', b ?? '');
}
