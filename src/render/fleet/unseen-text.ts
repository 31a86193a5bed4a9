// Why a host was not seen completely -> the words for it.

import type { Fleet, IncompleteBecause } from '../../documents/generated/fleet.ts';

type Host = Fleet['hosts'][number];

type Code = IncompleteBecause['code'];

const becauses: Readonly<Record<Code, string>> = {
  not_root: 'processes were denied to the scan, which did not run as root',
  denied: 'processes were denied to the scan, although it ran as root',
  failed: 'processes could not be read',
  blocked: 'some processes could not be read in time',
  hidepid: 'the processes of other users are hidden (procfs is mounted with hidepid)',
  filters: 'the scan was asked for a part alone (--only, --pid or --unit)',
  unknown: 'the report does not say why',
};

/** A document before 1.4 does not say it. */
export function unseenBecauseText({ incomplete_because: because = [] }: Host): string {
  return because.length === 0 ? becauses.unknown : because.map(({ code }) => becauses[code]).join('; ');
}

const remedies: Readonly<Record<Code, string>> = {
  not_root: 'Scan as root.',
  denied: 'Look whether a container or a security module confines the scan.',
  failed: 'Scan again.',
  blocked: 'Scan again. If that does not help, lib-users scan on the host says whose processes these are.',
  hidepid: 'Scan as root.',
  filters: 'Scan without --only, --pid and --unit.',
  unknown: 'Scan again with this version of lib-users.',
};

export function unseenRemedyText({ incomplete_because: because = [] }: Host): string {
  const codes = because.length === 0 ? (['unknown'] as const) : because.map(({ code }) => code);
  return [...new Set(codes.map((code) => remedies[code]))].join(' ');
}
