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
/** One letter after the other, as somebody types them; then the name of a unit. */
const typed = ['w', 'we', 'web', 'web-', 'web-1', 'web-12', 'web-123', '', 'cron-24.service'];

async function main(): Promise<void> {
  const runs = Number(process.argv[2] ?? 7);
  if (!(Number.isInteger(runs) && runs > 0)) throw new Error(`${process.argv[2]}: not a number of runs`);
  console.log(`${describeMachine()}; ${describeLoad()}; ${runs} runs.\n`);
  console.log('| hosts | figure | median | lowest | highest | bound |\n|---:|---|---:|---:|---:|---:|');
  for (const hosts of sizes) {
    for (const { title, runs: all, unit, most } of await measure(hosts, runs)) {
      const sorted = all.sort((a, b) => a - b);
      const median = sorted[sorted.length >> 1]!;
      const bound = hosts === sizes[0] && most !== null ? most : null;
      const cells = [median, sorted[0]!, sorted.at(-1)!].map(
        (value) => `${value.toFixed(unit === 'MB' ? 2 : 0)} ${unit}`,
      );
      console.log(`| ${hosts} | ${title} | ${cells.join(' | ')} | ${bound === null ? '' : `${bound} ${unit}`} |`);
      if (bound !== null && median > bound) {
        console.error(`${hosts} hosts: ${title}: ${cells[0]}, the bound is ${bound} ${unit}`);
        process.exitCode = 1;
      }
    }
  }
}

async function measure(hosts: number, runs: number): Promise<Figure[]> {
  const fleet = largeFleet({ hosts, units: 20, distinctUnits: 60, now });
  const figure = (title: string, unit: Figure['unit'], most: number | null): Figure => ({
    title,
    runs: [],
    unit,
    most,
  });
  const figures = {
    size: figure('size', 'MB', 3),
    render: figure('the page made of the document', 'ms', null),
    paint: figure('first paint', 'ms', 1000),
    first: figure('the first letter in the filter of the hosts', 'ms', 100),
    next: figure('the slowest of the next letters', 'ms', 100),
    cve: figure('a CVE in the filter of the fixes', 'ms', 100),
  };
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    const html = renderFleetPage(fleet);
    figures.render.runs.push(performance.now() - start);
    figures.size.runs.push(Buffer.byteLength(html) / 1e6);
    await withPage(html, async (page) => {
      figures.paint.runs.push(await firstPaint(page));
      const [first, ...next] = await filterTimes(page, 'hosts', typed);
      figures.first.runs.push(first!);
      figures.next.runs.push(Math.max(...next));
      figures.cve.runs.push(...(await filterTimes(page, 'fixes', ['CVE-2025-4575'])));
    });
  }
  return Object.values(figures);
}

/** Since the navigation began. */
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

/** From the event of each text until its rows are laid out and drawn. */
async function filterTimes(page: Page, section: string, texts: readonly string[]): Promise<number[]> {
  return page.evaluate(
    async ({ section, texts }) => {
      const field = document.querySelector<HTMLInputElement>(`section[aria-labelledby=${section}] input`)!;
      field.scrollIntoView();
      const drawn = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      await drawn();
      const times: number[] = [];
      for (const text of texts) {
        field.value = text;
        const start = performance.now();
        field.dispatchEvent(new Event('input'));
        await drawn();
        times.push(performance.now() - start);
      }
      return times;
    },
    { section, texts },
  );
}

try {
  await main();
} catch (error) {
  console.error(`bench:pages: ${(error as Error).message}`);
  process.exitCode = 2;
} finally {
  await closeBrowser();
}
