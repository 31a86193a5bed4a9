// One target and the policy -> the action: the verdict table. The first match wins, in this order: the user's policy, the kind of
// the target, the shipped policy, a reason not to act, and last the gone files.

import type { ActionName, AppliedPolicy, BlockedBy } from '../documents/generated/plan.ts';
import type { Decision } from '../policy/rule.ts';
import { findBlock, type Request } from './blocked.ts';
import { isDoubtful, type Target, type TargetKind, type UnitTarget } from './target.ts';

export interface Verdict {
  action: ActionName;
  blockedBy: BlockedBy | null;
  policy: AppliedPolicy | null;
  /** For action signal, as in HUP. */
  signal: string | null;
}

type Plain = Pick<Verdict, 'action' | 'blockedBy'>;

/** The action for each kind of target that is not a service. The files do not matter. */
const ownVerdicts: Readonly<Record<Exclude<TargetKind, 'unit'>, Plain>> = {
  pid1: { action: 'daemon_reexec', blockedBy: null },
  user_manager: { action: 'reexec_user_manager', blockedBy: null },
  helper: { action: 'manual', blockedBy: 'outlives_restart' },
  session: { action: 'end_session', blockedBy: null },
  container: { action: 'restart_container', blockedBy: null },
  leftover: { action: 'manual', blockedBy: 'outlives_restart' },
  guest: { action: 'manual', blockedBy: 'user_process' },
  process: { action: 'manual', blockedBy: 'no_unit' },
};

const doubt: Plain = { action: 'manual', blockedBy: 'not_own_files' };

/** The action that the gone files of a unit call for, if nothing blocks it. */
const cures: readonly { when: (target: UnitTarget) => boolean; action: ActionName }[] = [
  { when: hasCode, action: 'restart' },
  // A reload would succeed, but the program would still hold the log.
  { when: ({ findings }) => findings.some(({ handed }) => handed), action: 'restart' },
  { when: ({ facts }) => facts?.can_reload === true, action: 'reload' },
  { when: () => true, action: 'restart' },
];

/**
 * @param target its findings are only those that call for an action
 * @param user the decision of the user's policy
 * @param shipped the decision of the shipped policy
 */
export function decideAction(target: Target, user: Decision | null, shipped: Decision | null): Verdict {
  if (user !== null) return obey(target, user);
  if (target.kind !== 'unit')
    return { ...(isDoubtful(target) ? doubt : ownVerdicts[target.kind]), policy: null, signal: null };
  // A signal is a stopgap for a unit that cannot reload, so every other decision comes first.
  if (shipped !== null && shipped.action !== 'signal') return obey(target, shipped);
  const blockedBy = findBlock(target, 'restart');
  if (blockedBy !== null) return { action: 'manual', blockedBy, policy: null, signal: null };
  const { action } = cures.find(({ when }) => when(target))!;
  if (action === 'restart' && shipped !== null) return obey(target, shipped);
  return { action, blockedBy: null, policy: null, signal: null };
}

export function hasCode({ findings }: Target): boolean {
  return findings.some(({ role }) => role === 'code');
}

/** Returns whether gone code is mapped. Only this is worth a reboot: a user can hand over a descriptor, but not a mapping. */
export function mapsCode({ findings }: Target): boolean {
  return findings.some(({ isMappedCode }) => isMappedCode);
}

/** Returns the action of a rule, or `manual` if it cannot be done. Rules with `ignore` were applied to each file before. */
function obey(target: Target, decision: Decision): Verdict {
  const { rule, reason, signal } = decision;
  return { ...carryOut(target, decision), policy: { rule, reason }, signal };
}

function carryOut(target: Target, { action, byUser }: Decision): Plain {
  if (action === 'reboot' && target.unit !== null) return { action, blockedBy: null };
  if (action === 'restart' && target.kind !== 'unit') return ownVerdicts[target.kind];
  if (!isRequest(action) || target.kind !== 'unit') return { action: 'manual', blockedBy: null };
  const blockedBy = findBlock(target, action, byUser);
  if (blockedBy !== null) return { action: 'manual', blockedBy };
  // try-reload-or-restart would restart a unit that cannot reload, but the rule does not ask for a restart.
  if (action === 'reload' && target.facts?.can_reload !== true) return { action: 'manual', blockedBy: null };
  return { action, blockedBy: null };
}

function isRequest(action: string): action is Request {
  return action === 'restart' || action === 'reload' || action === 'signal';
}
