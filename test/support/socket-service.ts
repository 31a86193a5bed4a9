// A service of the test with an affected process that holds sockets (socket-holder.py), and a scan with a systemctl that knows it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import type { ListeningSocket, Report, Sockets } from '../../src/documents/generated/report.ts';
import { cgroupFolder } from './cgroup-folder.ts';
import { plainEnvironment, runCli } from './cli.ts';
import { python, someLibrary, untilMapped, workFolder } from './live.ts';
import { projectRoot } from './project.ts';

const unit = 'lib-users-sockets.service';
const group = `system.slice/${unit}`;

/** The truth, as the process itself knows it. */
export interface Holder {
  pid: number;
  listening: ListeningSocket[];
  established: number;
}

export interface SocketService {
  /** Moves another process into the control group, or into one below it. */
  enter(pid: number, below?: string): void;
  holder: Holder;
  /** Scans, and returns the unit's sockets. */
  scan(options?: { args?: string[]; as?: number; path?: string }): {
    sockets: Sockets | null | undefined;
    report: Report;
  };
}

/** @param what the arguments of socket-holder.py */
export async function startSocketService(t: TestContext, what: string[], uid = 0): Promise<SocketService> {
  // The first of them makes and removes both folders.
  const below = cgroupFolder(t, `${group}/below`);
  const own = cgroupFolder(t, group);
  const holder = await startHolder(t, what, uid, own.enter);
  const folder = workFolder(t);
  writeFileSync(join(folder, 'systemctl'), systemctl, { mode: 0o755 });
  return {
    holder,
    enter: (pid, name) => (name === undefined ? own : below).enter(pid),
    scan({ args = [], as, path } = {}) {
      const env = plainEnvironment({ PATH: `${folder}:${process.env.PATH}` });
      const who = as === undefined ? {} : { uid: as, gid: as };
      const command = ['scan', '--no-config', '--format', 'json', ...args];
      const { code, stdout, stderr } = runCli(command, { env, ...who }, path);
      assert.equal(code, 0, stderr);
      const report = JSON.parse(stdout) as Report;
      const found = report.units.find(({ name }) => name === unit);
      assert.ok(found, 'the unit is affected');
      return { sockets: found.sockets, report };
    },
  };
}

/** Starts the process with a library that is gone as soon as it is mapped. */
export async function startHolder(
  t: TestContext,
  what: string[],
  uid: number,
  enter: (pid: number) => void,
): Promise<Holder> {
  const folder = workFolder(t);
  const library = join(folder, 'libheld.so.1');
  const script = join(folder, 'socket-holder.py');
  copyFileSync(someLibrary(), library);
  copyFileSync(join(projectRoot, 'test/support/socket-holder.py'), script);
  for (const file of [library, script]) chmodSync(file, 0o755);
  // The shell waits, so that the process and its children begin in the control group.
  const argv = ['-c', 'read _ && exec "$@"', 'sh', 'env', `LD_PRELOAD=${library}`, python as string, script, ...what];
  const child = spawn('/bin/sh', argv, { uid, gid: uid, cwd: '/', detached: true, stdio: ['pipe', 'pipe', 'inherit'] });
  // The whole process group, because the process may have a worker.
  t.after(() => process.kill(-child.pid!, 'SIGKILL'));
  enter(child.pid!);
  child.stdin.write('\n');
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(`socket-holder.py ${what.join(' ')} ended`)));
  ended.catch(() => {});
  const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), ended]);
  await untilMapped(child.pid!, library);
  unlinkSync(library);
  return JSON.parse(String(line)) as Holder;
}

/** Answers for each name behind `--`, as if all of them were services of system.slice. */
const systemctl = `#!/bin/sh
[ "$1" = show ] || exit 1
while [ "$1" != -- ]; do shift; done
shift
for name; do
  [ -z "$between" ] || echo
  between=yes
  printf '%s\\n' "Id=$name" "Names=$name" LoadState=loaded ActiveState=active SubState=running FragmentPath= Transient=no
  printf '%s\\n' CanStart=yes CanStop=yes CanReload=no RefuseManualStart=no RefuseManualStop=no NeedDaemonReload=no
  printf '%s\\n' Type=simple MainPID=1 ControlPID=0 KillMode=control-group "ControlGroup=/system.slice/$name"
done
`;

/** The order in which a report lists them. */
export function inOrder(places: readonly ListeningSocket[]): ListeningSocket[] {
  return [...places].sort((a, b) => (a.protocol < b.protocol ? -1 : a.protocol > b.protocol ? 1 : a.port - b.port));
}
