// proc_stat(5), getauxval(3) and made-up clocks -> boot time, clock ticks, and the zero of the boot clock.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { bootClockZero, parseClockTicks, readBootTime, readClockTicks } from '../../src/host/clock.ts';
import { makeTree } from '../support/tree.ts';

/** AT_SYSINFO_EHDR, AT_PAGESZ, AT_SECURE = 0, and the rest as given, in words of `size` bytes. */
function vector(size: 4 | 8, order: 'LE' | 'BE', ...more: number[]): Buffer {
  const words = [33, 4096, 6, 4096, 23, 0, ...more];
  const buffer = Buffer.alloc(words.length * size);
  words.forEach((word, index) => {
    const low = order === 'LE' || size === 4 ? index * size : index * size + 4;
    if (order === 'LE') buffer.writeUInt32LE(word, low);
    else buffer.writeUInt32BE(word, low);
  });
  return buffer;
}

const rows: [name: string, vector: Buffer, order: 'LE' | 'BE', ticks: number | null][] = [
  ['64 bit, little endian', vector(8, 'LE', 17, 250, 0, 0), 'LE', 250],
  ['64 bit, big endian', vector(8, 'BE', 17, 250, 0, 0), 'BE', 250],
  ['32 bit, little endian', vector(4, 'LE', 17, 250, 0, 0), 'LE', 250],
  ['32 bit, big endian', vector(4, 'BE', 17, 250, 0, 0), 'BE', 250],
  ['no AT_CLKTCK', vector(8, 'LE', 25, 17, 0, 0), 'LE', null],
  ['behind AT_NULL', vector(8, 'LE', 0, 0, 17, 250), 'LE', null],
  ['zero', vector(8, 'LE', 17, 0, 0, 0), 'LE', null],
  ['cut short', vector(8, 'LE', 17, 250).subarray(0, -1), 'LE', null],
  ['empty', Buffer.alloc(0), 'LE', null],
];
for (const [name, bytes, order, ticks] of rows) {
  test(`clock ticks: ${name}`, () => assert.equal(parseClockTicks(bytes, order), ticks));
}

test('clock ticks: this host, as getconf has it', () => {
  assert.equal(readClockTicks(), Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })));
});

test('boot time: the btime line, or null', (t) => {
  assert.equal(readBootTime(makeTree(t, { stat: 'cpu 1\nbtime 1793592669\nprocesses 3\n' })), 1793592669);
  assert.equal(readBootTime(makeTree(t, { stat: 'cpu 1\nxbtime 5\nbtime x\n' })), null);
  assert.equal(readBootTime(makeTree(t, {})), null);
});

const zeros: [name: string, uptimeSeconds: number, monotonicSeconds: number, zeroMs: number][] = [
  ['never suspended: the exact clock decides', 100.01, 100.018, 899_982],
  ['the same a moment later in the same hundredth', 100.01, 100.012, 899_988],
  ['suspended for an hour', 3700.01, 100.018, -2_700_010],
  ['a tree of another host', 42, 100.018, 958_000],
];
for (const [name, uptimeSeconds, monotonicSeconds, zeroMs] of zeros) {
  test(`the boot clock's zero, ${name}`, () => {
    const monotonicNs = BigInt(Math.round(monotonicSeconds * 1e9));
    assert.equal(bootClockZero({ epochMs: 1_000_000, monotonicNs, uptimeSeconds }), BigInt(zeroMs) * 1_000_000n);
  });
}
