// /proc/PID/status -> a process's capabilities and groups. proc_pid_status(5).

import type { Bytes } from './bytes.ts';

/** The effective capability set as a bit mask (capabilities(7)); 0 if the line is missing. */
export function parseEffectiveCapabilities(text: Bytes): bigint {
  const match = /^CapEff:\t([0-9a-f]+)$/m.exec(text);
  return match ? BigInt(`0x${match[1]}`) : 0n;
}

/** Supplementary group ids. */
export function parseGroups(text: Bytes): number[] {
  const match = /^Groups:\t([0-9 ]*)$/m.exec(text);
  return (match?.[1] ?? '').split(' ').filter(Boolean).map(Number);
}
