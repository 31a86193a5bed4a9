// Times in documents: UTC to the second, since fractions trip fromdate in jq and Ansible's filters.

/** @param ms milliseconds since the epoch */
export function formatTime(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

/** @param ns nanoseconds since the epoch */
export function formatTimeNs(ns: bigint | null): string | null {
  return ns === null ? null : formatTime(Number(ns / 1_000_000n));
}
