// npm run bench:pages [-- RUNS]: makes the pages of 1,000 and 10,000 hosts with 20 stale units each, and measures how large they are and,
// in headless Chromium, when they first paint and how long the filter takes. Medians; ends with 1 if a figure is past its bound.

import type { Page } from 'playwright-core';
import { describeLoad, describeMachine } from '../bench/machine.ts';
import { closeBrowser, withPage } from '../support/browser.ts';
import { largeFleet } from '../support/large-fleet.ts';
import { renderFleetPage } from '../support/pages.ts';

interface Figure {
  title: string;
  /** One figure of each run. */
  runs: number[];
  unit: 'ms' | 'MB';
  /** Only for 1,000 hosts: the page of 10,000 opens, and no more is asked of it. */
  most: number | null;
}

const sizes = [1000, 10_000];
const now = new Date('2026-11-23T08:12:00Z');
/** The texts that somebody types: the first letter, the next ones, nothing again, and the name of a unit. */
const typed: readonly { section: string; text: string }[] = [
  ...['w', 'web-1', 'web-123', '', 'cron-24.service'].map((text) => ({ section: 'hosts', text })),
  { section: 'fixes', text: 'CVE-2025-4575' },
];

async function main(): Promise<void> {
  const runs = Number(process.argv[2] ?? 7);
  if (!(Number.isInteger(runs) && runs > 0)) throw new Error(`${process.argv[2]}: not a number of runs`);
  console.log(`${describeMachine()}; ${describeLoad()}; ${runs} runs.\n`);
  console.log('| hosts | figure | median | lowest | highest | bound |\n|---:|---|---:|---:|---:|---:|');
  for (const hosts of sizes) {
    for (const { title, runs: all, unit, most } of await measure(hosts, runs)) {
      const sorted = all.sort((a, b) => a - b);
      const shown = [sorted[sorted.length >> 1]!, sorted[0]!, sorted.at(-1)!].map((value) => show(value, unit));
      const bound = hosts === sizes[0] ? most : null;
      console.log(`| ${[hosts, title, ...shown, bound === null ? '' : `${bound} ${unit}`].join(' | ')} |`);
      if (bound !== null && sorted[sorted.length >> 1]! > bound) {
        console.error(`${hosts} hosts: ${title}: ${shown[0]}, the bound is ${bound} ${unit}`);
        process.exitCode = 1;
      }
    }
  }
}

function show(value: number, unit: Figure['unit']): string {
  return `${value.toFixed(unit === 'MB' ? 2 : 0)} ${unit}`;
}

async function measure(hosts: number, runs: number): Promise<Figure[]> {
  const fleet = largeFleet({ hosts, units: 20, distinctUnits: 60, now });
  const figure = (title: string, unit: Figure['unit'], most: number | null): Figure => ({
    ...{ title, runs: [], unit, most },
  });
  const size = figure('size', 'MB', 3);
  const render = figure('the page made of the document', 'ms', null);
  const paint = figure('first paint', 'ms', 1000);
  const filters = typed.map(({ section, text }) => ({
    ...{ section, text },
    wall: figure(`filter of the ${section}: "${text}"`, 'ms', 100),
    cpu: figure(`filter of the ${section}: "${text}", CPU`, 'ms', null),
  }));
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    const html = renderFleetPage(fleet);
    render.runs.push(performance.now() - start);
    size.runs.push(Buffer.byteLength(html) / 1e6);
    await withPage(html, async (page) => {
      paint.runs.push(await firstPaint(page));
      const cpuTime = await cpuClock(page);
      for (const { section, text, wall, cpu } of filters) {
        const [elapsed, used] = await filterTime(page, section, text, cpuTime);
        wall.runs.push(elapsed);
        cpu.runs.push(used);
      }
    });
  }
  return [size, render, paint, ...filters.flatMap(({ wall, cpu }) => [wall, cpu])];
}

/** Milliseconds since the navigation began. */
async function firstPaint(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        new PerformanceObserver((list) => {
          const entry = list.getEntriesByName('first-contentful-paint')[0];
          if (entry !== undefined) resolve(entry.startTime);
        }).observe({ type: 'paint', buffered: true });
      }),
  );
}

/** Milliseconds from the event of the text until its rows are laid out and drawn, and the CPU time of the page's main thread meanwhile. */
async function filterTime(
  page: Page,
  section: string,
  text: string,
  cpuTime: Clock,
): Promise<[wall: number, cpu: number]> {
  const input = await page.locator(`section[aria-labelledby=${section}] input`).elementHandle();
  await input!.evaluate(async (field) => {
    field.scrollIntoView();
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 50)));
  });
  const before = await cpuTime();
  const wall = await input!.evaluate(async (field, value) => {
    (field as HTMLInputElement).value = value;
    const start = performance.now();
    field.dispatchEvent(new Event('input'));
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    return performance.now() - start;
  }, text);
  return [wall, (await cpuTime()) - before];
}

type Clock = () => Promise<number>;

/** Returns a clock of the CPU time of the page's main thread in milliseconds, which a busy machine does not lengthen much. */
async function cpuClock(page: Page): Promise<Clock> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1000;
  };
}

try {
  await main();
} catch (error) {
  console.error(`bench:pages: ${(error as Error).message}`);
  process.exitCode = 2;
} finally {
  await closeBrowser();
}
