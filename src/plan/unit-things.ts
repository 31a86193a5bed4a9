// A unit of the report -> the things in it: the unit itself, and beside it what a restart of the unit would not cure.
// systemd.kill(5) (KillMode=), user@.service(5), pam_systemd(8).

import type { Session, User } from '../documents/generated/plan.ts';
import type { SystemdFacts, Unit } from '../documents/generated/report.ts';
import { unitFindings } from './findings.ts';
import { type Context, planProcess, type Thing, type ThingKind } from './thing.ts';

export function unitThings(unit: Unit, context: Context): Thing[] {
  const groups = new Map<string, { kind: ThingKind; pids: Set<number> }>();
  for (const pid of new Set([...unit.pids, ...unit.files.flatMap((file) => file.pids)])) {
    if (context.processes.get(pid)?.container) continue;
    const kind = kindOf(unit, pid, context);
    // One action a process for what has to be ended by hand, where the report has the process.
    const alone = (kind === 'helper' || kind === 'leftover') && context.processes.has(pid);
    const key = alone ? `${kind} ${pid}` : kind;
    const group = groups.get(key) ?? { kind, pids: new Set() };
    groups.set(key, group);
    group.pids.add(pid);
  }
  return [...groups.entries()].map(([key, { kind, pids }]) => buildThing(unit, kind, pids, key !== kind, context));
}

function buildThing(unit: Unit, kind: ThingKind, pids: Set<number>, alone: boolean, context: Context): Thing {
  const members = [...pids].map((pid) => context.processes.get(pid) ?? null);
  const session = kind === 'session' ? sessionOf(unit, context) : null;
  return {
    kind,
    unit: unit.name,
    scope: unit.scope,
    user:
      session?.user ?? unit.user ?? (kind === 'user_manager' || kind === 'helper' ? managedUser(unit, context) : null),
    session,
    container: null,
    process: alone && members[0] ? planProcess(members[0]) : null,
    facts: unit.systemd,
    programs: members.map((process) => process?.executable?.path ?? null),
    carriesCaller: carriesCaller(unit, context.report.scan.carriers),
    findings: unitFindings(unit.files, pids),
  };
}

/** First match wins. */
function kindOf(unit: Unit, pid: number, context: Context): ThingKind {
  const isSystem = unit.scope === 'system';
  if (isSystem && context.report.host.init === 'systemd' && (pid === 1 || unit.name === 'init.scope')) return 'pid1';
  if (managedUser(unit, context) !== null) {
    return context.processes.get(pid)?.name === '(sd-pam)' ? 'helper' : 'user_manager';
  }
  if (sessionOf(unit, context) !== null) return 'session';
  return outlives(unit, pid) ? 'leftover' : 'unit';
}

/** Whose manager the unit is: the system's user@UID.service, or the init.scope below it; null for every other unit. */
function managedUser(unit: Unit, context: Context): User | null {
  if (unit.scope === 'user') return unit.name === 'init.scope' ? unit.user : null;
  const uid = /^user@(\d{1,10})\.service$/.exec(unit.name)?.[1];
  return uid === undefined ? null : { uid: Number(uid), name: context.userName(Number(uid)) };
}

// Without the processes (--detail units) the name and the slice say it: a session's scope is right below a user's slice.
function sessionOf(unit: Unit, context: Context): Session | null {
  const id = unit.scope === 'system' ? /^session-(.+)\.scope$/.exec(unit.name)?.[1] : undefined;
  if (id === undefined) return null;
  for (const pid of [...unit.pids].sort((a, b) => a - b)) {
    const session = context.processes.get(pid)?.session;
    if (session) return session;
  }
  const uid = /^user-(\d{1,10})\.slice$/.exec(unit.slice ?? '')?.[1];
  return uid === undefined ? null : { id, user: { uid: Number(uid), name: context.userName(Number(uid)) } };
}

const sparingKillModes: readonly (string | null)[] = ['process', 'none'];
const stoppedStates: readonly string[] = ['inactive', 'failed'];

/** Whether a process lives on while systemd restarts its service. A stopped service is not started by try-restart. */
function outlives({ name, systemd: facts }: Unit, pid: number): boolean {
  if (facts === null || !name.endsWith('.service') || facts.type === 'oneshot') return false;
  const spared = sparingKillModes.includes(facts.kill_mode) || stoppedStates.includes(facts.active_state);
  return spared && !isSupervised(facts, pid);
}

function isSupervised({ main_pid, control_pid }: SystemdFacts, pid: number): boolean {
  return pid === main_pid || pid === control_pid;
}

/** A user's unit may be the caller's where the caller runs below that user's manager: the report does not say which. */
function carriesCaller({ name, scope, user }: Unit, carriers: readonly string[]): boolean {
  return carriers.includes(scope === 'system' ? name : `user@${user?.uid}.service`);
}
