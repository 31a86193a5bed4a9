// /proc/PID/status -> the effective uid, and a process's capabilities. proc_pid_status(5).

import type { Bytes } from './bytes.ts';

const largestUid = 0xffff_ffff;

/** The second number of the Uid line; null where there is none, or none that a uid can be. */
export function parseEffectiveUid(text: Bytes): number | null {
  const match = /^Uid:\t[0-9]+\t([0-9]+)\t/m.exec(text);
  return match && Number(match[1]) <= largestUid ? Number(match[1]) : null;
}

/** The effective capability set as a bit mask (capabilities(7)); 0 where there is none. */
export function parseEffectiveCapabilities(text: Bytes): bigint {
  const match = /^CapEff:\t([0-9a-f]+)$/m.exec(text);
  return match ? BigInt(`0x${match[1]}`) : 0n;
}

/** Supplementary group ids. */
export function parseGroups(text: Bytes): number[] {
  const match = /^Groups:\t([0-9 ]*)$/m.exec(text);
  return (match?.[1] ?? '').split(' ').filter(Boolean).map(Number);
}
