// The fleet of test/support/large-fleet.ts -> docs/fleet.png, the picture in README.md: its page in Debian's headless Chromium.
// `npm run picture` renews it. No check compares it, because another Chromium or other fonts draw other pixels.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { localOptions } from './build/esbuild-options.mjs';
import { root } from './project.mjs';

const size = { width: 1100, height: 1640 };
const shown = { hosts: 40, units: 6, distinctUnits: 14, now: new Date('2026-11-23T08:12:00Z') };

mkdirSync(join(root, 'build'), { recursive: true });
const folder = mkdtempSync(join(root, 'build/picture-'));
try {
  const outfile = join(folder, 'fleet.mjs');
  await build({
    ...localOptions,
    stdin: {
      contents:
        "export { largeFleet } from './test/support/large-fleet.ts'; export { renderFleetPage } from './test/support/pages.ts';",
      resolveDir: root,
    },
    outfile,
  });
  const { largeFleet, renderFleetPage } = await import(pathToFileURL(outfile).href);
  const page = join(folder, 'fleet.html');
  writeFileSync(page, renderFleetPage(largeFleet(shown)));
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args });
  try {
    const context = await browser.newContext({ offline: true, viewport: size, colorScheme: 'light' });
    const tab = await context.newPage();
    await tab.goto(pathToFileURL(page).href);
    await tab.screenshot({ path: join(root, 'docs/fleet.png') });
  } finally {
    await browser.close();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
