// Bytes as people read them, in the C locale.

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
