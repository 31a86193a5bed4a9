// The helpers that are there: started as many as there was reason to, and none once they end before they do anything.

import { availableParallelism } from 'node:os';
import { LibUsersError } from '../errors.ts';
import type { StartChannel } from './channel.ts';
import { Hand } from './hand.ts';

/** More helpers than this would wait for each other, and each takes 30 MB. */
export const mostHelpers = 4;

/** The most helpers in a row that may end, or do nothing, before they are ready. */
const mostFailedStarts = 2;

export interface HandsEvents {
  onStarted(hand: Hand): void;
  onData(hand: Hand, bytes: Uint8Array): void;
  /** It ended by itself. */
  onEnd(hand: Hand): void;
  /** There is no helper, and there will be none. */
  onFailure(error: LibUsersError): void;
}

export class Hands {
  readonly #start: StartChannel;
  readonly #events: HandsEvents;
  readonly #all = new Set<Hand>();
  #starting = 0;
  #failedStarts = 0;

  constructor(start: StartChannel, events: HandsEvents) {
    this.#start = start;
    this.#events = events;
  }

  get size(): number {
    return this.#all.size;
  }

  [Symbol.iterator](): Iterator<Hand> {
    return this.#all.values();
  }

  /**
   * Until there are so many, those included that are starting.
   * @param waiting whether helpers wait more than they work: then the number of processors is no bound
   */
  start(count: number, waiting: boolean): void {
    const most = Math.min(count, mostHelpers, waiting ? mostHelpers : availableParallelism());
    while (this.expected < most) this.#startOne();
  }

  /** The number of helpers that are there or are starting. */
  get expected(): number {
    return this.#all.size + this.#starting;
  }

  #startOne(): void {
    this.#starting++;
    let hand: Hand | null = null;
    const started = this.#start({
      onData: (bytes) => hand && this.#events.onData(hand, bytes),
      onEnd: () => hand && this.#all.has(hand) && this.#events.onEnd(hand),
    });
    started.then(
      (channel) => {
        this.#starting--;
        hand = new Hand(channel);
        this.#all.add(hand);
        this.#events.onStarted(hand);
      },
      (error) => {
        this.#starting--;
        // A helper that is there, or is starting, does the work of all.
        if (this.expected > 0) return;
        this.#events.onFailure(noHelper((error as NodeJS.ErrnoException).code ?? 'unknown'));
      },
    );
  }

  isReady(hand: Hand): void {
    hand.isReady = true;
    this.#failedStarts = 0;
  }

  /**
   * Takes out a helper that has ended or is given up.
   * @param why in a few words, for an error
   * @returns false if the helper was never ready, and no other helper will be started
   */
  remove(hand: Hand, why: string): boolean {
    this.#all.delete(hand);
    if (hand.isReady || ++this.#failedStarts < mostFailedStarts) return true;
    this.#events.onFailure(noHelper(why));
    return false;
  }

  /** Asks each helper that has nothing to do what another one has not begun. */
  share(): void {
    for (const idle of this) {
      if (idle.asked.length > 0) continue;
      const halves = [...this].map((hand) => hand.laterHalf()).sort((a, b) => b.length - a.length);
      if (!halves[0]?.length) continue;
      for (const question of halves[0]) question.shared = true;
      idle.ask(halves[0]);
    }
  }

  /** Ends all helpers that were not given up. */
  async endAll(): Promise<void> {
    const all = [...this.#all];
    this.#all.clear();
    await Promise.all(all.map(({ channel }) => channel.end()));
  }
}

function noHelper(why: string): LibUsersError {
  return new LibUsersError(
    'incomplete',
    `there is no process to read the others with (${why})`,
    'allow another process and some memory: ulimit -u, TasksMax=, MemoryMax=',
  );
}
