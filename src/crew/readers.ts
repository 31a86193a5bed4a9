// Questions about many processes -> their answers. The readers are the helpers of a scan (crew.ts), or one process in a test.

import type { Answers, Item, QuestionName, Setup } from './questions.ts';

/**
 * Reason for a missing answer. blocked: the reader waits for something that does not come. failed: the reader died of the
 * process. vanished: the process ended while its reader was blocked.
 */
export type Unread = 'blocked' | 'failed' | 'vanished';

export type Answer<N extends QuestionName> = { read: Answers[N] } | { unread: Unread };

export function readOr<T, O>(answers: readonly ({ read: T } | { unread: Unread })[], otherwise: O): (T | O)[] {
  return answers.map((answer) => ('read' in answer ? answer.read : otherwise));
}

export interface Readers {
  /** Called once, before the first question. */
  begin(setup: Setup): void;
  /** Returns the answers in the order of the items. onProgress gets the number of answers so far. */
  ask<N extends QuestionName>(
    name: N,
    items: readonly Item[],
    onProgress?: (done: number) => void,
  ): Promise<Answer<N>[]>;
  /** Pids of all present and past readers in the scanned procfs. */
  ownPids(): ReadonlySet<number>;
  /** Ends the readers. May be called again; the answer is the same. */
  close(): Promise<void>;
}
