// A verdict -> the argument vector that does it: never a shell string, never a unit that was not running. systemctl(1):
// the try- verbs leave a stopped unit alone, -- keeps a name from being read as an option.

import type { ActionName } from '../documents/generated/plan.ts';

export interface ActionArguments {
  /** A valid unit name where the action is about a unit: systemctl would expand glob characters. */
  unit: string | null;
  /** Whose manager; null for the system's. */
  uid: number | null;
  /** As in HUP. */
  signal: string | null;
}

/** The first systemctl that reaches the manager of another user: https://github.com/systemd/systemd/issues/14580 */
const firstWithUserAtHost = 248;
/** nobody's, nogroup's: a user's manager asks for its user alone, whose group the report does not know. */
const noGroup = 65534;

const words: Readonly<Partial<Record<ActionName, (given: ActionArguments) => (string | null)[]>>> = {
  restart: ({ unit }) => ['try-restart', '--', unit],
  reload: ({ unit }) => ['try-reload-or-restart', '--', unit],
  signal: ({ unit, signal }) => ['kill', '--kill-who=main', `--signal=${signal}`, '--', unit],
  daemon_reexec: () => ['daemon-reexec'],
  reexec_user_manager: () => ['daemon-reexec'],
};

/**
 * null if a person has to do it.
 * @param systemdVersion of the systemctl that will run it, or null if that is not known
 */
export function buildArgv(action: ActionName, given: ActionArguments, systemdVersion: number | null): string[] | null {
  const verb = words[action]?.(given);
  if (verb === undefined || verb.includes(null)) return null;
  return [...systemctl(given.uid, systemdVersion), ...(verb as string[])];
}

function systemctl(uid: number | null, version: number | null): string[] {
  if (uid === null) return ['systemctl'];
  if (version === null || version >= firstWithUserAtHost) return ['systemctl', '--user', `--machine=${uid}@.host`];
  // As the user, at the manager's own socket, which is in the runtime directory that systemd gives every user.
  const asUser = ['setpriv', `--reuid=${uid}`, `--regid=${noGroup}`, '--clear-groups'];
  return [...asUser, 'env', `XDG_RUNTIME_DIR=/run/user/${uid}`, 'systemctl', '--user'];
}
