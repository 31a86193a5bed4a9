// Tells which blocks of this program ran since the last call, by V8's own counters (inspector protocol, Profiler domain).
// They cost nothing to set up and need no native module, unlike libFuzzer's: its prebuilt binding for Node wants glibc 2.38.

import { Session } from 'node:inspector';

interface FunctionCoverage {
  ranges: { startOffset: number; endOffset: number; count: number }[];
}

export class Coverage {
  readonly #session = new Session();
  readonly #url: string;
  /** By the place of a function: which of its characters have ever run. */
  readonly #seen = new Map<string, Uint8Array>();

  /** @param url of the script that is watched: import.meta.url of the bundle that holds everything */
  constructor(url: string) {
    this.#url = url;
    this.#session.connect();
    this.#post('Profiler.enable');
    this.#post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
    this.takeNew(true);
  }

  /** Whether code ran since the last call that had never run before; the code counts as seen only with `commit`. */
  takeNew(commit: boolean): boolean {
    const { result } = this.#post('Profiler.takePreciseCoverage') as {
      result: { url: string; functions: FunctionCoverage[] }[];
    };
    let found = false;
    for (const { functions } of result.filter(({ url }) => url === this.#url)) {
      for (const { ranges } of functions) found = this.#add(ranges, commit) || found;
    }
    return found;
  }

  close(): void {
    this.#session.disconnect();
  }

  /** The first range is the function, those that follow are blocks in it, from the outside in. */
  #add(ranges: FunctionCoverage['ranges'], commit: boolean): boolean {
    const [whole] = ranges;
    if (whole === undefined) return false;
    const key = `${whole.startOffset}-${whole.endOffset}`;
    const known = this.#seen.get(key) ?? new Uint8Array(whole.endOffset - whole.startOffset);
    const ran = new Uint8Array(known.length);
    for (const { startOffset, endOffset, count } of ranges) {
      ran.fill(count > 0 ? 1 : 0, startOffset - whole.startOffset, endOffset - whole.startOffset);
    }
    const isNew = ran.some((value, index) => value > known[index]!);
    if (isNew && commit) {
      this.#seen.set(
        key,
        known.map((value, index) => value | ran[index]!),
      );
    }
    return isNew;
  }

  #post(method: string, params: object = {}): unknown {
    let answer: unknown;
    this.#session.post(method, params, (error, result) => {
      if (error) throw error;
      answer = result;
    });
    return answer;
  }
}
