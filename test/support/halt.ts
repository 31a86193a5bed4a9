// Stops a process that serves others, until it is continued or killed.

import { readFileSync } from 'node:fs';
import { until } from './until.ts';

/**
 * Sends SIGSTOP, and waits until the process has stopped. A server that still runs for a moment may take a request and answer it no
 * more. Then who asked cannot be killed.
 * @param pid of a process with one thread
 */
export async function halt(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  await until(`process ${pid} stops`, () => /\) T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')));
}
