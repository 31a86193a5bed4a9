// The state of a unit -> whether it counts as stopped: job_collapse_type() of systemd. A restart that is passed on to such a unit does
// nothing, and a unit that needs it starts it.

import type { SystemdFacts } from '../documents/generated/report.ts';

const stoppedStates: readonly string[] = ['inactive', 'failed', 'deactivating'];

export function isStopped({ active_state }: Pick<SystemdFacts, 'active_state'>): boolean {
  return stoppedStates.includes(active_state);
}
