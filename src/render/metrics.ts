// Metric families as text. Gauges only, no timestamps. OpenMetrics 1.0; the text is valid in Prometheus' own format 0.0.4 too.

import { keyMaker } from '../keys.ts';
import { sanitize } from './sanitize.ts';

export type Labels = Readonly<Record<string, string>>;

/** One metric family: samples by their labels as they are printed. */
export class Family {
  readonly #name: string;
  readonly #help: string;
  readonly #keyOf = keyMaker();
  readonly #samples = new Map<string, { labels: string; value: number }>();

  constructor(name: string, help: string) {
    this.#name = `lib_users_${name}`;
    this.#help = help;
  }

  set(labels: Labels, value: number | null, join: (a: number, b: number) => number = (a, b) => a + b): this {
    if (value === null) return this;
    const text = renderLabels(labels);
    const key = this.#keyOf(text);
    const old = this.#samples.get(key);
    if (old === undefined) this.#samples.set(key, { labels: text, value });
    else old.value = join(old.value, value);
    return this;
  }

  toString(): string {
    if (this.#samples.size === 0) return '';
    const lines = [...this.#samples.values()].map(
      ({ labels, value }) => `${this.#name}${labels} ${renderNumber(value)}\n`,
    );
    return `# HELP ${this.#name} ${this.#help}\n# TYPE ${this.#name} gauge\n${lines.join('')}`;
  }
}

/** null if no calendar has the time that a report gives. */
export function toSeconds(time: string): number | null {
  const ms = Date.parse(time);
  return Number.isNaN(ms) ? null : ms / 1000;
}

/** Bounds a sum, because the numbers of a report that lies may add up to infinity. */
function renderNumber(value: number): string {
  return Number.isFinite(value) ? String(value) : '+Inf';
}

function renderLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeLabel(value: string): string {
  return visibleLabel(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/** A label's value for readers of the metrics: unit names keep their backslashes, every other character that is not plain is made visible. */
export function visibleLabel(value: string): string {
  return value.split('\\').map(sanitize).join('\\');
}
