// An action and its target -> remarks to read before the action is done. systemd.kill(5): a restart ends every process that is left
// in the unit's control group, no matter who started it. setsid(2).

import { compareBytes } from '../documents/compare-bytes.ts';
import type { ActionName, Remark } from '../documents/generated/plan.ts';
import type { KernelSession, User } from '../documents/generated/report.ts';
import type { Target, UnitTarget } from './target.ts';

interface Row {
  code: Remark['code'];
  /** The actions that can have the remark. */
  actions: readonly ActionName[];
  /** Returns null if there is nothing to say. */
  say: (target: Target) => string | null;
}

const mostNames = 5;

/** Why a unit would not start again, as far as a plan tells the reasons apart. */
const failingStart = 'what the start needs is gone or stopped, or a condition does not hold';

const rows: readonly Row[] = [
  {
    code: 'daemon_reload_first',
    actions: ['restart', 'reload', 'manual'],
    say: (target) =>
      target.kind === 'unit' && target.facts?.need_daemon_reload === true && target.facts.fragment_present !== false
        ? 'its unit file changed on disk: run systemctl daemon-reload first, or systemd uses the old one'
        : null,
  },
  {
    code: 'ends_sessions',
    actions: ['restart', 'manual'],
    say(target) {
      const sessions = target.kind === 'unit' ? foreignSessions(target) : [];
      if (sessions.length === 0) return null;
      const what = sessions.length === 1 ? 'a session of its own ends' : `${sessions.length} sessions of their own end`;
      return `${what} with a restart: ${list(sessions.map(describeSession))}`;
    },
  },
  {
    code: 'start_limit',
    actions: ['restart'],
    say(target) {
      const facts = target.kind === 'unit' ? target.facts : null;
      const { start_limit_burst: burst, start_limit_interval_seconds: seconds, starts_left: left } = facts ?? {};
      // It is not certain: systemd counts anew after a daemon-reload.
      if (burst !== 1 || !seconds || left !== null) return null;
      return `systemd may refuse to start it again: it starts it once in ${seconds} s, and that time has not passed since its last start`;
    },
  },
  {
    code: 'several_users',
    actions: ['restart', 'manual'],
    say(target) {
      const people = target.kind === 'unit' ? target.users.filter((user) => user.kind === 'user') : [];
      if (people.length < 2) return null;
      return `its processes run as ${list(people.map(nameOf))}: a restart ends the work of each`;
    },
  },
  {
    code: 'users_own_files',
    actions: ['manual'],
    say(target) {
      if (target.kind !== 'guest') return null;
      const { unit, users } = target;
      const who = users.length === 0 ? 'a user' : list(users.map(nameOf));
      return `runs as ${who} on files that are not the system's: ${unit} is not restarted for it`;
    },
  },
];

/** @param units that run although their files are gone: systemd knows them only until it reads the files again */
export function forgottenRemarks(units: readonly string[]): Remark[] {
  if (units.length === 0) return [];
  const whose = units.length === 1 ? 'its unit file is' : 'their unit files are';
  return [
    {
      code: 'forgets_units',
      message: `systemd forgets how to start ${list([...units].sort(compareBytes))}, because ${whose} gone`,
    },
  ];
}

/** @param units of which each waits for the start of the next, and the last for the first, by name */
export function cycleRemark(units: readonly string[]): Remark {
  return {
    code: 'start_cycle',
    message: `no order lets ${list(units)} start after each other (After=, Before=): the first by name is restarted first`,
  };
}

/**
 * @param left units that are left alone, and that a restart would take along
 * @param lost units that it would take along, and that would not start again
 */
export function takenRemarks(left: readonly string[], lost: readonly string[]): Remark[] {
  const say = (units: readonly string[], what: string): Remark[] => {
    if (units.length === 0) return [];
    return [{ code: 'takes_others', message: `a restart takes ${list([...units].sort(compareBytes))} along, ${what}` }];
  };
  return [
    ...say(left, `which ${left.length === 1 ? 'is' : 'are'} left alone`),
    ...say(lost, `which would not start again: ${failingStart}`),
  ];
}

/** @param units stopped units that a restart would start, and because of which another unit would not start again */
export function failingRemarks(units: readonly string[]): Remark[] {
  if (units.length === 0) return [];
  const isOne = units.length === 1;
  const what = `a restart also starts ${list(units)}, which ${isOne ? 'is' : 'are'} stopped and would stay so`;
  return [
    {
      code: 'cannot_start_again',
      message: `${what} (${failingStart}), and what requires ${isOne ? 'it' : 'them'} stays stopped`,
    },
  ];
}

/** @param units those that restart with a unit, and whose files changed on disk, by name */
export function changedOthersRemarks(units: readonly string[]): Remark[] {
  if (units.length === 0) return [];
  const isOne = units.length === 1;
  const changed = `the unit file${isOne ? '' : 's'} of ${list(units)}, which restart${isOne ? 's' : ''} with it, changed on disk`;
  const remedy = `run systemctl daemon-reload first, or systemd uses the old one${isOne ? '' : 's'}`;
  return [{ code: 'daemon_reload_first', message: `${changed}: ${remedy}` }];
}

/** @param units those whose files systemd has to read again, in the order of the plan */
export function changedFilesRemark(units: readonly string[]): Remark {
  const what = units.length === 1 ? 'the unit file' : 'the unit files';
  return { code: 'unit_files_changed', message: `${what} of ${list([...units].sort(compareBytes))} changed on disk` };
}

export function buildRemarks(action: ActionName, target: Target): Remark[] {
  return rows.flatMap(({ code, actions, say }) => {
    const message = actions.includes(action) ? say(target) : null;
    return message === null ? [] : [{ code, message }];
  });
}

/**
 * Returns the sessions that are not the daemon's own: on a terminal, of another user than the main process, or of another
 * program. Many daemons let their workers lead sessions (PostgreSQL does), and these workers are a part of the daemon.
 */
function foreignSessions({ sessions, main }: UnitTarget): KernelSession[] {
  return sessions.filter(
    ({ terminal, user, executable }) =>
      terminal !== null || (main !== null && (user?.uid !== main.user?.uid || executable !== main.executable)),
  );
}

function describeSession({ pid, user, name, terminal }: KernelSession): string {
  const owner = user === null ? '' : ` of ${nameOf(user)}`;
  return `${name}${owner}${terminal === null ? '' : ` on ${terminal}`} (process ${pid})`;
}

function nameOf({ uid, name }: User): string {
  return name ?? `uid ${uid}`;
}

function list(names: readonly string[]): string {
  const more = names.length - mostNames;
  if (more > 1) return `${names.slice(0, mostNames).join(', ')} and ${more} others`;
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : (names[0] ?? '');
}
