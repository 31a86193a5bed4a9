// One question about one process, from the asking to the answer. A host may have very many processes, and most of this runs before
// the engine has compiled it, so a question costs few calls and no function of its own.

import type { Item, QuestionName } from './questions.ts';
import type { Answer } from './readers.ts';

export class Question {
  readonly name: QuestionName;
  readonly item: Item;
  /** Whether it is asked alone, because one of several processes killed or blocked a helper, and it is not known which one. */
  alone = false;
  /** Whether it is asked after all others: it is asked again, or its owner has kept helpers waiting. */
  last = false;
  /** Whether a second helper was asked, because it had nothing else to do. A third one is not, since all of them may be blocked. */
  shared = false;
  /** Whether it is asked for the second time. */
  again = false;
  /** Number of helpers that died while they read the process. */
  deaths = 0;
  isOpen = true;
  readonly #index: number;
  readonly #replies: Replies;

  constructor(name: QuestionName, item: Item, index: number, replies: Replies) {
    this.name = name;
    this.item = item;
    this.#index = index;
    this.#replies = replies;
  }

  /** Takes the first answer; two helpers may have been asked. */
  answer(answer: Answer<QuestionName>): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#replies.take(this.#index, answer);
  }
}

/** How often progress is told: after so many answers. */
const toldAfter = 32;

/** The answers to questions that were asked together. */
class Replies {
  readonly all: Promise<Answer<QuestionName>[]>;
  readonly #list: Answer<QuestionName>[];
  readonly #onProgress: (done: number) => void;
  #done = 0;
  #tell: (answers: Answer<QuestionName>[]) => void = () => {};

  constructor(count: number, onProgress: (done: number) => void) {
    this.#list = new Array(count);
    this.#onProgress = onProgress;
    this.all = new Promise((resolve) => {
      this.#tell = resolve;
    });
    if (count === 0) this.#tell(this.#list);
  }

  take(index: number, answer: Answer<QuestionName>): void {
    this.#list[index] = answer;
    this.#done++;
    if (this.#done === this.#list.length) this.#tell(this.#list);
    else if (this.#done % toldAfter === 0) this.#onProgress(this.#done);
  }
}

/** Makes one question per item. The answers come in the order of the items, when all are there. */
export function askAbout<N extends QuestionName>(
  name: N,
  items: readonly Item[],
  onProgress: (done: number) => void,
): { questions: Question[]; answers: Promise<Answer<N>[]> } {
  const replies = new Replies(items.length, onProgress);
  const questions = items.map((item, index) => new Question(name, item, index, replies));
  return { questions, answers: replies.all as Promise<Answer<N>[]> };
}
