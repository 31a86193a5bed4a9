import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startProgress } from '../../src/commands/progress.ts';

function record(times: readonly number[], finish = true): string[] {
  const written: string[] = [];
  let now = 1000;
  const progress = startProgress(
    () => now,
    (text) => written.push(text),
  );
  times.forEach((at, index) => {
    now = 1000 + at;
    progress.show(index + 1, times.length);
  });
  if (finish) progress.finish();
  return written;
}

test('progress is shown after half a second, ten times a second, and taken away', () => {
  const line = (done: number, total: number) => `\rlib-users: ${done} of ${total} processes`;
  const erased = `\r${' '.repeat(line(1, 2).length - 1)}\r`;
  const rows: [name: string, times: number[], expected: string[]][] = [
    ['a quick scan shows nothing', [1, 100, 499], []],
    ['a slow one does', [1, 500], [line(2, 2), erased]],
    ['not more than ten times a second', [500, 550, 599, 600], [line(1, 4), line(4, 4), erased]],
  ];
  for (const [name, times, expected] of rows) assert.deepEqual(record(times), expected, name);
});
