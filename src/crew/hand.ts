// A helper as the scan sees it: what it was asked, in turn, and how it gets on.

import type { Channel } from './channel.ts';
import { encodeFrame, FrameReader } from './frames.ts';
import type { FromHelper, ToHelper } from './protocol.ts';
import type { Question } from './question.ts';
import type { Item } from './questions.ts';
import { readVitals } from './vitals.ts';
import { Watch } from './watch.ts';

export class Hand {
  readonly channel: Channel;
  readonly watch = new Watch();
  readonly #frames = new FrameReader();
  /** Whether it has said a word yet. */
  isReady = false;
  #spentOnStartMs = 0;
  /** Questions without an answer yet, in the order in which it will answer them. */
  asked: Question[] = [];

  constructor(channel: Channel) {
    this.channel = channel;
  }

  send(message: ToHelper): void {
    this.channel.send(encodeFrame(message));
  }

  /** @param questions of one kind */
  ask(questions: readonly Question[]): void {
    const items: Item[] = [];
    for (const question of questions) {
      this.asked.push(question);
      items.push(question.item);
    }
    this.send({ kind: 'ask', name: questions[0]!.name, items });
  }

  /** Throws if what arrives is not what a helper says. */
  read(bytes: Uint8Array): FromHelper[] {
    return this.#frames.push(bytes) as FromHelper[];
  }

  /** The next of what it was asked, as many as it has answered. */
  takeAnswered(count: number): Question[] {
    if (count > this.asked.length) throw new Error('a helper of the scan answers what was not asked');
    this.watch.forget();
    return this.asked.splice(0, count);
  }

  /** @returns whether it was blocked since the last look, as far as can be seen */
  look(elapsed: number): boolean {
    return this.watch.look(readVitals(this.channel.pid), elapsed);
  }

  /** Call this when it is ready. */
  beginToCount(): void {
    this.look(0);
    this.#spentOnStartMs = this.watch.spentMs;
  }

  /** Milliseconds since it was ready that it has worked or was blocked. */
  get workedMs(): number {
    return this.isReady ? this.watch.spentMs - this.#spentOnStartMs : 0;
  }

  /** The question that it works on; null if that is not known. */
  get current(): Question | null {
    // Asked alone, it is the first that is not answered.
    const [first] = this.asked;
    if (first?.alone) return first;
    const pid = this.watch.vitals?.reads;
    return this.asked.find(({ item }) => item.pid === pid) ?? null;
  }

  /** The later half of what it has not begun, for a helper that has nothing to do; nothing if it is not known what it is at. */
  laterHalf(): Question[] {
    const { current } = this;
    if (current === null) return [];
    const open = this.asked.filter((each) => each.isOpen && !each.alone && !each.shared && each !== current);
    const half = open.slice(open.length >> 1);
    return half.filter(({ name }) => name === half[0]!.name);
  }
}
