// The scan's helpers: hands out questions, sees to it that each helper gets on, and gives up a process whose reader is blocked.
// The rest of that reader's work is done by a fresh one; the blocked one is killed and not waited for, because nobody can say
// when it will end.

import { lstatSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { LibUsersError } from '../errors.ts';
import type { Owner } from '../host/owners.ts';
import { version } from '../version.ts';
import type { Channel, StartChannel } from './channel.ts';
import { encodeFrame, FrameReader } from './frames.ts';
import { readLeftWaiting } from './left-waiting.ts';
import { Patience } from './patience.ts';
import { type FromHelper, packSetup, type ToHelper } from './protocol.ts';
import { type Item, type QuestionName, type Setup, unpackAnswer } from './questions.ts';
import type { Answer, Readers, Unread } from './readers.ts';
import { isOurs, readStatus, readVitals, type Vitals } from './vitals.ts';

/** More helpers than this would wait for each other, and each takes 30 MB. */
const mostHelpers = 4;

/** Below so many processes a second helper would most likely have started when all is done. */
export const manyProcesses = 600;

/** Few processes may be much work too: after so long another helper is called for. */
const longWorkMs = 60;

/** How often the helpers are looked at, in milliseconds. */
const lookEveryMs = 50;

/** A chunk is meant to take so long, by what the one before took: each costs a wake-up of the scan and of the helper. */
const chunkMs = 5;
const minimumMs = 0.1;
const firstItems = 8;
const mostItems = 64;

/** Of the items that are left a helper gets no more than this part of its share, so that all have done at about the same time. */
const shareParts = 2;

/** So many chunks a helper has at once: it never waits for the next one. */
const chunksAhead = 2;

/** A helper that has not said a word yet may be waiting for its program to be read from a disk. */
const startPatienceMs = 5000;

/** So much processor time may one process take, in milliseconds: the most descriptors that there can be take less. */
const mostWorkMs = 60_000;
const tickMs = 10;

/** If the helpers cannot be seen (another PID namespace's procfs at /proc), so much longer is waited. */
const unseenFactor = 4;

/** A helper that was killed ends within so long, if it can end at all. */
const settleMs = 200;

/** So many helpers in a row may end, or do nothing, before they are ready. */
const mostFailedStarts = 2;

/** So often a process may be read by a helper that dies of it. */
const mostDeaths = 2;

interface Entry {
  name: QuestionName;
  item: Item;
  /** Asked alone, because a helper died or was blocked and nobody knows by which of the processes that it had. */
  alone: boolean;
  /** Asked after all others: for the second time, or of an owner who has kept others waiting. */
  last: boolean;
  again: boolean;
  deaths: number;
  done(answer: Answer<QuestionName>): void;
}

interface Helper {
  /** Of the started process. */
  channel: Channel;
  frames: FrameReader;
  ready: boolean;
  flying: Entry[][];
  /** When it began with the first chunk of those, and how long an item took it; null if it has not told yet. */
  beganAt: number;
  itemMs: number | null;
  /** When it was looked at last, and what was seen then. */
  seen: { at: number; vitals: Vitals | null };
  /** For the process that it reads now: so long it has been blocked, and so much it had worked before. */
  blockedMs: number;
  ticksBefore: number;
}

/** A helper that was given up, and the process that blocked it. */
interface GivenUp {
  helper: number;
  pid: number;
  at: number;
}

export interface CrewOptions {
  start: StartChannel;
  ownerOf: (uid: number) => Owner;
  /** Milliseconds, from anywhere. */
  clock: () => number;
}

export class Crew implements Readers {
  readonly #options: CrewOptions;
  readonly #helpers = new Set<Helper>();
  readonly #queue: Entry[] = [];
  readonly #later: Entry[] = [];
  readonly #patience = new Patience();
  readonly #givenUp: GivenUp[] = [];
  #leftWaiting: ReadonlySet<number> = new Set();
  readonly #ownPids = new Set<number>();
  #setup: Setup | null = null;
  /** As many as there were reason to start. */
  #wanted = 1;
  #starting = 0;
  #failedStarts = 0;
  #timer: NodeJS.Timeout | null = null;
  #askedAt = 0;
  #lookedAt = 0;
  #open = 0;
  #fail: (error: Error) => void = () => {};
  readonly #failure: Promise<never>;

  constructor(options: CrewOptions) {
    this.#options = options;
    this.#failure = new Promise((_, reject) => {
      this.#fail = reject;
    });
    // Whoever asks is told.
    this.#failure.catch(() => {});
  }

  /** Starts helpers before there is anything to ask. */
  start(count: number): void {
    this.#wanted = Math.max(this.#wanted, count);
    // Once somebody blocks them, they wait more than they work, and processors are no bound.
    const most = this.#givenUp.length > 0 ? mostHelpers : Math.min(mostHelpers, availableParallelism());
    while (this.#helpers.size + this.#starting < Math.min(count, most)) this.#startOne();
  }

  begin(setup: Setup): void {
    this.#setup = setup;
    this.#leftWaiting = readLeftWaiting(setup.procPath);
    for (const helper of this.#helpers) this.#sendSetup(helper);
    this.start(1);
  }

  ask<N extends QuestionName>(
    name: N,
    items: readonly Item[],
    onProgress: (done: number) => void = () => {},
  ): Promise<Answer<N>[]> {
    const answers: Answer<N>[] = new Array(items.length);
    let missing = items.length;
    const all = new Promise<Answer<N>[]>((resolve) => {
      if (missing === 0) resolve(answers);
      items.forEach((item, index) => {
        const done = (answer: Answer<QuestionName>) => {
          answers[index] = answer as Answer<N>;
          missing--;
          this.#open--;
          if (missing === 0) resolve(answers);
          else if ((missing & 31) === 0) onProgress(items.length - missing);
        };
        this.#queue.push({ name, item, alone: false, last: false, again: false, deaths: 0, done });
      });
    });
    this.#open += items.length;
    this.#watch();
    if (items.length >= manyProcesses) this.start(mostHelpers);
    this.#handOut();
    return Promise.race([all, this.#failure]);
  }

  ownPids(): ReadonlySet<number> {
    return this.#ownPids;
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    for (const { channel } of this.#helpers) channel.abandon();
    this.#helpers.clear();
  }

  #startOne(): void {
    this.#starting++;
    let helper: Helper | null = null;
    const started = this.#options.start({
      onData: (bytes) => helper && this.#take(helper, bytes),
      onEnd: () => helper && this.#bury(helper),
    });
    started.then(
      (channel) => {
        this.#starting--;
        const now = this.#options.clock();
        helper = {
          channel,
          frames: new FrameReader(),
          ready: false,
          flying: [],
          beganAt: now,
          itemMs: null,
          seen: { at: now, vitals: null },
          blockedMs: 0,
          ticksBefore: 0,
        };
        this.#helpers.add(helper);
        if (this.#setup === null) return;
        this.#sendSetup(helper);
        this.#handOut();
      },
      (error) => {
        this.#starting--;
        // One that is there does the work of all.
        if (this.#helpers.size + this.#starting === 0) this.#fail(noHelper((error as NodeJS.ErrnoException).code));
      },
    );
  }

  #sendSetup(helper: Helper): void {
    this.#send(helper, { kind: 'setup', version, setup: packSetup(this.#setup!) });
  }

  #send(helper: Helper, message: ToHelper): void {
    helper.channel.send(encodeFrame(message));
  }

  #handOut(): void {
    if (this.#setup === null) return;
    for (let full = 0; full < this.#helpers.size; ) {
      full = 0;
      // One chunk for each in turn.
      for (const helper of this.#helpers) {
        const chunk = helper.flying.length < chunksAhead ? this.#nextChunk(helper) : [];
        if (chunk.length === 0) {
          full++;
          continue;
        }
        if (helper.flying.length === 0) helper.beganAt = this.#options.clock();
        helper.flying.push(chunk);
        this.#send(helper, { kind: 'ask', name: chunk[0]!.name, items: chunk.map(({ item }) => item) });
      }
    }
    if (this.#open > 0) this.start(this.#queue.length + this.#later.length > 0 ? this.#wanted : 1);
  }

  #nextChunk(helper: Helper): Entry[] {
    const fair = Math.ceil(this.#queue.length / (shareParts * Math.max(this.#wanted, this.#helpers.size)));
    const wanted = helper.itemMs === null ? firstItems : Math.ceil(chunkMs / helper.itemMs);
    const most = Math.min(mostItems, wanted, Math.max(firstItems, fair));
    const chunk: Entry[] = [];
    while (chunk.length < most) {
      const [first] = this.#queue;
      if (first === undefined) break;
      // What nobody has answered yet may have blocked others; it is asked alone, and so is the next after it.
      if (chunk.length > 0 && (first.name !== chunk[0]!.name || first.alone || chunk[0]!.alone)) break;
      this.#queue.shift();
      if (this.#mayBeAsked(first)) chunk.push(first);
    }
    if (chunk.length > 0 || this.#queue.length > 0) return chunk;
    // Those that are asked last are asked alone, when all others are answered.
    const isIdle = [...this.#helpers].every(({ flying }) => flying.every((each) => each.every(({ last }) => last)));
    while (isIdle && helper.flying.length === 0) {
      const index = this.#later.findIndex((each) => !each.again || this.#hasSettled(each.item.pid));
      const [entry] = index < 0 ? [] : this.#later.splice(index, 1);
      if (entry === undefined) break;
      const owner = this.#ownerOf(entry.item.pid);
      const hangs = entry.again && this.#stillHangs(entry.item.pid);
      if (!hangs && (owner === null || this.#patience.standing(owner) !== 'never')) return [entry];
      this.#answerUnread(entry);
    }
    return chunk;
  }

  /** Whether it is its turn: an owner who kept others waiting is asked last, or not at all. */
  #mayBeAsked(entry: Entry): boolean {
    const hangs = this.#leftWaiting.has(entry.item.pid);
    if (!hangs && !this.#patience.isTried) return true;
    const owner = this.#ownerOf(entry.item.pid);
    if (hangs) {
      this.#answerUnread(entry);
      return false;
    }
    const standing = owner === null ? 'first' : this.#patience.standing(owner);
    if (standing === 'first') return true;
    if (standing === 'last') this.#later.push(Object.assign(entry, { last: true, alone: true }));
    else this.#answerUnread(entry);
    return false;
  }

  #answerUnread(entry: Entry): void {
    const unread: Unread = this.#ownerOf(entry.item.pid) === null ? 'vanished' : 'blocked';
    entry.done({ unread });
  }

  #take(helper: Helper, bytes: Uint8Array): void {
    try {
      for (const message of helper.frames.push(bytes) as FromHelper[]) this.#hear(helper, message);
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
    this.#handOut();
  }

  #hear(helper: Helper, message: FromHelper): void {
    if (message.kind === 'defect') throw new Error(`in a helper of the scan: ${message.message}`);
    if (message.kind === 'ready') {
      helper.ready = true;
      this.#failedStarts = 0;
      this.#ownPids.add(message.pid);
      return;
    }
    const chunk = helper.flying[0] ?? [];
    const entries = chunk.splice(0, message.answers.length);
    if (entries.length < message.answers.length) throw new Error('a helper of the scan answers what was not asked');
    const now = this.#options.clock();
    helper.itemMs = Math.max(now - helper.beganAt, minimumMs) / Math.max(1, entries.length);
    helper.beganAt = now;
    if (chunk.length === 0) helper.flying.shift();
    this.#forget(helper);
    entries.forEach((entry, index) => {
      const packed = message.answers[index];
      const unread = packed === 'failed' && entry.name !== 'inspect';
      entry.done(unread ? { unread: 'failed' } : { read: unpackAnswer(entry.name, packed) });
    });
  }

  /** A helper that ended by itself: it crashed, or somebody killed it. */
  #bury(helper: Helper): void {
    if (!this.#helpers.delete(helper)) return;
    if (this.#startFailed(helper, 'it ended at once')) return;
    const [first] = helper.flying.flat();
    if (helper.ready && first?.alone) first.deaths++;
    if (first !== undefined && first.deaths >= mostDeaths) {
      first.done({ unread: 'failed' });
      helper.flying[0]!.shift();
    }
    this.#takeBack(helper, (entry) => Object.assign(entry, { alone: true }));
    this.#handOut();
  }

  /** Whether a helper had not got so far as to be ready, and no other one will. */
  #startFailed(helper: Helper, why: string): boolean {
    if (helper.ready || ++this.#failedStarts < mostFailedStarts) return false;
    this.#fail(noHelper(why));
    return true;
  }

  #takeBack(helper: Helper, change: (entry: Entry) => Entry): void {
    const entries = helper.flying.flat();
    helper.flying = [];
    this.#later.unshift(...entries.filter(({ last }) => last));
    this.#queue.unshift(...entries.filter(({ last }) => !last).map(change));
  }

  #watch(): void {
    if (this.#timer !== null) return;
    this.#askedAt = this.#options.clock();
    this.#lookedAt = this.#askedAt;
    this.#timer = setInterval(() => this.look(), lookEveryMs);
  }

  /** Sees how the helpers get on. Called now and then. */
  look(): void {
    const now = this.#options.clock();
    // Where we ourselves did not run for long, nobody can say how long a helper did not.
    const elapsed = Math.min(now - this.#lookedAt, 2 * lookEveryMs);
    this.#lookedAt = now;
    for (const helper of [...this.#helpers]) if (helper.flying.length > 0) this.#lookAt(helper, elapsed);
    if (this.#queue.length > 0 && now - this.#askedAt >= longWorkMs) this.start(this.#helpers.size + 1);
    this.#handOut();
  }

  #lookAt(helper: Helper, elapsed: number): void {
    const before = helper.seen.vitals;
    const vitals = readVitals(helper.channel.pid);
    helper.seen = { at: this.#lookedAt, vitals };
    const moved = before === null || vitals === null ? before !== vitals : before.reads !== vitals.reads;
    if (moved) this.#forget(helper);
    if (vitals !== null && (before === null || !isBlocked(vitals, before))) {
      if ((vitals.ticks - helper.ticksBefore) * tickMs > mostWorkMs) this.#giveUp(helper, vitals);
      return;
    }
    helper.blockedMs += elapsed;
    const entry = this.#current(helper, vitals);
    const owner = entry && this.#ownerOf(entry.item.pid);
    if (entry === null || !helper.ready) {
      if (helper.blockedMs > startPatienceMs) this.#giveUp(helper, vitals);
      return;
    }
    if (owner !== null) this.#patience.charge(owner, elapsed);
    const deadline = owner === null ? 0 : this.#patience.deadline(owner, entry.again);
    // What works now and then is given as much again; of what cannot be seen nobody knows whether it works.
    const extra = vitals === null ? unseenFactor * deadline : (vitals.ticks - helper.ticksBefore) * tickMs;
    if (helper.blockedMs > deadline + extra) this.#giveUp(helper, vitals);
  }

  #forget(helper: Helper): void {
    helper.blockedMs = 0;
    helper.ticksBefore = helper.seen.vitals?.ticks ?? 0;
  }

  /** What a helper is at; null if that is not known. */
  #current({ flying }: Helper, vitals: Vitals | null): Entry | null {
    const entries = flying.flat();
    // Asked alone, it is the first that is not answered.
    const [first] = entries;
    if (first?.alone) return first;
    return entries.find(({ item }) => item.pid === vitals?.reads) ?? null;
  }

  #giveUp(helper: Helper, vitals: Vitals | null): void {
    this.#helpers.delete(helper);
    helper.channel.abandon();
    if (this.#startFailed(helper, 'it does nothing')) return;
    const entry = this.#current(helper, vitals);
    if (entry === null) {
      // Nobody knows which it was: the next helper is given them one by one.
      this.#takeBack(helper, (each) => Object.assign(each, { alone: true }));
      return;
    }
    for (const chunk of helper.flying) if (chunk.includes(entry)) chunk.splice(chunk.indexOf(entry), 1);
    this.#takeBack(helper, (each) => each);
    this.#givenUp.push({ helper: helper.channel.pid, pid: entry.item.pid, at: this.#lookedAt });
    this.#wanted = mostHelpers;
    const owner = this.#ownerOf(entry.item.pid);
    if (owner !== null) this.#patience.strike(owner);
    if (owner === null) entry.done({ unread: 'vanished' });
    else if (owner.kind === 'user' || entry.again) entry.done({ unread: 'blocked' });
    else this.#later.push(Object.assign(entry, { alone: true, last: true, again: true }));
  }

  /** Whether a helper that was given up for this process had time to end, if it can. */
  #hasSettled(pid: number): boolean {
    const since = this.#options.clock() - settleMs;
    return this.#givenUp.every((each) => each.pid !== pid || each.at <= since);
  }

  /** Whether a helper that was given up for this process is blocked by it still: then there is no use in a second one. */
  #stillHangs(pid: number): boolean {
    if (this.#leftWaiting.has(pid)) return true;
    // The number of a helper that has ended may be another's by now.
    const waits = (helper: number) => isOurs(readStatus(helper)) && readVitals(helper)?.reads === pid;
    return this.#givenUp.some((each) => each.pid === pid && waits(each.helper));
  }

  /** By the owner of its folder, which is the effective uid (fs/proc/base.c task_dump_owner()); null if the process is gone. */
  #ownerOf(pid: number): Owner | null {
    try {
      return this.#options.ownerOf(lstatSync(`${this.#setup!.procPath}/${pid}`).uid);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      return null;
    }
  }
}

/** It waits in the kernel, and has done nothing since it was looked at last. One that was stopped, or waits to run, is not blocked. */
function isBlocked({ state, ticks }: Vitals, before: Vitals): boolean {
  return (state === 'S' || state === 'D') && ticks === before.ticks;
}

function noHelper(code: string | undefined): LibUsersError {
  return new LibUsersError(
    'incomplete',
    `there is no process to read the others with (${code ?? 'unknown'})`,
    'allow another process and some memory: ulimit -u, TasksMax=, MemoryMax=',
  );
}
