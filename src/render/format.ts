// Numbers, times and names as people read them, in the C locale: nothing here depends on the reader's settings.

import { sanitize } from './sanitize.ts';

/** A document's time for people: `2026-11-23 07:40:12 UTC`. */
export function readableTime(time: string): string {
  return time.replace('T', ' ').replace('Z', ' UTC');
}

const ages: readonly [seconds: number, noun: string][] = [
  [86400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
];

/** How long before `now` `since` was, in its largest unit: `41 minutes`; null if `since` is not earlier. */
export function formatAge(since: string, now: string): string | null {
  const seconds = Math.floor((Date.parse(now) - Date.parse(since)) / 1000);
  const age = ages.find(([unit]) => seconds >= unit);
  return age === undefined ? null : count(Math.floor(seconds / age[0]), age[1]);
}

/** `1 process`, `2 processes`. */
export function count(amount: number, noun: string): string {
  if (amount === 1) return `1 ${noun}`;
  return `${amount} ${noun}${noun.endsWith('s') ? 'es' : 's'}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function enumerate(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** A user as `user deploy`, or `uid 999` if the name is not known. */
export function formatUser(user: { uid: number; name: string | null }): string {
  return user.name === null ? `uid ${user.uid}` : `user ${quote(sanitize(user.name))}`;
}

/** Puts a name in double quotes if its blanks or punctuation would let it pass for the text around it. */
export function quote(sanitized: string): string {
  return sanitized === '' || /[ ",;()]/.test(sanitized) ? `"${sanitized.replaceAll('"', '\\"')}"` : sanitized;
}
