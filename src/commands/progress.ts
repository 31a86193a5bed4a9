// A line on stderr that says how far a slow scan is. The scan is synchronous, so it is called from within.

import { writeStderr } from '../output.ts';

const clear = '\r\x1b[K';

/** Prints nothing in the first half second, then at most ten times a second. finish() takes the line away again. */
export function startProgress(clock: () => number, write: (text: string) => void = writeStderr) {
  const begun = clock();
  let shown = 0;
  return {
    show(done: number, total: number): void {
      const at = clock();
      if (at - begun < 500 || at - shown < 100) return;
      shown = at;
      write(`${clear}lib-users: ${done} of ${total} processes`);
    },
    finish(): void {
      if (shown > 0) write(clear);
      shown = 0;
    },
  };
}
