// The changelog of one package. It is read only as far as a caller asks for entries.

import type { ChangelogEntry } from './debian-changelog.ts';
import type { Reading } from './unpack.ts';

/** Reads entry by entry, because few callers need the whole of a long changelog. */
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

  /** Returns at least the entries from the newest to the first that `isLast`; all entries if none is. */
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

  /** Whether reading stopped before the end of the changelog. */
  get isCut(): boolean {
    return this.#reading.cut;
  }

  async close(): Promise<void> {
    this.#ended = true;
    await this.#source.return?.();
    await this.#release();
  }
}
