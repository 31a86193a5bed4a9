// The standard streams -> what they are connected to. Loading node:tty costs 3 ms, so it is loaded only for a character
// device that can be a terminal. /dev/null and its like, of major number 1 (null(4)), cannot.

import { fstatSync, readFileSync } from 'node:fs';
import type { Style } from '../render/layout.ts';

const memoryDevices = 1;

export async function isTerminal(fd: 1 | 2): Promise<boolean> {
  try {
    const stat = fstatSync(fd);
    if (!stat.isCharacterDevice() || stat.rdev >> 8 === memoryDevices) return false;
  } catch {
    return false;
  }
  return (await import('node:tty')).isatty(fd);
}

/** How text is laid out: COLUMNS wins over the terminal's own width; NO_COLOR (no-color.org) and TERM=dumb take colour away. */
export async function textStyle(terminal: boolean): Promise<Style> {
  const { COLUMNS, NO_COLOR, TERM } = process.env;
  const wanted = /^[1-9]\d{0,4}$/.test(COLUMNS ?? '') ? Number(COLUMNS) : null;
  const columns = wanted ?? (terminal ? terminalWidth() : 0);
  return { colour: terminal && !NO_COLOR && TERM !== 'dumb', columns: columns || 80 };
}

/** Asks the stream only if standard output is a terminal. Bun would set O_NONBLOCK on a pipe, for every program that shares it. */
function terminalWidth(): number {
  // Taken out of `process` because the bundle has another object for process.stdout (scripts/build/bundle.mjs).
  const { stdout } = process;
  return stdout.columns;
}

/**
 * Whether a file was put on standard input although nobody will read it, as in `lib-users scan < report.json`. A pipe is not
 * judged: under ssh, cron and Ansible there is an empty pipe, and only a read would show that it is empty. Such a read could
 * take a line from the loop that runs us. A file that a loop has begun to read (`while read host; do …; done < hosts`) is
 * not meant for us.
 */
export function isStdinIgnored(): boolean {
  try {
    const { size } = fstatSync(0);
    const position = /^pos:\s*(\d+)/.exec(readFileSync('/proc/self/fdinfo/0', 'latin1'))?.[1];
    return fstatSync(0).isFile() && size > 0 && position === '0';
  } catch {
    return false;
  }
}
