// Fleet -> metrics for Prometheus, one series a host. They have names of their own, so that they can stand beside those of the machine
// that folded the reports: node_exporter's textfile collector wants one help text a name.

import type { Fleet } from '../../documents/generated/fleet.ts';
import { keyMaker } from '../../keys.ts';
import { Family, toSeconds, visibleLabel } from '../metrics.ts';

type Host = Fleet['hosts'][number];
type Value = number | null;

interface PerHost {
  name: string;
  help: string;
  value: (host: Host) => Value;
  /** Two hosts with the same name share one series; null is unknown. */
  join: (values: readonly Value[]) => Value;
}

const ifAllKnown =
  (join: (...values: number[]) => number) =>
  (values: readonly Value[]): Value => {
    const known = values.filter((value) => value !== null);
    return known.length < values.length ? null : join(...known);
  };
const sum = ifAllKnown((...values) => values.reduce((a, b) => a + b));
const least = ifAllKnown(Math.min);

const rows: readonly PerHost[] = [
  {
    name: 'fleet_stale_units',
    help: 'Units and programs in no unit with stale files that count.',
    value: ({ stale }) => stale ?? null,
    join: sum,
  },
  {
    name: 'fleet_held_bytes',
    help: 'Bytes on disk that gone files hold.',
    value: ({ held_bytes }) => held_bytes,
    join: sum,
  },
  {
    name: 'fleet_reboot_required',
    help: '1 if the host needs a reboot; absent if that is not known.',
    value: ({ reboot_required }) => (reboot_required === null ? null : Number(reboot_required)),
    join: (values) => (values.includes(1) ? 1 : least(values)),
  },
  {
    name: 'fleet_scan_complete',
    help: '1 if everything could be seen.',
    value: ({ complete }) => Number(complete),
    join: least,
  },
  {
    name: 'fleet_scan_timestamp_seconds',
    help: 'When the scan of the host began.',
    value: ({ generated_at }) => toSeconds(generated_at),
    join: least,
  },
];

export function renderFleetOpenmetrics(fleet: Fleet): string {
  const { summary, tool } = fleet;
  const groups = groupByName(fleet.hosts);
  const total = (name: string, help: string, value: number) => new Family(`fleet_${name}`, help).set({}, value);
  return [
    total('hosts', 'Hosts whose report could be read.', summary.hosts),
    total('unreadable_inputs', 'Inputs that could not be read.', summary.unreadable_inputs),
    ...rows.map(({ name, help, value, join }) => {
      const family = new Family(name, help);
      for (const group of groups) family.set({ host: group[0]!.hostname }, join(group.map(value)));
      return family;
    }),
    new Family('fleet_build_info', 'The version of lib-users that folded the reports, always 1.').set(
      { version: tool.version },
      1,
    ),
    '# EOF\n',
  ].join('');
}

function groupByName(hosts: readonly Host[]): Host[][] {
  const keyOf = keyMaker();
  const groups = new Map<string, Host[]>();
  for (const host of hosts) {
    const name = keyOf(visibleLabel(host.hostname));
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [host]);
    else group.push(host);
  }
  return [...groups.values()];
}
