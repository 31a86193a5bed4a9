// /proc/PID/stat -> the fields that we use. proc_pid_stat(5): comm may hold blanks and parentheses, so fields count from the last ')'.

import type { Bytes } from './bytes.ts';

export interface Stat {
  name: Bytes;
  /** R, S, D, Z, T, t, X, I … */
  state: string;
  ppid: number;
  /** The id of its session, which is the pid of the session's leader: setsid(2). 0 if the session cannot be seen. */
  session: number;
  /** Its controlling terminal, as in pts/3, ttyS0 or 5:1 (major:minor); null if it has none. */
  terminal: string | null;
  /** Number of threads. */
  threads: number;
  /** Start time in clock ticks since boot. */
  startTicks: number;
  kernelThread: boolean;
  /** Whether the process is ending: its memory and descriptors are gone before its state shows that. */
  exiting: boolean;
  /** Whether it has executed no program since it was forked, so that it runs the one of its parent. */
  onlyForked: boolean;
}

// linux/sched.h
const PF_EXITING = 0x00000004;
const PF_FORKNOEXEC = 0x00000040;
const PF_KTHREAD = 0x00200000;

// Number() would also accept '', 0x10 and 1e9.
const digits = /^[0-9]{1,16}$/;

/** Returns null if the line does not have the format. */
export function parseStat(text: Bytes): Stat | null {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open === -1 || close < open) return null;
  // fields[0] is field 3 of the manual page, the state. The last field that we read is field 22.
  const fields = text
    .slice(close + 2)
    .trimEnd()
    .split(' ', 20);
  const number = (field: number) => (digits.test(fields[field - 3] ?? '') ? Number(fields[field - 3]) : Number.NaN);
  const stat = {
    name: text.slice(open + 1, close),
    state: fields[0] ?? '',
    ppid: number(4),
    // The session of an ending process is -1.
    session: number(6) || 0,
    terminal: nameTerminal(number(7)),
    threads: number(20),
    startTicks: number(22),
    kernelThread: (number(9) & PF_KTHREAD) !== 0,
    exiting: (number(9) & PF_EXITING) !== 0,
    onlyForked: (number(9) & PF_FORKNOEXEC) !== 0,
  };
  return [stat.ppid, stat.threads, stat.startTicks].every(Number.isSafeInteger) ? stat : null;
}

/** Names the device in tty_nr: minor in bits 31 to 20 and 7 to 0, major in bits 15 to 8; names of devices.txt. */
function nameTerminal(device: number): string | null {
  // 0 means no terminal. NaN, for a field that is not a number, ends here too.
  if (!(device > 0)) return null;
  const major = (device >> 8) & 0xff;
  const minor = ((device >> 12) & 0xfff00) | (device & 0xff);
  if (major >= 136 && major <= 143) return `pts/${minor + (major - 136) * 256}`;
  if (major === 4) return minor < 64 ? `tty${minor}` : `ttyS${minor - 64}`;
  return `${major}:${minor}`;
}
