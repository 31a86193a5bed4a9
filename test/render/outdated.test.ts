// Outdated programs that are not gone -> their metrics: counts by unit, kind and confidence, and never a hint.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderOpenmetrics } from '../../src/render/openmetrics.ts';
import { outdated } from '../support/outdated.ts';
import { cleanReport, workedReport } from './samples.ts';

const lines = (text: string) => text.split('\n').filter((line) => line.startsWith('lib_users_outdated'));

test('OpenMetrics: what is certain or likely outdated is counted by unit, and a hint is not', () => {
  const report = workedReport();
  const unit = report.units.find(({ name }) => name === 'nginx.service')!;
  unit.outdated = [
    outdated('likely'),
    outdated('likely', '/usr/bin/b'),
    outdated('possible'),
    outdated('certain', '/snap/c/1'),
  ];
  const owner = 'scope="system",unit="nginx.service",user=""';
  assert.deepEqual(lines(renderOpenmetrics(report, null, null)), [
    'lib_users_outdated{scope="system",unit="fail2ban.service",user="",kind="script",confidence="likely"} 1',
    `lib_users_outdated{${owner},kind="script",confidence="likely"} 2`,
    `lib_users_outdated{${owner},kind="snap",confidence="certain"} 1`,
  ]);
});

test('OpenMetrics: a unit without gone files has no time since when it is stale', () => {
  const report = cleanReport();
  const unit = { ...workedReport().units[0]!, files: [], stale_since: null, outdated: [outdated('likely')] };
  report.units = [unit];
  const text = renderOpenmetrics(report, null, null);
  assert.equal(lines(text).length, 1);
  assert.doesNotMatch(text, /lib_users_stale_(?:files|since)/);
});
