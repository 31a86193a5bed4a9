// The report's reboot facts and the verdicts -> whether a reboot is needed: true, false, or null where nobody can know.

import type { Action, PlanReboot } from '../documents/generated/plan.ts';
import type { Reboot } from '../documents/generated/report.ts';

/** An incomplete plan cannot know that no unit needs one. */
export function buildReboot(facts: Reboot, actions: readonly Action[], complete: boolean): PlanReboot {
  const units = new Set(actions.flatMap(({ action, unit }) => (action === 'reboot' && unit !== null ? [unit] : [])));
  const reasons = [...facts.reasons, ...[...units].map((unit) => ({ code: 'unit' as const, unit }))];
  if (reasons.length > 0 || facts.required) return { required: true, reasons };
  return { required: complete ? facts.required : null, reasons };
}
