// A gone file of a unit -> whether it may be a reason to act on the unit. Every user can hand an open file to a service that takes
// descriptors, or make a server open a file: unix(7) SCM_RIGHTS, ftpd(8), httpd(8). So a held file counts if root or the unit's own
// user owns the file. The path of the file says nothing, because a user's mount namespace can show any path.

import type { Process, Unit, UnitFile } from '../documents/generated/report.ts';
import { parseManagerUid } from '../systemd/session-name.ts';

/**
 * The owner of a file, as seen from the unit that uses it. own: root or the unit's user. foreign: an ordinary user who is not the
 * unit's user. doubtful: another service, or the owner is not known. A machine acts only for own files; a foreign file is a note.
 */
export type Standing = 'own' | 'foreign' | 'doubtful';

export interface UnitOwners {
  /** The uids of the unit itself, without root. */
  uids: ReadonlySet<number>;
  mainPid: number | null;
  /** Pids of processes that ordinary users run in a unit of the system, as a CGI program, a mail filter or an FTP session. */
  guests: ReadonlySet<number>;
}

const nobody: ReadonlySet<number> = new Set();

/** @param mainUid the uid of the main process, used if unit.users does not have it; null if it is not known */
export function ownersOf(unit: Unit, mainUid: number | null): UnitOwners {
  const mainPid = unit.systemd?.main_pid ?? null;
  const managed = unit.scope === 'user' ? (unit.user?.uid ?? null) : parseManagerUid(unit.name);
  if (unit.scope === 'user' || managed !== null) {
    return { uids: managed === null ? nobody : new Set([managed]), mainPid, guests: nobody };
  }
  // A service may run its workers as another service's user, but never as the user who sends the request.
  const services = (unit.users ?? []).filter(({ kind }) => kind === 'service').map(({ uid }) => uid);
  const main = unit.users?.find(({ pids }) => mainPid !== null && pids.includes(mainPid))?.uid ?? mainUid;
  const uids = new Set(main === null ? services : [...services, main]);
  const guests = (unit.users ?? []).filter(({ uid, kind }) => kind === 'user' && !uids.has(uid));
  return { uids, mainPid, guests: new Set(guests.flatMap(({ pids }) => pids)) };
}

type OwnedFile = Pick<UnitFile, 'owner' | 'pids'>;

export function standingOf(file: OwnedFile, owners: UnitOwners, processes: ReadonlyMap<number, Process>): Standing {
  const { owner } = file;
  // A report before 1.3 does not name the owners of files. It is judged as it was judged then.
  if (owner === undefined) return 'own';
  if (owner === null) return 'doubtful';
  if (owner.kind === 'root' || owners.uids.has(owner.uid) || isHandedDown(file, owner.uid, owners, processes))
    return 'own';
  return owner.kind === 'user' ? 'foreign' : 'doubtful';
}

/**
 * Returns whether the main process holds the file together with a worker, if the worker runs the same program and its user owns
 * the file. A web server holds such logs: it gave them to the user of its workers, who may be an ordinary user. An FTP session
 * runs the same program as well, but the main process does not hold the files that the session's user opens.
 */
function isHandedDown(
  { pids }: OwnedFile,
  uid: number,
  { mainPid }: UnitOwners,
  processes: ReadonlyMap<number, Process>,
): boolean {
  if (mainPid === null || !pids.includes(mainPid)) return false;
  const program = processes.get(mainPid)?.executable?.path;
  if (program === undefined) return false;
  return pids.some((pid) => {
    const process = processes.get(pid);
    return process?.user?.uid === uid && process.executable?.path === program;
  });
}

/** Returns whether only guests use the code, and its owner is a user or not known. Then it is not the code of the unit itself. */
export function isGuestsCode({ role, owner, pids }: UnitFile, { uids, guests }: UnitOwners): boolean {
  if (role !== 'code' || guests.size === 0 || !pids.every((pid) => guests.has(pid))) return false;
  return !owner || (owner.kind === 'user' && !uids.has(owner.uid));
}
