// The rules for Prometheus and the dashboard for Grafana in packaging/: promtool reads them and each alert fires and does not fire, every
// metric that they name is one that the program writes, and Grafana's own model of a dashboard knows every field.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import type { Drift } from '../../src/documents/generated/drift.ts';
import type { Fleet } from '../../src/documents/generated/fleet.ts';
import type { Plan } from '../../src/documents/generated/plan.ts';
import type { Report } from '../../src/documents/generated/report.ts';
import { renderFleetOpenmetrics } from '../../src/render/fleet/openmetrics.ts';
import { renderOpenmetrics } from '../../src/render/openmetrics.ts';
import { readGolden } from '../support/golden.ts';
import { needs } from '../support/needs.ts';
import { outdated } from '../support/outdated.ts';
import { projectRoot } from '../support/project.ts';

const path = (name: string): string => join(projectRoot, name);
const rulesFile = path('packaging/prometheus/lib-users.rules.yml');
const testFile = path('test/fixtures/prometheus/lib-users.test.yml');
const dashboardFile = path('packaging/grafana/lib-users.json');

interface Rules {
  groups: { rules: { alert: string; expr: string }[] }[];
}
interface RuleTests {
  tests: { alert_rule_test: { alertname: string; exp_alerts?: unknown[] }[] }[];
}
interface Panel {
  title: string;
  targets?: { expr: string }[];
}

const rules = (parse(readFileSync(rulesFile, 'utf8')) as Rules).groups.flatMap((group) => group.rules);
const { panels, templating } = JSON.parse(readFileSync(dashboardFile, 'utf8')) as {
  panels: Panel[];
  templating: { list: { query: string | { query: string } }[] };
};
const queries = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

function promtool(files: Readonly<Record<string, string>>, ...args: string[]): void {
  const folder = mkdtempSync(join(tmpdir(), 'lib-users-rules-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    copyFileSync(rulesFile, join(folder, 'lib-users.rules.yml'));
    const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' });
    assert.equal(status, 0, stdout + stderr);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('each alert fires when it says, that of stale code also if scrapes are missing', (t) => {
  if (!needs(t, 'promtool')) return;
  promtool({}, 'check', 'rules', 'lib-users.rules.yml');
  promtool({ 'alerts.test.yml': readFileSync(testFile, 'utf8') }, 'test', 'rules', 'alerts.test.yml');
});

test('the tests of the rules have a case for each alert in which it fires, and one in which it does not', () => {
  const cases = (parse(readFileSync(testFile, 'utf8')) as RuleTests).tests.flatMap((each) => each.alert_rule_test);
  assert.ok(rules.length > 5);
  for (const { alert } of rules) {
    const own = cases.filter(({ alertname }) => alertname === alert);
    assert.ok(
      own.some(({ exp_alerts = [] }) => exp_alerts.length > 0),
      `${alert} fires`,
    );
    assert.ok(
      own.some(({ exp_alerts = [] }) => exp_alerts.length === 0),
      `${alert} does not fire`,
    );
  }
});

test('every query of the dashboard is one that Prometheus reads', (t) => {
  if (!needs(t, 'promtool')) return;
  assert.ok(queries.length > 10);
  const records = queries.map((expr, index) => ({ record: `panel:${index}`, expr }));
  promtool(
    { 'panels.yml': JSON.stringify({ groups: [{ name: 'panels', rules: records }] }) },
    'check',
    'rules',
    'panels.yml',
  );
});

test('the rules and the dashboard name metrics that the program writes', () => {
  const fixes = { count: 1, cves: ['CVE-2026-10001'], complete: true };
  const report = readGolden<Report>('report');
  const inUse: NonNullable<Report['packages']>[number] = {
    ...{
      name: 'libc6',
      source: 'glibc',
      manager: 'dpkg',
      installed_version: '2',
      running_version: '1',
      evidence: null,
    },
    ...{ replaced_at: null, replaced_by: null, fixes, unknown_because: null, pids: report.units[0]!.pids },
    units: report.units.map(({ scope, user, name }) => ({ scope, user, name })),
  };
  report.units[0]!.outdated = [outdated('likely')];
  const own = renderOpenmetrics({ ...report, packages: [inUse] }, readGolden<Plan>('plan'), readGolden<Drift>('drift'));
  const written = new Set([
    ...[...`${own}${renderFleetOpenmetrics(readGolden<Fleet>('fleet'))}`.matchAll(/^# TYPE (\S+)/gm)].map(
      ([, name]) => name,
    ),
    // These are absent from the worked example, since an earlier report does not say which bytes are memory.
    'lib_users_held_memory_bytes',
    'lib_users_host_held_memory_bytes',
  ]);
  const asked = templating.list.map(({ query }) => (typeof query === 'string' ? query : query.query));
  const named = [...queries, ...asked, ...rules.map(({ expr }) => expr)].flatMap(
    (text) => text.match(/lib_users_\w+/g) ?? [],
  );
  assert.ok(named.length > 20);
  assert.deepEqual(
    named.filter((name) => !written.has(name)),
    [],
  );
});

test("Grafana's own model of a dashboard knows every field", (t) => {
  if (!needs(t, 'grafana_foundation_sdk')) return;
  const program = `
import json, sys
from grafana_foundation_sdk.models.dashboard import Dashboard
from grafana_foundation_sdk.cog import plugins
from grafana_foundation_sdk.cog.encoder import JSONEncoder
plugins.register_default_plugins()
def lost(given, kept, path):
    if isinstance(given, dict):
        return [each for key, value in given.items() if value is not None
                for each in (lost(value, kept[key], path + '/' + key) if key in kept else [path + '/' + key])]
    if isinstance(given, list):
        return [path] if len(given) != len(kept) else [each for index, value in enumerate(given)
                                                       for each in lost(value, kept[index], path + '/%d' % index)]
    return [] if given == kept else [path]
given = json.load(open(sys.argv[1]))
print(json.dumps(lost(given, json.loads(json.dumps(Dashboard.from_json(given), cls=JSONEncoder)), '')))`;
  const python = path('.venv/bin/python');
  const { status, stdout, stderr } = spawnSync(python, ['-c', program, dashboardFile], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  assert.deepEqual(JSON.parse(stdout), []);
});
