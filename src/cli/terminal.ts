// What the standard streams are connected to. Loading node:tty costs 3 ms: only a character device can be a terminal, and
// /dev/null and its like, of major number 1 (null(4)), are none.

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

/** Asks the stream only if standard output is a terminal: of a pipe Bun would make one that does not block, for all who share it. */
function terminalWidth(): number {
  // Taken out of `process` because the bundle has another object for process.stdout (scripts/build/bundle.mjs).
  const { stdout } = process;
  return stdout.columns;
}

/**
 * Whether a file was put on standard input that nobody will read, as in `lib-users scan < report.json`. A pipe is not
 * judged: under ssh, cron and Ansible it is there and empty, and only reading would show, which could take a line from
 * the loop that runs us. A file that a loop has begun to read (`while read host; do …; done < hosts`) is not meant for us.
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
