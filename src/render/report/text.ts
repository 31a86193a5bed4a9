// Report -> the text that a person sees first, for a terminal of a given width. It may change in any version; scripts read JSON.

import type { Report } from '../../documents/generated/report.ts';
import { renderFixes } from '../fixes-text.ts';
import { quote, readableTime } from '../format.ts';
import type { Style } from '../layout.ts';
import { fold, word, words } from '../layout.ts';
import { sanitize } from '../sanitize.ts';
import { renderBlock } from './block-text.ts';
import { blocksOf } from './blocks.ts';
import { remarksOf } from './footer.ts';
import { nextStep, verdictText } from './headline.ts';

const labelWidth = 11;

export function* renderText(report: Report, style: Style): Generator<string> {
  yield renderHead(report, style);
  for (const block of blocksOf(report)) {
    yield '\n';
    yield* renderBlock(block, report.generated_at, style);
  }
  const fixes = renderFixes(report, style);
  if (fixes !== '') yield `\n${fixes}`;
  yield `\n${renderTail(report, style)}`;
}

function renderHead(report: Report, style: Style): string {
  const { host, generated_at } = report;
  const { text, paint } = verdictText(report);
  const labels = Object.entries(host.labels).map(([name, value]) => `${name}=${value}`);
  const about = [readableTime(generated_at), ...(host.os.name === null ? [] : [host.os.name]), ...labels];
  return (
    fold(
      [word(quote(sanitize(host.hostname)), 'bold'), ...words(` ${about.map(sanitize).join('  ')}`, 'dim')],
      0,
      2,
      style,
    ) + fold(words(text, paint), 0, 0, style)
  );
}

function renderTail(report: Report, style: Style): string {
  const remarks = remarksOf(report).map(({ label, text, paint }) =>
    fold([word(label.padEnd(labelWidth), 'dim'), ...words(text, paint)], 0, labelWidth + 1, style),
  );
  return [...remarks, '\n', fold(words(`next: ${nextStep(report)}`, 'bold'), 0, 6, style)].join('');
}
