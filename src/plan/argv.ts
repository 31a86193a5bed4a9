// A verdict -> the argument vector that does it: never a shell string, never a unit that was not running. systemctl(1):
// the try- verbs leave a stopped unit alone, -- keeps a name from being read as an option.

import type { ActionName } from '../documents/generated/plan.ts';

export interface ActionArguments {
  /** A valid unit name if the action is about a unit, because systemctl would expand glob characters. */
  unit: string | null;
  /** The user whose manager is asked; null for the manager of the system. */
  uid: number | null;
  /** The name without SIG, as in HUP. */
  signal: string | null;
}

/** The first systemctl that reaches the manager of another user: https://github.com/systemd/systemd/issues/14580 */
const firstWithUserAtHost = 248;
/** The group of nobody (nogroup). A user's manager checks only the uid, and the report does not know the user's group. */
const noGroup = 65534;

const words: Readonly<Partial<Record<ActionName, (given: ActionArguments) => (string | null)[]>>> = {
  restart: ({ unit }) => ['try-restart', '--', unit],
  reload: ({ unit }) => ['try-reload-or-restart', '--', unit],
  signal: ({ unit, signal }) => ['kill', '--kill-who=main', `--signal=${signal}`, '--', unit],
  daemon_reload: () => ['daemon-reload'],
  daemon_reexec: () => ['daemon-reexec'],
  reexec_user_manager: () => ['daemon-reexec'],
};

/**
 * Builds the command of an action; null if a person has to do it.
 * @param systemdVersion the version of the systemctl that will run the command, or null if it is not known
 */
export function buildArgv(action: ActionName, given: ActionArguments, systemdVersion: number | null): string[] | null {
  const verb = words[action]?.(given);
  if (verb === undefined || verb.includes(null)) return null;
  return [...systemctl(given.uid, systemdVersion), ...(verb as string[])];
}

function systemctl(uid: number | null, version: number | null): string[] {
  if (uid === null) return ['systemctl'];
  if (version === null || version >= firstWithUserAtHost) return ['systemctl', '--user', `--machine=${uid}@.host`];
  // setpriv becomes the user, because the manager's own socket is in the runtime directory that systemd gives every user.
  const asUser = ['setpriv', `--reuid=${uid}`, `--regid=${noGroup}`, '--clear-groups'];
  return [...asUser, 'env', `XDG_RUNTIME_DIR=/run/user/${uid}`, 'systemctl', '--user'];
}
