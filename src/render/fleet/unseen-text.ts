// Why a host was not seen completely -> the words for it.

import type { Fleet, IncompleteBecause } from '../../documents/generated/fleet.ts';

type Host = Fleet['hosts'][number];

const becauses: Readonly<Record<IncompleteBecause['code'], string>> = {
  not_root: 'processes were denied to the scan, which did not run as root',
  denied: 'processes were denied to the scan, although it ran as root',
  failed: 'processes could not be read',
  blocked: 'processes kept the scan waiting',
  hidepid: 'the processes of other users are hidden (procfs is mounted with hidepid)',
  filters: 'the scan was asked for a part alone (--only, --pid or --unit)',
  unknown: 'the report does not say why',
};

/** A document before 1.4 does not say it. */
export function unseenBecauseText({ incomplete_because: because = [] }: Host): string {
  return because.length === 0 ? becauses.unknown : because.map(({ code }) => becauses[code]).join('; ');
}
