// A script and the time at which a process began -> whether the script was made, or written to, since. statx(2), stx_btime and stx_mtime.

import type { Language } from './interpreters.ts';
import type { HostFile } from './on-host.ts';

/** A script that was made anew, or written to, after the process had begun. */
export interface Reborn {
  kind: 'script';
  /** reborn: it is another file. modified: it is the same file, with another content or time. */
  how: 'reborn' | 'modified';
  language: Language;
  path: string;
  /** Milliseconds since the epoch. */
  beganAt: number;
  since: number;
  /** When its content was last written. The same as `since`, unless the new file was edited in place. */
  writtenAt: number;
  /** Set if it stays in memory that processes share which are forked later. */
  isShared?: true;
  /** Why nobody can say, if this script turns out to be the same after all. Without it the process is up to date then. */
  otherwise?: 'opcache_frozen';
}

/** Births have a jitter of a second, and the start of a process has one of a tick. */
export const birthToleranceMs = 2000;

/** Returns null if the script is as old as the process, or older. */
export function judgeScript(
  { language, file }: { language: Language; file: HostFile },
  beganAt: number,
): Reborn | null {
  const { path, bornAt, modifiedAt } = file;
  if (bornAt !== null && bornAt > beganAt + birthToleranceMs)
    return {
      kind: 'script',
      how: 'reborn',
      language,
      path,
      beganAt,
      since: bornAt,
      writtenAt: Math.max(bornAt, modifiedAt),
    };
  if (modifiedAt > beganAt + birthToleranceMs)
    return { kind: 'script', how: 'modified', language, path, beganAt, since: modifiedAt, writtenAt: modifiedAt };
  return null;
}
