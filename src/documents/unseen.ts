// What a report says of the processes that were not seen: which of its warnings tell of them.

import type { Report, Warning } from './generated/report.ts';

const codes: ReadonlySet<Warning['code']> = new Set(['not_everything_seen', 'blocked', 'hidepid']);

/** The warnings that say what was not seen. */
export function unseenWarnings({ warnings }: Report): Warning[] {
  return warnings.filter(({ code }) => codes.has(code));
}
