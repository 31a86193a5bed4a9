// Report and policy -> the plan document. Pure: the same report gives the same plan, in whatever order its parts stand.

import type { Action, Plan } from '../documents/generated/plan.ts';
import type { Report } from '../documents/generated/report.ts';
import { schemaVersions } from '../documents/generated/versions.ts';
import { compileShippedPolicy, compileUserPolicy } from '../policy/match.ts';
import type { UserPolicyRule } from '../policy/rule.ts';
import { shippedRules } from '../policy/shipped.ts';
import { tool } from '../version.ts';
import { buildHeld } from './held.ts';
import { compareActions, compareIgnored } from './order.ts';
import { buildReboot } from './reboot.ts';
import { everything, type Selection } from './selection.ts';
import { settle } from './settle.ts';
import { buildThings } from './things.ts';

/** @param generatedAt when the plan is made, UTC to the second as in every document */
export function buildPlan(
  report: Report,
  userRules: readonly UserPolicyRule[],
  generatedAt: string,
  selection: Selection = everything,
): Plan {
  const policy = { user: compileUserPolicy(userRules), shipped: compileShippedPolicy(shippedRules) };
  const things = buildThings(report).filter((thing) => selection.hasUnit(thing));
  const settled = things.map((thing) => settle(thing, policy, report.host.systemd_version ?? null));
  const actions = settled
    .flatMap(({ action }) => (action !== null && selection.hasAction(action.action) ? [action] : []))
    .sort(compareActions);
  const complete = isComplete(report) && !selection.narrows;
  return {
    kind: 'lib-users/plan',
    schema_version: schemaVersions.plan,
    tool,
    generated_at: generatedAt,
    host: { hostname: report.host.hostname, id: report.host.id, boot_id: report.host.boot_id },
    report: { generated_at: report.generated_at, complete: report.scan.complete },
    complete,
    services: unitsTo('restart', actions),
    reload_services: unitsTo('reload', actions),
    user_services: actions.flatMap(({ action, scope, user, unit }) =>
      action === 'restart' && scope === 'user' && user !== null && unit !== null ? [{ user, unit }] : [],
    ),
    daemon_reexec: actions.some(({ action }) => action === 'daemon_reexec'),
    reboot: buildReboot(report.host.reboot, actions, complete),
    actions,
    ignored: settled.flatMap(({ ignored }) => ignored).sort(compareIgnored),
    held: buildHeld(report, selection),
  };
}

function unitsTo(verb: 'restart' | 'reload', actions: readonly Action[]): string[] {
  return actions.flatMap(({ action, scope, unit }) =>
    action === verb && scope === 'system' && unit !== null ? [unit] : [],
  );
}

/** Whether the report is complete and has everything that it was counted from: --detail units leaves out the processes. */
function isComplete({ scan, summary, units }: Report): boolean {
  if (!scan.complete) return false;
  return scan.detail === 'processes' || summary.processes <= new Set(units.flatMap(({ pids }) => pids)).size;
}
