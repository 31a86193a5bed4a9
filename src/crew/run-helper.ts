// The private role: questions from standard input -> answers on standard output, one process after the other, until the input
// ends. Any process that it reads may block it, for ever and beyond SIGKILL, so it holds nothing that anybody waits for. Its current
// folder is always that of the process that it reads, so that the scan can see which one blocks it (vitals.ts).

import { readSync, writeSync } from 'node:fs';
import { orNull, readBytes, readLink } from '../procfs/reader.ts';
import { parseStat } from '../procfs/stat.ts';
import { version } from '../version.ts';
import { Answerer } from './answerer.ts';
import { encodeFrame, FrameReader, frameOf } from './frames.ts';
import { type FromHelper, type ToHelper, unpackSetup } from './protocol.ts';
import { type Item, packAnswer, type QuestionName } from './questions.ts';

export function runHelper(): void {
  let answerer: Answerer | null = null;
  let procPath = '/proc';
  try {
    for (const message of readMessages()) {
      if (message.kind === 'setup') {
        if (message.version !== version)
          throw new Error(
            `this is lib-users ${version}, and the scan is of ${message.version}: it was replaced meanwhile`,
          );
        const setup = unpackSetup(message.setup);
        procPath = setup.procPath;
        const pid = Number(orNull(() => readLink(`${procPath}/self`)) ?? 0);
        const parent = orNull(() => parseStat(readBytes(`${procPath}/${pid}/stat`)))?.ppid ?? 0;
        answerer = new Answerer(setup, parent);
        send({ kind: 'ready', pid });
      } else {
        if (answerer === null) throw new Error('a question without a setup');
        answerAll(message.name, message.items, procPath, answerer);
      }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return;
    send({ kind: 'defect', message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

/** Sends long answers in several frames, and sends what there is every few milliseconds, so that the scan knows how far it is. */
function answerAll(name: QuestionName, items: readonly Item[], procPath: string, answerer: Answerer): void {
  let texts: string[] = [];
  let length = 0;
  let since = performance.now();
  for (let index = 0; index < items.length; index++) {
    const item = items[index]!;
    const folder = goTo(procPath, item.pid) ? '.' : undefined;
    const text = textOf(packAnswer(name, answerer.answer(name, item, folder)));
    length += text.length;
    texts.push(text);
    const isLast = index === items.length - 1;
    if (length < longFrame && !isLast && performance.now() - since < longSilenceMs) continue;
    write(frameOf(`{"kind":"answers","answers":[${texts.join()}]}`));
    texts = [];
    length = 0;
    since = performance.now();
  }
}

/** If an answer is too long for a frame, its process counts as failed. The other answers are not lost. */
function textOf(packed: unknown): string {
  const failed = '"failed"';
  try {
    const text = JSON.stringify(packed);
    return text.length > mostAnswerLength ? failed : text;
  } catch (error) {
    if (error instanceof RangeError) return failed;
    throw error;
  }
}

const longSilenceMs = 20;
/** In characters. */
const longFrame = 1 << 18;
const mostAnswerLength = 1 << 26;

/** Returns false for a process that is gone, or not for us. The current folder is still that of another process then. */
function goTo(procPath: string, pid: number): boolean {
  const isThere = orNull(() => {
    process.chdir(`${procPath}/${pid}`);
    return true;
  });
  return isThere ?? false;
}

function* readMessages(): Iterable<ToHelper> {
  const frames = new FrameReader();
  for (;;) {
    const buffer = Buffer.allocUnsafeSlow(64 * 1024);
    const count = readSync(0, buffer, 0, buffer.length, null);
    if (count === 0) return;
    yield* frames.push(buffer.subarray(0, count)) as ToHelper[];
  }
}

function send(message: FromHelper): void {
  write(encodeFrame(message));
}

function write(frame: Buffer): void {
  for (let written = 0; written < frame.length; ) {
    written += writeSync(1, frame, written, frame.length - written);
  }
}
