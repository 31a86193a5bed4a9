// The bounds for how fast and how small lib-users is. A figure past its bound fails the bench.

import type { ContenderName } from './contenders.ts';

/** Median seconds, or peak bytes. */
export type Metric = 'wall' | 'cpu' | 'peak';

/** By workload and contender; undefined if it was not measured. */
export type Lookup = (workload: string, contender: ContenderName, metric: Metric) => number | undefined;

export interface Bound {
  figure: string;
  max: number;
  unit: '' | 'MiB' | 'ms' | 's';
  measure: (of: Lookup) => number | undefined;
}

/** How often the peer's time fits into ours, at most. */
function ratio(
  workload: string,
  ours: ContenderName,
  peer: ContenderName,
  max: number,
  metric: 'wall' | 'cpu' = 'wall',
): Bound {
  return {
    figure: `${workload}: ${ours} / ${peer}, ${metric}`,
    max,
    unit: '',
    measure: (of) => divide(of(workload, ours, metric), of(workload, peer, metric)),
  };
}

/** How often the time of one workload fits into that of another, at most. */
function across(workload: string, other: string, ours: ContenderName, max: number, metric: 'wall' | 'cpu'): Bound {
  return {
    figure: `${workload} / ${other}: ${ours}, ${metric}`,
    max,
    unit: '',
    measure: (of) => divide(of(workload, ours, metric), of(other, ours, metric)),
  };
}

function wall(workload: string, ours: ContenderName, max: number, unit: 'ms' | 's'): Bound {
  return {
    figure: `${workload}: ${ours}, wall`,
    max,
    unit,
    measure: (of) => divide(of(workload, ours, 'wall'), unit === 'ms' ? 1e-3 : 1),
  };
}

/** The time of one contender less that of another, in one run and in turns. */
function extra(
  workload: string,
  ours: ContenderName,
  without: ContenderName,
  max: number,
  metric: 'wall' | 'cpu' = 'wall',
): Bound {
  return {
    figure: `${workload}: ${ours} less ${without}, ${metric}`,
    max,
    unit: 'ms',
    measure: (of) => {
      const [whole, part] = [of(workload, ours, metric), of(workload, without, metric)];
      return whole === undefined || part === undefined ? undefined : (whole - part) * 1000;
    },
  };
}

function peak(workload: string, ours: ContenderName, max: number): Bound {
  return {
    figure: `${workload}: peak memory of ${ours}`,
    max,
    unit: 'MiB',
    measure: (of) => divide(of(workload, ours, 'peak'), 2 ** 20),
  };
}

/** Wall seconds for each of `count` idle processes, less the time of the processes that run anyway. */
export function costPerProcess(of: Lookup, ours: ContenderName, count: number): number | undefined {
  const [whole, quiet] = [of(`idle-${count}`, ours, 'wall'), of('quiet', ours, 'wall')];
  return whole === undefined || quiet === undefined ? undefined : (whole - quiet) / count;
}

function divide(dividend: number | undefined, divisor: number | undefined): number | undefined {
  return dividend === undefined || divisor === undefined ? undefined : dividend / divisor;
}

export const idleCounts = [500, 1000, 2000, 4000] as const;

export const bounds: readonly Bound[] = [
  wall('version', 'executable', 8, 'ms'),
  ratio('quiet', 'executable', 'lib_users', 0.3),
  ratio('quiet', 'executable', 'lib_users', 0.3, 'cpu'),
  ratio('quiet', 'executable', 'lsof', 1.5),
  peak('quiet', 'executable', 50),
  // The npm file is compiled at every start.
  ratio('quiet', 'node-20', 'lib_users', 2),
  ratio('idle-2000', 'executable', 'floor', 1),
  ratio('idle-2000', 'one-processor', 'floor', 1.35),
  ratio('idle-2000', 'executable', 'lib_users', 0.4),
  ratio('idle-2000', 'executable', 'needrestart', 0.2),
  ratio('affected-2000', 'executable', 'lib_users', 0.7),
  ratio('affected-2000', 'executable', 'lsof', 0.9),
  ratio('deleted-fds-5000', 'executable', 'lib_users', 1.5),
  // The cost of --fixes beyond that of --packages.
  extra('upgraded-20', 'executable-fixes', 'executable', 60),
  extra('upgraded-20', 'executable-fixes', 'executable', 60, 'cpu'),
  ratio('upgraded-20', 'executable-fixes', 'executable', 2, 'cpu'),
  extra('upgraded-20', 'node-20-fixes', 'node-20', 60),
  // Every service has facts of its own, and a table of 100,000 sockets is read once.
  across('units-2000', 'affected-2000', 'node-20', 5, 'cpu'),
  peak('idle-4000', 'executable', 70),
  peak('affected-2000', 'executable', 110),
  wall('fleet-10000', 'executable', 3, 's'),
  peak('fleet-10000', 'executable', 200),
];

/** One sentence for each figure that is past its bound, or that a whole run did not measure. */
export function judgeFigures(of: Lookup, { whole, allowance }: { whole: boolean; allowance: number }): string[] {
  return bounds.flatMap(({ figure, max, unit, measure }) => {
    const value = measure(of);
    if (value === undefined) return whole ? [`${figure}: not measured, the bound is ${max}`] : [];
    return value <= max * allowance ? [] : [`${figure}: ${formatFigure(value, unit)}, the bound is ${max}`];
  });
}

export function formatFigure(value: number, unit: Bound['unit']): string {
  return unit === '' ? value.toFixed(2) : `${value.toFixed(1)} ${unit}`;
}
