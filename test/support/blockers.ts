// Processes of an ordinary user that keep their readers waiting (blocker.py), started and cleaned up: their FUSE connections are
// aborted, since nothing else ends the wait of those who wait for them.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { helperRole } from '../../src/crew/role.ts';
import { python } from './live.ts';
import { programFile } from './program.ts';
import { projectRoot } from './project.ts';
import { temporaryFolder } from './temporary.ts';
import { until } from './until.ts';

/** Readers of the first wait whatever they do; those of the others wait if they ask the wrong thing, or at the wrong time. */
export const certainKinds = ['exec', 'orphan', 'memory'] as const;
export const kinds = [...certainKinds, 'epoll', 'overlay', 'mounts'] as const;
export type Kind = (typeof kinds)[number];

/** A uid that nothing else runs as, of those that people have. */
export const blockerUid = 4711;

/** A file that keeps waiting who reads it and can be ended. */
const unreadable: Partial<Record<Kind, string>> = { exec: 'maps', orphan: 'maps', memory: 'cmdline' };

/** A bound for all of it: whatever goes wrong, they end after a minute. */
const lifetimeSeconds = 60;

export interface Blocker {
  kind: Kind;
  pid: number;
  /** Nobody waits for it any more after that. */
  end(): void;
}

/** What they need, until the test is over. */
export function blockerPen(t: TestContext): { start(kind: Kind): Promise<Blocker> } {
  const started = new Set<() => void>();
  let folder = '';
  // Before the folder goes: hooks run in the order in which they were made.
  t.after(async () => {
    for (const end of started) end();
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

  return {
    async start(kind) {
      const child = spawn(python as string, [join(folder, 'blocker.py'), kind, device], {
        uid: blockerUid,
        gid: blockerUid,
        cwd: '/',
        detached: true,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let connection = '';
      const end = () => {
        clearTimeout(timer);
        if (!started.delete(end)) return;
        const file = join(control, connection, 'abort');
        if (connection !== '' && existsSync(file)) writeFileSync(file, '1');
        // With the server that it has forked.
        process.kill(-child.pid!, 'SIGKILL');
      };
      const timer = setTimeout(end, lifetimeSeconds * 1000);
      started.add(end);
      const ended = once(child, 'exit').then(() => Promise.reject(new Error(`the ${kind} blocker ended`)));
      ended.catch(() => {});
      const [line] = await Promise.race([once(child.stdout!, 'data'), ended]);
      const [number = '', pid] = String(line).trim().split(' ');
      connection = number;
      const file = unreadable[kind];
      if (file !== undefined) await until(`${kind} blocks`, () => hangs(`/proc/${pid}/${file}`));
      return { kind, pid: Number(pid), end };
    },
  };
}

/** In the order of the kinds. */
export function startBlockers(t: TestContext, wanted: readonly Kind[]): Promise<Blocker[]> {
  const pen = blockerPen(t);
  return Promise.all(wanted.map((kind) => pen.start(kind)));
}

function hangs(path: string): boolean {
  return spawnSync('cat', [path], { timeout: 500, killSignal: 'SIGKILL', stdio: 'ignore' }).signal !== null;
}

/** A helper of the tested program. */
export interface Helper {
  pid: number;
  /** R, S, D, Z … */
  state: string;
  /** The process that it reads. */
  reads: number;
}

export function helpersLeft(): Helper[] {
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .flatMap((pid) => {
      try {
        // Whoever asks more of a process that is not ours may have to wait, even for its stat (Linux 6.18).
        const status = readFileSync(`/proc/${pid}/status`, 'latin1');
        if (!runsAsWeDo(status)) return [];
        const program = readlinkSync(`/proc/${pid}/exe`);
        if (program !== process.execPath && program !== programFile) return [];
        const words = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
        if (!words.includes(helperRole) || !words.includes(programFile)) return [];
        const reads = Number(/^\/proc\/([0-9]+)/.exec(readlinkSync(`/proc/${pid}/cwd`))?.[1]);
        return [{ pid: Number(pid), state: /^State:\t(\S)/m.exec(status)?.[1] ?? '', reads }];
      } catch {
        return [];
      }
    });
}

/** Whether all four uids of a process are ours. A set-uid program that a user has started keeps the user's as its real one. */
function runsAsWeDo(status: string): boolean {
  const uids = /^Uid:\t([0-9\t]+)$/m.exec(status)?.[1]?.split('\t') ?? [];
  return uids.length > 0 && uids.every((uid) => Number(uid) === process.geteuid?.());
}
