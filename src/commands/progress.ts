// A line on stderr that says how far a slow scan is. The scan is synchronous, so it is called from within.

import { writeStderr } from '../output.ts';

/**
 * Overwritten and erased by blanks, which every terminal understands, TERM=dumb as well. Prints nothing in the first half second, then at
 * most ten times a second. finish() takes the line away again.
 */
export function startProgress(clock: () => number, write: (text: string) => void = writeStderr) {
  const begun = clock();
  let shown = 0;
  let width = 0;
  return {
    show(done: number, total: number): void {
      const at = clock();
      if (at - begun < 500 || at - shown < 100) return;
      shown = at;
      const line = `lib-users: ${done} of ${total} processes`.padEnd(width);
      width = line.length;
      write(`\r${line}`);
    },
    finish(): void {
      if (width > 0) write(`\r${' '.repeat(width)}\r`);
      width = 0;
    },
  };
}
