// A reader that hangs lets nothing else run: a second thread watches how long an input takes, and keeps it before it ends
// the process.

import { Worker } from 'node:worker_threads';

const mostBytes = 1 << 20;
/** Longer than any input takes on a busy machine. */
const deadlineSeconds = 60;

const program = `
const { workerData: { shared, folder } } = require('node:worker_threads');
const { mkdirSync, writeFileSync, writeSync } = require('node:fs');
const head = new Int32Array(shared, 0, 4);
for (let last = -1, seconds = 0; ; ) {
  Atomics.wait(head, 2, 0, 1000);
  const now = Atomics.load(head, 0);
  if (now < 0) break;
  seconds = now === last ? seconds + 1 : 0;
  last = now;
  if (seconds < ${deadlineSeconds}) continue;
  mkdirSync(folder, { recursive: true });
  const path = folder + '/hangs';
  writeFileSync(path, Buffer.from(shared, 16, Atomics.load(head, 1)));
  writeSync(2, 'an input takes longer than ${deadlineSeconds} s: kept as ' + path + '\\n');
  process.kill(process.pid, 'SIGKILL');
}`;

export class Watchdog {
  readonly #shared = new SharedArrayBuffer(16 + mostBytes);
  readonly #head = new Int32Array(this.#shared, 0, 4);
  readonly #input = Buffer.from(this.#shared, 16);

  /** @param folder where an input that hangs is kept */
  constructor(folder: string) {
    new Worker(program, { eval: true, workerData: { shared: this.#shared, folder } }).unref();
  }

  begin(input: Buffer): void {
    Atomics.store(this.#head, 1, input.copy(this.#input));
    Atomics.store(this.#head, 0, (Atomics.load(this.#head, 0) + 1) & 0x3fffffff);
  }

  close(): void {
    Atomics.store(this.#head, 0, -1);
  }
}
