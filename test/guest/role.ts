// The role restart as tests call it, and the results that they read from its tasks.

import { placeInGuest } from '../support/program.ts';
import type { PlayResult } from './ansible-play.ts';

/** The program on the guests' PATH. */
export const { binds } = placeInGuest('/usr/bin/lib-users');

export function restartPlay(vars: Readonly<Record<string, unknown>> = {}, more: Readonly<object> = {}): object[] {
  return [
    { hosts: 'guests', become: true, gather_facts: false, roles: [{ role: 'lib_users.host.restart', vars }], ...more },
  ];
}

interface Outcome {
  action: string;
  unit: string | null;
  status: string;
}

/** The lines of a task's message, of all its runs. The date since which a reboot is due is left out. */
export function said(play: PlayResult, task: string, host?: string): string[] {
  return play
    .all(task, host)
    .filter(({ status }) => status !== 'skipped')
    .flatMap(({ result }) => result.msg as string[])
    .map((line) => line.replace(/ \(since \d{4}-\d\d-\d\d\)$/, ' (since DATE)'));
}

/** `action unit` of everything that the role tried, in order; `, detached` follows if the unit carries the connection. */
export function done(play: PlayResult, host?: string): string[] {
  return play
    .all('Restart and reload', host)
    .flatMap(({ result }) => (result.outcomes ?? []) as Outcome[])
    .filter(({ status }) => ['done', 'failed', 'detached'].includes(status))
    .map(({ action, unit, status }) => `${action} ${unit}${status === 'detached' ? ', detached' : ''}`);
}

/** The commands that it says, in check mode, that it would run. */
export function shown(play: PlayResult, host?: string): string[] {
  return said(play, 'Show what would be done', host).map((line) => line.replace(/, because of .*/, ''));
}

/** The findings that the role names as left to people. */
export function left(play: PlayResult, host?: string): string[] {
  return said(play, 'Name what is left to people', host).map((line) => line.replace(/process \d+/, 'process PID'));
}
