// The questions that no helper has -> the questions that a helper gets next. An owner who kept helpers waiting is asked last, and
// is not asked any more once he has used up his time.

import type { Owner } from '../host/owners.ts';
import type { LeftWaiting } from './left-waiting.ts';
import type { Patience } from './patience.ts';
import type { Question } from './question.ts';

export interface QueueOptions {
  /** Returns null if the process is gone. */
  ownerOf: (pid: number) => Owner | null;
  patience: Patience;
  leftWaiting: LeftWaiting;
}

export class Queue {
  readonly #options: QueueOptions;
  readonly #first: Question[] = [];
  readonly #last: Question[] = [];

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** The number of questions that are not asked last. */
  get length(): number {
    return this.#first.length;
  }

  get isEmpty(): boolean {
    return this.#first.length + this.#last.length === 0;
  }

  add(question: Question): void {
    (question.last ? this.#last : this.#first).push(question);
  }

  /** Adds questions that were never asked. */
  addAll(questions: readonly Question[]): void {
    for (const question of questions) this.#first.push(question);
  }

  /** Puts questions of a helper that will not answer them before the questions that no helper had yet. */
  takeBack(questions: readonly Question[]): void {
    this.#last.unshift(...questions.filter(({ last }) => last));
    this.#first.unshift(...questions.filter(({ last }) => !last));
  }

  /** Takes questions of one kind; empty if there is none to be asked now. */
  next(most: number): Question[] {
    const { patience, leftWaiting } = this.#options;
    const allInTurn = !patience.isTried && leftWaiting.isNone;
    const chunk: Question[] = [];
    let taken = 0;
    while (chunk.length < most) {
      const question = this.#first[taken];
      if (question === undefined) break;
      // A process that is asked alone may be the one that blocked a helper, so no other question goes with it.
      if (chunk.length > 0 && (question.name !== chunk[0]!.name || question.alone || chunk[0]!.alone)) break;
      taken++;
      if (allInTurn || this.#isItsTurn(question)) chunk.push(question);
    }
    this.#first.splice(0, taken);
    return chunk;
  }

  /** Takes one of the questions that are asked after all others. */
  nextOfLast(): Question | null {
    const { ownerOf, patience, leftWaiting } = this.#options;
    for (;;) {
      const index = this.#last.findIndex(({ again, item }) => !again || leftWaiting.hasSettled(item.pid));
      const [question] = index < 0 ? [] : this.#last.splice(index, 1);
      if (question === undefined) return null;
      const { again, item } = question;
      const owner = ownerOf(item.pid);
      const isUseless = again && leftWaiting.isWaitedFor(item.pid);
      if (!isUseless && (owner === null || patience.standing(owner) !== 'never')) return question;
      this.#leaveOut(question, owner);
    }
  }

  #isItsTurn(question: Question): boolean {
    const { ownerOf, patience, leftWaiting } = this.#options;
    const isWaitedFor = leftWaiting.isWaitedFor(question.item.pid);
    if (!isWaitedFor && !patience.isTried) return true;
    const owner = ownerOf(question.item.pid);
    const standing = owner === null ? 'first' : patience.standing(owner);
    if (isWaitedFor || standing === 'never') this.#leaveOut(question, owner);
    else if (standing === 'last') {
      question.last = true;
      question.alone = true;
      this.#last.push(question);
    } else return true;
    return false;
  }

  #leaveOut(question: Question, owner: Owner | null): void {
    question.answer({ unread: owner === null ? 'vanished' : 'blocked' });
  }
}
