// /proc/PID/status -> a process's uids, capabilities and groups. proc_pid_status(5).

import type { Bytes } from './bytes.ts';

/** The effective capability set as a bit mask (capabilities(7)); 0 if the line is missing. */
export function parseEffectiveCapabilities(text: Bytes): bigint {
  const match = /^CapEff:\t([0-9a-f]+)$/m.exec(text);
  return match ? BigInt(`0x${match[1]}`) : 0n;
}

const uidLine = /^Uid:\t([0-9]{1,10})\t([0-9]{1,10})\t([0-9]{1,10})\t([0-9]{1,10})$/m;

/** Real, effective, saved and file system uid; empty if the text does not have four uids of 32 bits. */
export function parseUids(text: Bytes): number[] {
  const uids = (uidLine.exec(text)?.slice(1) ?? []).map(Number);
  return uids.every((uid) => uid <= 0xffffffff) ? uids : [];
}

/** Supplementary group ids. */
export function parseGroups(text: Bytes): number[] {
  const match = /^Groups:\t([0-9 ]*)$/m.exec(text);
  return (match?.[1] ?? '').split(' ').filter(Boolean).map(Number);
}
