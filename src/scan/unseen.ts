// Processes that could not be looked at -> their owners, and the warnings about them. The name of a process takes no lock that
// anybody can hold: fs/proc/base.c comm_show(). proc_pid_comm(5).

import type { Inspection } from '../deleted/inspect.ts';
import type { BlockedProcess, UnseenOwner, Warning } from '../documents/generated/report.ts';
import type { Owner } from '../host/owners.ts';
import { toText } from '../procfs/bytes.ts';
import { orNull, readBytes } from '../procfs/reader.ts';
import { readStarter } from '../procfs/starter.ts';
import { buildUser } from '../report/values.ts';

const outcomes = ['denied', 'failed', 'blocked'] as const;

const isUnseen = (outcome: string): outcome is UnseenProcess['outcome'] => outcomes.includes(outcome as never);

/** Most blocked processes that the report names. */
const mostBlocked = 100;
/** Most processes that a warning names. */
const mostNames = 5;

export interface UnseenProcess {
  pid: number;
  outcome: (typeof outcomes)[number];
  /** The uid of the user who started the process. */
  uid: number;
  /** Only of the blocked processes that the report names. */
  name: string | null;
}

/**
 * Called as soon as all processes have been inspected, because owners can end a process or exchange its program later. A process
 * that has ended by now uses nothing any more, so it counts as vanished.
 * @param inspections of the pids, in the order of the pids
 * @param helpers pids that are not counted
 */
export function findUnseen(
  pids: readonly number[],
  inspections: readonly Inspection[],
  procPath: string,
  helpers: ReadonlySet<number>,
): { inspections: Inspection[]; unseen: UnseenProcess[] } {
  const unseen: UnseenProcess[] = [];
  let blocked = 0;
  const settled = inspections.map((inspection, index): Inspection => {
    const { outcome } = inspection;
    const pid = pids[index]!;
    if (!isUnseen(outcome) || helpers.has(pid)) return inspection;
    const uid = readStarter(procPath, pid);
    if (uid === null) return { ...inspection, outcome: 'vanished' };
    const isNamed = outcome === 'blocked' && ++blocked <= mostBlocked;
    const name = isNamed ? orNull(() => readBytes(`${procPath}/${pid}/comm`, 64)) : null;
    unseen.push({ pid, outcome, uid, name: name === null ? null : toText(name.replace(/\n$/, '')).text });
    return inspection;
  });
  return { inspections: settled, unseen };
}

export interface UnseenDescription {
  blocked: BlockedProcess[];
  owners: UnseenOwner[];
  warning: Warning | null;
}

export interface UnseenContext {
  ownerOf: (uid: number) => Owner;
  userName: (uid: number) => string | null;
}

export function describeUnseen(
  unseen: readonly UnseenProcess[],
  { ownerOf, userName }: UnseenContext,
): UnseenDescription {
  const owners = new Map<number, UnseenOwner>();
  for (const { uid, outcome } of unseen) {
    const user = buildUser(uid, userName);
    const owner = owners.get(uid) ?? { user, kind: ownerOf(uid).kind, denied: 0, failed: 0, blocked: 0 };
    owner[outcome]++;
    owners.set(uid, owner);
  }
  const all = unseen.filter(({ outcome }) => outcome === 'blocked');
  const blocked = all
    .slice(0, mostBlocked)
    .map(({ pid, uid, name }) => ({ pid, user: buildUser(uid, userName), name }));
  return {
    blocked,
    owners: [...owners].sort(([a], [b]) => a - b).map(([, owner]) => owner),
    warning: all.length === 0 ? null : warn(blocked, all.length),
  };
}

function warn(blocked: readonly BlockedProcess[], count: number): Warning {
  const named = blocked.slice(0, mostNames).map(({ pid, user, name }) => {
    const owner = user === null ? '' : ` of ${user.name ?? `uid ${user.uid}`}`;
    return `${pid} (${name ?? 'gone'}${owner})`;
  });
  const more = count > named.length ? ` and ${count - named.length} more` : '';
  const said =
    count === 1
      ? 'a process keeps its readers waiting, so that what it uses is not known'
      : `${count} processes keep their readers waiting, so that what they use is not known`;
  const message = `${said}: ${named.join(', ')}${more}`;
  return { code: 'blocked', message };
}
