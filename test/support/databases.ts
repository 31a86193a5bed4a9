// Real database servers for live tests, each as an unprivileged user with data of its own and a socket instead of a port.

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Answer, run } from '../guest/run.ts';
import { start, workFolder } from './live.ts';
import { until } from './until.ts';

// Servers refuse to run as root. nobody owns nothing, and is on every system.
const nobody = 65534;
const asNobody = ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', '--'] as const;

/** The folder of PostgreSQL's programs, null where it is not installed. */
export function postgresPrograms(): string | null {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.map((version) => join(root, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb'))) ?? null;
}

export const mariadb = '/usr/sbin/mariadbd';

/** A new cluster and its server. `psql` begins a command line of its superuser. */
export async function startPostgres(
  t: TestContext,
  bin: string,
): Promise<{ data: string; psql: [string, ...string[]] }> {
  const end = endInTime(t, 'SIGQUIT');
  const data = dataFolder(t);
  await run([...asNobody, join(bin, 'initdb'), '-D', data, '-A', 'trust', '-U', 'postgres', '--no-sync']);
  const settings = [
    'listen_addresses=',
    `unix_socket_directories=${data}`,
    'fsync=off',
    'log_min_messages=panic',
  ].flatMap((set) => ['-c', set]);
  end(await start(t, [...asNobody, join(bin, 'postgres'), '-D', data, ...settings]));
  const psql: [string, ...string[]] = [join(bin, 'psql'), '-h', data, '-U', 'postgres', '-AtqX', '-d', 'postgres'];
  await until('PostgreSQL answers', async () => (await ask([...psql, '-c', 'select 1'])).status === 0);
  return { data, psql };
}

/** A server without tables; resolves when it takes connections. `before` stands in front of its command line. */
export async function startMariadb(t: TestContext, temporary: string, before: readonly string[] = []): Promise<number> {
  const end = endInTime(t, 'SIGKILL');
  const data = dataFolder(t);
  const socket = join(data, 'socket');
  const settings = [`--datadir=${data}`, `--socket=${socket}`, `--tmpdir=${temporary}`, `--log-error=${data}/errors`];
  const flags = ['--no-defaults', '--skip-networking', '--skip-grant-tables', ...settings];
  const argv = [...asNobody, ...before, mariadb, ...flags] as const;
  const server = await start(t, argv);
  end(server);
  await until('MariaDB listens', () => existsSync(socket));
  return server.pid;
}

async function ask(argv: readonly string[]): Promise<Answer> {
  return await run(argv, { check: false });
}

/** Ends a server before its data is removed: what is to be done after a test is done in the order in which it was said. */
function endInTime(t: TestContext, signal: 'SIGQUIT' | 'SIGKILL'): (server: ChildProcess) => void {
  let server: ChildProcess | null = null;
  t.after(async () => {
    if (server === null || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill(signal);
    await ended;
  });
  return (started) => {
    server = started;
  };
}

function dataFolder(t: TestContext): string {
  const data = join(workFolder(t), 'data');
  mkdirSync(data, { mode: 0o700 });
  chownSync(data, nobody, nobody);
  return data;
}
