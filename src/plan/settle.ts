// One thing -> its action, if anything is to be done, and the findings for which nothing is.

import type { Action, Ignored, ReasonCode } from '../documents/generated/plan.ts';
import type { Role } from '../documents/generated/report.ts';
import type { ShippedPolicy, UserPolicy } from '../policy/match.ts';
import type { Decision } from '../policy/rule.ts';
import { buildArgv } from './argv.ts';
import type { Finding } from './findings.ts';
import type { Thing } from './thing.ts';
import { hasCode, judge, type Verdict } from './verdict.ts';

export interface Policy {
  user: UserPolicy;
  shipped: ShippedPolicy;
}

export interface Settled {
  action: Action | null;
  ignored: Ignored[];
}

/** Roles that call for nothing by themselves; a rule for the unit alone is about held files, but not about the others. */
const harmless: Readonly<Partial<Record<Role, { affects: boolean; reason: string }>>> = {
  scratch: {
    affects: false,
    reason: 'made and unlinked by the process itself: a restart would only make another',
  },
  data: {
    affects: false,
    reason: 'data, not code: the process goes on with the old content until it opens the file again',
  },
  file: {
    affects: true,
    reason: 'held open and no log: programs do so on purpose, as a database with a table that was dropped',
  },
};

export function settle(thing: Thing, policy: Policy): Settled {
  const reasons: Finding[] = [];
  const ignored: Ignored[] = [];
  let first: { index: number; decision: Decision } | null = null;
  for (const finding of thing.findings) {
    const rest = harmless[finding.role];
    const match = policy.user(thing.unit, { bytes: finding.bytes, affects: rest?.affects ?? true });
    if (match?.decision.action === 'ignore') {
      ignored.push(ignore(thing, finding, 'policy', match.decision.reason));
    } else if (match === null && rest !== undefined) {
      ignored.push(ignore(thing, finding, finding.code, rest.reason));
    } else {
      reasons.push(finding);
      if (match !== null && (first === null || match.index < first.index)) first = match;
    }
  }
  if (reasons.length === 0) return { action: null, ignored };
  const affected = { ...thing, findings: reasons };
  const verdict = judge(affected, first?.decision ?? null, shippedDecision(affected, policy.shipped));
  return { action: buildAction(affected, verdict), ignored };
}

function shippedDecision(thing: Thing, shipped: ShippedPolicy): Decision | null {
  const { kind, unit, scope, programs } = thing;
  if (kind !== 'unit' || unit === null || scope === null) return null;
  return shipped({ unit, scope, programs, hasCode: hasCode(thing) });
}

function buildAction(thing: Thing, { action, blockedBy, policy, signal }: Verdict): Action {
  const { unit, scope, user, session, container, process } = thing;
  const uid = scope === 'user' || action === 'reexec_user_manager' ? (user?.uid ?? null) : null;
  return {
    action,
    ...{ unit, scope, user, session, container, process },
    argv: buildArgv(action, { unit, uid, signal }),
    carries_caller: thing.carriesCaller,
    policy,
    blocked_by: blockedBy,
    because: thing.findings.map((finding) => ({
      path: finding.path,
      code: finding.code,
      package: finding.package,
      pids: finding.pids,
    })),
  };
}

function ignore({ unit }: Thing, { path, pids }: Finding, code: ReasonCode, reason: string): Ignored {
  return { code, path, unit, pids, reason };
}
