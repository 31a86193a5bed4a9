// The safe order of the actions: services first, then managers, then what needs a person; whatever carries the caller
// comes last of all, since what would follow it might never be done.

import type { Action, Ignored } from '../documents/generated/plan.ts';
import { compareBytes } from '../documents/order.ts';

const steps: readonly string[] = [
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

// Where everything else is equal, the whole text decides: the order must not depend on that of the report.
export function compareActions(a: Action, b: Action): number {
  return (
    Number(a.carries_caller) - Number(b.carries_caller) ||
    stepOf(a) - stepOf(b) ||
    compareNullable(a.unit, b.unit) ||
    compareBytes(a.scope ?? '', b.scope ?? '') ||
    (a.user?.uid ?? -1) - (b.user?.uid ?? -1) ||
    (a.process?.pid ?? -1) - (b.process?.pid ?? -1) ||
    compareBytes(JSON.stringify(a), JSON.stringify(b))
  );
}

export function compareIgnored(a: Ignored, b: Ignored): number {
  return (
    compareNullable(a.unit, b.unit) ||
    compareBytes(a.path, b.path) ||
    compareBytes(a.code, b.code) ||
    compareBytes(JSON.stringify(a), JSON.stringify(b))
  );
}

/** Units before what is in none. */
function compareNullable(a: string | null, b: string | null): number {
  return Number(a === null) - Number(b === null) || compareBytes(a ?? '', b ?? '');
}
