// When a unit was started last, and its limit of starts -> the starts that are left. systemd tells nobody how many starts it has counted,
// so that only a full number is known: StartLimitIntervalSec= in systemd.unit(5), ratelimit_below() in src/basic/ratelimit.c of systemd.

import type { SystemdFacts } from '../documents/generated/report.ts';

type Limit = Pick<SystemdFacts, 'active_state' | 'start_limit_burst' | 'start_limit_interval_seconds'>;

/**
 * Returns all of the limit if the last start of an active unit is longer ago than the interval; null without a limit, and if the unit was
 * started since: nothing says how often. Nothing counts while a unit is active, and systemd counts anew after the interval.
 * @param startedUsec when the unit became active, on the monotonic clock, which is that of `nowNs`; null if it is not known. The start itself
 * was before that, but for a unit that systemd starts again by itself its beginning is not known.
 */
export function startsLeft(limit: Limit, startedUsec: number | null, nowNs: bigint): number | null {
  const { active_state, start_limit_burst: burst, start_limit_interval_seconds: seconds } = limit;
  if (active_state !== 'active' || !burst || !seconds || startedUsec === null) return null;
  return Number(nowNs) / 1e9 - startedUsec / 1e6 > seconds ? burst : null;
}
