// The scan's helpers: hands out questions, sees to it that each helper gets on, and gives up a process whose reader is blocked.
// The rest of that reader's work is done by a fresh one; the blocked one is killed and not waited for, because nobody can say
// when it will end.

import type { Owner } from '../host/owners.ts';
import { readStarter } from '../procfs/starter.ts';
import { version } from '../version.ts';
import type { StartChannel } from './channel.ts';
import type { Hand } from './hand.ts';
import { Hands, mostHelpers } from './hands.ts';
import { LeftWaiting } from './left-waiting.ts';
import { Patience } from './patience.ts';
import { type FromHelper, packSetup } from './protocol.ts';
import { askAbout, type Question } from './question.ts';
import { type Item, type QuestionName, type Setup, unpackAnswer } from './questions.ts';
import { Queue } from './queue.ts';
import { type Answer, type Readers, readOr } from './readers.ts';

/** With fewer processes than this, the work is most likely done before a second helper has started. */
export const manyProcesses = 600;

// Few processes may be much work too. The start of a helper is no work, and if it waits for a processor, another one would wait as well.
/** If a helper has worked or was blocked for longer than this, in milliseconds, more helpers are started. */
const longWorkMs = 60;

/** How often the helpers are looked at, in milliseconds. */
const lookEveryMs = 50;

/** The most questions that a helper is asked at once. It answers every 20 ms, whatever it was asked. */
const mostAtOnce = 256;
/** If a helper has fewer questions left than this, it is asked more, so that it never waits. */
const fewLeft = 32;
/** A helper gets at most this part of its share of the remaining questions, so that all helpers end at about the same time. */
const shareParts = 2;

/** A helper that has not said a word yet may be waiting for its program to be read from a disk. */
const startPatienceMs = 5000;

/** The most helpers that may die of reading one process. Then the process is given up. */
const mostDeaths = 2;

export interface CrewOptions {
  start: StartChannel;
  ownerOf: (uid: number) => Owner;
  /** Processes that may be helpers of earlier scans. */
  listLeftBehind: () => number[];
  /** A monotonic clock in milliseconds. Only differences are used. */
  clock: () => number;
}

/** The parts that exist once the setup of the questions is known. */
interface Work {
  setup: Setup;
  queue: Queue;
  leftWaiting: LeftWaiting;
}

export class Crew implements Readers {
  readonly #options: CrewOptions;
  readonly #hands: Hands;
  readonly #patience = new Patience();
  readonly #ownPids = new Set<number>();
  #work: Work | null = null;
  /** Until it is known for which processes helpers of earlier scans wait; null if there are none. */
  #asksEarlier: Promise<void> | null = null;
  /** The number of helpers that there was a reason to start. */
  #wanted = 1;
  #timer: NodeJS.Timeout | null = null;
  #closing: Promise<void> | null = null;
  #lookedAt = 0;
  #fail: (error: Error) => void = () => {};
  readonly #failure: Promise<never>;

  constructor(options: CrewOptions) {
    this.#options = options;
    this.#hands = new Hands(options.start, {
      onStarted: (hand) => this.#welcome(hand),
      onData: (hand, bytes) => this.#take(hand, bytes),
      onEnd: (hand) => this.#bury(hand),
      onFailure: (error) => this.#fail(error),
    });
    this.#failure = new Promise((_, reject) => {
      this.#fail = reject;
    });
    // Each caller gets the error with its answer; the promise itself must not count as unhandled.
    this.#failure.catch(() => {});
  }

  /** Starts helpers, also before there is anything to ask. */
  start(count: number): void {
    this.#wanted = Math.max(this.#wanted, count);
    this.#hands.start(count, this.#work?.leftWaiting.isEmpty === false);
  }

  begin(setup: Setup): void {
    const leftWaiting = new LeftWaiting(this.#options.clock);
    const ownerOf = (pid: number) => this.#ownerOf(pid);
    this.#work = { setup, leftWaiting, queue: new Queue({ ownerOf, patience: this.#patience, leftWaiting }) };
    for (const hand of this.#hands) this.#sendSetup(hand, setup);
    this.start(1);
    const leftBehind = this.#options.listLeftBehind();
    if (leftBehind.length > 0) this.#asksEarlier = this.#askEarlier(leftBehind, leftWaiting);
  }

  async #askEarlier(helpers: readonly number[], leftWaiting: LeftWaiting): Promise<void> {
    const items = helpers.map((pid) => ({ pid }));
    for (const pid of readOr(await this.#ask('waitedFor', items), null)) if (pid !== null) leftWaiting.addEarlier(pid);
  }

  async ask<N extends QuestionName>(
    name: N,
    items: readonly Item[],
    onProgress?: (done: number) => void,
  ): Promise<Answer<N>[]> {
    if (this.#asksEarlier !== null) await this.#asksEarlier;
    return this.#ask(name, items, onProgress);
  }

  #ask<N extends QuestionName>(
    name: N,
    items: readonly Item[],
    onProgress: (done: number) => void = () => {},
  ): Promise<Answer<N>[]> {
    const { questions, answers } = askAbout(name, items, onProgress);
    this.#work!.queue.addAll(questions);
    this.#beginToLook();
    if (items.length >= manyProcesses) this.start(mostHelpers);
    this.#handOut();
    return Promise.race([answers, this.#failure]);
  }

  ownPids(): ReadonlySet<number> {
    return this.#ownPids;
  }

  close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#closing ??= this.#hands.endAll();
    return this.#closing;
  }

  #welcome(hand: Hand): void {
    if (this.#work === null) return;
    this.#sendSetup(hand, this.#work.setup);
    this.#handOut();
  }

  #sendSetup(hand: Hand, setup: Setup): void {
    hand.send({ kind: 'setup', version, setup: packSetup(setup) });
  }

  #handOut(): void {
    if (this.#work === null) return;
    const { queue } = this.#work;
    for (let hasAsked = true; hasAsked; ) {
      hasAsked = false;
      // The helpers take turns.
      for (const hand of this.#hands) {
        const chunk = hand.asked.length <= fewLeft ? this.#nextFor(hand, queue) : [];
        if (chunk.length === 0) continue;
        hand.ask(chunk);
        hasAsked = true;
      }
    }
    if (!queue.isEmpty) this.start(this.#wanted);
  }

  #nextFor(hand: Hand, queue: Queue): Question[] {
    const hands = this.#hands.expected;
    const fair = hands <= 1 ? mostAtOnce : Math.ceil(queue.length / (shareParts * hands));
    // Alone means that the helper has nothing else.
    if (hand.asked.some(({ alone }) => alone)) return [];
    const chunk = queue.next(Math.min(mostAtOnce, Math.max(fewLeft, fair)));
    if (chunk.length > 0 || queue.length > 0 || hand.asked.length > 0) return chunk;
    const onlyLast = [...this.#hands].every(({ asked }) => asked.every(({ last }) => last));
    const last = onlyLast ? queue.nextOfLast() : null;
    return last === null ? [] : [last];
  }

  #take(hand: Hand, bytes: Uint8Array): void {
    try {
      for (const message of hand.read(bytes)) this.#hear(hand, message);
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
    this.#handOut();
  }

  #hear(hand: Hand, message: FromHelper): void {
    if (message.kind === 'defect') throw new Error(`in a helper of the scan: ${message.message}`);
    if (message.kind === 'ready') {
      this.#hands.isReady(hand);
      hand.beginToCount();
      this.#ownPids.add(message.pid);
      return;
    }
    const { answers } = message;
    const questions = hand.takeAnswered(answers.length);
    for (let index = 0; index < questions.length; index++) {
      const question = questions[index]!;
      if (!question.isOpen) continue;
      const packed = answers[index];
      const unread = packed === 'failed' && question.name !== 'inspect';
      question.answer(unread ? { unread: 'failed' } : { read: unpackAnswer(question.name, packed) });
    }
  }

  /** A helper that ended by itself: it crashed, or somebody killed it. */
  #bury(hand: Hand): void {
    if (!this.#hands.remove(hand, 'it ended at once')) return;
    const [first] = hand.asked;
    if (hand.isReady && first?.alone && ++first.deaths >= mostDeaths) first.answer({ unread: 'failed' });
    this.#takeBack(hand, true);
    this.#handOut();
  }

  /** @param alone whether nobody knows which of its processes was the helper's end */
  #takeBack(hand: Hand, alone: boolean): void {
    const isWithAnother = (question: Question) => [...this.#hands].some(({ asked }) => asked.includes(question));
    const back = hand.asked.filter((question) => question.isOpen && !isWithAnother(question));
    if (alone) for (const question of back) question.alone = true;
    this.#work?.queue.takeBack(back);
  }

  #beginToLook(): void {
    if (this.#timer !== null) return;
    this.#lookedAt = this.#options.clock();
    this.#timer = setInterval(() => this.look(), lookEveryMs);
  }

  /** Sees how the helpers get on. Called now and then. */
  look(): void {
    const now = this.#options.clock();
    // If we ourselves did not run for long, nobody can say how long a helper did not.
    const elapsed = Math.min(now - this.#lookedAt, 2 * lookEveryMs);
    this.#lookedAt = now;
    const busy = [...this.#hands].filter(({ asked }) => asked.length > 0);
    for (const hand of busy) this.#lookAt(hand, elapsed);
    const isMore = busy.some(({ asked }) => asked.length > 1) || this.#work?.queue.isEmpty === false;
    if (isMore && busy.some(({ workedMs }) => workedMs >= longWorkMs)) this.start(this.#hands.size + 1);
    this.#handOut();
    this.#hands.share();
  }

  #lookAt(hand: Hand, elapsed: number): void {
    const isBlocked = hand.look(elapsed);
    if (!isBlocked) {
      // On a busy host a start takes long. Only one that stands still for all of the time has failed.
      if (!hand.isReady) hand.watch.forget();
      if (hand.watch.isOverworked || this.#costsTooMuch(hand)) this.#giveUp(hand);
      return;
    }
    const question = hand.current;
    if (question === null || !hand.isReady) {
      if (hand.watch.isOverdue(startPatienceMs)) this.#giveUp(hand);
      return;
    }
    const owner = this.#ownerOf(question.item.pid);
    if (owner !== null) this.#patience.charge(owner, elapsed);
    if (hand.watch.isOverdue(owner === null ? 0 : this.#patience.deadline(owner, question.again))) this.#giveUp(hand);
  }

  /** Whether the process is so much work that its owner has used up all his time. */
  #costsTooMuch(hand: Hand): boolean {
    const excess = hand.watch.takeExcess();
    const owner = excess > 0 && hand.current !== null ? this.#ownerOf(hand.current.item.pid) : null;
    if (owner === null) return false;
    this.#patience.chargeWork(owner, excess);
    return this.#patience.standing(owner) === 'never';
  }

  #giveUp(hand: Hand): void {
    hand.channel.abandon();
    if (!this.#hands.remove(hand, 'it does nothing')) return;
    const question = hand.current;
    // If nobody knows which it was, the next helper is given them one by one.
    if (question === null) {
      this.#takeBack(hand, true);
      return;
    }
    hand.asked = hand.asked.filter((each) => each !== question);
    this.#takeBack(hand, false);
    this.#wanted = mostHelpers;
    const { pid } = question.item;
    this.#work?.leftWaiting.add(hand.channel.pid, pid);
    if (!question.isOpen) return;
    const owner = this.#ownerOf(pid);
    if (owner !== null) this.#patience.strike(owner);
    if (owner === null) question.answer({ unread: 'vanished' });
    else if (owner.kind === 'user' || question.again) question.answer({ unread: 'blocked' });
    else this.#work?.queue.add(Object.assign(question, { alone: true, last: true, again: true }));
  }

  /** Returns null if the process is gone. */
  #ownerOf(pid: number): Owner | null {
    const uid = readStarter(this.#work!.setup.procPath, pid);
    return uid === null ? null : this.#options.ownerOf(uid);
  }
}
