// --unit and --action -> which things and actions a plan is narrowed to.

import type { ActionName } from '../documents/generated/plan.ts';
import { compileGlob } from '../glob.ts';
import { fromText } from '../procfs/bytes.ts';

export const actionNames: readonly ActionName[] = [
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
  hasUnit(unit: string | null): boolean;
  hasAction(action: ActionName): boolean;
  /** Whether anything was left out on purpose: then an empty plan does not mean a clean host. */
  narrows: boolean;
}

export const everything: Selection = { hasUnit: () => true, hasAction: () => true, narrows: false };

/** Empty lists select everything. Units are globs over whole names; what is in no unit matches none. */
export function compileSelection(units: readonly string[], actions: readonly string[]): Selection {
  const globs = units.map((glob) => compileGlob(fromText(glob)));
  return {
    hasUnit: (unit) => globs.length === 0 || (unit !== null && globs.some((matches) => matches(fromText(unit)))),
    hasAction: (action) => actions.length === 0 || actions.includes(action),
    narrows: units.length > 0 || actions.length > 0,
  };
}
