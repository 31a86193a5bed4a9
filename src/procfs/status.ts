// /proc/PID/status -> a process's uids, capabilities and groups. proc_pid_status(5).

import type { Bytes } from './bytes.ts';

/** The effective capability set as a bit mask (capabilities(7)); 0 if the line is missing. */
export function parseEffectiveCapabilities(text: Bytes): bigint {
  const match = /^CapEff:\t([0-9a-f]+)$/m.exec(text);
  return match ? BigInt(`0x${match[1]}`) : 0n;
}

/** Real, effective, saved and file system uid; empty if the text has none. */
export function parseUids(text: Bytes): number[] {
  const match = /^Uid:\t([0-9\t]+)$/m.exec(text);
  return (match?.[1] ?? '').split('\t').filter(Boolean).map(Number);
}

/** Supplementary group ids. */
export function parseGroups(text: Bytes): number[] {
  const match = /^Groups:\t([0-9 ]*)$/m.exec(text);
  return (match?.[1] ?? '').split(' ').filter(Boolean).map(Number);
}
