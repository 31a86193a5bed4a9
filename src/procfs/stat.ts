// /proc/PID/stat -> what of it we use. proc_pid_stat(5): comm may hold blanks and parentheses, so fields count from the last ')'.

import type { Bytes } from './bytes.ts';

export interface Stat {
  name: Bytes;
  /** R, S, D, Z, T, t, X, I … */
  state: string;
  ppid: number;
  /** Number of threads. */
  threads: number;
  /** Start time in clock ticks since boot. */
  startTicks: number;
  kernelThread: boolean;
  /** On its way out: its memory and descriptors are gone before its state says so. */
  exiting: boolean;
}

// linux/sched.h
const PF_EXITING = 0x00000004;
const PF_KTHREAD = 0x00200000;

// Number() would take '', 0x10 and 1e9 as well.
const digits = /^[0-9]{1,16}$/;

/** null where the line is not of the format. */
export function parseStat(text: Bytes): Stat | null {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open === -1 || close < open) return null;
  // fields[0] is field 3 of the man page, the state; the last that we read is field 22.
  const fields = text
    .slice(close + 2)
    .trimEnd()
    .split(' ', 20);
  const number = (field: number) => (digits.test(fields[field - 3] ?? '') ? Number(fields[field - 3]) : Number.NaN);
  const stat = {
    name: text.slice(open + 1, close),
    state: fields[0] ?? '',
    ppid: number(4),
    threads: number(20),
    startTicks: number(22),
    kernelThread: (number(9) & PF_KTHREAD) !== 0,
    exiting: (number(9) & PF_EXITING) !== 0,
  };
  return [stat.ppid, stat.threads, stat.startTicks].every(Number.isSafeInteger) ? stat : null;
}
