// Report and policy -> the plan document. Pure: the same report gives the same plan, and the order of its parts does not matter.

import { showsAll } from '../documents/coverage.ts';
import type { Action, Plan, PlanReboot } from '../documents/generated/plan.ts';
import type { Report } from '../documents/generated/report.ts';
import { schemaVersions } from '../documents/generated/versions.ts';
import { hostIdentity } from '../documents/host-identity.ts';
import { onlyUsersUnseen } from '../documents/unseen.ts';
import { compileRebootCandidates, compileShippedPolicy, compileUserPolicy } from '../policy/match.ts';
import type { UserPolicyRule } from '../policy/rule.ts';
import { shippedRules } from '../policy/shipped.ts';
import { tool } from '../version.ts';
import { buildDaemonReload } from './daemon-reload.ts';
import { decide, type Policy } from './decide.ts';
import { buildFixes, collectFixes, type KnownFixes } from './fixes.ts';
import { buildHeld } from './held.ts';
import { addImpact, addRepeats, coverActions } from './impact.ts';
import { type Units, unitsOf } from './known-units.ts';
import { compareIgnored, sortActions } from './order.ts';
import type { PlanReason } from './reasons.ts';
import { buildReboot } from './reboot.ts';
import { everything, type Selection } from './selection.ts';
import type { Target } from './target.ts';
import { buildTargets, buildUnitTargets } from './targets.ts';
import { aliasesOf } from './unit-targets.ts';

/** @param generatedAt when the plan is made, UTC to the second as in every document */
export function buildPlan(
  report: Report,
  userRules: readonly UserPolicyRule[],
  generatedAt: string,
  selection: Selection = everything,
): Plan {
  const { actions, ignored, complete, reboot, fixes } = judgeTargets(buildTargets(report), report, {
    policy: compilePolicy(userRules),
    selection,
    allowUnseenUsers: true,
    units: unitsOf(report),
  });
  return {
    kind: 'lib-users/plan',
    schema_version: schemaVersions.plan,
    tool,
    generated_at: generatedAt,
    host: hostIdentity(report.host),
    report: { generated_at: report.generated_at, complete: report.scan.complete },
    complete,
    unseen_users: onlyUsersUnseen(report) ?? [],
    services: unitsTo('restart', actions),
    reload_services: unitsTo('reload', actions),
    user_services: actions.flatMap(({ action, scope, user, unit }) =>
      action === 'restart' && scope === 'user' && user !== null && unit !== null ? [{ user, unit }] : [],
    ),
    daemon_reload: actions.some(({ action }) => action === 'daemon_reload'),
    daemon_reexec: actions.some(({ action }) => action === 'daemon_reexec'),
    reboot,
    microcode: report.host.microcode ?? null,
    actions,
    clean: isClean(actions, reboot, complete),
    ignored: ignored.sort(compareIgnored),
    held: buildHeld(report, selection),
    fixes,
  };
}

/**
 * Returns a function from a report to the reboot that a plan of everything would have, for commands that judge many reports. It
 * judges only the units that can want a reboot, and compiles the policy once. It leaves out the survivors, which only a plan has.
 */
export function compileRebootJudge(
  userRules: readonly UserPolicyRule[],
  allowUnseenUsers = false,
): (report: Report) => Omit<Required<PlanReboot>, 'survivors'> {
  const policy = compilePolicy(userRules);
  const canWantReboot = compileRebootCandidates(userRules, shippedRules);
  return (report) => {
    const units = report.units.filter((unit) =>
      canWantReboot({ scope: unit.scope, unit: unit.name, aliases: aliasesOf(unit) }),
    );
    const options = { policy, selection: everything, allowUnseenUsers, units: null };
    const { survivors: _, ...reboot } = judgeTargets(buildUnitTargets(units, report), report, options).reboot;
    return reboot;
  };
}

function compilePolicy(userRules: readonly UserPolicyRule[]): Policy {
  return { user: compileUserPolicy(userRules), shipped: compileShippedPolicy(shippedRules) };
}

interface JudgeOptions {
  policy: Policy;
  selection: Selection;
  /** Whether the scan counts as complete if it missed only processes of users. */
  allowUnseenUsers: boolean;
  /** For the impact of restarts and their order; null if they do not matter. */
  units: Units | null;
}

function judgeTargets(
  targets: readonly Target[],
  report: Report,
  { policy, selection, allowUnseenUsers, units }: JudgeOptions,
) {
  const known = collectFixes(report);
  const host = { systemdVersion: report.host.systemd_version ?? null, fixes: known };
  // A unit that is not selected may restart with one that is, so the impact wants the verdict on each.
  const settled = targets.map((target) => ({
    ...decide(target, policy, host),
    isSelected: selection.hasUnit(target),
  }));
  const judged = settled.flatMap(({ action, ...rest }) => (action === null ? [] : [{ ...rest, action }]));
  const ofUnits = addImpact(judged, report, units, policy).filter(({ isSelected }) => isSelected);
  const wanted = ofUnits.filter(({ action }) => selection.hasAction(action.action));
  // The restarts of a plan that was narrowed to restarts want the reload before them all the same.
  const changed = (selection.hasAction('daemon_reload') ? ofUnits : wanted).map(({ action }) => action);
  const reload = buildDaemonReload(changed, host.systemdVersion, units);
  const sorted = sortActions([...(reload === null ? [] : [reload]), ...wanted.map(({ action }) => action)], units);
  const actions = addRepeats(coverActions(sorted));
  addCoveredFixes(actions, wanted, known);
  const reasons = wanted.flatMap((each) => each.reasons);
  const fixes = buildFixes(reasons, known);
  const seen = report.scan.complete || (allowUnseenUsers && onlyUsersUnseen(report) !== null);
  const complete = seen && showsAll(report) && !selection.narrows;
  const reboot = buildReboot(report, actions, complete);
  return {
    actions,
    ignored: settled.flatMap(({ ignored, isSelected }) => (isSelected ? ignored : [])),
    complete,
    reboot,
    fixes,
  };
}

/** A restart that covers others brings their fixes into memory as well. */
function addCoveredFixes(
  actions: readonly Action[],
  wanted: readonly { action: Action; reasons: readonly PlanReason[] }[],
  known: KnownFixes,
): void {
  const covered = new Map<string, Set<string>>();
  for (const { unit, covered_by: cover } of actions) {
    if (unit === null || cover == null) continue;
    covered.set(cover, (covered.get(cover) ?? new Set([cover])).add(unit));
  }
  for (const action of actions) {
    const units = isSystemRestart(action) ? covered.get(action.unit ?? '') : undefined;
    if (units === undefined) continue;
    const own = wanted.filter((each) => isSystemRestart(each.action) && units.has(each.action.unit ?? ''));
    action.fixes = buildFixes(
      own.flatMap(({ reasons }) => reasons),
      known,
    );
  }
}

function isSystemRestart({ action, scope }: Action): boolean {
  return action === 'restart' && scope === 'system';
}

/** Ignores the caller's own connection, which ends by itself. An incomplete plan cannot know that nothing else is left. */
function isClean(actions: readonly Action[], reboot: PlanReboot, complete: boolean): boolean | null {
  if (reboot.required === true || actions.some(({ callers_own }) => !callers_own)) return false;
  return complete ? true : null;
}

function unitsTo(verb: 'restart' | 'reload', actions: readonly Action[]): string[] {
  return actions.flatMap(({ action, scope, unit, covered_by }) =>
    action === verb && scope === 'system' && unit !== null && covered_by === null ? [unit] : [],
  );
}
