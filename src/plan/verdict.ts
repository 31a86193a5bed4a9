// Facts -> what to do about one target: the verdict table. First match wins: the user's policy, what the target itself asks
// for, the shipped policy, what stands in the way, and last what its gone files call for.

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

/** What is no service is cured in a way of its own, whatever its files. */
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

/** What the gone files of a unit call for that nothing stands in the way of. */
const cures: readonly { when: (target: UnitTarget) => boolean; action: ActionName }[] = [
  { when: hasCode, action: 'restart' },
  // A reload would succeed, and the log would still be held.
  { when: ({ findings }) => findings.some(({ handed }) => handed), action: 'restart' },
  { when: ({ facts }) => facts?.can_reload === true, action: 'reload' },
  { when: () => true, action: 'restart' },
];

/**
 * @param target with its reasons as findings
 * @param user what the user's policy says of it
 * @param shipped what the shipped policy says of it
 */
export function decideAction(target: Target, user: Decision | null, shipped: Decision | null): Verdict {
  if (user !== null) return obey(target, user);
  if (target.kind !== 'unit')
    return { ...(isDoubtful(target) ? doubt : ownVerdicts[target.kind]), policy: null, signal: null };
  // A signal is a stopgap for a unit that cannot reload: whatever else decides comes first.
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

/** What a reboot is worth: a descriptor can be handed over, and a mapping cannot. */
export function mapsCode({ findings }: Target): boolean {
  return findings.some(({ isMappedCode }) => isMappedCode);
}

/** What a rule asks for, as far as it can be done. `ignore` was dealt with file by file. */
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
  // try-reload-or-restart would restart what cannot reload, and that is not what the rule says.
  if (action === 'reload' && target.facts?.can_reload !== true) return { action: 'manual', blockedBy: null };
  return { action, blockedBy: null };
}

function isRequest(action: string): action is Request {
  return action === 'restart' || action === 'reload' || action === 'signal';
}
