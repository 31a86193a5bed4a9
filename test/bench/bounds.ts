// How fast and how small lib-users has to be. A figure past its bound fails the bench.

import type { ContenderName } from './contenders.ts';

/** Median wall seconds, or peak bytes. */
export type Metric = 'wall' | 'peak';

/** By workload and contender: undefined where it was not measured. */
export type Lookup = (workload: string, contender: ContenderName, metric: Metric) => number | undefined;

export interface Bound {
  figure: string;
  max: number;
  unit: '' | 'MB';
  measure: (of: Lookup) => number | undefined;
}

function ratio(workload: string, ours: ContenderName, peer: ContenderName, max: number): Bound {
  return {
    figure: `${workload}: ${ours} / ${peer}, wall`,
    max,
    unit: '',
    measure: (of) => divide(of(workload, ours, 'wall'), of(workload, peer, 'wall')),
  };
}

function peak(workload: string, ours: ContenderName, max: number): Bound {
  return {
    figure: `${workload}: peak memory of ${ours}`,
    max,
    unit: 'MB',
    measure: (of) => divide(of(workload, ours, 'peak'), 1e6),
  };
}

/** How far the cost of one idle process is from the mean of all sizes, at most. */
function flat(ours: ContenderName, counts: readonly number[], max: number): Bound {
  return {
    figure: `cost per idle process of ${ours}, ${counts[0]} to ${counts.at(-1)}: off the mean`,
    max,
    unit: '',
    measure: (of) => {
      const costs = counts.map((count) => costPerProcess(of, ours, count));
      if (!costs.every((cost) => cost !== undefined)) return undefined;
      const mean = costs.reduce((sum, cost) => sum + cost, 0) / costs.length;
      return Math.max(...costs.map((cost) => Math.abs(cost / mean - 1)));
    },
  };
}

/** Wall seconds for each of `count` idle processes, what runs anyway taken off. */
export function costPerProcess(of: Lookup, ours: ContenderName, count: number): number | undefined {
  const [whole, quiet] = [of(`idle-${count}`, ours, 'wall'), of('quiet', ours, 'wall')];
  return whole === undefined || quiet === undefined ? undefined : (whole - quiet) / count;
}

function divide(dividend: number | undefined, divisor: number | undefined): number | undefined {
  return dividend === undefined || divisor === undefined ? undefined : dividend / divisor;
}

export const idleCounts = [500, 1000, 2000, 4000] as const;

export const bounds: readonly Bound[] = [
  ratio('quiet', 'standalone', 'lib_users', 0.8),
  ratio('quiet', 'node-20', 'lib_users', 1.5),
  ratio('quiet', 'newest-node', 'lib_users', 0.9),
  ratio('idle-2000', 'standalone', 'lib_users', 0.6),
  ratio('idle-2000', 'standalone', 'lsof', 0.5),
  ratio('idle-2000', 'standalone', 'needrestart', 0.2),
  ratio('idle-2000', 'standalone', 'floor', 1.4),
  {
    figure: 'affected-2000 / idle-2000, standalone, wall',
    max: 1.8,
    unit: '',
    measure: (of) => divide(of('affected-2000', 'standalone', 'wall'), of('idle-2000', 'standalone', 'wall')),
  },
  // A second processor takes part only where there are many, and makes each cheaper the more there are.
  flat('one-processor', idleCounts, 0.2),
  peak('idle-4000', 'standalone', 90),
  peak('affected-2000', 'standalone', 140),
  peak('fleet-10000', 'standalone', 200),
  peak('fleet-10000', 'node-20', 200),
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
