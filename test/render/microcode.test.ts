// The microcode of a host -> its line in the texts of scan and plan: only if there is something to do or to know.

import { doesNotMatch, match } from 'node:assert/strict';
import { test } from 'node:test';
import type { Microcode } from '../../src/documents/generated/report.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { renderPlanText } from '../../src/render/plan/text.ts';
import { renderText } from '../support/joined.ts';
import { cleanReport } from './samples.ts';

const style = { colour: false, columns: 400 };

function texts(state: Microcode['state'], more: Partial<Microcode> = {}): { scan: string; plan: string } {
  const report = cleanReport();
  const revisions = { running: '0xf0', in_initrd: '0xf6', in_firmware: '0xf8' };
  report.host.microcode = { vendor: 'intel', ...revisions, kernel_says_old: null, state, ...more };
  return { scan: renderText(report, style), plan: renderPlanText(buildPlan(report, [], ''), style) };
}

const rows: [state: Microcode['state'], words: RegExp][] = [
  ['pending', /0xf0 runs, a reboot loads 0xf6$/m],
  [
    'not_in_initrd',
    /0xf0 runs, 0xf8 is in \/lib\/firmware and not in the initrd: make the initrd anew \(.*\), then reboot$/m,
  ],
  ['refused', /0xf0 runs, although the initrd had 0xf6 at the last boot: .*BIOS/m],
];
for (const [state, words] of rows) {
  test(`microcode: ${state} is a line of scan and plan`, () => {
    const { scan, plan } = texts(state);
    match(scan, new RegExp(`^ *microcode +${words.source}`, 'm'));
    match(plan, new RegExp(`^Microcode: ${words.source}`, 'm'));
  });
}

for (const state of ['current', 'unknown'] as const) {
  test(`microcode: nothing is said if it is ${state}`, () => {
    const { scan, plan } = texts(state, { kernel_says_old: true });
    doesNotMatch(scan + plan, /microcode/i);
  });
}

test('microcode: a report of an earlier minor does not know it', () => {
  const report = cleanReport();
  delete report.host.microcode;
  doesNotMatch(renderText(report, style), /microcode/i);
  match(JSON.stringify(buildPlan(report, [], '')), /"microcode":null/);
});
