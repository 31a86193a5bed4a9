// A line on stderr that says how far a slow scan is. The scan is synchronous, so the scan itself calls it.

import { writeStderr } from '../output.ts';

/**
 * The line is overwritten and erased by blanks, which every terminal understands, TERM=dumb as well. Nothing is printed in the first
 * half second, then at most ten lines a second. finish() erases the line.
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
