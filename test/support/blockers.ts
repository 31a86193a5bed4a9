// Processes of an ordinary user that keep their readers waiting (blocker.py). Starts them and cleans up: only aborting their FUSE
// connections ends the waits of their readers.

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
import { isOurs, readStatus } from '../../src/crew/vitals.ts';
import { python } from './live.ts';
import { programFile } from './program.ts';
import { projectRoot } from './project.ts';
import { temporaryFolder } from './temporary.ts';
import { until } from './until.ts';

/** Every reader of the first kinds waits. A reader of the others waits only for certain files, or at certain times. */
export const certainKinds = ['exec', 'orphan', 'memory'] as const;
export const kinds = [...certainKinds, 'epoll', 'overlay', 'mounts'] as const;
export type Kind = (typeof kinds)[number];

/** A uid from the range for people; no other process runs as it. */
export const blockerUid = 4711;

/** A file that keeps its reader waiting, while the reader can still be killed. */
const unreadable: Partial<Record<Kind, string>> = { exec: 'maps', orphan: 'maps', memory: 'cmdline' };

/** They end after this time, even if the test has crashed. */
const lifetimeSeconds = 60;

export interface Blocker {
  kind: Kind;
  pid: number;
  /** Ends it, so that no reader waits for it any more. */
  end(): void;
}

/** Prepares everything that blockers need, until the end of the test. */
export function blockerPen(t: TestContext): { start(kind: Kind): Promise<Blocker> } {
  const started = new Set<() => void>();
  let folder = '';
  // Hooks run in the order of their calls: this one ends the blockers before another one removes the folder.
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
  // Everybody may open /dev/fuse on most hosts, so everybody may open this copy.
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
        // Kills the whole process group, because the blocker has forked a server.
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

/** Starts blockers in the order of the kinds. */
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
        // A reader of other files of a foreign process may have to wait, even for its stat (Linux 6.18).
        if (!isOurs(readStatus(pid))) return [];
        const program = readlinkSync(`/proc/${pid}/exe`);
        if (program !== process.execPath && program !== programFile) return [];
        const words = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
        if (!words.includes(helperRole) || !words.includes(programFile)) return [];
        const reads = Number(/^\/proc\/([0-9]+)/.exec(readlinkSync(`/proc/${pid}/cwd`))?.[1]);
        return [{ pid: Number(pid), state: /^State:\t(\S)/m.exec(readStatus(pid))?.[1] ?? '', reads }];
      } catch {
        return [];
      }
    });
}
