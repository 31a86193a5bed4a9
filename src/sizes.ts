// Numbers of bytes -> words and judgements: the bounds, and bytes as people read them, in the C locale.

const mebibyte = 1024 * 1024;

/** From this number of bytes on, held space is worth a word. No smaller amount is a reason for a restart. */
export const notableBytes = mebibyte;

/**
 * From this number of bytes on, a file is no scratch, whoever made it: a file that fills a disk must not pass for nothing. Programs
 * spill less than this in passing; a sort or a join of PostgreSQL may take 4 MB of memory before it spills at all (work_mem).
 */
export const scratchLimit = 4 * mebibyte;

const units = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

/** Bytes in IEC units with one decimal: `10.0 MiB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return bytes === 1 ? '1 byte' : `${bytes} bytes`;
  let value = bytes / 1024;
  let power = 0;
  // 1023.95 would print as 1024.0.
  for (; value >= 1023.95 && power < units.length - 1; power++) value /= 1024;
  return `${value.toFixed(1)} ${units[power]}`;
}
