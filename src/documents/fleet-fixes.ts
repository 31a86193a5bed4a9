// The fixes of a fleet document -> how many of them it lists at most, and which of its two lists may have been cut.

import type { FleetCve } from './generated/fleet.ts';

/** At most so many ids that a restart brings on some host. */
export const listedRestarts = 500;
/** At most so many that only a reboot brings: a kernel fixes thousands, and each id names all its hosts. */
export const listedReboots = 100;

/** Whether only a reboot brings it. A document before 1.4 does not say that, because it has no fix of a kernel. */
export function isOfReboot({ closed_by = ['restart'] }: Pick<FleetCve, 'closed_by'>): boolean {
  return !closed_by.includes('restart');
}

/** Says which of the two lists may have been cut. */
export function cutLists(cves: readonly FleetCve[]): { restarts: boolean; reboots: boolean } {
  const reboots = cves.filter(isOfReboot).length;
  return { restarts: cves.length - reboots >= listedRestarts, reboots: reboots >= listedReboots };
}
