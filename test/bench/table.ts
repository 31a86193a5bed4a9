// The figures of one run -> Markdown: one table of the measured figures, one of the bounds.

import { type Bound, costPerProcess, formatFigure, idleCounts, type Lookup } from './bounds.ts';
import type { Contender, ContenderName } from './contenders.ts';
import type { Figures } from './rounds.ts';
import type { Workload } from './workloads.ts';

export type Measured = ReadonlyMap<Workload, ReadonlyMap<ContenderName, Figures>>;

/** The first `words` columns are text, the others figures. */
function renderRows(words: number, header: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = header.map((_, index) => (index < words ? '---' : '---:'));
  return [header, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

export function renderFigures(measured: Measured, contenders: readonly Contender[]): string {
  const rows = [...measured].flatMap(([{ name }, figures]) =>
    contenders.flatMap((contender) => {
      const of = figures.get(contender.name);
      if (!of) return [];
      const against = (peer: ContenderName) => ratio(of.wall, figures.get(peer)?.wall);
      const cells = [
        name,
        contender.title,
        milliseconds(of.wall),
        milliseconds(of.cpu),
        (of.peak / 2 ** 20).toFixed(1),
      ];
      return [[...cells, against('lib_users'), against('floor'), String(of.rounds)]];
    }),
  );
  const header = ['workload', 'contender', 'wall ms', 'CPU ms', 'peak MiB', '/ lib_users', '/ floor', 'rounds'];
  return renderRows(2, header, rows);
}

export function renderMissing(contenders: readonly Contender[]): string {
  return contenders.map(({ title, missing }) => (missing === null ? '' : `Missing: ${title} (${missing}).\n`)).join('');
}

export function renderCosts(of: Lookup, contenders: readonly Contender[]): string {
  const rows = contenders.flatMap(({ name, title }) => {
    const costs = idleCounts.map((count) => costPerProcess(of, name, count));
    if (costs.every((cost) => cost === undefined)) return [];
    return [[title, ...costs.map((cost) => (cost === undefined ? '' : (cost * 1e6).toFixed(0)))]];
  });
  return rows.length ? renderRows(1, ['µs a process', ...idleCounts.map((count) => `idle-${count}`)], rows) : '';
}

export function renderBounds(bounds: readonly Bound[], of: Lookup): string {
  const rows = bounds.map(({ figure, max, unit, measure }) => {
    const value = measure(of);
    const verdict = value === undefined ? 'not measured' : value <= max ? 'met' : '**missed**';
    return [figure, verdict, value === undefined ? '' : formatFigure(value, unit), `≤ ${max}${unit && ` ${unit}`}`];
  });
  return rows.length === 0 ? '' : renderRows(2, ['figure', 'verdict', 'measured', 'bound'], rows);
}

function milliseconds(seconds: number): string {
  return (seconds * 1000).toFixed(1);
}

function ratio(value: number, peer: number | undefined): string {
  return peer === undefined ? '' : (value / peer).toFixed(2);
}
