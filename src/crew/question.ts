// One question about one process, from being asked to its answer.

import type { Item, QuestionName } from './questions.ts';
import type { Answer } from './readers.ts';

export class Question {
  readonly name: QuestionName;
  readonly item: Item;
  /** Asked alone, because a helper died or was blocked and nobody knows by which of the processes that it had. */
  alone = false;
  /** Asked after all others: for the second time, or of an owner who has kept others waiting. */
  last = false;
  /** For the second time. */
  again = false;
  /** So many helpers have died of it. */
  deaths = 0;
  #done: ((answer: Answer<QuestionName>) => void) | null;

  constructor(name: QuestionName, item: Item, done: (answer: Answer<QuestionName>) => void) {
    this.name = name;
    this.item = item;
    this.#done = done;
  }

  get isOpen(): boolean {
    return this.#done !== null;
  }

  /** Two helpers may have been asked: the first answer counts. */
  answer(answer: Answer<QuestionName>): void {
    const done = this.#done;
    this.#done = null;
    done?.(answer);
  }
}

/** One question about each item, and the answers in the order of the items once all are there. */
export function askAbout<N extends QuestionName>(
  name: N,
  items: readonly Item[],
  onProgress: (done: number) => void,
): { questions: Question[]; answers: Promise<Answer<N>[]> } {
  const answers: Answer<N>[] = new Array(items.length);
  let missing = items.length;
  let tell = (_: Answer<N>[]) => {};
  const all = new Promise<Answer<N>[]>((resolve) => {
    tell = resolve;
  });
  if (missing === 0) tell(answers);
  const questions = items.map(
    (item, index) =>
      new Question(name, item, (answer) => {
        answers[index] = answer as Answer<N>;
        missing--;
        if (missing === 0) tell(answers);
        else if ((missing & 31) === 0) onProgress(items.length - missing);
      }),
  );
  return { questions, answers: all };
}
