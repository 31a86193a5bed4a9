// When the host booted, and how many clock ticks make a second. proc_stat(5) btime; getauxval(3) AT_CLKTCK.

import { readFileSync } from 'node:fs';
import { endianness } from 'node:os';
import { readHostFile } from './files.ts';

const AT_CLKTCK = 17n;
const usual = 100;

/** Seconds since the epoch, or null where procfs does not say (subset=pid). */
export function readBootTime(procPath: string): number | null {
  const match = /^btime ([0-9]+)$/m.exec(readHostFile(procPath, 'stat', 64 * 1024 * 1024) ?? '');
  return match ? Number(match[1]) : null;
}

/** The kernel's clock ticks a second as start times count them. */
export function readClockTicks(): number {
  try {
    return parseClockTicks(readFileSync('/proc/self/auxv')) ?? usual;
  } catch {
    return usual;
  }
}

/** An auxiliary vector of 64-bit words in the machine's byte order; Node runs on no 32-bit Linux any more. */
export function parseClockTicks(auxv: Buffer): number | null {
  const word =
    endianness() === 'LE' ? (at: number) => auxv.readBigUInt64LE(at) : (at: number) => auxv.readBigUInt64BE(at);
  for (let at = 0; at + 16 <= auxv.length; at += 16) if (word(at) === AT_CLKTCK) return Number(word(at + 8));
  return null;
}
