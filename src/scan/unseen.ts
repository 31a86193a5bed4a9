// Processes that could not be looked at -> their owners, and the warnings about them. The owner of a process's folder and its name
// take no lock that anybody can hold: fs/proc/base.c pid_getattr(), comm_show(). proc_pid_comm(5).

import { lstatSync } from 'node:fs';
import type { Inspection } from '../deleted/inspect.ts';
import type { BlockedProcess, UnseenOwner, Warning } from '../documents/generated/report.ts';
import type { Owner } from '../host/owners.ts';
import { toText } from '../procfs/bytes.ts';
import { orNull, readBytes } from '../procfs/reader.ts';
import { buildUser } from '../report/values.ts';

const outcomes = ['denied', 'failed', 'blocked'] as const;

/** Most blocked processes that the report names. */
const mostBlocked = 100;
/** Most processes that a warning names. */
const mostNames = 5;

export interface Unseen {
  blocked: BlockedProcess[];
  owners: UnseenOwner[];
  warning: Warning | null;
}

export interface UnseenContext {
  procPath: string;
  ownerOf: (uid: number) => Owner;
  userName: (uid: number) => string | null;
}

/** @param inspections of the pids, in the order of the pids */
export function describeUnseen(
  pids: readonly number[],
  inspections: readonly Pick<Inspection, 'outcome'>[],
  { procPath, ownerOf, userName }: UnseenContext,
): Unseen {
  const owners = new Map<number | null, UnseenOwner>();
  const blocked: BlockedProcess[] = [];
  let blockedCount = 0;
  pids.forEach((pid, index) => {
    const outcome = outcomes.find((each) => each === inspections[index]?.outcome);
    if (outcome === undefined) return;
    const uid = orNull(() => lstatSync(`${procPath}/${pid}`).uid);
    const user = buildUser(uid, userName);
    const kind = uid === null ? null : ownerOf(uid).kind;
    const owner = owners.get(uid) ?? { user, kind, denied: 0, failed: 0, blocked: 0 };
    owner[outcome]++;
    owners.set(uid, owner);
    if (outcome !== 'blocked' || ++blockedCount > mostBlocked) return;
    const name = orNull(() => readBytes(`${procPath}/${pid}/comm`, 64));
    blocked.push({ pid, user, name: name === null ? null : toText(name.replace(/\n$/, '')).text });
  });
  return {
    blocked,
    owners: [...owners.values()].sort((a, b) => (a.user?.uid ?? -1) - (b.user?.uid ?? -1)),
    warning: blockedCount === 0 ? null : warn(blocked, blockedCount),
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
