// The report's reboot facts and the verdicts -> whether a reboot is needed: true, false, or null if nobody can know.

import type { Action, PlanReboot } from '../documents/generated/plan.ts';
import type { Reboot } from '../documents/generated/report.ts';
import { distinct } from '../keys.ts';

const incomplete = {
  code: 'incomplete',
  message: 'the plan does not cover the whole host: a unit that it leaves out may need a reboot',
} as const;

/** Never answers false for an incomplete plan, because a unit that the plan leaves out may need a reboot. */
export function buildReboot(facts: Reboot, actions: readonly Action[], complete: boolean): PlanReboot {
  const units = distinct(actions.flatMap(({ action, unit }) => (action === 'reboot' && unit !== null ? [unit] : [])));
  const reasons = [...facts.reasons, ...units.map((unit) => ({ code: 'unit' as const, unit }))];
  if (reasons.length > 0 || facts.required) return { required: true, reasons, unknown_because: null };
  if (facts.required === null) return { required: null, reasons, unknown_because: facts.unknown_because ?? null };
  return { required: complete ? false : null, reasons, unknown_because: complete ? null : incomplete };
}
