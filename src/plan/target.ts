// What a verdict is about: one unit, session, manager, container or process, with everything that the verdict asks for.

import type { Container, PlannedProcess, Scope, Session, User } from '../documents/generated/plan.ts';
import type { KernelSession, Owner, Process, Report, SystemdFacts } from '../documents/generated/report.ts';
import { parseSession } from '../systemd/session-name.ts';
import type { PlanReason } from './reasons.ts';

/**
 * helper: the (sd-pam) of a user manager. leftover: a process that outlives a restart of its unit. guest: what a user runs in a unit
 * of the system, on files of his own. process: in no unit.
 */
export type TargetKind =
  | 'pid1'
  | 'user_manager'
  | 'helper'
  | 'session'
  | 'container'
  | 'leftover'
  | 'guest'
  | 'unit'
  | 'process';

export interface Target {
  kind: TargetKind;
  unit: string | null;
  /** Every other name of the unit, as far as systemd was asked. */
  aliases: readonly string[];
  scope: Scope | null;
  user: User | null;
  session: Session | null;
  container: Container | null;
  process: PlannedProcess | null;
  facts: SystemdFacts | null;
  /** What its affected processes run; null where the report does not say. */
  programs: (string | null)[];
  /** As whom its affected processes run, each once; those that the report does not have are not among them. */
  users: readonly Owner[];
  /** The kernel sessions that a restart ends, other than those of its main and its control process. */
  sessions: readonly KernelSession[];
  /** Its main process as the report knows it, or null. */
  main: Pick<KernelSession, 'user' | 'executable'> | null;
  carriesCaller: boolean;
  /** Whether it is the caller's own connection: its session, or the manager of its user and that manager's helper. */
  callersOwn: boolean;
  findings: PlanReason[];
}

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

/** The report, as the making of targets asks for it. */
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

/** A report of 1.0 has no scan.caller: there the caller's session is known only if it is affected itself. */
function findCallerUids({ scan, units }: Report): Set<number> {
  if (scan.caller !== undefined) return new Set(scan.caller === null ? [] : [scan.caller.uid]);
  const carriers = units.filter(({ scope, name }) => scope === 'system' && scan.carriers.includes(name));
  return new Set(carriers.flatMap(({ name, slice }) => parseSession(name, slice)?.uid ?? []));
}

export function planProcess(process: Process): PlannedProcess {
  const { pid, start_ticks, name, executable } = process;
  return { pid, start_ticks, name, executable: executable?.path ?? null };
}
