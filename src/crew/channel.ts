// Starts a helper -> its pid and the two pipes to it. The helper gets no other descriptor of ours, so that a reader of our output
// need not wait for it. Its environment is empty.

import type { ChildProcess, ChildProcessByStdio } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { isExecutable, programFile } from '../program.ts';
import { helperRole } from './role.ts';

export interface Channel {
  pid: number;
  send(frame: Uint8Array): void;
  /** Sends SIGKILL and does not wait for the end. */
  abandon(): void;
  /**
   * Ends a helper that is not blocked, and waits until it is gone, so that it leaves no zombie below a PID 1 that reaps nobody, as
   * in many containers. It waits for a fifth of a second at most.
   */
  end(): Promise<void>;
}

export interface ChannelEvents {
  onData(bytes: Uint8Array): void;
  /** Called once, and never after abandon(). */
  onEnd(): void;
}

/** Throws the system's error if there is no room for another process. */
export type StartChannel = (events: ChannelEvents) => Promise<Channel>;

/** The part of Bun.spawn() that we use. Bun also has node:child_process, but takes ten times as long to load it. */
interface Bun {
  spawn(
    argv: readonly string[],
    options: { stdin: 'pipe'; stdout: 'pipe'; stderr: 'ignore' | 'pipe'; env: object; cwd: string },
  ): {
    pid: number;
    stdin: { write(bytes: Uint8Array): unknown; flush(): unknown };
    stdout: ReadableStream<Uint8Array>;
    exited: Promise<number>;
    kill(signal: string): void;
    unref(): void;
  };
}

/** A healthy process that was killed is gone in some milliseconds. */
const mostEndingMs = 200;

const options = { env: {}, cwd: '/' };

type Piped = ChildProcessByStdio<Writable, Readable, Readable | null>;

/** Nobody reads a helper's stderr. `ignore` wants /dev/null, which a bare chroot or a container without /dev does not have. */
const silent = () => (existsSync('/dev/null') ? 'ignore' : 'pipe');

export const startHelper: StartChannel = isExecutable ? startByBun : startByNode;

async function startByBun({ onData, onEnd }: ChannelEvents): Promise<Channel> {
  const { Bun: bun } = globalThis as unknown as { Bun: Bun };
  const child = bun.spawn([process.execPath, helperRole], {
    ...options,
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: silent(),
  });
  const reader = child.stdout.getReader();
  let abandoned = false;
  const ignore = () => {};
  const read = async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || abandoned) return;
      onData(value);
    }
  };
  const write = async (frame: Uint8Array) => {
    // Either call may throw at once, or later.
    await Promise.all([child.stdin.write(frame), child.stdin.flush()]);
  };
  void read()
    .catch(ignore)
    .then(() => abandoned || onEnd());
  child.unref();
  const abandon = () => {
    abandoned = true;
    child.kill('SIGKILL');
  };
  return {
    pid: child.pid,
    // A failed write needs no handling: it means that the helper has ended, and onEnd() reports that.
    send: (frame) => void write(frame).catch(ignore),
    abandon,
    end() {
      abandon();
      return noLongerThan(mostEndingMs, child.exited);
    },
  };
}

async function startByNode({ onData, onEnd }: ChannelEvents): Promise<Channel> {
  const { spawn } = await import('node:child_process');
  const stdio = ['pipe', 'pipe', silent()] as const;
  const child = spawn(process.execPath, [programFile, helperRole], { ...options, stdio: [...stdio] }) as Piped;
  const { pid } = await started(child);
  const { stdin, stdout } = child;
  let abandoned = false;
  stdout.on('data', (bytes) => abandoned || onData(bytes));
  stdout.once('close', () => abandoned || onEnd());
  // An error of a stream needs no handling: it means that the helper has ended, and onEnd() reports that.
  for (const each of [child, stdin, stdout]) each.on('error', () => {});
  const abandon = () => {
    abandoned = true;
    child.kill('SIGKILL');
    stdin.destroy();
    stdout.destroy();
    child.unref();
  };
  return {
    pid,
    send: (frame) => void stdin.write(frame),
    abandon,
    end() {
      const exited = new Promise((resolve) => child.once('exit', resolve));
      abandon();
      return noLongerThan(mostEndingMs, exited);
    },
  };
}

async function noLongerThan(milliseconds: number, event: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | null = null;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([event, late]);
  clearTimeout(timer!);
}

function started(child: ChildProcess): Promise<{ pid: number }> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', () => resolve({ pid: child.pid! }));
  });
}
