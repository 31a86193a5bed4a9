// A unit of the report -> the targets in it: the unit itself, and the processes in it that a restart of the unit would not cure.
// systemd.kill(5) (KillMode=), user@.service(5), pam_systemd(8).

import type { PlannedProcess, Session, User } from '../documents/generated/plan.ts';
import type { KernelSession, Owner, Process, SystemdFacts, Unit, UnitFile } from '../documents/generated/report.ts';
import { ownerKind } from '../owner-kind.ts';
import { managerUnit, parseManagerUid, parseSession } from '../systemd/session-name.ts';
import { buildReasons, type PlanReason, unitReasons } from './reasons.ts';
import { isGuestsCode, ownersOf } from './standing.ts';
import { type Context, planProcess, type Target, type UnitTarget } from './target.ts';

/** The kind of target that a process of the unit belongs to, with the fact that made it this kind. */
type Part =
  | { kind: 'pid1' | 'unit' | 'leftover' | 'guest' }
  | { kind: 'user_manager' | 'helper'; user: User }
  | { kind: 'session'; session: Session };
type PartKind = Part['kind'];

/** Facts of a unit that are collected once, because a unit may have many processes. */
interface UnitFacts {
  unit: Unit;
  managedUser: User | null;
  session: Session | null;
  main: UnitTarget['main'];
  /** The user of each process, by pid. */
  runsAs: ReadonlyMap<number, Owner>;
  /** The fields of every target in the unit. */
  inUnit: Pick<UnitTarget, 'unit' | 'aliases' | 'scope' | 'user' | 'carriesCaller' | 'callersOwn'>;
}

export function unitTargets(unit: Unit, context: Context): Target[] {
  const facts = collectFacts(unit, context);
  const owners = ownersOf(unit, facts.main?.user?.uid ?? null);
  const groups = new Map<PartKind, { part: Part; pids: Set<number> }>();
  const alone: { part: Part; process: Process }[] = [];
  const add = (part: Part, pid: number): void => {
    const process = context.processes.get(pid);
    // A person ends these processes one by one, so each has an action of its own if the report has the process.
    if (process && byHand.includes(part.kind)) alone.push({ part, process });
    else {
      const group = groups.get(part.kind) ?? { part, pids: new Set() };
      groups.set(part.kind, group);
      group.pids.add(pid);
    }
  };
  for (const pid of new Set([...unit.pids, ...unit.files.flatMap((file) => file.pids)])) {
    if (context.processes.get(pid)?.container) continue;
    add(partOf(pid, facts, context), pid);
  }
  const guestsFiles = new Set(groups.has('unit') ? unit.files.filter((file) => isGuestsCode(file, owners)) : []);
  const inUnit = groups.get('unit')?.pids;
  for (const pid of new Set([...guestsFiles].flatMap(({ pids }) => pids))) {
    if (inUnit?.has(pid)) add({ kind: 'guest' }, pid);
  }
  const filesOf = (kind: PartKind): UnitFile[] => {
    if (guestsFiles.size === 0) return unit.files;
    return kind === 'guest' ? [...guestsFiles] : unit.files.filter((file) => kind !== 'unit' || !guestsFiles.has(file));
  };
  const filesByPid = new Map(
    byHand.map((kind) => [kind, groupByPid(alone.some(({ part }) => part.kind === kind) ? filesOf(kind) : [])]),
  );
  return [
    ...[...groups.values()].map(({ part, pids }) => {
      const findings = unitReasons(unit, filesOf(part.kind), pids, owners, context.processes);
      return buildTarget(part, { pids, process: null, findings }, facts, context);
    }),
    ...alone.map(({ part, process }) => {
      const files = filesByPid.get(part.kind)?.get(process.pid) ?? [];
      const findings = buildReasons(files.map((file) => ({ ...file, pids: [process.pid] })));
      const members = { pids: new Set([process.pid]), process: planProcess(process), findings };
      return buildTarget(part, members, facts, context);
    }),
  ];
}

function collectFacts(unit: Unit, context: Context): UnitFacts {
  return {
    unit,
    managedUser: managedUser(unit, context),
    session: sessionOf(unit, context),
    main: mainOf(unit, context),
    runsAs: runAs(unit, context),
    inUnit: {
      unit: unit.name,
      aliases: aliasesOf(unit),
      scope: unit.scope,
      user: unit.user,
      carriesCaller: carriesCaller(unit, context.report.scan.carriers),
      callersOwn: false,
    },
  };
}

const byHand: readonly PartKind[] = ['helper', 'leftover', 'guest'];

/** Indexes the files by process, because cron may have ten thousand jobs. */
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

/** Returns the other names of a unit; empty if systemd was not asked. */
export function aliasesOf({ name, systemd }: Unit): string[] {
  return (systemd?.names ?? []).filter((other) => other !== name);
}

interface Members {
  pids: ReadonlySet<number>;
  /** null if the target stands for all of its processes. */
  process: PlannedProcess | null;
  findings: PlanReason[];
}

function buildTarget(part: Part, members: Members, facts: UnitFacts, context: Context): Target {
  const { pids, process, findings } = members;
  const { unit, main, runsAs, inUnit } = facts;
  const common = { ...inUnit, findings };
  switch (part.kind) {
    case 'unit':
      return {
        ...common,
        kind: 'unit',
        facts: unit.systemd,
        programs: [...pids].map((pid) => context.processes.get(pid)?.executable?.path ?? null),
        users: usersOf(pids, runsAs),
        sessions: endedSessions(unit),
        main,
      };
    case 'session': {
      const { session } = part;
      return { ...common, kind: 'session', user: session.user ?? unit.user, session, callersOwn: inUnit.carriesCaller };
    }
    case 'user_manager':
    case 'helper': {
      const manager = { user: unit.user ?? part.user, callersOwn: context.callerUids.has(part.user.uid) };
      if (part.kind === 'helper') return { ...common, ...manager, kind: 'helper', process };
      return { ...common, ...manager, kind: 'user_manager' };
    }
    case 'pid1':
      return { ...common, kind: 'pid1', process: null };
    case 'leftover':
      return { ...common, kind: 'leftover', process };
    case 'guest':
      return { ...common, kind: 'guest', process, users: usersOf(pids, runsAs) };
  }
}

/** The first rule that matches wins. */
function partOf(pid: number, { unit, managedUser, session }: UnitFacts, { report, processes }: Context): Part {
  const isSystem = unit.scope === 'system';
  if (isSystem && report.host.init === 'systemd' && (pid === 1 || unit.name === 'init.scope')) return { kind: 'pid1' };
  if (managedUser !== null) {
    return { kind: processes.get(pid)?.name === '(sd-pam)' ? 'helper' : 'user_manager', user: managedUser };
  }
  if (session !== null) return { kind: 'session', session };
  return { kind: outlives(unit, pid) ? 'leftover' : 'unit' };
}

/** Returns the user whose manager runs in the unit: user@UID.service, or the init.scope below it. null for every other unit. */
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
  // A report without processes (--detail units) names the session only in the names of unit and slice.
  const session = parseSession(unit.name, unit.slice);
  return session && { id: session.id, user: { uid: session.uid, name: context.userName(session.uid) } };
}

const sparingKillModes: readonly (string | null)[] = ['process', 'none'];
const stoppedStates: readonly string[] = ['inactive', 'failed'];

/** Returns whether a process lives on while systemd restarts its service. try-restart does not start a stopped service. */
function outlives({ name, systemd: facts }: Unit, pid: number): boolean {
  if (facts === null || !name.endsWith('.service') || facts.type === 'oneshot') return false;
  const spared = sparingKillModes.includes(facts.kill_mode) || stoppedStates.includes(facts.active_state);
  return spared && !isSupervised(facts, pid);
}

function isSupervised({ main_pid, control_pid }: SystemdFacts, pid: number): boolean {
  return pid === main_pid || pid === control_pid;
}

/** Returns the sessions that end with the unit, because systemd kills every process that is left in its control group. */
function endedSessions(unit: Unit): KernelSession[] {
  const { systemd: facts, sessions = [] } = unit;
  return sessions.filter(({ pid }) => facts === null || !(isSupervised(facts, pid) || outlives(unit, pid)));
}

/** Finds the main process. Even with --detail units it is in the report, because systemd makes it the leader of a session. */
function mainOf({ systemd, sessions = [] }: Unit, { processes }: Context): UnitTarget['main'] {
  const pid = systemd?.main_pid ?? null;
  if (pid === null) return null;
  const process = processes.get(pid);
  if (process) return { user: process.user, executable: process.executable?.path ?? null };
  return sessions.find((session) => session.pid === pid) ?? null;
}

/** Returns the user of each process. A report before 1.3 has the users only in its processes. */
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

/** Returns true for every unit of a user if the caller runs below that user's manager, because the report does not say in which. */
function carriesCaller({ name, scope, user }: Unit, carriers: readonly string[]): boolean {
  if (scope === 'system') return carriers.includes(name);
  return user !== null && carriers.includes(managerUnit(user.uid));
}
