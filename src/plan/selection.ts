// --unit and --action -> the targets and actions that stay in the plan.

import type { ActionName } from '../documents/generated/plan.ts';
import { compileUnitPattern, type UnitNames } from '../policy/unit-pattern.ts';

export const actionNames: readonly ActionName[] = [
  'daemon_reload',
  'restart',
  'reload',
  'signal',
  'daemon_reexec',
  'reexec_user_manager',
  'end_session',
  'restart_container',
  'reboot',
  'manual',
];

export interface Selection {
  hasUnit(names: UnitNames): boolean;
  hasAction(action: ActionName): boolean;
  /** Whether the user asked for a part of the plan. Then an empty plan does not mean a clean host. */
  narrows: boolean;
}

export const everything: Selection = { hasUnit: () => true, hasAction: () => true, narrows: false };

/** An empty list selects everything. A unit is a glob over whole names, or an alias; a target in no unit matches no glob. */
export function compileSelection(units: readonly string[], actions: readonly string[]): Selection {
  const patterns = units.map(compileUnitPattern);
  return {
    hasUnit: (names) => patterns.length === 0 || patterns.some((match) => match(names) !== null),
    hasAction: (action) => actions.length === 0 || actions.includes(action),
    narrows: units.length > 0 || actions.length > 0,
  };
}
