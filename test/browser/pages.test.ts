// The pages in a real browser: complete without script, used with it, read by a screen reader's rules (axe-core), printed, on a phone, in
// the dark; and full of hostile text, of which nothing runs.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import axe from 'axe-core';
import type { BrowserContextOptions, Page } from 'playwright-core';
import type { Drift } from '../../src/documents/generated/drift.ts';
import type { Fleet } from '../../src/documents/generated/fleet.ts';
import type { Plan } from '../../src/documents/generated/plan.ts';
import type { Report } from '../../src/documents/generated/report.ts';
import { schemas } from '../../src/documents/generated/schemas.ts';
import { closeBrowser, withPage } from '../support/browser.ts';
import { readGolden } from '../support/golden.ts';
import { fillSchema, hostileTexts } from '../support/hostile-document.ts';
import { largeFleet } from '../support/large-fleet.ts';
import { needs } from '../support/needs.ts';
import { pageOf, renderCheckPage, renderFleetPage, renderPlanPage, renderScanPage } from '../support/pages.ts';
import type { Schema } from '../support/schema-arbitrary.ts';

after(closeBrowser);

const now = new Date('2026-11-23T08:12:00Z');
const largest = largeFleet({ hosts: 1000, units: 20, distinctUnits: 60, now });
const thousand = renderFleetPage(largest);
const plan = renderPlanPage(readGolden<Plan>('plan'));
const pages: Readonly<Record<string, string>> = {
  fleet: renderFleetPage(readGolden<Fleet>('fleet')),
  'fleet of 30': renderFleetPage(largeFleet({ hosts: 30, units: 3, distinctUnits: 30, now })),
  plan,
  scan: renderScanPage(readGolden<Report>('report')),
  check: renderCheckPage(readGolden<Drift>('drift')),
};
const looks: Readonly<Record<string, BrowserContextOptions>> = {
  light: { colorScheme: 'light' },
  dark: { colorScheme: 'dark' },
  'on a phone': { viewport: { width: 360, height: 740 } },
  'without script': { javaScriptEnabled: false },
};

/** Wide windows, in which nothing lies below anything else. */
const readings: Readonly<Record<string, BrowserContextOptions>> = {
  light: { colorScheme: 'light', viewport: { width: 3000, height: 900 } },
  dark: { colorScheme: 'dark', viewport: { width: 3000, height: 900 } },
  'on a phone': { viewport: { width: 360, height: 740 } },
};

/** The texts of the first cells of the rows of a section's table that are seen. */
function seenRows(page: Page, section: string): Promise<string[]> {
  return page.evaluate(
    (id) =>
      [...document.querySelectorAll<HTMLTableRowElement>(`section[aria-labelledby=${id}] tbody tr`)]
        .filter((row) => row.offsetParent !== null)
        .map((row) => row.cells[0]?.textContent ?? ''),
    section,
  );
}

for (const [name, html] of Object.entries(pages)) {
  for (const [look, options] of Object.entries(looks)) {
    test(`${name}, ${look}: nothing is said and asked for, and the page is no wider than the window`, async (t) => {
      if (!needs(t, 'chromium')) return;
      await withPage(
        html,
        async (page) => {
          assert.match((await page.locator('h1').textContent()) ?? '', /\w/);
          const width = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          assert.ok(width <= 0, `${width} pixels too wide`);
        },
        options,
      );
    });
  }

  for (const [look, options] of Object.entries(readings)) {
    test(`${name}, ${look}: axe-core finds nothing`, async (t) => {
      if (!needs(t, 'chromium')) return;
      await withPage(
        html,
        async (page) => {
          await page.evaluate(axe.source);
          const found = await page.evaluate(async () => {
            const { violations, incomplete } = await (window as unknown as { axe: typeof axe }).axe.run();
            const tell = ({ id, nodes }: (typeof violations)[number]) => `${id}: ${nodes[0]?.html.slice(0, 200)}`;
            // Axe judges the contrast neither of a symbol nor below the first column of a table that scrolls in a narrow window.
            const isUnsure = ({ any }: (typeof violations)[number]['nodes'][number]) =>
              innerWidth > 1000 && !any.some(({ data }) => data?.messageKey === 'nonBmp');
            const unsure = incomplete.filter(({ id, nodes }) => id !== 'color-contrast' || nodes.some(isUnsure));
            return [...violations, ...unsure].map(tell);
          });
          assert.deepEqual(found, []);
        },
        options,
      );
    });
  }
}

for (const [name, html] of Object.entries(pages)) {
  test(`${name}: no short word is broken in a table`, async (t) => {
    if (!needs(t, 'chromium')) return;
    await withPage(html, async (page) => {
      const broken = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>('tbody td, tbody th')]
          .filter(({ textContent }) => /^[\w.-]{1,14}$/.test(textContent ?? ''))
          .filter((cell) => {
            const range = document.createRange();
            range.selectNodeContents(cell);
            return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1;
          })
          .map(({ textContent }) => textContent),
      );
      assert.deepEqual(broken, []);
    });
  });
}

/** The text that a screen reader says of a section: parts that are closed or hidden are not in it. */
async function saidOf(page: Page, section: string): Promise<string> {
  return page.locator(`section[aria-labelledby=${section}]`).ariaSnapshot();
}

const hostsIn = (said: string): string[] => [...new Set(said.match(/(?<![\w-])(?:web|cache)-\d+(?![\w-])/g))].sort();

/** Each takes one step at most from the top of the page, and tells what can be read then. */
const questions: readonly { question: string; answer: (page: Page) => Promise<unknown>; right: unknown }[] = [
  {
    question: 'which hosts must reboot',
    answer: async (page) => {
      await page.getByRole('link', { name: '100', exact: true }).click();
      return hostsIn(await saidOf(page, 'reboot'));
    },
    right: largest.hosts
      .filter((host) => host.reboot_required)
      .map(({ hostname }) => hostname)
      .sort(),
  },
  {
    question: 'which hosts run the libssl without a fix, by the filter',
    answer: async (page) => {
      await page.locator('section[aria-labelledby=fixes]').getByLabel('Filter').fill('cve-2025-4575');
      return hostsIn(await page.locator('section[aria-labelledby=fixes] table').first().ariaSnapshot());
    },
    right: [...largest.cves!.find(({ id }) => id === 'CVE-2025-4575')!.hosts].sort(),
  },
  {
    question: 'which hosts run the libssl without a fix, by its bar',
    answer: async (page) => {
      const row = page.locator('section[aria-labelledby=fixes] tr', { hasText: 'CVE-2025-4575' });
      await row.getByText('20 hosts', { exact: true }).click();
      return hostsIn(await row.ariaSnapshot());
    },
    right: [...largest.cves!.find(({ id }) => id === 'CVE-2025-4575')!.hosts].sort(),
  },
  {
    question: 'of which hosts it is not known whether they lack a fix',
    answer: async (page) => {
      await page.locator('section[aria-labelledby=fixes]').getByLabel('Filter').fill('cve-2025-4575');
      return hostsIn(await page.locator('section[aria-labelledby=fixes] table').nth(1).ariaSnapshot());
    },
    right: largest.hosts
      .filter(({ fixes_unknown }) => fixes_unknown!.length > 0)
      .map(({ hostname }) => hostname)
      .sort(),
  },
  {
    question: 'which unit holds the most disk',
    answer: async (page) => {
      const said = await page.getByRole('banner').ariaSnapshot();
      const first = page.locator('section[aria-labelledby=disk] tbody tr').first();
      const unit = await first.getByRole('rowheader').textContent();
      return [/250\.0 GiB by (\S+)/.exec(said)?.[1], unit, (await first.ariaSnapshot()).includes('250.0 GiB')];
    },
    right: ['storage-0.service', 'storage-0.service', true],
  },
  {
    question: 'which hosts were not seen, and why',
    answer: async (page) => {
      await page.getByRole('link', { name: '12', exact: true }).click();
      const said = await saidOf(page, 'unseen');
      const reasons = [
        ...['did not run as root', 'could not be read in time', 'asked for a part alone', 'Never reported'],
        'look on the host whether lib-users scan runs there on a schedule',
      ];
      return [hostsIn(said), reasons.filter((reason) => !said.includes(reason))];
    },
    right: [
      [
        ...largest.hosts.filter(({ complete }) => !complete).map(({ hostname }) => hostname),
        ...largest.never_reported!,
      ].sort(),
      [],
    ],
  },
];
for (const width of [1280, 390]) {
  for (const { question, answer, right } of questions) {
    test(`of 1000 hosts, on a screen of ${width} pixels: ${question}`, async (t) => {
      if (!needs(t, 'chromium')) return;
      await withPage(
        thousand,
        async (page) => {
          assert.deepEqual(await answer(page), right);
          // Nothing of the answer stands beyond the edge, but for the matrix of hosts and units, which is scrolled.
          const beyond = await page.evaluate(() =>
            [...document.querySelectorAll('section:not([aria-labelledby=hosts]) :is(li, th, td)')]
              .filter((each) => each.checkVisibility() && each.getBoundingClientRect().right > innerWidth)
              .map(({ textContent }) => textContent),
          );
          assert.deepEqual(beyond, []);
        },
        { viewport: { width, height: 844 } },
      );
    });
  }
}

test('the names that the filter opened close again with the next letter', async (t) => {
  if (!needs(t, 'chromium')) return;
  await withPage(thousand, async (page) => {
    const section = page.locator('section[aria-labelledby=fixes]');
    const open = () => section.locator('table').first().locator('details[open]').count();
    await section.getByLabel('Filter').fill('CVE-2025-4575');
    assert.ok((await open()) > 0);
    await section.getByLabel('Filter').fill('CVE-2025');
    assert.equal(await open(), 0);
  });
});

test('a whole name is found alone, its list opens alone, and it is marked', async (t) => {
  if (!needs(t, 'chromium')) return;
  await withPage(thousand, async (page) => {
    const section = page.locator('section[aria-labelledby=fixes]');
    const rows = section.locator('table').first().locator('tbody tr:visible');
    const lacking = (host: string) => largest.cves!.filter(({ hosts }) => hosts.includes(host)).map(({ id }) => id);
    await section.getByLabel('Filter').fill('web-2');
    assert.equal(await rows.count(), 2);
    assert.deepEqual(
      (await rows.locator('th').allTextContents()).flatMap((ids) => ids.split(', ')),
      lacking('web-2'),
    );
    await section.getByLabel('Filter').fill('web-26 libpcre2-8-0');
    assert.equal(await rows.count(), 1);
    assert.deepEqual(await section.locator('.hit').allTextContents(), ['web-26\n']);
    assert.equal(await rows.locator('details[open]').count(), 1);
    await section.getByLabel('Filter').fill('');
    assert.equal(await section.locator('.hit').count(), 0);
    const reboots = page.locator('section[aria-labelledby=reboot]');
    await reboots.getByLabel('Filter').fill('web-7');
    assert.equal(await reboots.locator('tbody tr:visible').count(), 1);
  });
});

test('a fix is found that stands behind the first of its row', async (t) => {
  if (!needs(t, 'chromium')) return;
  const [first] = largest.cves!;
  const cves = Array.from({ length: 40 }, (_, index) => ({ ...first!, id: `CVE-2026-${30000 + index}` }));
  await withPage(renderFleetPage({ ...largest, cves }), async (page) => {
    const section = page.locator('section[aria-labelledby=fixes]');
    assert.equal(await section.getByText('CVE-2026-30039').isVisible(), false);
    await section.getByLabel('Filter').fill('CVE-2026-30039');
    assert.equal(await section.getByText('CVE-2026-30039').isVisible(), true);
    await section.getByLabel('Filter').fill('CVE-2026-30040');
    await section.getByText('No row matches').waitFor();
    // The words on the buttons are no part of a row.
    await section.getByLabel('Filter').fill('copy');
    await section.getByText('No row matches').waitFor();
  });
});

/** A fleet whose two rows of fixes differ in what closes them, with units and ids behind a fold. */
function foldedFixes(): Fleet {
  const units = Array.from({ length: 30 }, (_, index) => `worker-${index}.service`);
  const made = (first: number, packages: string[], closed_by: ('restart' | 'reboot')[]) =>
    Array.from({ length: 40 }, (_, index) => ({
      ...{ id: `CVE-2026-${first + index}`, packages, hosts: ['web-1', 'web-2'] },
      ...{ units, closed_by },
    }));
  return {
    ...largest,
    cves: [...made(30000, ['libfoo'], ['restart', 'reboot']), ...made(40000, ['libbar'], ['restart'])],
  };
}

test('the text beside a folded list is searched, and so is every text inside', async (t) => {
  if (!needs(t, 'chromium')) return;
  await withPage(renderFleetPage(foldedFixes()), async (page) => {
    const section = page.locator('section[aria-labelledby=fixes]');
    const rows = section.locator('table').first().locator('tbody tr:visible');
    const filter = (text: string) => section.getByLabel('Filter').fill(text);
    assert.equal(await rows.count(), 2);
    await filter('and a reboot');
    assert.match((await rows.allTextContents()).join(), /^CVE-2026-30000.*libfoo/);
    assert.equal(await rows.count(), 1);
    // The match is in one folded part, and a name in another.
    await filter('CVE-2026-30039 worker-29.service');
    assert.equal(await rows.count(), 1);
    assert.equal(await section.getByText('CVE-2026-30039').isVisible(), true);
    assert.equal(await rows.getByText('worker-29.service').isVisible(), true);
    await filter('CVE-2026-30039 web-1');
    assert.equal(await section.getByText('CVE-2026-30039').isVisible(), true);
    assert.equal(await rows.getByText('worker-29.service').isVisible(), false);
  });
});

test('a row that opens moves no column', async (t) => {
  if (!needs(t, 'chromium')) return;
  await withPage(thousand, async (page) => {
    for (const id of ['fixes', 'age', 'disk', 'files']) {
      const section = page.locator(`section[aria-labelledby=${id}]`);
      const places = () =>
        section
          .locator('thead')
          .first()
          .locator('th')
          .evaluateAll((all) => all.map((each) => each.getBoundingClientRect().left));
      const before = await places();
      for (const summary of (await section.locator('summary').all()).slice(0, 2)) await summary.click();
      assert.ok((await section.locator('details[open]').count()) > 0, id);
      assert.deepEqual(await places(), before, id);
    }
  });
});

test('no CVE id and no unit is broken at its hyphens', async (t) => {
  if (!needs(t, 'chromium')) return;
  for (const width of [1280, 390]) {
    await withPage(
      thousand,
      async (page) => {
        const broken = await page.evaluate(() =>
          [...document.querySelectorAll('.whole')]
            .filter((each) => each.getClientRects().length > 1)
            .map(({ textContent }) => textContent),
        );
        assert.deepEqual(broken, []);
        const whole = await page.locator('.whole').allTextContents();
        for (const name of ['storage-0.service', 'CVE-2026-10012,']) assert.ok(whole.includes(name), name);
      },
      { viewport: { width, height: 844 } },
    );
  }
});

test('on a phone a link to a section stands in a tile or in the list below, and not in both', async (t) => {
  if (!needs(t, 'chromium')) return;
  await withPage(
    thousand,
    async (page) => {
      const links = await page
        .locator('nav a:visible')
        .evaluateAll((all) => all.map((each) => each.getAttribute('href')));
      assert.deepEqual(links, ['#age', '#hosts', '#files']);
      const headings = page.locator('section[aria-labelledby=fixes] thead').first().locator('th');
      const tops = await headings.evaluateAll((all) => all.map((each) => each.getBoundingClientRect().top));
      assert.equal(new Set(tops).size, 1, 'the words to sort by stand in one line');
    },
    { viewport: { width: 390, height: 844 } },
  );
});

/** The brightness (0 to 255) of each pixel of the window from left to right, `up` pixels above the lower edge of a table that scrolls. */
async function brightness(page: Page, section: string, up: number): Promise<number[]> {
  const box = (await page.locator(`section[aria-labelledby=${section}] .scroll`).boundingBox())!;
  const clip = { x: 0, y: box.y + box.height - up, width: page.viewportSize()!.width, height: 1 };
  const picture = [...(await page.screenshot({ clip, fullPage: true }))];
  return page.evaluate(async (bytes) => {
    const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
    const context = new OffscreenCanvas(bitmap.width, 1).getContext('2d')!;
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, bitmap.width, 1);
    return Array.from({ length: bitmap.width }, (_, x) => Math.max(...data.slice(x * 4, x * 4 + 3)));
  }, picture);
}

for (const javaScriptEnabled of [true, false]) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`a shade at the edge says that columns follow, until the last one is seen: ${colorScheme}, ${javaScriptEnabled ? 'with' : 'without'} script`, async (t) => {
      if (!needs(t, 'chromium')) return;
      await withPage(
        pages['fleet of 30']!,
        async (page) => {
          const region = page.locator('section[aria-labelledby=hosts] .scroll');
          // Below the text of the last row.
          const edge = async (): Promise<number> => {
            const row = await brightness(page, 'hosts', 4);
            return Math.abs(row[390 - 16 - 2]! - row[390 - 8]!);
          };
          assert.ok((await edge()) > 60, `${await edge()}: the shade is seen`);
          await region.evaluate((each) => each.scrollTo({ left: each.scrollWidth }));
          assert.equal(await edge(), 0, 'the last column is seen');
          await region.evaluate((each) => each.scrollTo({ left: 100 }));
          assert.ok((await edge()) > 60, 'between the first and the last');
        },
        { viewport: { width: 390, height: 844 }, colorScheme, javaScriptEnabled },
      );
    });
  }
}

test('the colours follow the reader: dark text on light, light text on dark', async (t) => {
  if (!needs(t, 'chromium')) return;
  const colours = (colorScheme: 'light' | 'dark') =>
    withPage(plan, (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor), { colorScheme });
  assert.equal(await colours('light'), 'rgb(255, 255, 255)');
  assert.equal(await colours('dark'), 'rgb(13, 17, 23)');
});

test('the first key leads to the content', async (t) => {
  if (!needs(t, 'chromium')) return;
  await withPage(plan, async (page) => {
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Skip to the content');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => location.hash), '#main');
  });
});

test('filter: every word must occur, a unit is found by its mark, and the number of rows is said', async (t) => {
  if (!needs(t, 'chromium')) return;
  await withPage(thousand, async (page) => {
    const section = page.locator('section[aria-labelledby=hosts]');
    const field = section.getByLabel('Filter');
    const said = section.locator('output');
    const unit = (await section.locator('th[data-mark]').first().textContent()) ?? '';
    const filtered = async (text: string): Promise<string[]> => {
      await field.fill(text);
      return seenRows(page, 'hosts');
    };
    assert.equal((await filtered('')).length, 100);
    assert.equal(await said.textContent(), 'The first 100 of 1002 rows');
    assert.deepEqual((await filtered('WEB-123 ')).sort(), ['web-123']);
    assert.equal(await said.textContent(), '1 of 1002 rows, with exactly this name');
    assert.deepEqual(await filtered('web-123 no such word'), []);
    assert.equal(await said.textContent(), 'No row matches');
    assert.equal(await section.getByRole('table').count(), 0);
    assert.deepEqual(await filtered('cache-1'), ['cache-1']);
    assert.deepEqual((await filtered('no report')).sort(), ['cache-1', 'cache-2']);
    assert.deepEqual(await filtered('web-4'), ['web-4']);
    assert.equal((await filtered('web-40')).length, 1);
    assert.equal((await filtered('eb-40')).length, 11);
    assert.equal(await said.textContent(), '11 of 1002 rows');
    assert.equal((await filtered('restart')).length, 100);
    assert.equal(await said.textContent(), '750 of 1002 rows, the first 100 are shown');
    const marked = await filtered(unit);
    assert.ok(marked.length > 50, String(marked.length));
    await section.getByRole('button', { name: /^Show all/ }).click();
    const all = await seenRows(page, 'hosts');
    const total = await page.evaluate(
      () => document.querySelectorAll('section[aria-labelledby=hosts] tbody tr').length,
    );
    assert.ok(all.length > marked.length && all.length < total, String(all.length));
    assert.equal((await filtered('')).length, total);
  });
});

for (const width of [1280, 390]) {
  for (const javaScriptEnabled of [true, false]) {
    test(`the tile of waiting hosts leads to these hosts alone, ${javaScriptEnabled ? 'with' : 'without'} script at ${width} pixels`, async (t) => {
      if (!needs(t, 'chromium')) return;
      await withPage(
        thousand,
        async (page) => {
          const section = page.locator('section[aria-labelledby=hosts]');
          const waiting = largest.hosts.filter(({ stale }) => stale! > 0).map(({ hostname }) => hostname);
          const note = section.getByText('Only hosts that wait for a restart (750).');
          const showAll = async () => {
            if (javaScriptEnabled) await section.getByRole('button', { name: /^Show all, not/ }).click();
          };
          assert.equal(await note.isVisible(), false);
          await page.getByRole('link', { name: '750', exact: true }).click();
          await note.waitFor();
          if (javaScriptEnabled) {
            assert.equal(await section.locator('output').textContent(), '750 of 1002 rows, the first 100 are shown');
            assert.equal((await seenRows(page, 'hosts')).length, 100);
            await section.getByLabel('Filter').fill('no report');
            assert.deepEqual(await seenRows(page, 'hosts'), []);
            await section.getByLabel('Filter').fill('');
          }
          await showAll();
          assert.deepEqual((await seenRows(page, 'hosts')).sort(), waiting.sort());
          assert.ok(await section.getByRole('heading').evaluate((each) => each.getBoundingClientRect().top >= 0));
          await section.getByRole('link', { name: 'Show all hosts' }).click();
          assert.equal(await note.isVisible(), false);
          assert.equal((await seenRows(page, 'hosts')).length, 1002);
        },
        { viewport: { width, height: 844 }, javaScriptEnabled },
      );
    });
  }
}

test('a page that is opened at a part of its rows shows these alone', async (t) => {
  if (!needs(t, 'chromium')) return;
  await withPage(thousand, async (page) => {
    await page.evaluate(() => {
      location.hash = '#waiting';
    });
    await page.reload();
    const section = page.locator('section[aria-labelledby=hosts]');
    assert.equal(await section.locator('output').textContent(), '750 of 1002 rows, the first 100 are shown');
    assert.equal((await seenRows(page, 'hosts')).length, 100);
    await page.goBack();
    assert.equal(await section.locator('output').textContent(), 'The first 100 of 1002 rows');
  });
});

test('sort: by number and by name, in both directions, with the direction said', async (t) => {
  if (!needs(t, 'chromium')) return;
  await withPage(thousand, async (page) => {
    const section = page.locator('section[aria-labelledby=disk]');
    const click = async (name: string): Promise<string[]> => {
      await section.getByRole('button', { name, exact: true }).click();
      return seenRows(page, 'disk');
    };
    assert.equal((await seenRows(page, 'disk'))[0], 'storage-0.service');
    const byName = await click('Unit');
    assert.deepEqual(byName, [...byName].sort(new Intl.Collator('en', { numeric: true }).compare));
    assert.equal(await section.locator('th[aria-sort]').getAttribute('aria-sort'), 'ascending');
    assert.deepEqual(await click('Unit'), [...byName].reverse());
    assert.equal((await click('Disk held'))[0], 'storage-0.service');
    assert.equal((await click('Disk held')).at(-1), 'storage-0.service');
    assert.equal(await section.locator('th[aria-sort]').getAttribute('aria-sort'), 'ascending');
  });
});

test('sort in a browser that has no property ariaSort: the direction is said all the same', async (t) => {
  if (!needs(t, 'chromium')) return;
  await withPage(thousand, async (page) => {
    await page.evaluate(() => Reflect.deleteProperty(Element.prototype, 'ariaSort'));
    const section = page.locator('section[aria-labelledby=disk]');
    const said = async (title: string): Promise<string | null> => {
      await section.getByRole('button', { name: title, exact: true }).click();
      return section.locator('th[aria-sort]').getAttribute('aria-sort');
    };
    assert.equal(await said('Unit'), 'ascending');
    assert.equal(await said('Disk held'), 'descending');
    assert.equal(await said('Disk held'), 'ascending');
    assert.equal(await said('Unit'), 'ascending');
  });
});

test('copy: the clipboard has the command, and what was copied is said', async (t) => {
  if (!needs(t, 'chromium')) return;
  await withPage(
    plan,
    async (page) => {
      const command = page.locator('code[data-copy]').first();
      await page
        .getByRole('button', { name: /^Copy systemctl/ })
        .first()
        .click();
      await page.getByText('Copied', { exact: true }).waitFor();
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      assert.equal(copied, await command.textContent());
      assert.match(copied, /^systemctl try-restart -- \S+\.service$/);
      assert.equal(await page.getByRole('status').last().textContent(), `Copied ${copied}`);
    },
    { permissions: ['clipboard-read', 'clipboard-write'] },
  );
});

test('copy without a clipboard: the command is selected', async (t) => {
  if (!needs(t, 'chromium')) return;
  await withPage(plan, async (page) => {
    await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
    await page
      .getByRole('button', { name: /^Copy systemctl/ })
      .first()
      .click();
    await page.getByText('Press Ctrl+C', { exact: true }).waitFor();
    assert.equal(
      await page.evaluate(() => String(getSelection())),
      await page.locator('code[data-copy]').first().textContent(),
    );
  });
});

test('copy the names of hosts: one name a line, in natural order', async (t) => {
  if (!needs(t, 'chromium')) return;
  await withPage(
    thousand,
    async (page) => {
      const unseen = page.locator('section[aria-labelledby=unseen]');
      await unseen.getByRole('button', { name: 'Copy 4 names' }).click();
      await unseen.getByText('Copied', { exact: true }).waitFor();
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      assert.equal(copied, 'web-9\nweb-309\nweb-609\nweb-909');
      assert.equal(await page.getByRole('status').last().textContent(), 'Copied 4 names');
      await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
      await unseen.getByRole('button', { name: 'Copy 2 names' }).click();
      await page.getByText('Press Ctrl+C', { exact: true }).waitFor();
      const selected = await page.evaluate(() => String(getSelection()));
      assert.deepEqual(selected.trim().split(/\n+/), ['cache-1', 'cache-2']);
    },
    { permissions: ['clipboard-read', 'clipboard-write'] },
  );
});

test('copy all hosts that must reboot: one button for all rows, whatever the filter hides', async (t) => {
  if (!needs(t, 'chromium')) return;
  const required = largest.hosts.filter((host) => host.reboot_required).map(({ hostname }) => hostname);
  await withPage(
    thousand,
    async (page) => {
      const section = page.locator('section[aria-labelledby=reboot]');
      await section.getByLabel('Filter').fill('web-7');
      await section.getByRole('button', { name: 'Copy all 100 names' }).click();
      await section.getByText('Copied', { exact: true }).waitFor();
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      assert.deepEqual(copied.split('\n').sort(), required.sort());
      await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
      await section.getByText('Copied', { exact: true }).click();
      for (let press = 0; press < 2; press++) {
        await section.getByText('Press Ctrl+C', { exact: true }).click();
        const selected = await page.evaluate(() => String(getSelection()));
        assert.equal(selected.trim(), copied);
      }
      assert.equal(await section.locator('pre').count(), 1);
    },
    { permissions: ['clipboard-read', 'clipboard-write'] },
  );
});

test('a list that is cut is not copied as all', async (t) => {
  if (!needs(t, 'chromium')) return;
  // Two lists of a million characters have no room in one page.
  const hosts = largest.hosts.map((host, index) => ({ ...host, hostname: `web-${index}-${'x'.repeat(1500)}` }));
  const all = hosts.map((host) => ({ ...host, reboot_required: true }));
  await withPage(renderFleetPage({ ...largest, hosts: all }), async (page) => {
    const section = page.locator('section[aria-labelledby=reboot]');
    await section
      .getByRole('button', { name: /^Copy only the first \d+ names$/ })
      .first()
      .waitFor();
    assert.equal(await section.getByRole('button', { name: /^Copy all/ }).count(), 0);
  });
});

test('without script there is no button and no field, and every row is seen', async (t) => {
  if (!needs(t, 'chromium')) return;
  await withPage(
    thousand,
    async (page) => {
      assert.equal(await page.locator('button, input').count(), 0);
      assert.equal(await page.locator('section[aria-labelledby=hosts] tbody tr').last().isVisible(), true);
    },
    { javaScriptEnabled: false },
  );
});

for (const javaScriptEnabled of [true, false]) {
  test(`print, ${javaScriptEnabled ? 'with' : 'without'} script: all names are on paper, and no button is`, async (t) => {
    if (!needs(t, 'chromium')) return;
    await withPage(
      pages['fleet of 30']!,
      async (page) => {
        await page.emulateMedia({ media: 'print' });
        const names = page.locator('section[aria-labelledby=fixes] details:not([open])').first();
        assert.ok(((await names.boundingBox())?.height ?? 0) > 40, 'closed names are printed');
        for (const selector of ['nav', 'main button:not(thead button)', 'input']) {
          for (const each of await page.locator(selector).all()) assert.equal(await each.isVisible(), false, selector);
        }
        const pdf = await page.pdf();
        assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
      },
      { javaScriptEnabled },
    );
  });
}

test('print: the text of a table is no larger than that of a paragraph', async (t) => {
  if (!needs(t, 'chromium')) return;
  await withPage(plan, async (page) => {
    await page.emulateMedia({ media: 'print' });
    const sizes = await page.evaluate(() =>
      ['table', '.facts', 'main p'].map((each) =>
        Number.parseFloat(getComputedStyle(document.querySelector(each)!).fontSize),
      ),
    );
    assert.ok(sizes[0]! <= sizes[2]! && sizes[1]! <= sizes[2]!, sizes.join(' '));
  });
});

test('print: a long table is printed whole', async (t) => {
  if (!needs(t, 'chromium')) return;
  await withPage(thousand, async (page) => {
    assert.equal((await seenRows(page, 'hosts')).length, 100);
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    assert.equal((await seenRows(page, 'hosts')).length, 1002);
  });
});

for (const schema of ['report', 'plan', 'drift', 'fleet'] as const) {
  test(`a hostile ${schema}: nothing runs`, async (t) => {
    if (!needs(t, 'chromium')) return;
    for (const [name, text] of Object.entries(hostileTexts)) {
      for (const pick of [0, 1]) {
        const html = pageOf[schema](fillSchema(schemas[schema] as Schema, { text, pick }) as never);
        await withPage(html, async (page) => {
          const seen = await page.evaluate(() => ({
            hit: 'hit' in window,
            odd: document.querySelectorAll('img, iframe, object, embed, link, form, svg [onload], [onerror], [style]')
              .length,
            scripts: document.scripts.length,
            title: document.title !== '',
          }));
          assert.deepEqual(seen, { hit: false, odd: 0, scripts: 1, title: true }, name);
        });
      }
    }
  });
}
