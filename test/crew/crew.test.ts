// The crew: every question gets one answer, in its place, even if helpers die or are blocked.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { ChannelEvents, StartChannel } from '../../src/crew/channel.ts';
import { Crew } from '../../src/crew/crew.ts';
import { encodeFrame, FrameReader } from '../../src/crew/frames.ts';
import type { ToHelper } from '../../src/crew/protocol.ts';
import type { Owner } from '../../src/host/owners.ts';
import { needs } from '../support/needs.ts';
import { temporaryFolder } from '../support/temporary.ts';

const user: Owner = { kind: 'user', key: 1000 };

/** The thing that a made-up helper does with a process. */
type Fate = 'answers' | 'dies' | 'blocks';

interface Stage {
  crew: Crew;
  /** The processes that each helper was asked about, in order. */
  asked: number[][];
  /** The number of processes in each message that asks. */
  chunks: number[];
  abandoned: number[];
}

interface StageOptions {
  owner?: Owner;
  /** Milliseconds until a helper that was started hears anything. */
  startMs?: number;
}

/** Makes a crew of made-up helpers, and a procfs of folders. A blocked helper is a process that sleeps in such a folder. */
function stage(
  t: TestContext,
  pids: readonly number[],
  fate: (pid: number) => Fate,
  { owner = user, startMs = 0 }: StageOptions = {},
): Stage {
  const procPath = temporaryFolder(t);
  for (const pid of pids) mkdirSync(join(procPath, String(pid)));
  const asked: number[][] = [];
  const chunks: number[] = [];
  const abandoned: number[] = [];
  const sleeperIn = (cwd: string) => {
    const child = spawn('sleep', ['600'], { cwd, stdio: 'ignore' });
    t.after(() => child.kill('SIGKILL'));
    return child;
  };
  const start: StartChannel = async ({ onData, onEnd }: ChannelEvents) => {
    const own: number[] = [];
    asked.push(own);
    const frames = new FrameReader();
    let ended = false;
    let sleeper: ChildProcess | null = null;
    const begun = startMs > 0 ? setTimeout(startMs) : null;
    // A message that was written before the end still arrives before it.
    const answer = (message: unknown) => setImmediate(() => onData(encodeFrame(message)));
    const take = (message: ToHelper) => {
      if (message.kind === 'setup') return answer({ kind: 'ready', pid: 0 });
      chunks.push(message.items.length);
      for (const { pid } of message.items) {
        own.push(pid);
        const what = fate(pid);
        if (what === 'answers') continue;
        if (what === 'blocks') {
          sleeper = sleeperIn(join(procPath, String(pid)));
          channel.pid = sleeper.pid!;
        }
        ended = true;
        if (what === 'dies') setImmediate(onEnd);
        return undefined;
      }
      return answer({
        kind: 'answers',
        answers: message.items.map(({ pid }) => (pid % 2 === 0 ? 'inspected' : 'denied')),
      });
    };
    const channel = {
      pid: process.pid,
      send: async (frame: Uint8Array) => {
        if (begun !== null) await begun;
        for (const message of frames.push(frame) as ToHelper[]) if (!ended) take(message);
      },
      abandon: () => {
        ended = true;
        abandoned.push(channel.pid);
        sleeper?.kill('SIGKILL');
      },
      end: async () => channel.abandon(),
    };
    return channel;
  };
  const crew = new Crew({ start, ownerOf: () => owner, listLeftBehind: () => [], clock: () => performance.now() });
  t.after(() => crew.close());
  crew.begin({ procPath, include: { maps: true, fds: true }, rules: [], bootedAtNs: null, clockTicksPerSecond: 100 });
  return { crew, asked, chunks, abandoned };
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const inspect = async (crew: Crew, pids: readonly number[], onProgress?: (done: number) => void) => {
  const answers = await crew.ask(
    'inspect',
    pids.map((pid) => ({ pid })),
    onProgress,
  );
  return answers.map((answer) => ('read' in answer ? answer.read.outcome : answer.unread));
};
const outcomeOf = (pid: number) => (pid % 2 === 0 ? 'inspected' : 'denied');

test('every answer is at its place, and progress is told', async (t) => {
  const pids = numbers(1000);
  const { crew } = stage(t, [], () => 'answers');
  const told: number[] = [];
  assert.deepEqual(await inspect(crew, pids, (done) => told.push(done)), pids.map(outcomeOf));
  assert.ok(told.length > 10);
  assert.deepEqual(
    told,
    [...told].sort((a, b) => a - b),
  );
});

test('many processes are asked about in few messages, also if as many helpers as possible are wanted', async (t) => {
  const pids = numbers(2000);
  const { crew, chunks } = stage(t, [], () => 'answers');
  crew.start(Number.POSITIVE_INFINITY);
  assert.deepEqual(await inspect(crew, pids), pids.map(outcomeOf));
  assert.ok(chunks.length <= 40, `${chunks.length} messages of ${Math.max(...chunks)} processes at most`);
});

test('nothing to ask is answered at once', async (t) => {
  const { crew } = stage(t, [], () => 'answers');
  assert.deepEqual(await inspect(crew, []), []);
});

test('a process that blocks its reader is given up, and a fresh helper reads the rest', async (t) => {
  const pids = numbers(100);
  const { crew, asked, abandoned } = stage(t, pids, (pid) => (pid === 20 ? 'blocks' : 'answers'));
  const outcomes = await inspect(crew, pids);
  assert.deepEqual(
    outcomes,
    pids.map((pid) => (pid === 20 ? 'blocked' : outcomeOf(pid))),
  );
  assert.equal(asked.filter((own) => own.includes(20)).length, 1, 'a user is asked once');
  assert.equal(abandoned.length, 1);
});

test('another helper answers the other questions of a blocked helper meanwhile', async (t) => {
  if (!needs(t, 'two processors')) return;
  const pids = numbers(100);
  const { crew, abandoned } = stage(t, pids, (pid) => (pid === 20 ? 'blocks' : 'answers'));
  let early = 0;
  await inspect(crew, pids, (done) => {
    if (abandoned.length === 0) early = done;
  });
  assert.ok(early >= 64, `${early} answers before the blocked one was given up`);
});

test('a second helper is not started because the first one starts slowly', async (t) => {
  if (!needs(t, 'two processors')) return;
  const pids = numbers(100);
  const { crew, asked } = stage(t, [], () => 'answers', { startMs: 300 });
  assert.deepEqual(await inspect(crew, pids), pids.map(outcomeOf));
  assert.equal(asked.length, 1);
});

test('a process of a service is asked again after all others, and then it may answer', async (t) => {
  let times = 0;
  const pids = numbers(60);
  const fate = (pid: number): Fate => (pid === 20 && ++times === 1 ? 'blocks' : 'answers');
  const { crew } = stage(t, pids, fate, { owner: { kind: 'service', key: 33 } });
  assert.deepEqual(await inspect(crew, pids), pids.map(outcomeOf));
  assert.equal(times, 2);
});

test('a process that helpers die of counts as failed, and no other process does', async (t) => {
  const pids = numbers(100);
  const { crew, asked } = stage(t, pids, (pid) => (pid === 50 ? 'dies' : 'answers'));
  assert.deepEqual(
    await inspect(crew, pids),
    pids.map((pid) => (pid === 50 ? 'failed' : outcomeOf(pid))),
  );
  assert.ok(asked.filter((own) => own.includes(50)).length > 1, 'one death may be an accident');
});

test('if no helper can be started, there is an expected error that says what to do', async (t) => {
  const start = async () => Promise.reject(Object.assign(new Error('no'), { code: 'EAGAIN' }));
  const crew = new Crew({ start, ownerOf: () => user, listLeftBehind: () => [], clock: () => performance.now() });
  t.after(() => crew.close());
  crew.begin({
    procPath: '/proc',
    include: { maps: true, fds: true },
    rules: [],
    bootedAtNs: null,
    clockTicksPerSecond: 100,
  });
  await assert.rejects(inspect(crew, [1]), { code: 'incomplete', message: /EAGAIN/, hint: /ulimit -u/ });
});

test('helpers that end before they are ready are not started for ever', async (t) => {
  let started = 0;
  const start: StartChannel = async ({ onEnd }) => {
    started++;
    setImmediate(onEnd);
    return { pid: process.pid, send: () => {}, abandon: () => {}, end: async () => {} };
  };
  const crew = new Crew({ start, ownerOf: () => user, listLeftBehind: () => [], clock: () => performance.now() });
  t.after(() => crew.close());
  crew.begin({
    procPath: '/proc',
    include: { maps: true, fds: true },
    rules: [],
    bootedAtNs: null,
    clockTicksPerSecond: 100,
  });
  await assert.rejects(inspect(crew, [1]), { code: 'incomplete' });
  assert.ok(started < 10);
});
