// One target -> its action, if anything has to be done, and the findings that call for nothing.

import type { Action, Ignored, ReasonCode, Remark } from '../documents/generated/plan.ts';
import type { ShippedPolicy, UserPolicy } from '../policy/match.ts';
import type { Decision } from '../policy/rule.ts';
import { buildArgv } from './argv.ts';
import { buildFixes, type KnownFixes } from './fixes.ts';
import { harmlessness } from './harmless.ts';
import { compareReasons, type PlanReason } from './reasons.ts';
import { buildRemarks } from './remarks.ts';
import { needsStanding, type Target } from './target.ts';
import { decideAction, hasCode, mapsCode, type Verdict } from './verdict.ts';

export interface Policy {
  user: UserPolicy;
  shipped: ShippedPolicy;
}

export interface Settled {
  action: Action | null;
  /** Whether a rule of the user's own decided. */
  isTrusted: boolean;
  /** The findings that the action is for. */
  reasons: readonly PlanReason[];
  ignored: Ignored[];
}

/** Facts of the report that belong to no target. */
export interface Facts {
  /** The version of the systemctl that will run the actions, or null if it is not known. */
  systemdVersion: number | null;
  fixes: KnownFixes;
}

export function decide(target: Target, policy: Policy, { systemdVersion, fixes }: Facts): Settled {
  const reasons: PlanReason[] = [];
  const inferred: PlanReason[] = [];
  const ignored: Ignored[] = [];
  let first: { index: number; decision: Decision } | null = null;
  for (const finding of target.findings) {
    const rest = harmlessness(finding, target);
    const match = policy.user(target, {
      bytes: finding.bytes,
      affects: rest?.affects ?? true,
      mayBeHanded: mayBeHanded(finding, target),
      isInferred: finding.isInferred,
    });
    if (match?.decision.action === 'ignore') {
      ignored.push(ignore(target, finding, 'policy', match.decision.reason));
    } else if (match === null && rest !== null) {
      ignored.push(ignore(target, finding, finding.code, rest.reason));
    } else if (match === null && finding.isInferred) {
      inferred.push(finding);
    } else {
      reasons.push(finding);
      if (match !== null && (first === null || match.index < first.index)) first = match;
    }
  }
  if (reasons.length + inferred.length === 0) return { action: null, isTrusted: false, reasons, ignored };
  const affected = { ...target, findings: reasons };
  const verdict =
    reasons.length === 0
      ? leftToPeople
      : decideAction(affected, first?.decision ?? null, shippedDecision(affected, policy.shipped));
  const cured = curesCode.includes(verdict.action) ? [...reasons, ...inferred].sort(compareReasons) : reasons;
  const action = buildAction({ ...target, findings: cured }, verdict, systemdVersion);
  const remarks = cured.length < reasons.length + inferred.length ? [...action.remarks!, notCured] : action.remarks!;
  return {
    action: { ...action, remarks, fixes: buildFixes(cured, fixes) },
    isTrusted: first !== null,
    reasons: cured,
    ignored,
  };
}

/** No machine acts on an inference alone. */
const leftToPeople: Verdict = { action: 'manual', blockedBy: 'inferred', policy: null, signal: null };

/** After these actions, no process of the target runs old code. */
const curesCode: readonly Verdict['action'][] = ['restart', 'manual', 'reboot'];

const notCured: Remark = {
  code: 'likely_outdated',
  message: 'a script of it is likely outdated as well, and only a restart would cure that',
};

/** Returns whether a user can make the target use the file. */
function mayBeHanded({ role, standing }: PlanReason, { kind }: Target): boolean {
  return kind === 'guest' || (needsStanding(kind) && role !== 'code' && standing !== 'own');
}

function shippedDecision(target: Target, shipped: ShippedPolicy): Decision | null {
  if (target.kind !== 'unit') return null;
  const { unit, aliases, scope, programs, facts } = target;
  const killMode = facts?.kill_mode ?? null;
  return shipped({ unit, aliases, scope, programs, killMode, hasCode: hasCode(target), mapsCode: mapsCode(target) });
}

function buildAction(target: Target, verdict: Verdict, systemdVersion: number | null): Action {
  const { action, blockedBy, policy, signal } = verdict;
  const { unit, scope, user } = target;
  const uid = scope === 'user' || action === 'reexec_user_manager' ? (user?.uid ?? null) : null;
  return {
    action,
    ...{ unit, scope, user },
    session: 'session' in target ? target.session : null,
    container: 'container' in target ? target.container : null,
    process: 'process' in target ? target.process : null,
    argv: buildArgv(action, { unit, uid, signal }, systemdVersion),
    carries_caller: target.carriesCaller,
    callers_own: target.callersOwn,
    policy,
    blocked_by: blockedBy,
    because: target.findings.map((finding) => ({
      path: finding.path,
      path_base64: finding.base64,
      code: finding.code,
      package: finding.package,
      pids: finding.pids,
      held_bytes: finding.heldBytes,
    })),
    remarks: buildRemarks(action, target),
    impact: null,
    covered_by: null,
  };
}

function ignore(
  { unit }: Target,
  { path, base64, pids, heldBytes }: PlanReason,
  code: ReasonCode,
  reason: string,
): Ignored {
  return { code, path, path_base64: base64, unit, pids, reason, held_bytes: heldBytes };
}
