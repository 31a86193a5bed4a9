// One question about one process, from the asking to the answer.

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
  #done: ((answer: Answer<QuestionName>) => void) | null;

  constructor(name: QuestionName, item: Item, done: (answer: Answer<QuestionName>) => void) {
    this.name = name;
    this.item = item;
    this.#done = done;
  }

  get isOpen(): boolean {
    return this.#done !== null;
  }

  /** Takes the first answer; two helpers may have been asked. */
  answer(answer: Answer<QuestionName>): void {
    const done = this.#done;
    this.#done = null;
    done?.(answer);
  }
}

/** Makes one question per item. The answers come in the order of the items, when all are there. */
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
