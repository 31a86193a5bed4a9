// A gone file of a unit -> whether it may be a reason to act on the unit. Every user can hand an open file to a service that takes
// descriptors, or have a server open a file for him: unix(7) SCM_RIGHTS, ftpd(8), httpd(8). So a held file counts if root or the
// unit's own user owns the file. Where the file lay says nothing: a mount namespace of his own prints any path.

import type { Process, Unit, UnitFile } from '../documents/generated/report.ts';
import { parseManagerUid } from '../systemd/session-name.ts';

/**
 * own: the unit's. foreign: an ordinary user's, who is not the unit's own. doubtful: another service's, or nobody knows whose. Only
 * what is own lets a machine act, and what is foreign is a note.
 */
export type Standing = 'own' | 'foreign' | 'doubtful';

export interface UnitOwners {
  /** The uids of the unit itself, root aside. */
  uids: ReadonlySet<number>;
  mainPid: number | null;
  /** The processes that ordinary users run in a unit of the system, as a CGI program, a mail filter or an FTP session. */
  guests: ReadonlySet<number>;
}

const nobody: ReadonlySet<number> = new Set();

/** @param mainUid as whom its main process runs, if that one is not affected itself; null if that is not known */
export function ownersOf(unit: Unit, mainUid: number | null): UnitOwners {
  const mainPid = unit.systemd?.main_pid ?? null;
  const managed = unit.scope === 'user' ? (unit.user?.uid ?? null) : parseManagerUid(unit.name);
  if (unit.scope === 'user' || managed !== null) {
    return { uids: managed === null ? nobody : new Set([managed]), mainPid, guests: nobody };
  }
  // A service may run its workers as another service, but never as whoever asks it.
  const services = (unit.users ?? []).filter(({ kind }) => kind === 'service').map(({ uid }) => uid);
  const main = unit.users?.find(({ pids }) => mainPid !== null && pids.includes(mainPid))?.uid ?? mainUid;
  const uids = new Set(main === null ? services : [...services, main]);
  const guests = (unit.users ?? []).filter(({ uid, kind }) => kind === 'user' && !uids.has(uid));
  return { uids, mainPid, guests: new Set(guests.flatMap(({ pids }) => pids)) };
}

type OwnedFile = Pick<UnitFile, 'owner' | 'pids'>;

export function standingOf(file: OwnedFile, owners: UnitOwners, processes: ReadonlyMap<number, Process>): Standing {
  const { owner } = file;
  // A report before 1.3 does not say whose files are: it is judged as it was then.
  if (owner === undefined) return 'own';
  if (owner === null) return 'doubtful';
  if (owner.kind === 'root' || owners.uids.has(owner.uid) || isHandedDown(file, owner.uid, owners, processes))
    return 'own';
  return owner.kind === 'user' ? 'foreign' : 'doubtful';
}

/**
 * Whether the main process holds it together with a worker that runs the same program as the file's owner: so a web server holds
 * logs that it gave to the user of its workers, who may be an ordinary one. A session of FTP runs the same program as well, but
 * what its user opens is not held by the main process.
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

/** Whether a unit's code is no code of the unit's: only its guests use it, and it is of users, or nobody knows whose. */
export function isGuestsCode({ role, owner, pids }: UnitFile, { uids, guests }: UnitOwners): boolean {
  if (role !== 'code' || guests.size === 0 || !pids.every((pid) => guests.has(pid))) return false;
  return !owner || (owner.kind === 'user' && !uids.has(owner.uid));
}
