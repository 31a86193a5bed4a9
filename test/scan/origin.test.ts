// A scan that cannot read PID 1 or its own ancestors says so.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Item, QuestionName } from '../../src/crew/questions.ts';
import type { Answer, Readers } from '../../src/crew/readers.ts';
import { scanHost } from '../../src/scan/scan.ts';
import { inProcess } from '../support/in-process.ts';

function withoutOrigin(): Readers {
  const readers = inProcess();
  const ask = async <N extends QuestionName>(name: N, items: readonly Item[]): Promise<Answer<N>[]> =>
    name === 'origin' ? items.map(() => ({ unread: 'blocked' })) : readers.ask(name, items);
  return { ...readers, ask };
}

test('if an ancestor of the scan keeps the reader of PID 1 waiting, the report does not pass for one that knows its caller', async () => {
  const options = {
    procPath: '/proc',
    include: ['maps', 'fds'] as const,
    pids: [process.pid],
    units: [],
    rules: [],
    defaultRules: true,
    ignore: [],
    ignoreLiteral: [],
    commandLine: 'none' as const,
    detail: 'units' as const,
    packages: false,
    fixes: false,
    possible: false,
    systemctl: false,
    labels: {},
    now: new Date(),
    onProgress: null,
  };
  const saysSo = async (readers: () => Readers) =>
    (await scanHost({ ...options, readers })).warnings.some(({ message }) => /PID 1 and the ancestors/.test(message));
  assert.deepEqual([await saysSo(inProcess), await saysSo(withoutOrigin)], [false, true]);
});
