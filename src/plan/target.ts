// The subject of a verdict: one unit, session, manager, container or process. Each kind has the fields that its verdict needs.

import type { Container, PlannedProcess, Scope, Session, User } from '../documents/generated/plan.ts';
import type { KernelSession, Owner, Process, Report, SystemdFacts } from '../documents/generated/report.ts';
import { parseSession } from '../systemd/session-name.ts';
import type { PlanReason } from './reasons.ts';

/** Every kind has these fields, because every action of the plan has them. None of them is nullable. */
interface Common {
  carriesCaller: boolean;
  /** Whether the target is the caller's own connection: the caller's session, or the manager of the caller's user or its helper. */
  callersOwn: boolean;
  findings: PlanReason[];
}

/**
 * unit, aliases, scope and user are common to all kinds. The user's policy and --unit match every target by unit and aliases, and
 * every action repeats unit, scope and user.
 */
interface InUnit extends Common {
  unit: string;
  /** Every other name of the unit; empty if systemd was not asked. */
  aliases: readonly string[];
  scope: Scope;
  /** The user whose manager runs the unit, or the user of the session; null if the unit is the system's. */
  user: User | null;
}

interface InNoUnit extends Common {
  unit: null;
  aliases: readonly string[];
  scope: null;
  user: null;
}

/** The processes of a unit that a restart of the unit cures. */
export interface UnitTarget extends InUnit {
  kind: 'unit';
  facts: SystemdFacts | null;
  /** The program of each affected process; null if the report does not name it. */
  programs: (string | null)[];
  /** The users of the affected processes, each once. The users of processes that the report does not have are missing. */
  users: readonly Owner[];
  /** The kernel sessions that a restart ends, other than those of the unit's main and control process. */
  sessions: readonly KernelSession[];
  /** The unit's main process as the report knows it, or null. */
  main: Pick<KernelSession, 'user' | 'executable'> | null;
}

interface SessionTarget extends InUnit {
  kind: 'session';
  session: Session;
}

/** The systemd of the host, in the unit init.scope. */
interface SystemManagerTarget extends InUnit {
  kind: 'pid1';
  process: null;
}

interface UserManagerTarget extends InUnit {
  kind: 'user_manager';
  user: User;
}

/** A process that a restart of its unit does not cure: a person ends it. */
interface ByHand extends InUnit {
  /** null if the report does not list the process (--detail units). Then one target stands for all such processes of the kind. */
  process: PlannedProcess | null;
}

/** The (sd-pam) of a user manager. */
interface HelperTarget extends ByHand {
  kind: 'helper';
  user: User;
}

/** A process that outlives a restart of its unit. */
interface LeftoverTarget extends ByHand {
  kind: 'leftover';
}

/** A process that a user runs in a unit of the system, on files of the user's own. */
interface GuestTarget extends ByHand {
  kind: 'guest';
  users: readonly Owner[];
}

interface ContainerTarget extends InNoUnit {
  kind: 'container';
  container: Container;
}

/** A process in no unit. It is pid1 if it is the systemd of the host. */
interface ProcessTarget extends InNoUnit {
  kind: 'process' | 'pid1';
  process: PlannedProcess;
}

export type Target =
  | UnitTarget
  | SessionTarget
  | SystemManagerTarget
  | UserManagerTarget
  | HelperTarget
  | LeftoverTarget
  | GuestTarget
  | ContainerTarget
  | ProcessTarget;

export type TargetKind = Target['kind'];

/** Returns whether only logs call for an action and no log is known to be the target's own. */
export function isDoubtful({ kind, findings }: Target): boolean {
  return needsStanding(kind) && findings.every(({ role, standing }) => role !== 'code' && standing === 'doubtful');
}

/**
 * Returns whether a machine may act on the target by itself, so that only the target's own files count. A container, a session and
 * a single process are left to people.
 */
export function needsStanding(kind: TargetKind): boolean {
  return kind === 'unit' || kind === 'pid1' || kind === 'user_manager';
}

/** The report, with the indices that the building of targets needs. */
export interface Context {
  report: Report;
  processes: ReadonlyMap<number, Process>;
  userName: (uid: number) => string | null;
  /** The uids through whose login sessions the scan ran. */
  callerUids: ReadonlySet<number>;
}

export function buildContext(report: Report): Context {
  const users = [
    ...report.processes.flatMap(({ user, unit, session, container }) => [
      user,
      unit?.user,
      session?.user,
      container?.user,
    ]),
    ...report.units.map(({ user }) => user),
  ];
  const names = new Map(users.flatMap((user) => (user?.name == null ? [] : [[user.uid, user.name] as const])));
  return {
    report,
    processes: new Map(report.processes.map((process) => [process.pid, process])),
    userName: (uid) => names.get(uid) ?? null,
    callerUids: findCallerUids(report),
  };
}

/** Returns the caller's uid. A report of 1.0 has no scan.caller, so there the session is known only if it is affected itself. */
function findCallerUids({ scan, units }: Report): Set<number> {
  if (scan.caller !== undefined) return new Set(scan.caller === null ? [] : [scan.caller.uid]);
  const carriers = units.filter(({ scope, name }) => scope === 'system' && scan.carriers.includes(name));
  return new Set(carriers.flatMap(({ name, slice }) => parseSession(name, slice)?.uid ?? []));
}

export function planProcess(process: Process): PlannedProcess {
  const { pid, start_ticks, name, executable } = process;
  const { path = null, path_base64 = null } = executable ?? {};
  return { pid, start_ticks, name, executable: path, executable_base64: path_base64 };
}
