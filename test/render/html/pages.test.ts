// The pages against goldens of their structure (`UPDATE_GOLDEN=1 node scripts/test.mjs test/render` writes them anew), and what is true
// of the page of every document: one style and one script, whose hashes its policy has, and no text of a host that is more than text.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { DefaultTreeAdapterTypes as Tree } from 'parse5';
import type { Drift } from '../../../src/documents/generated/drift.ts';
import type { Fleet } from '../../../src/documents/generated/fleet.ts';
import type { Action, Plan } from '../../../src/documents/generated/plan.ts';
import type { Outdated, Report } from '../../../src/documents/generated/report.ts';
import { schemas } from '../../../src/documents/generated/schemas.ts';
import { validateDocument } from '../../../src/documents/validate.ts';
import { mostCharacters } from '../../../src/render/html/escape.ts';
import { sanitize } from '../../../src/render/sanitize.ts';
import { readGolden } from '../../support/golden.ts';
import { fillSchema, hostileTexts } from '../../support/hostile-document.ts';
import { largeFleet } from '../../support/large-fleet.ts';
import { attributeOf, elementsOf, outlineOf, parsePage, textOf } from '../../support/page-outline.ts';
import { pageOf, renderCheckPage, renderFleetPage, renderPlanPage, renderScanPage } from '../../support/pages.ts';
import { projectRoot } from '../../support/project.ts';
import type { Schema } from '../../support/schema-arbitrary.ts';
import { cleanReport, crowdedReport, deniedReport, unitsReport } from '../samples.ts';

const now = new Date('2026-11-23T08:12:00Z');
const fleetOf = (hosts: number, units: number, distinctUnits: number): Fleet =>
  largeFleet({ hosts, units, distinctUnits, now });
const thousand = fleetOf(1000, 20, 60);
const thousandPage = renderFleetPage(thousand);
const tenThousandPage = renderFleetPage(fleetOf(10_000, 20, 60));

/** The golden plan with the facts of an action that not every plan has. */
function fullPlan(): Plan {
  const plan = readGolden<Plan>('plan');
  const fixed = { name: 'libssl3', running_version: '3.0.15-1', installed_version: '3.0.17-1', count: 2 };
  const fixes = { count: 2, cves: ['CVE-2026-10002', 'CVE-2026-10001'], complete: true, packages: [fixed] };
  const [first, ...rest] = plan.actions;
  return { ...plan, actions: [{ ...first!, fixes }, ...rest], fixes };
}

const goldens: readonly [name: string, page: string][] = [
  ['fleet', renderFleetPage(readGolden<Fleet>('fleet'))],
  ['fleet-of-30', renderFleetPage(fleetOf(30, 3, 30))],
  ['plan', renderPlanPage(fullPlan())],
  ['scan', renderScanPage(readGolden<Report>('report'))],
  ['scan-denied', renderScanPage(deniedReport())],
  ['check', renderCheckPage(readGolden<Drift>('drift'))],
];
for (const [name, page] of goldens) {
  test(`the structure of a page: ${name}`, () => {
    const path = join(projectRoot, 'test/fixtures/render', `html-${name}.txt`);
    const outline = outlineOf(parsePage(page));
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, outline);
    assert.equal(outline, readFileSync(path, 'utf8'));
  });
}

const others = [cleanReport(), crowdedReport(), unitsReport()].map(renderScanPage);
const pages = [...goldens.map(([, page]) => page), ...others];

/** The elements of a page, and the attributes that each may have. */
const known: Readonly<Record<string, readonly string[]>> = {
  html: ['lang'],
  head: [],
  meta: ['charset', 'http-equiv', 'content', 'name'],
  title: [],
  style: [],
  script: [],
  body: [],
  a: ['class', 'href'],
  nav: ['aria-label'],
  section: ['aria-labelledby'],
  table: ['class', 'data-tools', 'data-filter', 'data-copy'],
  th: ['scope', 'class', 'data-mark', 'data-v'],
  td: ['class', 'data-v', 'data-label'],
  div: ['class', 'role', 'aria-label', 'tabindex'],
  svg: ['class', 'aria-hidden', 'width', 'height'],
  rect: ['width', 'height'],
  ol: ['class', 'start'],
  code: ['class', 'data-copy'],
  input: ['type'],
  main: ['id'],
  h2: ['id'],
  h3: ['id', 'class'],
  details: ['class', 'open'],
  ...Object.fromEntries(
    ['header', 'footer', 'h1', 'ul', 'li', 'dl', 'dt', 'dd', 'caption', 'thead', 'tbody'].map((name) => [
      name,
      ['class'],
    ]),
  ),
  p: ['class', 'id'],
  tr: ['data-part'],
  ...Object.fromEntries(['summary', 'span', 'label', 'strong', 'br'].map((name) => [name, ['class']])),
};

function assertHarmless(page: string): Tree.Document {
  const document = parsePage(page);
  let scripts = 0;
  const ids = new Set<string>();
  for (const element of elementsOf(document)) {
    const allowed = known[element.tagName];
    assert.ok(allowed !== undefined, `<${element.tagName}>`);
    for (const { name, value } of element.attrs) {
      assert.ok(allowed.includes(name), `${name} of <${element.tagName}>`);
      if (name === 'href') assert.match(value, /^#[a-z]+$/);
      if (name === 'id') {
        assert.ok(!ids.has(value), value);
        ids.add(value);
      }
    }
    if (element.tagName === 'script') scripts++;
  }
  assert.equal(scripts, 1);
  for (const element of elementsOf(document)) {
    const target = attributeOf(element, 'href')?.slice(1) ?? attributeOf(element, 'aria-labelledby');
    if (target !== null && target !== undefined) assert.ok(ids.has(target), `#${target}`);
  }
  assert.doesNotMatch(textOf(document), /(?![\n ])[\p{C}\p{Z}\p{DI}\u2800]/u);
  return document;
}

test('a page has known elements and attributes alone, and every link leads into the page itself', () => {
  for (const page of pages) assertHarmless(page);
});

test("a page's policy allows its own style and script, by their hashes, and nothing else", () => {
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const contentOf = (document: Tree.Document, name: string): string => {
    const [element, second] = [...elementsOf(document)].filter(({ tagName }) => tagName === name);
    assert.equal(second, undefined);
    return (element!.childNodes[0] as Tree.TextNode).value;
  };
  for (const page of pages) {
    const document = parsePage(page);
    const metas = [...elementsOf(document)].filter((each) => attributeOf(each, 'http-equiv') !== null);
    assert.equal(metas.length, 1);
    assert.equal(
      attributeOf(metas[0]!, 'content'),
      `default-src 'none'; style-src ${hash(contentOf(document, 'style'))}; script-src ${hash(contentOf(document, 'script'))}; base-uri 'none'; form-action 'none'`,
    );
  }
});

for (const [name, text] of Object.entries(hostileTexts)) {
  test(`a document that is full of it shows it as text: ${name}`, async () => {
    for (const schema of ['report', 'plan', 'drift', 'fleet'] as const) {
      // A document of millions of characters takes a tenth of a second.
      for (let pick = 0; pick < (text.length > 1000 ? 2 : 6); pick++) {
        const document = fillSchema(schemas[schema] as Schema, { text, pick });
        const violation = await validateDocument(schema, document as object);
        assert.equal(violation, null, `${schema}: ${JSON.stringify(violation)?.slice(0, 300)}`);
        const page = pageOf[schema](document as never);
        assert.ok(page.length < 1_000_000, `${schema}: ${page.length}`);
        const shown = textOf(assertHarmless(page));
        assert.ok(shown.includes(sanitize(text).slice(0, mostCharacters / 4)), schema);
      }
    }
  });
}

/** The text of a section. */
function sectionText(page: string, id: string): string {
  const section = [...elementsOf(parsePage(page))].find((each) => attributeOf(each, 'aria-labelledby') === id);
  assert.ok(section !== undefined, id);
  return textOf(section);
}

const outdated: Outdated = {
  kind: 'script',
  confidence: 'certain',
  evidence: ['script_reborn'],
  path: '/usr/bin/fail2ban-server',
  path_base64: null,
  language: 'python',
  package: { manager: 'dpkg', name: 'fail2ban', version: '1.1.0', running_version: '1.0.2' },
  since: '2026-11-22T10:00:00Z',
  pids: [640],
};

test('a scan: what is outdated and not gone has a row, with its unit and its reasons', () => {
  const golden = readGolden<Report>('report');
  const units = golden.units.map((unit) =>
    unit.name === 'cron.service' ? { ...unit, files: [], outdated: [outdated] } : { ...unit, outdated: [] },
  );
  const processes = golden.processes.map(({ outdated: _, ...process }) => process);
  const page = renderScanPage({ ...golden, units, processes });
  const shown = sectionText(page, 'outdated');
  for (const text of [
    '/usr/bin/fail2ban-server',
    'cron.service',
    'certain',
    'python, newer than the process, 2026-11-22 10:00:00 UTC, now fail2ban 1.1.0, 1.0.2 runs',
    '640',
  ])
    assert.ok(shown.includes(text), text);
  assert.match(sectionText(page, 'units'), /use gone files or are outdated/);
  assert.match(textOf(parsePage(page)), /outdated processes\n1\n/);
  const { outdated: _, ...scan } = golden.scan;
  const older = golden.units.map(({ outdated: __, ...unit }) => unit);
  assert.doesNotMatch(textOf(parsePage(renderScanPage({ ...golden, scan, units: older, processes }))), /[Oo]utdated/);
});

test('a plan: microcode, survivors of a soft reboot, units that systemd refuses, starts and restarts again, remarks', () => {
  const golden = readGolden<Plan>('plan');
  const microcode: Plan['microcode'] = {
    ...{ vendor: 'intel', running: '0xf0', in_initrd: '0xf0', in_firmware: '0xf6' },
    ...{ kernel_says_old: null, state: 'not_in_initrd' },
  };
  const reboot: Plan['reboot'] = { ...golden.reboot, kind: 'soft', survivors: ['survivor.service'] };
  const actions = golden.actions.map((action) =>
    action.impact == null
      ? action
      : {
          ...action,
          impact: {
            ...action.impact,
            ...{ refused_by: ['refused.service'], also_starts: ['started.service'], restarts_again: ['again.service'] },
          },
          remarks: [{ code: 'daemon_reload_first' as const, message: 'a remark' }],
        },
  );
  const page = renderPlanPage({ ...golden, microcode, reboot, actions });
  assert.match(sectionText(page, 'reboot'), /survivor\.service/);
  assert.match(sectionText(page, 'reboot'), /Microcode: 0xf0 runs, 0xf6 is in \/lib\/firmware/);
  const shown = sectionText(page, 'todo');
  for (const text of ['refused.service', 'started.service', 'again.service', 'a remark'])
    assert.ok(shown.includes(text), text);
  const reload: Action = {
    ...golden.actions[0]!,
    ...{ action: 'daemon_reload', unit: null, because: [], impact: null },
  };
  const first = renderPlanPage({
    ...golden,
    actions: [{ ...reload, argv: ['systemctl', 'daemon-reload'] }, ...golden.actions],
  });
  assert.match(
    sectionText(first, 'todo'),
    /before anything else\s*reload the manager of the system\s*Command\nsystemctl daemon-reload/,
  );
});

test('1,000 hosts with 20 stale units each: every answer is in the page, and the page is small', () => {
  for (const distinct of [20, 200]) {
    const fleet = fleetOf(1000, 20, distinct);
    const page = renderFleetPage(fleet);
    assert.ok(Buffer.byteLength(page) <= 3_000_000, String(Buffer.byteLength(page)));
    const text = textOf(assertHarmless(page));
    assert.doesNotMatch(text, /see --format json/);
    for (const host of fleet.hosts) assert.ok(text.includes(host.hostname), host.hostname);
    for (const unit of fleet.units) assert.ok(text.includes(unit.name), unit.name);
    for (const { id } of fleet.cves!) assert.ok(text.includes(id), id);
  }
});

test('the four questions: who must reboot, who lacks a fix, what holds the most disk, who was not seen', () => {
  const named = (id: string) => new Set(sectionText(thousandPage, id).match(/(?<![\w-])(?:web|cache)-\d+(?![\w-])/g));
  const numbers = Array.from({ length: 1000 }, (_, index) => index);
  const hosts = (wanted: (host: number) => boolean) => new Set(numbers.filter(wanted).map((host) => `web-${host}`));
  assert.deepEqual(
    named('reboot'),
    hosts((host) => host % 10 === 7),
  );
  assert.deepEqual(
    named('fixes'),
    hosts(
      (host) =>
        // The last of these were seen in part, so that it is not known what else they lack.
        (host % 4 !== 3 && (host % 2 === 0 || host % 5 === 0 || host % 7 === 2 || host % 25 === 1)) || host % 100 === 9,
    ),
  );
  assert.match(sectionText(thousandPage, 'fixes'), /CVE-2026-10001\b/);
  assert.deepEqual(named('unseen'), new Set(['cache-1', 'cache-2', ...hosts((host) => host % 100 === 9)]));
  const [first] = [...elementsOf(parsePage(thousandPage))].filter(
    (each) => each.tagName === 'th' && attributeOf(each, 'scope') === 'row' && textOf(each).endsWith('.service\n'),
  );
  assert.equal(textOf(first!), 'storage-0.service\n');
});

test('security fixes: a list that is cut, or of one fix alone, is not taken for the whole', () => {
  const fleet = fleetOf(30, 3, 30);
  const cves = Array.from({ length: 500 }, (_, index) => ({ ...fleet.cves![0]!, id: `CVE-2026-${20000 + index}` }));
  const cut = renderFleetPage({ ...fleet, cves });
  assert.match(sectionText(cut, 'fixes'), /Only the 500 that most hosts lack are listed; there may be others\./);
  assert.match(textOf(parsePage(cut)), /Security fixes that wait for a restart at least 500/);
  const covered = sectionText(renderFleetPage(fleet), 'fixes');
  assert.match(covered, /Of 29 of 30 hosts it is known which fixes they lack in memory\. The other 1 may lack more/);
  assert.match(covered, /Nothing is known of 2 hosts that never reported and what could not be read\./);
  assert.match(covered, /its report is not complete/);
  const older = { ...fleet, hosts: fleet.hosts.map(({ fixes_unknown: _, ...host }) => host) };
  assert.match(sectionText(renderFleetPage(older), 'fixes'), /A host that is not named may lack a fix all the same/);
  const cve: NonNullable<Fleet['cve']> = { id: 'CVE-2026-10001', verdict: 'pass', hosts: [], unknown: [] };
  const one = renderFleetPage({ ...fleet, cves: [], cve });
  assert.match(sectionText(one, 'fixes'), /Only CVE-2026-10001 was asked for \(--cve\)\.\s+None is known\./);
  assert.match(
    sectionText(renderFleetPage({ ...fleet, cves: [] }), 'fixes'),
    /Of 29 of 30 hosts[\s\S]*None is known\./,
  );
});

test('the page of a scan has the fixes of the kernel, or says why they are not known', () => {
  const golden = readGolden<Report>('report');
  const shown = (kernel_fixes: NonNullable<Report['host']['kernel_fixes']> | null) =>
    sectionText(renderScanPage({ ...golden, packages: [], host: { ...golden.host, kernel_fixes } }), 'fixes');
  const kernel = {
    ...{ release: '6.1.0-28', name: 'linux-image-6.1.0-28', source: 'linux', manager: 'dpkg' as const },
    ...{ running_version: '6.1.112-1', installed_version: '6.1.115-1', evidence: 'kernel_version' as const },
    ...{ fixes: { count: 1, cves: ['CVE-2026-1000'], complete: true }, unknown_because: null },
  };
  assert.match(shown(kernel), /linux-image-6\.1\.0-28 6\.1\.112-1 → 6\.1\.115-1: CVE-2026-1000 \(a reboot\)/);
  const unknown = shown({ ...kernel, fixes: null, unknown_because: 'livepatch' });
  assert.match(unknown, /Not known of the kernel 6\.1\.0-28: a live patch may have brought/);
  assert.doesNotMatch(shown(null), /kernel/);
});

test('security fixes: those that only a reboot brings say so, and have a limit of their own', () => {
  const fleet = fleetOf(30, 3, 30);
  const cves = Array.from({ length: 100 }, (_, index) => ({
    ...{ id: `CVE-2026-${30000 + index}`, packages: ['linux-image'], hosts: ['web-1'], units: [] },
    closed_by: ['reboot'] as const,
  }));
  const shown = sectionText(renderFleetPage({ ...fleet, cves: [...fleet.cves!, ...cves] } as Fleet), 'fixes');
  assert.match(shown, /Only 100 of those that only a reboot brings are listed; there may be others\./);
  assert.doesNotMatch(shown, /that most hosts lack are listed/);
  assert.match(shown, /restart the units, or reboot the hosts of a row that says so/);
  assert.match(shown, /linux-image\s+1 host\s+web-1\s+a reboot\s/);
  const lack = { name: 'linux-image', running_version: '1-1', installed_version: '1-2', closed_by: 'reboot' as const };
  const expat = { ...lack, name: 'libexpat1', closed_by: 'restart' as const };
  const host = { hostname: 'web-1', id: null, packages: [expat, lack], units: ['a.service'] };
  const cve: NonNullable<Fleet['cve']> = { id: cves[0]!.id, verdict: 'drift', hosts: [host], unknown: [] };
  assert.match(sectionText(renderFleetPage({ ...fleet, cve }), 'answer'), /a\.service; a reboot closes it/);
});

test('hosts that never reported count in the headline as in the tile, and have rows', () => {
  const text = textOf(parsePage(thousandPage));
  assert.match(text, /12 not fully seen \(10 in part, 2 never reported\), 1 input unreadable, /);
  assert.match(text, /hosts not fully seen\s+12\s+10 in part, 2 never reported/);
  assert.match(sectionText(thousandPage, 'hosts'), /cache-1\s+no report/);
  const silent = { ...thousand, hosts: [], units: [], files: [], cves: [], unreadable_inputs: [] };
  assert.match(sectionText(renderFleetPage(silent), 'hosts'), /cache-2\s+no report/);
});

test('names stand in natural order, also a name of a million digits', () => {
  const fleet = fleetOf(30, 3, 30);
  const long = '7'.repeat(1_000_000);
  const names = ['web-104', 'web-54', long, 'web-4', 'web-04', 'Web-5', '', 'web-'];
  const page = renderFleetPage({ ...fleet, never_reported: names });
  const list = [...elementsOf(parsePage(page))].filter(
    (each) => each.tagName === 'ul' && attributeOf(each, 'class') === 'names hosts' && textOf(each).includes('web-54'),
  );
  assert.deepEqual(
    textOf(list[0]!)
      .trim()
      .split(/\s+/)
      .map((name) => name.slice(0, 10)),
    ['""', '7777777777', 'Web-5', 'web-', 'web-04', 'web-4', 'web-54', 'web-104'],
  );
});

/** Where the tile with this label leads to; null if there is no such tile. */
function tileTarget(page: string, label: string): string | null {
  const tile = [...elementsOf(parsePage(page))].find(
    (each) =>
      each.tagName === 'div' && [...elementsOf(each)].some((dt) => dt.tagName === 'dt' && textOf(dt) === `${label}\n`),
  );
  const link = tile === undefined ? undefined : [...elementsOf(tile)].find(({ tagName }) => tagName === 'a');
  return link === undefined ? null : attributeOf(link, 'href');
}

test('the tile of waiting hosts leads to a part that says how many of them have a row', () => {
  const label = 'hosts wait for a restart';
  const few = renderFleetPage(fleetOf(30, 3, 30));
  assert.equal(tileTarget(few, label), '#waiting');
  assert.match(sectionText(few, 'hosts'), /Only hosts that wait for a restart \(23\)\. Show all hosts/);
  assert.match(
    sectionText(tenThousandPage, 'hosts'),
    /Only hosts that wait for a restart: \d+ of 7500 have a row here\. The names of all · Show all hosts/,
  );
  const none = fleetOf(30, 3, 30).hosts.map((host) => ({ ...host, stale: 0 }));
  const clean = renderFleetPage({ ...fleetOf(30, 3, 30), hosts: none });
  assert.equal(tileTarget(clean, label), '#age');
  assert.doesNotMatch(sectionText(clean, 'hosts'), /Only/);
});

test('the tile of unreadable inputs leads to their table', () => {
  const page = renderFleetPage(fleetOf(30, 3, 30));
  assert.equal(tileTarget(page, 'unreadable inputs'), '#unreadable');
  const headings = [...elementsOf(parsePage(page))].filter(({ tagName }) => tagName === 'h3');
  assert.deepEqual(
    headings.filter((each) => attributeOf(each, 'id') === 'unreadable').map((each) => textOf(each)),
    ['Inputs that could not be read'],
  );
});

test('10,000 hosts: those that matter have rows, the others are counted', () => {
  assert.ok(Buffer.byteLength(tenThousandPage) <= 4_000_000, String(Buffer.byteLength(tenThousandPage)));
  const text = sectionText(tenThousandPage, 'hosts');
  assert.match(text, /There is no row for 9000 more hosts: 7000 with a need, 2000 without one\. See --format json\./);
  assert.equal(text.match(/reboot, restart/g)?.length, 500);
  assert.match(sectionText(tenThousandPage, 'reboot'), /web-9997\b/);
});
