// JUnit, OpenMetrics and performance data of hostile reports, read by programs of others.

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Foreign } from '../support/every-format.ts';
import { needs } from '../support/needs.ts';
import { lintJunit, parseJunit, parseOpenmetrics, parsePerfdata, parsePrometheus } from '../support/parsers.ts';

export function assertForeign(t: TestContext, texts: readonly Foreign[]): void {
  if (!needs(t, 'xmllint', 'prometheus_client', 'Monitoring::Plugin')) return;
  assert.ok(texts.length > 0);
  const junit = texts.flatMap((each) => [each.junit, each.fleet_junit]);
  assert.equal(lintJunit(junit), '');
  for (const suite of parseJunit(junit)) assert.equal(suite.attributes.tests, String(suite.cases.length));
  const metrics = texts.flatMap(({ openmetrics, fleet_openmetrics }) => [openmetrics, fleet_openmetrics]);
  assert.deepEqual(parsePrometheus(metrics), parseOpenmetrics(metrics));
  const perfdata = texts.map(({ nagios }) => nagios.split('|')[1]!.trim());
  // Whether a reboot is required is left out if it is not known; a report of an earlier minor does not say what is memory.
  const optional = [' reboot=', ' held_memory_bytes='];
  for (const [index, values] of parsePerfdata(perfdata).entries()) {
    assert.equal(values.length, 7 + optional.filter((label) => perfdata[index]!.includes(label)).length);
  }
  t.diagnostic(`${texts.length} reports`);
}
