// A unit of the report -> the targets in it: the unit itself, and beside it what a restart of the unit would not cure.
// systemd.kill(5) (KillMode=), user@.service(5), pam_systemd(8).

import type { Session, User } from '../documents/generated/plan.ts';
import type { KernelSession, Owner, Process, SystemdFacts, Unit, UnitFile } from '../documents/generated/report.ts';
import { ownerKind } from '../owner-kind.ts';
import { managerUnit, parseManagerUid, parseSession } from '../systemd/session-name.ts';
import { buildReasons, unitReasons } from './reasons.ts';
import { isGuestsCode, ownersOf } from './standing.ts';
import { type Context, planProcess, type Target, type TargetKind } from './target.ts';

/** What is found out of a unit once, however many processes it has. */
interface Traits {
  managedUser: User | null;
  session: Session | null;
}

export function unitTargets(unit: Unit, context: Context): Target[] {
  const traits = { managedUser: managedUser(unit, context), session: sessionOf(unit, context) };
  const owners = ownersOf(unit, mainOf(unit, context)?.user?.uid ?? null);
  const runsAs = runAs(unit, context);
  const groups = new Map<string, { kind: TargetKind; pids: Set<number> }>();
  const alone: { kind: TargetKind; process: Process }[] = [];
  const add = (kind: TargetKind, pid: number): void => {
    const process = context.processes.get(pid);
    // One action a process for what has to be ended by hand, where the report has the process.
    if (process && byHand.includes(kind)) alone.push({ kind, process });
    else {
      const group = groups.get(kind) ?? { kind, pids: new Set() };
      groups.set(kind, group);
      group.pids.add(pid);
    }
  };
  for (const pid of new Set([...unit.pids, ...unit.files.flatMap((file) => file.pids)])) {
    if (context.processes.get(pid)?.container) continue;
    add(kindOf(unit, pid, traits, context), pid);
  }
  const guestsFiles = new Set(groups.has('unit') ? unit.files.filter((file) => isGuestsCode(file, owners)) : []);
  const inUnit = groups.get('unit')?.pids;
  for (const pid of new Set([...guestsFiles].flatMap(({ pids }) => pids))) {
    if (inUnit?.has(pid)) add('guest', pid);
  }
  const filesOf = (kind: TargetKind): UnitFile[] => {
    if (guestsFiles.size === 0) return unit.files;
    return kind === 'guest' ? [...guestsFiles] : unit.files.filter((file) => kind !== 'unit' || !guestsFiles.has(file));
  };
  const filesByPid = new Map(
    byHand.map((kind) => [kind, groupByPid(alone.some((each) => each.kind === kind) ? filesOf(kind) : [])]),
  );
  return [
    ...[...groups.values()].map(({ kind, pids }) => ({
      ...describe(unit, kind, traits, context),
      process: null,
      programs: [...pids].map((pid) => context.processes.get(pid)?.executable?.path ?? null),
      users: usersOf(pids, runsAs),
      findings: unitReasons(unit, filesOf(kind), pids, owners, context.processes),
    })),
    ...alone.map(({ kind, process }) => ({
      ...describe(unit, kind, traits, context),
      process: planProcess(process),
      programs: [process.executable?.path ?? null],
      users: kind === 'guest' ? usersOf([process.pid], runsAs) : [],
      findings: buildReasons(
        (filesByPid.get(kind)?.get(process.pid) ?? []).map((file) => ({ ...file, pids: [process.pid] })),
      ),
    })),
  ];
}

const byHand: readonly TargetKind[] = ['helper', 'leftover', 'guest'];

/** Looked up by process, since cron may have ten thousand jobs. */
function groupByPid(files: readonly UnitFile[]): Map<number, UnitFile[]> {
  const byPid = new Map<number, UnitFile[]>();
  for (const file of files) {
    for (const pid of file.pids) {
      const known = byPid.get(pid);
      if (known) known.push(file);
      else byPid.set(pid, [file]);
    }
  }
  return byPid;
}

/** The other names of a unit, as far as systemd was asked. */
export function aliasesOf({ name, systemd }: Unit): string[] {
  return (systemd?.names ?? []).filter((other) => other !== name);
}

function describe(
  unit: Unit,
  kind: TargetKind,
  traits: Traits,
  context: Context,
): Omit<Target, 'process' | 'programs' | 'users' | 'findings'> {
  const session = kind === 'session' ? traits.session : null;
  const managed = kind === 'user_manager' || kind === 'helper' ? traits.managedUser : null;
  const carries = carriesCaller(unit, context.report.scan.carriers);
  return {
    kind,
    unit: unit.name,
    aliases: aliasesOf(unit),
    scope: unit.scope,
    user: session?.user ?? unit.user ?? managed,
    session,
    container: null,
    facts: unit.systemd,
    sessions: kind === 'unit' ? endedSessions(unit) : [],
    main: mainOf(unit, context),
    carriesCaller: carries,
    callersOwn: managed === null ? kind === 'session' && carries : context.callerUids.has(managed.uid),
  };
}

/** First match wins. */
function kindOf(unit: Unit, pid: number, traits: Traits, context: Context): TargetKind {
  const isSystem = unit.scope === 'system';
  if (isSystem && context.report.host.init === 'systemd' && (pid === 1 || unit.name === 'init.scope')) return 'pid1';
  if (traits.managedUser !== null) {
    return context.processes.get(pid)?.name === '(sd-pam)' ? 'helper' : 'user_manager';
  }
  if (traits.session !== null) return 'session';
  return outlives(unit, pid) ? 'leftover' : 'unit';
}

/** Whose manager the unit is: the system's user@UID.service, or the init.scope below it; null for every other unit. */
function managedUser(unit: Unit, context: Context): User | null {
  if (unit.scope === 'user') return unit.name === 'init.scope' ? unit.user : null;
  const uid = parseManagerUid(unit.name);
  return uid === null ? null : { uid, name: context.userName(uid) };
}

function sessionOf(unit: Unit, context: Context): Session | null {
  if (unit.scope !== 'system' || !unit.name.startsWith('session-')) return null;
  for (const pid of [...unit.pids].sort((a, b) => a - b)) {
    const session = context.processes.get(pid)?.session;
    if (session) return session;
  }
  // Without the processes (--detail units) the names have to do.
  const session = parseSession(unit.name, unit.slice);
  return session && { id: session.id, user: { uid: session.uid, name: context.userName(session.uid) } };
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

/** The sessions of what else runs in a unit: they end with it, since systemd kills what is left in its control group. */
function endedSessions(unit: Unit): KernelSession[] {
  const { systemd: facts, sessions = [] } = unit;
  return sessions.filter(({ pid }) => facts === null || !(isSupervised(facts, pid) || outlives(unit, pid)));
}

/** In the report as the leader of a session, which systemd makes it, even with --detail units. */
function mainOf({ systemd, sessions = [] }: Unit, { processes }: Context): Target['main'] {
  const pid = systemd?.main_pid ?? null;
  if (pid === null) return null;
  const process = processes.get(pid);
  if (process) return { user: process.user, executable: process.executable?.path ?? null };
  return sessions.find((session) => session.pid === pid) ?? null;
}

/** As whom each process runs. A report before 1.3 does not say it by itself. */
function runAs({ users, pids }: Unit, { processes }: Context): Map<number, Owner> {
  if (users !== undefined) {
    return new Map(
      users.flatMap(({ uid, name, kind, pids: members }) => members.map((pid) => [pid, { uid, name, kind }])),
    );
  }
  return new Map(
    pids.flatMap((pid) => {
      const user = processes.get(pid)?.user;
      return user ? [[pid, { ...user, kind: ownerKind(user.uid) }]] : [];
    }),
  );
}

function usersOf(pids: Iterable<number>, owners: ReadonlyMap<number, Owner>): Owner[] {
  const users = new Map([...pids].flatMap((pid) => owners.get(pid) ?? []).map((user) => [user.uid, user]));
  return [...users.values()].sort((a, b) => a.uid - b.uid);
}

/** A user's unit may be the caller's where the caller runs below that user's manager: the report does not say which. */
function carriesCaller({ name, scope, user }: Unit, carriers: readonly string[]): boolean {
  if (scope === 'system') return carriers.includes(name);
  return user !== null && carriers.includes(managerUnit(user.uid));
}
