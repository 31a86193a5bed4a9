// Processes of an ordinary user that keep their readers waiting (blocker.py), started and cleaned up: their FUSE connections are
// aborted, since nothing else ends the wait of those who wait for them.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { helperRole } from '../../src/crew/role.ts';
import { python } from './live.ts';
import { programFile } from './program.ts';
import { projectRoot } from './project.ts';
import { temporaryFolder } from './temporary.ts';
import { until } from './until.ts';

export const kinds = ['epoll', 'overlay', 'exec', 'memory'] as const;
export type Kind = (typeof kinds)[number];

/** A uid that nothing else runs as, of those that people have. */
export const blockerUid = 4711;

/** What cannot be read of a process once it blocks its readers, if that can be tried by one who can be ended. */
const unreadable: Partial<Record<Kind, string>> = { exec: 'maps', memory: 'cmdline' };

/** A bound for all of it: whatever goes wrong, they end after a minute. */
const lifetimeSeconds = 60;

/** @returns their pids, in the order of the kinds */
export async function startBlockers(t: TestContext, wanted: readonly Kind[]): Promise<number[]> {
  const children: ChildProcess[] = [];
  const connections: string[] = [];
  let folder = '';
  const abort = () => {
    for (const connection of connections) {
      const file = join(folder, 'connections', connection, 'abort');
      if (existsSync(file)) writeFileSync(file, '1');
    }
  };
  // Before the folder goes: hooks run in the order in which they were made.
  t.after(async () => {
    abort();
    // Each with the server that it has forked.
    for (const { pid } of children) process.kill(-pid!, 'SIGKILL');
    spawnSync('umount', ['-l', join(folder, 'connections')]);
    await until('no helper waits any more', () => helpersLeft().length === 0);
  });
  folder = temporaryFolder(t);
  chmodSync(folder, 0o755);
  for (const file of ['blocker.py', 'fuse_files.py']) {
    copyFileSync(join(projectRoot, 'test/support', file), join(folder, file));
    chmodSync(join(folder, file), 0o644);
  }
  // As /dev/fuse is on most hosts: everybody may open it.
  const device = join(folder, 'fuse');
  const made = spawnSync('mknod', ['-m', '666', device, 'c', '10', '229'], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(made.stderr);
  const control = join(folder, 'connections');
  mkdirSync(control);
  spawnSync('mount', ['-t', 'fusectl', 'none', control]);
  return Promise.all(
    wanted.map(async (kind) => {
      const child = spawn(python as string, [join(folder, 'blocker.py'), kind, device], {
        uid: blockerUid,
        gid: blockerUid,
        cwd: '/',
        detached: true,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      children.push(child);
      const timer = setTimeout(abort, lifetimeSeconds * 1000);
      t.after(() => clearTimeout(timer));
      const [line] = await Promise.race([
        once(child.stdout!, 'data'),
        once(child, 'exit').then(() => Promise.reject(new Error(`the ${kind} blocker ended`))),
      ]);
      connections.push(String(line).trim());
      const file = unreadable[kind];
      if (file !== undefined) await until(`${kind} blocks`, () => hangs(`/proc/${child.pid}/${file}`));
      return child.pid!;
    }),
  );
}

function hangs(path: string): boolean {
  return spawnSync('cat', [path], { timeout: 500, killSignal: 'SIGKILL', stdio: 'ignore' }).signal !== null;
}

/** The helpers of the tested program that are there, by pid, with their state. */
export function helpersLeft(): { pid: number; state: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .flatMap((pid) => {
      try {
        // The name is that of the file that was started; its folder tells a helper from a scan.
        const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
        if (!/^[0-9]+ \((?:node|lib-users|MainThread|exe)/.test(stat)) return [];
        const words = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
        if (!words.includes(helperRole) || !words.includes(programFile)) return [];
        return [{ pid: Number(pid), state: stat.slice(stat.lastIndexOf(')') + 2)[0]! }];
      } catch {
        return [];
      }
    });
}
