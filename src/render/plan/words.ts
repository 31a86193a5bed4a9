// The closed lists of the plan -> the words for them: what to do, what stands in the way, why it must be done.

import type { Action, Because, BlockedBy, Container } from '../../documents/generated/plan.ts';
import { formatBytes } from '../../sizes.ts';
import { parseManagerUid } from '../../systemd/session-name.ts';
import { containerName } from '../container-name.ts';
import { count, formatUser, quote } from '../format.ts';
import { sanitizePath } from '../raw-bytes.ts';
import { sanitize, sanitizeUnit } from '../sanitize.ts';

export interface Section {
  title: string;
  /** The word for a single action that does not stand below the title. */
  verb: string;
  holds: (action: Action) => boolean;
}

function of(name: Action['action'], scope?: Action['scope']): Section['holds'] {
  return (action) => action.action === name && (scope === undefined || action.scope === scope);
}

/** In the order of the plan, in which a person does them. */
export const sections: readonly Section[] = [
  {
    title: 'Have systemd read its unit files again, before anything else',
    verb: 'reload',
    holds: of('daemon_reload'),
  },
  { title: 'Restart services', verb: 'restart', holds: of('restart', 'system') },
  { title: 'Reload services', verb: 'reload', holds: of('reload', 'system') },
  { title: 'Send a signal to the main process', verb: 'signal', holds: of('signal', 'system') },
  { title: 'Re-execute systemd', verb: 're-execute', holds: of('daemon_reexec') },
  { title: 'Re-execute the systemd of users', verb: 're-execute', holds: of('reexec_user_manager') },
  { title: 'Restart services of users', verb: 'restart', holds: of('restart', 'user') },
  { title: 'Reload services of users', verb: 'reload', holds: of('reload', 'user') },
  { title: 'Send a signal to services of users', verb: 'signal', holds: of('signal', 'user') },
  { title: 'Restart containers and machines, with what runs them', verb: 'restart', holds: of('restart_container') },
  {
    title: 'Log out and in again; tmux and screen survive a logout and must be ended as well',
    verb: 'end',
    holds: of('end_session'),
  },
  { title: 'Reboot, since these cannot be restarted safely', verb: 'reboot for', holds: of('reboot') },
  { title: 'See to these by hand', verb: 'see to', holds: of('manual') },
];

const obstacles: Readonly<Record<BlockedBy, string>> = {
  not_loaded: 'systemd has no such unit',
  masked: 'its unit is masked: it could not be started again',
  refuse_manual_start: 'systemd refuses to start it by hand',
  refuse_manual_stop: 'systemd refuses to stop it by hand',
  cannot_start: 'systemd cannot start it again',
  unit_type: 'it is no service',
  oneshot: 'it is a oneshot: it ends by itself, and a restart would do its work again',
  outlives_restart: 'it lives on when its unit restarts: it has to be ended by itself',
  no_facts: 'systemd could not be asked about it',
  no_unit: 'it is in no unit that systemd could restart',
  transient: 'it was started by a call, as by systemd-run: a restart breaks its work off and begins it anew',
  terminals: 'somebody works on a terminal in it: a restart ends what runs there',
  unit_file_gone: 'its unit file is gone from disk: it may not start again as it was',
  cannot_start_again:
    'a program or a unit that its start needs is gone or stopped, or a condition of its unit file does not hold: it would stop and not start again, or systemd refuses',
  user_process: 'it is what a user runs in this unit, and no part of it',
  not_own_files: 'only logs speak for it, and they are not known to be its own: somebody may have handed them over',
  may_reboot: 'if it fails, or ends, systemd ends or reboots the host',
  inferred:
    'only inferred, not seen: the script that it runs is likely outdated (policy inferred: restart lets it restart)',
  takes_others: 'a restart of it takes a unit along that is not to be restarted, or that would not start again',
};

/** Whether the action is about the (sd-pam) of a user manager. It is in the same unit as the manager, but no part of it. */
function isHelper({ unit, scope, process }: Action): boolean {
  const ofManager = scope === 'user' ? unit === 'init.scope' : parseManagerUid(unit ?? '') !== null;
  return ofManager && process?.name === '(sd-pam)';
}

const helperEnds =
  'it is not the systemd of the user but the process beside it that closes the PAM session: no re-execution renews it, it ends when the user has logged out everywhere';

/** The words for the subject of an action. Sanitized. */
export function nameTarget({ action, unit, user, session, container, process, because }: Action): string {
  if (action === 'daemon_reload') return 'the manager of the system';
  if (action === 'daemon_reexec') return 'PID 1';
  if (container !== null) return nameContainer(container, because);
  if (session !== null) {
    return `session ${sanitize(session.id)}${session.user === null ? '' : ` of ${formatUser(session.user)}`}`;
  }
  const owner = user === null ? '' : ` of ${formatUser(user)}`;
  const place = unit === null ? '' : `${quote(sanitizeUnit(unit))}${owner}`;
  if (process === null) return place;
  const { executable: path, executable_base64: base64 } = process;
  const program = path === null ? '' : ` (${quote(sanitizePath({ path, path_base64: base64 }))})`;
  const one = `process ${process.pid} ${quote(sanitize(process.name))}${program}`;
  return place === '' ? one : `${one} in ${place}`;
}

/** A container without any name is told apart by its processes. */
function nameContainer(container: Container, because: readonly Because[]): string {
  const { id, name, cgroup, user } = container;
  const owner = user === null ? [] : [`of ${formatUser(user)}`];
  const pids = [...new Set(because.flatMap((file) => file.pids))].sort((a, b) => a - b);
  const isNamed = id !== null || name !== null || cgroup != null;
  const members = isNamed || pids.length === 0 ? [] : [`with ${nameProcesses(pids)}`];
  return [containerName(container), ...owner, ...members].join(' ');
}

/** Sanitized: the policy's reason, the obstacle, the signal, what to know before one does it. */
export function explain(action: Action): string[] {
  const { policy, blocked_by, argv, remarks = [] } = action;
  const signal = argv?.find((word) => word.startsWith('--signal='))?.slice('--signal='.length);
  return [
    ...(signal === undefined ? [] : [`signal ${sanitize(signal)}`]),
    ...(blocked_by === null ? [] : [isHelper(action) ? helperEnds : obstacles[blocked_by]]),
    ...(policy === null ? [] : [`${sanitize(policy.reason)} (policy ${sanitize(policy.rule)})`]),
    ...remarks.map(({ message }) => sanitize(message)),
  ];
}

const shownPids = 4;

/** Sanitized: `/usr/lib/libc.so.6: library replaced, process 640`. */
export function becauseText({ code, package: owner, pids, held_bytes, ...file }: Because): string {
  const from = owner === null ? '' : ` (now of ${sanitize(owner.name)} ${sanitize(owner.version)})`;
  // Code holds only a little, and freeing it is no reason for a restart.
  const held = code === 'log_held' && held_bytes ? `${formatBytes(held_bytes)}, ` : '';
  return `${quote(sanitizePath(file))}${from}: ${code.replace('_', ' ')}, ${held}${nameProcesses(pids)}`;
}

/** `process 640`, `processes 100, 200, 201, 202 and 6 others`. */
function nameProcesses(pids: readonly number[]): string {
  const rest = pids.length - shownPids;
  const which = rest > 1 ? `${pids.slice(0, shownPids).join(', ')} and ${count(rest, 'other')}` : pids.join(', ');
  return `${pids.length === 1 ? 'process' : 'processes'} ${which}`;
}
