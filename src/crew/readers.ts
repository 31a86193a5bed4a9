// Questions about many processes -> their answers, whoever reads them: the helpers of a scan (crew.ts), or one process in a test.

import type { Answers, Item, QuestionName, Setup } from './questions.ts';

/**
 * Why there is no answer. blocked: who reads the process waits for something that does not come. failed: whoever read it died of
 * it. vanished: it ended while its reader was blocked.
 */
export type Unread = 'blocked' | 'failed' | 'vanished';

export type Answer<N extends QuestionName> = { read: Answers[N] } | { unread: Unread };

export function readOr<T, O>(answers: readonly ({ read: T } | { unread: Unread })[], otherwise: O): (T | O)[] {
  return answers.map((answer) => ('read' in answer ? answer.read : otherwise));
}

export interface Readers {
  /** Before anything is asked, and once. */
  begin(setup: Setup): void;
  /** The answers in the order of the items; onProgress is told how many there are. */
  ask<N extends QuestionName>(
    name: N,
    items: readonly Item[],
    onProgress?: (done: number) => void,
  ): Promise<Answer<N>[]>;
  /** The pids that the readers have, or had, in the scanned procfs. */
  ownPids(): ReadonlySet<number>;
  close(): void;
}
