// One input -> another that is almost like it: bytes, pieces, lines and numbers are changed, and words inserted that confuse parsers.

import type { Random } from './random.ts';

/** Numbers at the edges of the types, and texts that are no numbers. */
export const edges = [
  ...['0', '00', '1', '-1', '255', '65535', '65536', '2147483647', '2147483648', '4294967294', '4294967295'],
  ...['4294967296', '9007199254740991', '9007199254740993', '18446744073709551615', '18446744073709551616'],
  ...['99999999999999999999999999', '1e9', '0x10', 'NaN', 'Infinity', ' ', ''],
];

/** Texts that have misled a reader of names before. */
export const traps = [
  ...[' (deleted)', '(deleted)', '\\012', '\\134', '\\x2d', '\n', '\0', '\r', '\t', '\x1b[2J', '\x1b]0;x\x07', '\x9b'],
  ...['\xff', '\xc3', '\xed\xa0\x80', '\xe2\x80\xae', '\xe2\x80\xa8', '\xef\xbb\xbf', '\xc2\x85', ' ', '  ', ':', '::'],
  ...[
    '/',
    '//',
    '/..',
    '/../',
    '.',
    '..',
    '/.nfs000000000000abcd00000001',
    '/.fuse_hidden0000000100000002',
    '/memfd:x',
  ],
  ...[
    ') R 1',
    '@',
    '_',
    '.slice',
    '.scope',
    '.service',
    'user@0.service',
    'session-1.scope',
    'init.scope',
    ';',
    ',',
    '|',
  ],
  ...['"', "'", '<', '&', '%', '# EOF', '::error::', '$(id)', '`id`', '__proto__', 'constructor'],
];

type Change = (input: Buffer, random: Random, others: readonly Buffer[]) => Buffer;

const changes: readonly Change[] = [
  (input, random) => {
    const copy = Buffer.from(input);
    if (copy.length > 0) copy[random.below(copy.length)]! ^= 1 << random.below(8);
    return copy;
  },
  (input, random) => {
    const copy = Buffer.from(input);
    if (copy.length > 0) copy[random.below(copy.length)] = random.below(256);
    return copy;
  },
  (input, random) => replace(input, piece(input, random), Buffer.alloc(0)),
  (input, random) => {
    const { start, end } = piece(input, random);
    return replace(input, { start, end: start }, input.subarray(start, end));
  },
  (input, random) => insert(input, random, Buffer.from(random.of(traps), 'latin1')),
  (input, random) => insert(input, random, Buffer.from(random.of(edges), 'latin1')),
  (input, random) =>
    insert(input, random, Buffer.alloc(1 << random.below(13), random.of(['a', '/', '\\', '(', ' ', '1']))),
  // A text that makes a pattern backtrack.
  (input, random) => {
    const { start, end } = piece(input, random);
    return insert(input, random, Buffer.concat(Array(1 << random.below(10)).fill(input.subarray(start, end))));
  },
  (input, random, others) => {
    const other = random.of(others);
    const { start, end } = piece(other, random);
    return insert(input, random, other.subarray(start, end));
  },
  (input, random) => {
    const numbers = [...input.toString('latin1').matchAll(/[0-9]+/g)];
    if (numbers.length === 0) return input;
    const number = random.of(numbers);
    const place = { start: number.index, end: number.index + number[0].length };
    return replace(input, place, Buffer.from(random.of(edges), 'latin1'));
  },
  (input, random) => lines(input, (all) => all.splice(random.below(all.length), 1)),
  (input, random) => lines(input, (all) => all.splice(random.below(all.length), 0, random.of(all))),
];

/** A few changes one after the other; never longer than `mostBytes`. */
export function mutate(input: Buffer, random: Random, others: readonly Buffer[], mostBytes = 65536): Buffer {
  let output = input;
  for (let rounds = 1 + random.below(4); rounds > 0; rounds--) output = random.of(changes)(output, random, others);
  return output.subarray(0, mostBytes);
}

function piece(input: Buffer, random: Random): { start: number; end: number } {
  const start = random.below(input.length);
  return { start, end: Math.min(input.length, start + 1 + random.below(random.of([4, 32, 256]))) };
}

function replace(input: Buffer, { start, end }: { start: number; end: number }, by: Buffer): Buffer {
  return Buffer.concat([input.subarray(0, start), by, input.subarray(end)]);
}

function insert(input: Buffer, random: Random, what: Buffer): Buffer {
  const at = random.below(input.length + 1);
  return replace(input, { start: at, end: at }, what);
}

function lines(input: Buffer, change: (all: string[]) => unknown): Buffer {
  const all = input.toString('latin1').split('\n');
  change(all);
  return Buffer.from(all.join('\n'), 'latin1');
}
