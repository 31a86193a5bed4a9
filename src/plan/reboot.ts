// The report's reboot facts and the verdicts -> whether a reboot is needed: true, false, or null if nobody can know; and its kind.

import type { Action, PlanReboot } from '../documents/generated/plan.ts';
import type { Report } from '../documents/generated/report.ts';
import { distinct } from '../keys.ts';
import { buildRebootFixes } from './fixes.ts';
import { rebootKind } from './reboot-kind.ts';
import { survivorsOf } from './survivors.ts';

const incomplete = {
  code: 'incomplete',
  message: 'the plan does not cover the whole host: a unit that it leaves out may need a reboot',
} as const;

/** Never answers false for an incomplete plan, because a unit that the plan leaves out may need a reboot. */
export function buildReboot(report: Report, actions: readonly Action[], complete: boolean): Required<PlanReboot> {
  const { host } = report;
  const facts = host.reboot;
  const fixes = buildRebootFixes(report);
  const units = distinct(actions.flatMap(({ action, unit }) => (action === 'reboot' && unit !== null ? [unit] : [])));
  // Reports before 1.4 do not say since when.
  const reported = facts.reasons.map((reason) => ({ ...reason, since: reason.since ?? null }));
  const reasons = [...reported, ...units.map((unit) => ({ code: 'unit' as const, unit }))];
  if (reasons.length > 0 || facts.required) {
    const survivors = survivorsOf(report);
    const kind = rebootKind(reasons, host, survivors);
    return {
      required: true,
      reasons,
      unknown_because: null,
      kind,
      survivors: kind === 'soft' ? survivors : null,
      fixes,
    };
  }
  const because = facts.required === null ? (facts.unknown_because ?? null) : complete ? null : incomplete;
  const required = facts.required === null || !complete ? null : false;
  return { required, reasons, unknown_because: because, kind: null, survivors: null, fixes };
}
