// The formats that other programs read, with hostile names in every place, read back by a real parser of each format.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { countedFindings, rebootGate, rebootOf, undecidedFindings } from '../../src/documents/drift-gate.ts';
import type { Drift, DriftReboot } from '../../src/documents/generated/drift.ts';
import type { Fleet, FleetCause } from '../../src/documents/generated/fleet.ts';
import type { Report } from '../../src/documents/generated/report.ts';
import { type CheckOptions, judge } from '../../src/drift/judge.ts';
import { FleetFold } from '../../src/fleet/fold.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { renderGithub } from '../../src/render/drift/github.ts';
import { renderJunit } from '../../src/render/drift/junit.ts';
import { parseRange, renderNagios, renderNagiosError } from '../../src/render/drift/nagios.ts';
import { groupByOwner } from '../../src/render/drift/owners.ts';
import { renderFleetJunit } from '../../src/render/fleet/junit.ts';
import { renderFleetOpenmetrics } from '../../src/render/fleet/openmetrics.ts';
import { renderOpenmetrics } from '../../src/render/openmetrics.ts';
import { renderPlanText } from '../../src/render/plan/text.ts';
import { sanitize } from '../../src/render/sanitize.ts';
import { assess, noGate } from '../support/assess.ts';
import { hostileReport } from '../support/hostile-report.ts';
import {
  renderDriftRows,
  renderDriftText,
  renderFleetRows,
  renderFleetText,
  renderLines,
  renderText,
} from '../support/joined.ts';
import { needs } from '../support/needs.ts';
import {
  lintJunit,
  lintMetrics,
  parseJunit,
  parseOpenmetrics,
  parsePerfdata,
  parsePrometheus,
  parseWorkflowCommand,
} from '../support/parsers.ts';
import { workedReport } from './samples.ts';

const options: Omit<CheckOptions, 'reboot' | 'fixesOnly'> = {
  failOn: null,
  allowIncomplete: false,
  allowUnseenUsers: false,
  filters: { units: [], roles: null, kinds: [] },
  accept: [{ path: '*a*', reason: '<|"%0A\n', file: 'c.yaml', line: 1 }],
  now: new Date('2026-11-23T10:00:00Z'),
};
const pairs = fc.sample(fc.tuple(hostileReport, fc.option(hostileReport), fc.boolean()), { numRuns: 150, seed: 7 });
const effects = ['ok', 'warning', 'fail'] as const;

/** The report with an entry for each package of its units' code. */
function withFixes(report: Report, count: number): Report {
  const cves = Array.from({ length: count }, (_, index) => `CVE-2026-${99999 - index}`);
  const packages = report.units.flatMap(({ files }) =>
    files.flatMap(({ role, package: owner, pids }) =>
      role !== 'code' || owner === null
        ? []
        : [
            {
              ...{ name: owner.name, source: null, manager: owner.manager, installed_version: owner.version },
              ...{ running_version: null, evidence: null, replaced_at: null, unknown_because: null, units: [], pids },
              fixes: { count, cves, complete: count % 2 === 0 },
            },
          ],
    ),
  );
  return { ...report, packages };
}

const drifts = pairs.map(([hostile, baseline, allowIncomplete], index) => {
  const report = index % 3 === 0 ? withFixes(hostile, index) : hostile;
  const planned = buildPlan(report, [], report.generated_at).reboot;
  const reboot: DriftReboot = {
    ...(index % 4 === 0 ? { required: false, reasons: [] } : planned),
    counts_as: effects[index % 3]!,
  };
  return { report, ...judge(report, baseline, { ...options, allowIncomplete, reboot, fixesOnly: index % 5 < 2 }) };
});

test('the reports to render need a reboot, need none, and do not tell, with every effect on the gate', () => {
  const kinds = new Set(drifts.map(({ drift: { reboot } }) => `${reboot?.required} ${reboot?.counts_as}`));
  assert.equal(kinds.size, 9, [...kinds].join());
});

test('the judgements to render count fixes only or not, and of some nobody knows whether they count', () => {
  const kinds = new Set(
    drifts.map(({ drift }) => `${drift.fixes_only} ${drift.fixes === null} ${undecidedFindings(drift).length > 0}`),
  );
  assert.deepEqual([...kinds].sort(), [
    'false false false',
    'false true false',
    'true false false',
    'true false true',
    'true true false',
    'true true true',
  ]);
  assert.ok(drifts.some(({ drift }) => (drift.fixes?.count ?? 0) > 0));
});

test('JUnit: the schema of the Jenkins xUnit plugin holds, and expat reads back every name', (t) => {
  if (!needs(t, 'xmllint', 'python3')) return;
  const texts = drifts.map(({ drift }) => renderJunit(drift));
  assert.equal(lintJunit(texts), '');
  parseJunit(texts).forEach((suite, index) => {
    const { drift } = drifts[index]!;
    const all = [
      ...drift.findings,
      ...drift.accepted!.map(({ finding }) => finding),
      ...drift.unseen,
      ...drift.resolved,
    ];
    const names = [
      'every process was inspected',
      'no reboot is required',
      ...groupByOwner(all).map(({ name }) => name),
    ];
    assert.deepEqual(
      suite.cases.map(({ name }) => name),
      names,
    );
    assert.equal(suite.attributes.hostname, sanitize(drift.host.hostname));
    assert.equal(suite.attributes.tests, String(names.length));
    const total = (outcome: string) => String(suite.cases.filter((each) => each.outcome === outcome).length);
    assert.deepEqual(
      [suite.attributes.failures, suite.attributes.errors, suite.attributes.skipped],
      [total('failure'), total('error'), total('skipped')],
    );
    assert.equal(Number(suite.attributes.failures) > 0, drift.verdict === 'drift');
    if (drift.verdict === 'incomplete') assert.ok(Number(suite.attributes.errors) > 0);
    const reboot = suite.cases[1]!;
    assert.equal(reboot.outcome === null, drift.reboot?.required === false);
    assert.equal(reboot.outcome === 'failure', drift.reboot?.required === true && drift.reboot.counts_as === 'fail');
  });
});

const causes: FleetCause[][] = [[], ['any'], ['reboot'], ['incomplete'], ['any', 'reboot', 'incomplete']];
/** The reports in one fleet for each gate, with hosts of one name and inputs that could not be read. */
const fleets = causes.map((failOn) => {
  const fold = new FleetFold();
  for (const [index, { report }] of drifts.entries()) {
    const named = index % 10 === 0 ? { ...report, host: { ...report.host, hostname: 'web-1' } } : report;
    fold.add(named, `reports/${index}.json`, assess(named));
  }
  fold.refuse('x', { source: 'x<\x1b[2J>', code: 'invalid_document', message: ']]>\u202e\n' });
  return fold.build(options.now, { failOn, allowIncomplete: false }, null, ['never-1', 'never\x1b[2J']);
});

test('JUnit of a fleet: the schema holds, one case a host, also if it never reported, and one an input that could not be read', (t) => {
  if (!needs(t, 'xmllint', 'python3')) return;
  const texts = fleets.map(renderFleetJunit);
  assert.equal(lintJunit(texts), '');
  parseJunit(texts).forEach((suite, index) => {
    const { hosts, verdict, unreadable_inputs, never_reported } = fleets[index]!;
    assert.equal(suite.cases.length, hosts.length + never_reported!.length + unreadable_inputs.length);
    const names = suite.cases.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length, 'no name twice');
    hosts.forEach((host, at) => {
      const { name, outcome, message } = suite.cases[at]!;
      assert.ok(name === sanitize(host.hostname) || name === `${sanitize(host.hostname)} (${host.source})`, name);
      const outcomes: Record<string, string> = { drift: 'failure', incomplete: 'error' };
      const expected = outcomes[host.verdict ?? ''];
      if (expected !== undefined) assert.equal(outcome, expected, message ?? '');
      else assert.ok(outcome === null || outcome === 'skipped' || outcome === 'system-out', String(outcome));
      if (host.stale! > 0) assert.match(message ?? '', /^\d+ stale units?/);
      if (host.reboot_required) assert.match(message ?? '', /a reboot is required/);
      const reasons = host.incomplete_because!.length;
      if (!host.complete) assert.match(message ?? '', /not everything could be seen: \w/);
      if (reasons > 0) assert.doesNotMatch(message ?? '', /the report does not say why/);
      assert.equal(
        /soft reboot is enough/.test(message ?? ''),
        host.reboot_required === true && host.reboot_kind === 'soft',
      );
      if (outcome === 'failure' || outcome === 'error') assert.notEqual(message, '');
    });
    assert.equal(Number(suite.attributes.failures) > 0, verdict === 'drift');
    const unheard = suite.cases.slice(hosts.length);
    assert.deepEqual(
      unheard.map(({ name, message }) => [name, message]),
      [
        ['never-1', 'it never reported'],
        ['never\\x1b[2J', 'it never reported'],
        ['x<\\x1b[2J> can be read', ']]>\\u{202e}\\n'],
      ],
    );
    const expected = verdict === null || verdict === 'pass' ? 'skipped' : 'error';
    assert.deepEqual(new Set(unheard.map(({ outcome }) => outcome)), new Set([expected]));
  });
});

test('JUnit of a fleet: a soft reboot is said if it is enough', () => {
  const [fleet] = fleets;
  const [host] = fleet!.hosts;
  const because = [{ code: 'unit' as const, unit: 'a.service' }];
  const shown = (reboot_kind: 'full' | 'soft') =>
    renderFleetJunit({
      ...fleet!,
      hosts: [{ ...host!, reboot_required: true, reboot_reasons: because as never, reboot_kind }],
    });
  assert.match(
    shown('soft'),
    /a reboot is required: a\.service cannot be restarted safely \(a soft reboot is enough\)/,
  );
  assert.doesNotMatch(shown('full'), /soft/);
});

test('OpenMetrics of a fleet: strict parsers read back every host once, and promtool has nothing to say', (t) => {
  if (!needs(t, 'prometheus_client', 'promtool')) return;
  const fleet = fleets[0]!;
  const text = renderFleetOpenmetrics(fleet);
  assert.deepEqual(lintMetrics(text), { status: 0, output: '' });
  const [strict = []] = parseOpenmetrics([text]);
  assert.deepEqual(parsePrometheus([text]), [strict]);
  const series = strict.map(({ name, labels }) => JSON.stringify([name, labels]));
  assert.equal(new Set(series).size, series.length, 'no series twice');
  const of = (name: string) => strict.filter((sample) => sample.name === `lib_users_fleet_${name}`);
  assert.equal(Number(of('hosts')[0]?.value), fleet.summary.hosts);
  assert.equal(Number(of('unreadable_inputs')[0]?.value), 1);
  const visible = (name: string) => name.split('\\').map(sanitize).join('\\');
  const names = new Set(fleet.hosts.map(({ hostname }) => visible(hostname)));
  assert.deepEqual(new Set(of('scan_complete').map(({ labels }) => labels.host)), names);
  for (const { labels, value } of of('reboot_required')) {
    const same = fleet.hosts.filter(({ hostname }) => visible(hostname) === labels.host);
    const said = same.map(({ reboot_required }) => reboot_required);
    assert.equal(Number(value), Number(said.includes(true)));
    if (Number(value) === 0) assert.ok(!said.includes(null));
  }
  for (const { labels, value } of of('stale_units')) {
    const same = fleet.hosts.filter(({ hostname }) => visible(hostname) === labels.host);
    assert.equal(
      Number(value),
      same.reduce((sum, { stale }) => sum + (stale ?? 0), 0),
    );
  }
});

test('a fleet document of 1.0 is rendered, and what it does not have is not known', () => {
  const [first] = fleets;
  const { fail_on: _, verdict: __, ...rest } = first!;
  const hosts = rest.hosts.map(({ stale: _, reboot_reasons: __, verdict: ___, ...host }) => host);
  const old: Fleet = { ...rest, hosts };
  assert.doesNotMatch(renderFleetOpenmetrics(old), /fleet_stale_units/);
  assert.match(renderFleetJunit(old), /failures="0" errors="0"/);
  assert.doesNotMatch(renderFleetText(old, { colour: false, columns: 80 }), /The gate/);
});

test('OpenMetrics: a strict parser and that of the older format read back every label', (t) => {
  if (!needs(t, 'prometheus_client')) return;
  const texts = drifts.map(({ report, drift }) =>
    renderOpenmetrics(report, buildPlan(report, [], report.generated_at), drift),
  );
  const strict = parseOpenmetrics(texts);
  assert.deepEqual(parsePrometheus(texts), strict);
  strict.forEach((samples, index) => {
    const { report } = drifts[index]!;
    const series = samples.map(({ name, labels }) => JSON.stringify([name, labels]));
    assert.equal(new Set(series).size, series.length, 'no series twice');
    const seen = new Set(
      samples.filter(({ name }) => name === 'lib_users_stale_files').map(({ labels }) => labels.unit),
    );
    for (const name of staleUnits(report)) assert.ok(seen.has(name), name);
  });
});

/** Backslashes of unit names stay, the rest is made visible; sessions share a name. */
function staleUnits({ units }: Report): string[] {
  return units
    .filter(({ files }) => files.some(({ role }) => role !== 'scratch'))
    .map(({ name }) =>
      /^session-\d+\.scope$/.test(name) ? 'session-*.scope' : name.split('\\').map(sanitize).join('\\'),
    );
}

test('OpenMetrics: promtool has nothing to say', (t) => {
  if (!needs(t, 'promtool')) return;
  for (const { report, drift } of drifts.slice(0, 10)) {
    const text = renderOpenmetrics(report, buildPlan(report, [], report.generated_at), drift);
    assert.deepEqual(lintMetrics(text), { status: 0, output: '' });
  }
});

test('OpenMetrics: what is not known is absent, and no path, pid or id is a label', () => {
  for (const { report } of drifts) {
    const text = renderOpenmetrics(report, null, null);
    assert.equal(text.includes('lib_users_reboot_required '), report.host.reboot.required !== null);
    assert.match(text, /\n# EOF\n$/);
    const allowed = new Set(['scope', 'unit', 'user', 'kind', 'state', 'result', 'version']);
    // A value can look like a label: only what stands at the beginning is one for sure.
    for (const [, name] of text.matchAll(/^lib_users_\w+\{([a-z_]+)="/gm)) assert.ok(allowed.has(name!), name);
  }
});

const thresholds = {
  warning: parseRange('0'),
  critical: parseRange('~:3'),
  criticalAgeSeconds: null,
  criticalCves: parseRange('5:'),
  requireComplete: false,
};

test('Nagios: one line, one bar, and Monitoring::Plugin reads the performance data', (t) => {
  const lines = drifts.map(({ drift }) => renderNagios(drift, thresholds).text);
  for (const line of [...lines, renderNagiosError({ message: 'a|b\nc<d>', hint: '|' })]) {
    assert.match(line, /^LIB_USERS (?:OK|WARNING|CRITICAL|UNKNOWN) - [\x20-\x7e\p{L}\p{M}\p{N}\p{P}\p{S}]*\n$/u);
    assert.ok(line.split('|').length <= 2);
    assert.doesNotMatch(line, /[<>]/);
  }
  if (!needs(t, 'Monitoring::Plugin')) return;
  parsePerfdata(lines.map((line) => line.split('|')[1]!.trim())).forEach((values, index) => {
    const { drift } = drifts[index]!;
    const byLabel = Object.fromEntries(values.map((value) => [value.label, value]));
    const isMemorySaid = drifts[index]!.report.summary.held_memory_bytes !== undefined;
    assert.equal(byLabel.held_memory_bytes !== undefined, isMemorySaid);
    const fixes = drift.fixes ?? { count: 0, complete: false };
    const isPendingSaid = fixes.count > 0 || (fixes.complete && drift.report.complete);
    assert.equal(
      values.length,
      7 + Number(drift.reboot?.required !== null) + Number(isMemorySaid) + Number(isPendingSaid),
    );
    if (isPendingSaid)
      assert.deepEqual([byLabel.pending_fixes?.value, byLabel.pending_fixes?.critical], [fixes.count, '5:']);
    if (drift.reboot?.required !== null) assert.equal(byLabel.reboot?.value, Number(drift.reboot?.required));
    assert.equal(byLabel.units?.value, groupByOwner(countedFindings(drift)).length);
    assert.deepEqual([byLabel.units?.warning, byLabel.units?.critical], ['0', '~:3']);
    assert.equal(byLabel.new?.value, drift.counts.new);
    assert.equal(byLabel.held_bytes?.uom, 'B');
  });
});

test('GitHub: the runner reads back every title, at most ten errors and a sum that it shows as well', () => {
  for (const { drift } of drifts) {
    const lines = renderGithub(drift).split('\n').slice(0, -1);
    const owners = groupByOwner(countedFindings(drift));
    const read = lines.map((line) => parseWorkflowCommand(line));
    const host = sanitize(drift.host.hostname);
    const shown = Math.min(owners.length, rebootGate(rebootOf(drift)) === 'closed' ? 9 : 10);
    assert.deepEqual(
      read.slice(0, shown).map((command) => command?.title),
      owners.slice(0, shown).map(({ name }) => `${name} on ${host}`),
    );
    const kinds = read.map((command) => command?.command);
    assert.ok(
      kinds.every((kind) => kind === 'error' || kind === 'warning' || kind === 'notice'),
      kinds.join(),
    );
    assert.ok(kinds.filter((kind) => kind === 'error').length <= 10);
    const { report, verdict } = drift;
    const blind = !report.complete && verdict !== 'incomplete';
    const { required, counts_as } = rebootOf(drift);
    const warned = required === true && counts_as === 'warning';
    const undecided = undecidedFindings(drift).length > 0;
    assert.equal(
      kinds.filter((kind) => kind === 'warning').length,
      Number(owners.length > shown) + Number(blind) + Number(warned) + Number(undecided && verdict !== 'incomplete'),
    );
    const about = read.filter((command) => command?.message.includes('a reboot is required'));
    assert.equal(about.length, Number(required !== false));
    assert.equal(
      renderDriftText(drift, { colour: false, columns: 200 }).includes('Not everything could'),
      !report.complete,
    );
  }
});

test('text: no control, bidi or invisible character reaches a terminal', () => {
  const style = { colour: false, columns: 80 };
  const fleet = new FleetFold();
  for (const { report } of drifts) fleet.add(report, report.host.hostname, assess(report));
  fleet.refuse('x', { source: 'x\x1b[2J', code: 'invalid_document', message: '\u202e\n' });
  const texts = [
    ...drifts.map(({ drift }) => renderDriftText(drift, style)),
    renderFleetText(fleet.build(options.now, noGate), style),
  ];
  for (const text of texts) assert.doesNotMatch(text, /(?![\n ])[\p{C}\p{Z}\p{DI}]/u);
});

test('a unit name comes out as it is, in every format for people', () => {
  const name = 'dev-disk-by\\x2did.swap';
  const report = workedReport();
  report.units = report.units.map((unit, index) => (index === 0 ? { ...unit, name } : unit));
  const reboot: DriftReboot = { required: false, reasons: [], counts_as: 'ok' };
  const { drift } = judge(report, null, { ...options, accept: [], reboot, fixesOnly: false });
  const fleet = new FleetFold();
  fleet.add(report, 'a.json', assess(report));
  const style = { colour: false, columns: 200 };
  const texts: Record<string, string> = {
    report: renderText(report, style),
    plan: renderPlanText(buildPlan(report, [], report.generated_at), style),
    drift: renderDriftText(drift, style),
    fleet: renderFleetText(fleet.build(options.now, noGate), style),
    junit: renderJunit(drift),
    nagios: renderNagios(drift, thresholds).text,
    github: renderGithub(drift),
    lines: renderLines({ ...report, scan: { ...report.scan, detail: 'units' }, processes: [] }),
  };
  for (const [format, text] of Object.entries(texts)) {
    assert.ok(text.includes(name), format);
    assert.ok(!text.includes('by\\\\x2d'), format);
  }
});

test('rows: every line is one JSON object with the same columns', () => {
  const fleet = new FleetFold();
  for (const { report } of drifts) fleet.add(report, report.host.hostname, assess(report));
  const document = fleet.build(options.now, noGate);
  const total = document.files.reduce((sum, { hosts }) => sum + hosts.length, 0);
  const count = ({ counts }: Drift) => Object.values(counts).reduce((sum, each) => sum + each, 0);
  const tables: [string, number][] = [
    [renderFleetRows(document), total],
    ...drifts.map(({ drift }): [string, number] => [renderDriftRows(drift), count(drift)]),
  ];
  for (const [text, expected] of tables) {
    const rows = text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as object);
    assert.equal(rows.length, expected);
    assert.ok(new Set(rows.map((row) => Object.keys(row).join(' '))).size <= 1);
    assert.ok(rows.every((row) => Object.values(row).every((cell) => cell === null || typeof cell !== 'object')));
  }
});
