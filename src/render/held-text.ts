// Bytes that gone files hold -> words: disk, memory or both. A report of an earlier minor version does not tell them apart.

import type { Summary } from '../documents/generated/report.ts';
import { formatBytes } from '../sizes.ts';

type Held = Pick<Summary, 'held_bytes' | 'held_memory_bytes'>;

/** `10.0 MiB of disk`, `3.0 MiB of memory`, or both. */
export function heldWords({ held_bytes, held_memory_bytes = 0 }: Held): string {
  const disk = held_bytes - held_memory_bytes;
  const parts = [
    ...(disk > 0 ? [`${formatBytes(disk)} of disk`] : []),
    ...(held_memory_bytes > 0 ? [`${formatBytes(held_memory_bytes)} of memory`] : []),
  ];
  return parts.join(' and ');
}
