// Reads the processes of a scan inside the test's process, for tests that change the answers of the kernel.

import { Answerer } from '../../src/crew/answerer.ts';
import type { Answers, Item, QuestionName, Setup } from '../../src/crew/questions.ts';
import type { Answer, Readers } from '../../src/crew/readers.ts';

export function inProcess(): Readers {
  let answerer: Answerer | null = null;
  return {
    begin: (setup: Setup) => {
      answerer = new Answerer(setup, process.pid);
    },
    ask: async <N extends QuestionName>(name: N, items: readonly Item[], onProgress = (_: number) => {}) => {
      const answers = items.map((item): Answer<N> => ({ read: answerer!.answer(name, item) as Answers[N] }));
      onProgress(items.length);
      return answers;
    },
    ownPids: () => new Set(),
    close: async () => {
      answerer?.close();
      answerer = null;
    },
  };
}
