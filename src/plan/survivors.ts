// The report -> its units that a soft reboot may leave as they are: systemd.unit(5) (SurviveFinalKillSignal=, since 255).

import type { Report } from '../documents/generated/report.ts';

/** The version of systemd since which a unit can survive. */
const since = 255;

/** Returns null if that is not known. */
export function survivorsOf({ units, host }: Pick<Report, 'units' | 'host'>): string[] | null {
  if (host.systemd_version == null) return null;
  if (host.systemd_version < since) return [];
  // The units of a user end with the manager of the user.
  const own = units.filter(({ scope }) => scope === 'system');
  if (own.some(({ systemd }) => systemd?.survives_soft_reboot == null)) return null;
  return own.flatMap(({ name, systemd }) => (systemd?.survives_soft_reboot === true ? [name] : []));
}
