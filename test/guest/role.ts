// The role restart as tests ask for it, and what it did.

import { cli } from '../support/live.ts';
import type { PlayResult } from './play.ts';

/** The CLI on the guests' PATH. */
export const binds: Readonly<Record<string, string>> = {
  [process.execPath]: '/usr/bin/node',
  [cli]: '/usr/bin/lib-users',
};

export function restartPlay(vars: Readonly<Record<string, unknown>> = {}, more: Readonly<object> = {}): object[] {
  return [
    { hosts: 'guests', become: true, gather_facts: false, roles: [{ role: 'lib_users.host.restart', vars }], ...more },
  ];
}

interface Item {
  item: { action: string; unit: string | null };
  msg: string;
  skipped?: boolean;
}

function items(play: PlayResult, task: string, host?: string): Item[] {
  return play
    .all(task, host)
    .flatMap(({ result }) => ((result.results ?? []) as Item[]).filter(({ skipped }) => !skipped));
}

const named = ({ item }: Item) => `${item.action} ${item.unit}`;

/** `action unit` of everything that it did, in order; what carries the connection has `, detached` to it. */
export function done(play: PlayResult, host?: string): string[] {
  const detached = items(play, 'Have it restarted in a second', host).map((item) => `${named(item)}, detached`);
  return [...items(play, 'Run', host).map(named), ...detached];
}

/** `action unit` of what it says, in check mode, that it would do. */
export function shown(play: PlayResult, host?: string): string[] {
  return items(play, 'Show what would be done', host).map(named);
}

/** What it names as left to people. */
export function left(play: PlayResult, host?: string): string[] {
  return items(play, 'Name what is left to people', host).map(({ msg }) =>
    msg.trim().replace(/process \d+/, 'process PID'),
  );
}
