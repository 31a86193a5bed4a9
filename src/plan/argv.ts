// A verdict -> the argument vector that does it: never a shell string, never a unit that was not running. systemctl(1):
// the try- verbs leave a stopped unit alone, -- keeps a name from being read as an option, UID@.host is a user's manager.

import type { ActionName } from '../documents/generated/plan.ts';

export interface Target {
  /** A valid unit name where the action is about a unit: systemctl would expand glob characters. */
  unit: string | null;
  /** Whose manager; null for the system's. */
  uid: number | null;
  /** As in HUP. */
  signal: string | null;
}

const words: Readonly<Partial<Record<ActionName, (target: Target) => (string | null)[]>>> = {
  restart: ({ unit }) => ['try-restart', '--', unit],
  reload: ({ unit }) => ['try-reload-or-restart', '--', unit],
  signal: ({ unit, signal }) => ['kill', '--kill-who=main', `--signal=${signal}`, '--', unit],
  daemon_reexec: () => ['daemon-reexec'],
  reexec_user_manager: () => ['daemon-reexec'],
};

/** null where a person has to do it. */
export function buildArgv(action: ActionName, target: Target): string[] | null {
  const verb = words[action]?.(target);
  if (verb === undefined || verb.includes(null)) return null;
  const manager = target.uid === null ? [] : ['--user', `--machine=${target.uid}@.host`];
  return ['systemctl', ...manager, ...(verb as string[])];
}
