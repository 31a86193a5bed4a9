// A page as text -> the same page opened from a file in headless Chromium, without a network. Every message of the console, every error
// and every request is kept, so that a test can say that there was none.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

let browser: Browser | null = null;

/** The file is Debian's; Playwright's own browsers are not used. Root has no sandbox in Chromium. */
async function start(): Promise<Browser> {
  browser ??= await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  return browser;
}

export async function closeBrowser(): Promise<void> {
  await browser?.close();
  browser = null;
}

/** Opens the page, lets the test look at it, and checks that the page was silent and asked for nothing but itself. */
export async function withPage<R>(
  html: string,
  look: (page: Page) => Promise<R>,
  options: BrowserContextOptions = {},
): Promise<R> {
  const folder = mkdtempSync(join(tmpdir(), 'lib-users-page-'));
  const context = await (await start()).newContext({
    offline: true,
    viewport: { width: 1280, height: 900 },
    ...options,
  });
  try {
    const file = join(folder, 'page.html');
    writeFileSync(file, html);
    const page = await context.newPage();
    const said: string[] = [];
    const asked: string[] = [];
    page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => said.push(String(error)));
    page.on('dialog', (dialog) => {
      said.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => asked.push(request.url()));
    const url = pathToFileURL(file).href;
    await page.goto(url);
    const result = await look(page);
    assert.deepEqual(said, [], 'the console is empty');
    assert.deepEqual(
      [...new Set(asked.map((each) => each.replace(/#.*/, '')))],
      [url],
      'nothing but the page itself was asked for',
    );
    return result;
  } finally {
    await context.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
