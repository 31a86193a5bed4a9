// The host's clocks -> the time of the boot, and the clock ticks per second: the units of start times in proc_pid_stat(5).
// btime in proc_stat(5), AT_CLKTCK in getauxval(3).

import { readFileSync } from 'node:fs';
import { byteOrder } from '../procfs/byte-order.ts';
import { orNull, readBytes } from '../procfs/reader.ts';
import { readHostFile } from './files.ts';

const AT_NULL = 0;
const AT_CLKTCK = 17;
/** The value that nearly every architecture tells user space, whatever the kernel's own HZ is. */
const usual = 100;

/** Seconds since the epoch; null if procfs does not have it (subset=pid). */
export function readBootTime(procPath: string): number | null {
  const match = /^btime ([0-9]+)$/m.exec(readHostFile(procPath, 'stat', 64 * 1024 * 1024) ?? '');
  return match ? Number(match[1]) : null;
}

/** Three clocks, read one after the other. */
export interface Clocks {
  /** CLOCK_REALTIME in milliseconds since the epoch. */
  epochMs: number;
  /** CLOCK_MONOTONIC in nanoseconds: exact, but it stands still while the host is suspended. clock_gettime(2) */
  monotonicNs: bigint;
  /** The boot clock in seconds, cut off at a hundredth. proc_uptime(5) */
  uptimeSeconds: number;
}

/** A larger distance of the monotonic and the boot clock, in seconds, means that the host was suspended. */
const readingSeconds = 0.05;

/**
 * The boot clock's zero in nanoseconds since the epoch. The monotonic clock gives it if the host was never suspended. The uptime
 * alone is exact to a hundredth of a second, so two scans could disagree on which files were made before their process began.
 */
export function bootClockZero({ epochMs, monotonicNs, uptimeSeconds }: Clocks): bigint {
  const monotonicSeconds = Number(monotonicNs) / 1e9;
  const agree = Math.abs(monotonicSeconds - uptimeSeconds) < readingSeconds;
  return BigInt(Math.round(epochMs - (agree ? monotonicSeconds : uptimeSeconds) * 1000)) * 1_000_000n;
}

/** The boot clock's zero, to compare birth times with; null if the uptime cannot be read. */
export function readBootedAtNs(procPath: string): bigint | null {
  const uptimeSeconds = Number(orNull(() => readBytes(`${procPath}/uptime`))?.split(' ')[0]);
  if (!Number.isFinite(uptimeSeconds)) return null;
  return bootClockZero({ epochMs: Date.now(), monotonicNs: process.hrtime.bigint(), uptimeSeconds });
}

/** The monotonic clock's zero in milliseconds since the epoch. A suspend of the host moves it, so that earlier events seem later. */
export function readMonotonicZero(): number {
  return Date.now() - Number(process.hrtime.bigint() / 1_000_000n);
}

const secondNs = 1_000_000_000n;

/** Whether a time in nanoseconds since the epoch lies ahead by more than the clocks of files and programs differ. */
export function isToCome(ns: bigint): boolean {
  return ns > BigInt(Date.now()) * 1_000_000n + secondNs;
}

/** The kernel's clock ticks per second, in which start times are counted. */
export function readClockTicks(): number {
  try {
    return parseClockTicks(readFileSync('/proc/self/auxv'), byteOrder) ?? usual;
  } catch {
    return usual;
  }
}

/** Parses an auxiliary vector of 64-bit or 32-bit words; null if it has no AT_CLKTCK. */
export function parseClockTicks(vector: Buffer, order: 'LE' | 'BE'): number | null {
  for (const size of [8, 4]) {
    // With the wrong word size, the type has the value 0 or is not found.
    const ticks = parseVector(vector, size, order).get(AT_CLKTCK);
    if (ticks) return ticks;
  }
  return null;
}

function parseVector(vector: Buffer, size: number, order: 'LE' | 'BE'): Map<number, number> {
  const values = new Map<number, number>();
  const word = (at: number): number => {
    if (size === 4) return order === 'LE' ? vector.readUInt32LE(at) : vector.readUInt32BE(at);
    return Number(order === 'LE' ? vector.readBigUInt64LE(at) : vector.readBigUInt64BE(at));
  };
  for (let at = 0; at + 2 * size <= vector.length; at += 2 * size) {
    const type = word(at);
    if (type === AT_NULL) break;
    values.set(type, word(at + size));
  }
  return values;
}
