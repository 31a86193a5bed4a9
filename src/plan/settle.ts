// One thing -> its action, if anything is to be done, and the findings for which nothing is.

import type { Action, Ignored, ReasonCode } from '../documents/generated/plan.ts';
import type { ShippedPolicy, UserPolicy } from '../policy/match.ts';
import type { Decision } from '../policy/rule.ts';
import { buildArgv } from './argv.ts';
import type { Finding } from './findings.ts';
import { buildFixes, type KnownFixes } from './fixes.ts';
import { harmlessness } from './harmless.ts';
import { buildRemarks } from './remarks.ts';
import { needsStanding } from './standing.ts';
import type { Thing } from './thing.ts';
import { hasCode, judge, mapsCode, type Verdict } from './verdict.ts';

export interface Policy {
  user: UserPolicy;
  shipped: ShippedPolicy;
}

export interface Settled {
  action: Action | null;
  /** The findings that the action is for. */
  reasons: readonly Finding[];
  ignored: Ignored[];
}

/** What the report knows beside its things. */
export interface Facts {
  /** Of the systemctl that will run the actions, or null if that is not known. */
  systemdVersion: number | null;
  fixes: KnownFixes;
}

export function settle(thing: Thing, policy: Policy, { systemdVersion, fixes }: Facts): Settled {
  const reasons: Finding[] = [];
  const ignored: Ignored[] = [];
  let first: { index: number; decision: Decision } | null = null;
  for (const finding of thing.findings) {
    const rest = harmlessness(finding, thing);
    const match = policy.user(thing, {
      bytes: finding.bytes,
      affects: rest?.affects ?? true,
      mayBeHanded: mayBeHanded(finding, thing),
    });
    if (match?.decision.action === 'ignore') {
      ignored.push(ignore(thing, finding, 'policy', match.decision.reason));
    } else if (match === null && rest !== null) {
      ignored.push(ignore(thing, finding, finding.code, rest.reason));
    } else {
      reasons.push(finding);
      if (match !== null && (first === null || match.index < first.index)) first = match;
    }
  }
  if (reasons.length === 0) return { action: null, reasons, ignored };
  const affected = { ...thing, findings: reasons };
  const verdict = judge(affected, first?.decision ?? null, shippedDecision(affected, policy.shipped));
  const action = buildAction(affected, verdict, systemdVersion);
  return { action: { ...action, fixes: buildFixes(reasons, fixes) }, reasons, ignored };
}

/** Whether a user can bring it about that the thing uses the file. */
function mayBeHanded({ role, standing }: Finding, { kind }: Thing): boolean {
  return kind === 'guest' || (needsStanding(kind) && role !== 'code' && standing !== 'own');
}

function shippedDecision(thing: Thing, shipped: ShippedPolicy): Decision | null {
  const { kind, unit, aliases, scope, programs, facts } = thing;
  if (kind !== 'unit' || unit === null || scope === null) return null;
  const killMode = facts?.kill_mode ?? null;
  return shipped({ unit, aliases, scope, programs, killMode, hasCode: hasCode(thing), mapsCode: mapsCode(thing) });
}

function buildAction(thing: Thing, verdict: Verdict, systemdVersion: number | null): Action {
  const { action, blockedBy, policy, signal } = verdict;
  const { unit, scope, user, session, container, process } = thing;
  const uid = scope === 'user' || action === 'reexec_user_manager' ? (user?.uid ?? null) : null;
  return {
    action,
    ...{ unit, scope, user, session, container, process },
    argv: buildArgv(action, { unit, uid, signal }, systemdVersion),
    carries_caller: thing.carriesCaller,
    callers_own: thing.callersOwn,
    policy,
    blocked_by: blockedBy,
    because: thing.findings.map((finding) => ({
      path: finding.path,
      code: finding.code,
      package: finding.package,
      pids: finding.pids,
      held_bytes: finding.heldBytes,
    })),
    remarks: buildRemarks(action, thing),
  };
}

function ignore({ unit }: Thing, { path, pids, heldBytes }: Finding, code: ReasonCode, reason: string): Ignored {
  return { code, path, unit, pids, reason, held_bytes: heldBytes };
}
