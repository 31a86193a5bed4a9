// One report -> every document and every text, each read back. Checks the facts that must be true for any report.

import assert from 'node:assert/strict';
import type { Drift } from '../../src/documents/generated/drift.ts';
import type { Plan } from '../../src/documents/generated/plan.ts';
import type { Report } from '../../src/documents/generated/report.ts';
import { parseDocument } from '../../src/documents/read.ts';
import { splitDocuments } from '../../src/documents/split-documents.ts';
import { validateDocument } from '../../src/documents/validate.ts';
import { type CheckOptions, type Judgement, judge } from '../../src/drift/judge.ts';
import { renderDropIn } from '../../src/drop-in/render.ts';
import { FleetFold } from '../../src/fleet/fold.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { renderGithub } from '../../src/render/drift/github.ts';
import { renderJunit } from '../../src/render/drift/junit.ts';
import { renderNagios } from '../../src/render/drift/nagios.ts';
import { renderFleetJunit } from '../../src/render/fleet/junit.ts';
import { renderFleetOpenmetrics } from '../../src/render/fleet/openmetrics.ts';
import { renderNdjson } from '../../src/render/json.ts';
import { renderOpenmetrics } from '../../src/render/openmetrics.ts';
import { renderPlanText } from '../../src/render/plan/text.ts';
import { assess } from './assess.ts';
import {
  renderDriftRows,
  renderDriftText,
  renderFleetRows,
  renderFleetText,
  renderJson,
  renderLines,
  renderMachine,
  renderRows,
  renderText,
} from './joined.ts';
import { renderCheckPage, renderFleetPage, renderPlanPage, renderScanPage } from './pages.ts';
import { parseWorkflowCommand } from './parsers.ts';

/** Texts for parsers of other makers. The caller keeps them and runs the real parsers once, because they start slowly. */
export interface Foreign {
  junit: string;
  fleet_junit: string;
  openmetrics: string;
  fleet_openmetrics: string;
  nagios: string;
}

const now = new Date('2026-11-23T10:00:00Z');
const style = { colour: false, columns: 80 };
const options: Omit<CheckOptions, 'reboot'> = {
  failOn: null,
  allowIncomplete: false,
  allowUnseenUsers: false,
  fixesOnly: false,
  filters: { units: [], roles: null, kinds: [] },
  accept: [],
  now,
};
const thresholds = {
  warning: null,
  critical: null,
  criticalAgeSeconds: 3600,
  criticalCves: null,
  requireComplete: false,
};

/** Controls, escapes, bidi and invisible characters, unusual blanks: none of them may reach a terminal or a log. */
const unsafe = /(?![\n ])[\p{C}\p{Z}\p{DI}]/u;

/** Every document and every text that can be made from a report. */
export function renderEverything(report: Report) {
  const plan = buildPlan(report, [], report.generated_at);
  const { survivors: _, ...required } = plan.reboot;
  const reboot = { ...required, counts_as: 'fail' } as const;
  const first = judge(report, null, { ...options, reboot });
  const again = judge(report, report, { ...options, reboot });
  const fold = new FleetFold();
  fold.add(report, 'a.json', assess(report));
  fold.add(report, 'b.json', assess(report));
  const fleet = fold.build(now, { failOn: ['any', 'reboot'], allowIncomplete: false });
  const texts = {
    text: renderText(report, style),
    plan: renderPlanText(plan, style),
    drift: renderDriftText(first.drift, style),
    fleet: renderFleetText(fleet, style),
    lines: renderLines(report),
    machine: renderMachine(report),
    github: renderGithub(first.drift),
    nagios: renderNagios(first.drift, thresholds).text,
    junit: renderJunit(first.drift),
    openmetrics: renderOpenmetrics(report, plan, first.drift),
    fleet_junit: renderFleetJunit(fleet),
    fleet_openmetrics: renderFleetOpenmetrics(fleet),
    html: renderScanPage(report),
    plan_html: renderPlanPage(plan),
    drift_html: renderCheckPage(first.drift),
    fleet_html: renderFleetPage(fleet),
    lib_users: renderDropIn(report, { machine: false, showItems: true, services: true }),
    fd_users: renderDropIn(report, { machine: true, showItems: false, services: false }),
  };
  const rows = { report: renderRows(report), drift: renderDriftRows(first.drift), fleet: renderFleetRows(fleet) };
  return { plan, first, again, fleet, texts, rows };
}

export async function assertEveryFormat(report: Report): Promise<Foreign> {
  const document = await readBack(report);
  const { plan, first, again, fleet, texts, rows } = renderEverything(document);
  for (const [name, each] of Object.entries({ plan, drift: first.drift, fleet })) {
    await assertJson(name as 'plan' | 'drift' | 'fleet', each);
  }
  await assertJson('drift', again.drift);
  await assertJson('drift', first.baseline);
  assertNothingChanged(again.drift);
  assertRunnable(plan);
  assert.equal(fleet.hosts.length, 1);

  assertSafe(texts);
  assertRows(rows.report, document.scan.detail === 'units' ? unitFiles(document) : uses(document));
  assertRows(
    renderDriftRows(first.drift),
    Object.values(first.drift.counts).reduce((sum, each) => sum + each, 0),
  );
  assertRows(rows.fleet, fleet.files.length);
  for (const line of linesOf(texts.machine)) assert.match(line, /^[0-9]+(?:,[0-9]+)*;[^;]*;/);
  for (const line of linesOf(texts.lines)) assert.match(line, /^[0-9]+(?:,[0-9]+)* ".*" uses /);
  for (const line of linesOf(texts.github)) assert.ok(parseWorkflowCommand(line), line);
  assert.match(texts.nagios, /^LIB_USERS (?:OK|WARNING|CRITICAL|UNKNOWN) - [^|<>\n]* \| [^|\n]*\n$/);
  assert.match(texts.openmetrics, /\n# EOF\n$/);
  return texts;
}

/** Writes the report as JSON and as NDJSON into one stream, splits and reads it: the same document must come back twice. */
async function readBack(report: Report): Promise<Report> {
  const stream = Buffer.from(`${renderJson(report)}${renderNdjson(report)}`, 'utf8');
  const documents: Report[] = [];
  for (const { bytes } of splitDocuments([stream], 1 << 28)) {
    documents.push(await parseDocument(bytes!.toString('utf8'), 'it', 'report'));
  }
  const meant = wellFormed(report) as Report;
  assert.deepEqual(documents, [meant, meant]);
  return meant;
}

/** Compares a report with a baseline, as `check` does: the drift document, the next baseline, and the texts. */
export async function assertAgainst(report: Report, baseline: Drift): Promise<Judgement> {
  const { survivors: _, ...reboot } = buildPlan(report, [], report.generated_at).reboot;
  const judgement = judge(report, baseline, { ...options, reboot: { ...reboot, counts_as: 'warning' } });
  await assertJson('drift', judgement.drift);
  await assertJson('drift', judgement.baseline);
  // A baseline may be printed as well, and anybody may have made its drift document.
  for (const drift of [judgement.drift, baseline]) {
    assertSafe({
      text: renderDriftText(drift, style),
      github: renderGithub(drift),
      nagios: renderNagios(drift, thresholds).text,
      junit: renderJunit(drift),
      html: renderCheckPage(drift),
    });
  }
  return judgement;
}

function assertSafe(texts: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(texts)) {
    const found = unsafe.exec(text);
    const around = text.slice(Math.max(0, (found?.index ?? 0) - 40)).slice(0, 80);
    assert.equal(found, null, `${name}: ${JSON.stringify(around)}`);
  }
}

async function assertJson(name: 'plan' | 'drift' | 'fleet', document: object): Promise<void> {
  const violation = await validateDocument(name, document);
  assert.equal(violation, null, `${name}: ${JSON.stringify(violation)}`);
  for (const text of [renderJson(document), renderNdjson(document)]) {
    assert.deepEqual(JSON.parse(text), wellFormed(document));
    const found = unsafe.exec(text);
    // Unassigned characters of a newer Unicode and wide blanks are text. All that hide text or change its direction are escaped.
    if (found) assert.match(found[0], /\p{Zs}/u, name);
  }
}

/** Compared with itself, no finding of a report is resolved, and none that is in sight may be `unseen`. */
function assertNothingChanged({ counts }: Drift): void {
  assert.deepEqual([counts.resolved, counts.unseen], [0, 0]);
}

/** Argument vectors and names for a playbook: no option parser may take one of them for an option. */
function assertRunnable({ services, actions }: Plan): void {
  for (const name of services) assert.match(name, /^[0-9A-Za-z:_.\\][0-9A-Za-z:_.\\@-]*\.service$/);
  for (const { argv } of actions)
    assert.ok(argv === null || argv.every((part) => /^[\x21-\x7e]+$/.test(part)), String(argv));
}

function assertRows(text: string, count: number): void {
  const rows = linesOf(text).map((line) => JSON.parse(line) as object);
  assert.equal(rows.length, count);
  for (const row of rows) assert.ok(Object.values(row).every((cell) => cell === null || typeof cell !== 'object'));
}

const linesOf = (text: string): string[] => text.split('\n').slice(0, -1);
const unitFiles = ({ units }: Report): number => units.reduce((sum, { files }) => sum + files.length, 0);
const uses = ({ processes }: Report): number =>
  processes.reduce((sum, { maps, fds }) => sum + maps.length + fds.length, 0);

/** The value as UTF-8 carries it: a lone surrogate becomes U+FFFD. */
export function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/\p{Cs}/gu, '\ufffd');
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== 'object' || value === null) return value === 0 ? 0 : value;
  const entries = Object.entries(value).map(([key, child]) => [wellFormed(key), wellFormed(child)] as const);
  return Object.fromEntries(entries);
}
