// Held space, and hosts with nothing but scratch, in the text, the plugin and the metrics.

import { doesNotMatch, match } from 'node:assert/strict';
import { test } from 'node:test';
import type { Report } from '../../src/documents/generated/report.ts';
import { judge } from '../../src/drift/judge.ts';
import { renderNagios } from '../../src/render/drift/nagios.ts';
import { renderOpenmetrics } from '../../src/render/openmetrics.ts';
import { renderText } from '../support/joined.ts';
import { file, jna, libc, process, report, unit } from '../support/reports.ts';

const mebibyte = 1024 * 1024;
const text = (of: Report) => renderText(of, { colour: false, columns: 1000 });
const scratchAlone = report({ units: [unit('a.service', [jna])], summary: { processes: 1, held_bytes: 0 } });
const both = report({
  units: [unit('a.service', [jna]), unit('b.service', [{ ...libc, pids: [101] }])],
  summary: { processes: 2, held_bytes: 5 * mebibyte, held_memory_bytes: 2 * mebibyte },
});

test('the headline counts what is more than scratch', () => {
  match(
    text(both),
    /^1 process \(1 unit\) runs on files that are gone and holds 3\.0 MiB of disk and 2\.0 MiB of memory\.$/m,
  );
  match(text(scratchAlone), /^No program or library in use is gone: 1 process uses scratch files\.$/m);
  const listed = report({
    processes: [process(9, [jna]), process(10, [libc]), process(11, [libc])],
    summary: { held_bytes: 0 },
  });
  match(text(listed), /^2 processes run on files that are gone\.$/m);
});

test('with --detail units the headline counts what the report leaves out: nobody knows what that is', () => {
  const units = report({
    ...scratchAlone,
    units: scratchAlone.units,
    scan: { detail: 'units' },
    summary: { processes: 3, held_bytes: 0 },
  });
  match(text(units), /^2 processes run on files that are gone\.$/m);
});

test('an incomplete scan with nothing but scratch is not green, and says that there may be more', () => {
  match(
    text({ ...scratchAlone, scan: { ...scratchAlone.scan, complete: false } }),
    /scratch files\. There may be more\.$/m,
  );
});

test('a report of an earlier minor does not say what is memory: then all of it passes for disk', () => {
  const { held_memory_bytes: _, ...summary } = both.summary;
  match(text({ ...both, summary }), /holds 5\.0 MiB of disk\.$/m);
});

const thresholds = {
  warning: null,
  critical: null,
  criticalAgeSeconds: null,
  criticalCves: null,
  requireComplete: false,
};
const plugin = (of: Report): string => {
  const filters = { units: [], roles: null, kinds: [] };
  const reboot = { required: false, reasons: [], unknown_because: null, counts_as: 'ok' as const };
  const options = {
    failOn: 'any' as const,
    allowIncomplete: false,
    allowUnseenUsers: false,
    fixesOnly: false,
    filters,
    accept: [],
    now: new Date(0),
    reboot,
  };
  return renderNagios(judge(of, null, options).drift, thresholds).text;
};

test('a plugin does not call a host OK without a word on what its scratch holds', () => {
  const large = { ...jna, held_bytes: 300 * mebibyte };
  match(
    plugin(report({ units: [unit('a.service', [large])] })),
    /^LIB_USERS OK - 0 stale units; scratch files hold 300\.0 MiB \|/,
  );
  doesNotMatch(plugin(scratchAlone), /hold/);
  const [map] = process(9, [jna]).maps;
  const alone = process(9, [], { maps: [{ ...map!, held_bytes: 300 * mebibyte }] });
  match(plugin(report({ processes: [alone] })), /; scratch files hold 300\.0 MiB \|/);
});

test('performance data have memory beside the sum if the report says it', () => {
  match(plugin(both), / held_bytes=5242880B;;;0 held_memory_bytes=2097152B;;;0 /);
  doesNotMatch(plugin(scratchAlone), /held_memory_bytes/);
});

test('metrics count what scratch holds, and have memory beside the sum', () => {
  const holding = unit('a.service', [{ ...file('scratch', '/tmp/x'), held_bytes: 7 }], {
    held_bytes: 7,
    held_memory_bytes: 3,
  });
  const metrics = renderOpenmetrics(
    report({ units: [holding], summary: { held_bytes: 7, held_memory_bytes: 3 } }),
    null,
    null,
  );
  for (const line of [
    /^lib_users_held_bytes\{scope="system",unit="a.service",user=""\} 7$/m,
    /^lib_users_held_memory_bytes\{scope="system",unit="a.service",user=""\} 3$/m,
    /^lib_users_host_held_bytes 7$/m,
    /^lib_users_host_held_memory_bytes 3$/m,
  ]) {
    match(metrics, line);
  }
  doesNotMatch(metrics, /stale_files|disk that|on disk/);
  doesNotMatch(renderOpenmetrics(scratchAlone, null, null), /held_memory/);
});
