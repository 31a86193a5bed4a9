// Every query of the Grafana dashboard in packaging/ -> the answer of a real Prometheus that scraped the metrics of two hosts and of a
// fleet. Each panel has something to show, and each label that it renames or writes into a legend is there.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Plan } from '../../src/documents/generated/plan.ts';
import type { Report } from '../../src/documents/generated/report.ts';
import { formatTime } from '../../src/documents/time.ts';
import { renderFleetOpenmetrics } from '../../src/render/fleet/openmetrics.ts';
import { renderOpenmetrics } from '../../src/render/openmetrics.ts';
import { readGolden } from '../support/golden.ts';
import { largeFleet } from '../support/large-fleet.ts';
import { needs } from '../support/needs.ts';
import { projectRoot } from '../support/project.ts';
import { type Ask, type Series, startPrometheus } from '../support/prometheus.ts';
import { until } from '../support/until.ts';

interface Panel {
  title: string;
  type: string;
  targets?: { expr: string; instant: boolean; legendFormat: string }[];
  transformations?: { id: string; options: { renameByName?: Record<string, string> } }[];
}
interface Dashboard {
  panels: Panel[];
  templating: { list: { name: string; type: string; query: string | { query: string } }[] };
}

const rulesFile = join(projectRoot, 'packaging/prometheus/lib-users.rules.yml');
const { panels, templating } = JSON.parse(
  readFileSync(join(projectRoot, 'packaging/grafana/lib-users.json'), 'utf8'),
) as Dashboard;
const day = 86400_000;

/** The worked example, whose nginx holds 10 MiB of disk and lacks a fix. */
function webReport(now: number): Report {
  const golden = readGolden<Report>('report');
  const fixes = { count: 2, cves: ['CVE-2026-10002', 'CVE-2026-10001'], complete: true, incomplete_because: null };
  const units = golden.units.map((unit) => ({ ...unit, held_memory_bytes: 0 }));
  const libssl = {
    ...{ name: 'libssl3', source: 'openssl', manager: 'dpkg', installed_version: '2', running_version: '1' },
    ...{ evidence: null, replaced_at: null, replaced_by: null, unknown_because: null, pids: golden.units[0]!.pids },
    ...{ fixes, units: golden.units.map(({ scope, user, name }) => ({ scope, user, name })) },
  } satisfies NonNullable<Report['packages']>[number];
  return {
    ...golden,
    generated_at: formatTime(now),
    summary: { ...golden.summary, held_memory_bytes: 0 },
    units,
    packages: [libssl],
  };
}

function metricsOf(now: number): Record<string, string> {
  const web = webReport(now);
  // A host that was not seen completely, two days ago.
  const database: Report = { ...web, generated_at: formatTime(now - 2 * day), scan: { ...web.scan, complete: false } };
  const plan = readGolden<Plan>('plan');
  return {
    'web-1': renderOpenmetrics(web, plan, null),
    'db-1': renderOpenmetrics(database, plan, null),
    fleet: renderFleetOpenmetrics(largeFleet({ hosts: 30, units: 3, distinctUnits: 30, now: new Date(now) })),
  };
}

async function seriesOf(ask: Ask, expr: string, instant: boolean): Promise<Series[]> {
  // Grafana writes allValue in place of a variable that has all values.
  const query = expr.replaceAll(/\$(?:instance|host)\b/g, '.*');
  const now = Date.now() / 1000;
  const range = { start: String(now - 30), end: String(now), step: '1' };
  const [path, more] = instant ? ['/api/v1/query', {}] : ['/api/v1/query_range', range];
  return ((await ask(path, { query, ...more })) as { result: Series[] }).result;
}

test('every panel of the dashboard shows something of the metrics that a real Prometheus scraped', async (t) => {
  if (!needs(t, 'prometheus')) return;
  const ask = await startPrometheus(t, metricsOf(Date.now()), rulesFile);
  const shown = new Map<string, Series[]>();
  for (const { title, targets = [], transformations = [] } of panels) {
    for (const { expr, instant, legendFormat } of targets) {
      const series = await seriesOf(ask, expr, instant);
      assert.ok(series.length > 0, `${title}: ${expr}`);
      for (const { value, values } of series) {
        for (const [, number] of values ?? [value!]) assert.ok(Number.isFinite(Number(number)), `${title}: ${number}`);
      }
      const labels = new Set(series.flatMap(({ metric }) => Object.keys(metric)));
      const renamed = transformations.flatMap(({ options }) => Object.keys(options.renameByName ?? {}));
      const written = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name!);
      const missing = [...renamed, ...written].filter((name) => name !== 'Value' && !labels.has(name));
      assert.deepEqual(missing, [], `${title}: labels that no series has`);
      shown.set(title, [...(shown.get(title) ?? []), ...series]);
    }
  }
  const single = (title: string) => shown.get(title)?.map(({ value }) => Number(value?.[1]));
  assert.deepEqual(single('Hosts'), [2]);
  assert.deepEqual(single('Wait for a restart'), [2]);
  assert.deepEqual(single('Must reboot'), [2]);
  assert.deepEqual(single('Not seen completely'), [1]);
  assert.deepEqual(single('Not scanned for a day'), [1]);
  assert.deepEqual(single('Disk held'), [2 * 11014144]);
  assert.deepEqual(
    shown.get('Hosts that must reboot')?.map(({ metric }) => metric.host),
    ['web-17', 'web-27', 'web-7'],
  );
});

test('the variables of the dashboard list the hosts, and Prometheus evaluates every rule', async (t) => {
  if (!needs(t, 'prometheus')) return;
  const ask = await startPrometheus(t, metricsOf(Date.now()), rulesFile);
  const listed = new Map<string, number>();
  for (const { name, type, query } of templating.list) {
    if (type !== 'query') continue;
    const text = typeof query === 'string' ? query : query.query;
    const [, metric, label] = /^label_values\((\w+), (\w+)\)$/.exec(text) ?? [];
    assert.ok(metric !== undefined && label !== undefined, text);
    listed.set(name, ((await ask(`/api/v1/label/${label}/values`, { 'match[]': metric })) as string[]).length);
  }
  assert.deepEqual(Object.fromEntries(listed), { instance: 2, host: 30 });
  type Rule = { name: string; health: string };
  const rules = async (): Promise<Rule[]> =>
    ((await ask('/api/v1/rules')) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);
  await until('each rule is evaluated', async () => (await rules()).every(({ health }) => health !== 'unknown'));
  const evaluated = await rules();
  assert.ok(evaluated.length > 5);
  assert.deepEqual(
    evaluated.filter(({ health }) => health !== 'ok'),
    [],
  );
});
