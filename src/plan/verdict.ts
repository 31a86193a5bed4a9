// Facts -> what to do about one thing: the verdict table. First match wins: the user's policy, what the thing itself asks
// for, the shipped policy, what stands in the way, and last what its gone files call for.

import type { ActionName, AppliedPolicy, BlockedBy } from '../documents/generated/plan.ts';
import type { Decision } from '../policy/rule.ts';
import { findBlock, type Request } from './blocked.ts';
import { isDoubtful } from './standing.ts';
import type { Thing, ThingKind } from './thing.ts';

export interface Verdict {
  action: ActionName;
  blockedBy: BlockedBy | null;
  policy: AppliedPolicy | null;
  /** For action signal, as in HUP. */
  signal: string | null;
}

type Plain = Pick<Verdict, 'action' | 'blockedBy'>;

/** What is no service is cured in a way of its own, whatever its files. */
const ownVerdicts: Readonly<Record<Exclude<ThingKind, 'unit'>, Plain>> = {
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
const cures: readonly { when: (thing: Thing) => boolean; action: ActionName }[] = [
  { when: hasCode, action: 'restart' },
  // A reload would succeed, and the log would still be held.
  { when: ({ findings }) => findings.some(({ handed }) => handed), action: 'restart' },
  { when: ({ facts }) => facts?.can_reload === true, action: 'reload' },
  { when: () => true, action: 'restart' },
];

/**
 * @param thing with its reasons as findings
 * @param user what the user's policy says of it
 * @param shipped what the shipped policy says of it
 */
export function judge(thing: Thing, user: Decision | null, shipped: Decision | null): Verdict {
  if (user !== null) return obey(thing, user);
  if (thing.kind !== 'unit')
    return { ...(isDoubtful(thing) ? doubt : ownVerdicts[thing.kind]), policy: null, signal: null };
  // A signal is a stopgap for a unit that cannot reload: whatever else decides comes first.
  if (shipped !== null && shipped.action !== 'signal') return obey(thing, shipped);
  const blockedBy = findBlock(thing, 'restart');
  if (blockedBy !== null) return { action: 'manual', blockedBy, policy: null, signal: null };
  const { action } = cures.find(({ when }) => when(thing))!;
  if (action === 'restart' && shipped !== null) return obey(thing, shipped);
  return { action, blockedBy: null, policy: null, signal: null };
}

export function hasCode({ findings }: Thing): boolean {
  return findings.some(({ role }) => role === 'code');
}

/** What a reboot is worth: a descriptor can be handed over, and a mapping cannot. */
export function mapsCode({ findings }: Thing): boolean {
  return findings.some(({ isMappedCode }) => isMappedCode);
}

/** What a rule asks for, as far as it can be done. `ignore` was dealt with file by file. */
function obey(thing: Thing, decision: Decision): Verdict {
  const { rule, reason, signal } = decision;
  return { ...carryOut(thing, decision), policy: { rule, reason }, signal };
}

function carryOut(thing: Thing, { action, byUser }: Decision): Plain {
  if (action === 'reboot' && thing.unit !== null) return { action, blockedBy: null };
  if (action === 'restart' && thing.kind !== 'unit') return ownVerdicts[thing.kind];
  if (!isRequest(action) || thing.kind !== 'unit') return { action: 'manual', blockedBy: null };
  const blockedBy = findBlock(thing, action, byUser);
  if (blockedBy !== null) return { action: 'manual', blockedBy };
  // try-reload-or-restart would restart what cannot reload, and that is not what the rule says.
  if (action === 'reload' && thing.facts?.can_reload !== true) return { action: 'manual', blockedBy: null };
  return { action, blockedBy: null };
}

function isRequest(action: string): action is Request {
  return action === 'restart' || action === 'reload' || action === 'signal';
}
