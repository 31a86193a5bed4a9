// The changelog of one package, read no further than somebody asked for.

import type { ChangelogEntry } from './debian-changelog.ts';
import type { Reading } from './trusted-file.ts';

/** The entries are given one by one, since a long changelog is seldom wanted as a whole. */
export class Changelog {
  readonly #entries: ChangelogEntry[] = [];
  readonly #source: AsyncIterator<ChangelogEntry>;
  readonly #reading: Reading;
  readonly #release: () => Promise<unknown>;
  #ended = false;

  /** @param release closes what `entries` reads, also if nobody asked for one */
  constructor(entries: AsyncIterable<ChangelogEntry>, reading: Reading, release: () => Promise<unknown>) {
    this.#source = entries[Symbol.asyncIterator]();
    this.#reading = reading;
    this.#release = release;
  }

  /** The entries from the newest to the first that `isLast`, and at least these; all if none is. */
  async upTo(isLast: (entry: ChangelogEntry) => boolean): Promise<readonly ChangelogEntry[]> {
    if (this.#entries.some(isLast)) return this.#entries;
    while (!this.#ended) {
      const { done, value } = await this.#source.next();
      if (done) this.#ended = true;
      else {
        this.#entries.push(value);
        if (isLast(value)) break;
      }
    }
    return this.#entries;
  }

  /** Whether the reading had to stop before the end. */
  get isCut(): boolean {
    return this.#reading.cut;
  }

  async close(): Promise<void> {
    this.#ended = true;
    await this.#source.return?.();
    await this.#release();
  }
}
