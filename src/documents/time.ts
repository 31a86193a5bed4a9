// Times in documents: UTC to the second, since fractions trip fromdate in jq and Ansible's filters.

/** @param ms milliseconds since the epoch */
export function formatTime(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

const firstMs = Date.parse('0000-01-01T00:00:00Z');
const lastMs = Date.parse('9999-12-31T23:59:59Z');

/** null if the year of the time has not four digits: a file system that a user made may hold any time. */
export function formatTimeOrNull(ms: number | null): string | null {
  return ms !== null && ms >= firstMs && ms <= lastMs ? formatTime(ms) : null;
}

/** The same for nanoseconds since the epoch. */
export function formatTimeNs(ns: bigint | null): string | null {
  return formatTimeOrNull(ns === null ? null : Number(ns / 1_000_000n));
}

/** The earliest of some times of one kind, either of documents or in nanoseconds; null if there is none. */
export function earliest<T extends string | bigint>(times: readonly (T | null)[]): T | null {
  return times.reduce<T | null>(
    (first, time) => (first === null || (time !== null && time < first) ? time : first),
    null,
  );
}
