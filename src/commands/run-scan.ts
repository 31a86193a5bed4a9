// A scan as a command runs it: with the configuration, progress for people, and warnings on stderr. scan uses it, and so do
// plan and check if they get no report.

import { isStdinIgnored, isTerminal } from '../cli/terminal.ts';
import type { EffectiveConfig } from '../config/effective.ts';
import type { Report } from '../documents/generated/report.ts';
import { unseenWarnings } from '../documents/unseen.ts';
import { startProgress } from './progress.ts';
import { loadFlaggedConfig, type ScanFlags, scanOptions } from './scan-flags.ts';

export interface ScanContext {
  now: Date;
  quiet: boolean;
  warn(message: string): unknown;
}

export async function runScan(
  flags: ScanFlags,
  context: ScanContext,
): Promise<{ report: Report; config: EffectiveConfig }> {
  const config = await loadFlaggedConfig(flags);
  const options = scanOptions(flags, config, context.now);
  // check and plan of a report from a file do not need it.
  const { scanHost } = await import('../scan/scan.ts');
  const progress = !context.quiet && (await isTerminal(2)) ? startProgress(() => performance.now()) : null;
  let report: Report;
  try {
    report = await scanHost({ ...options, onProgress: progress?.show ?? null });
  } finally {
    progress?.finish();
  }
  if (!flags.config?.includes('-') && isStdinIgnored()) {
    const message = 'the file on standard input is not read; name it, or give - if the command reads one';
    report.warnings.push({ code: 'stdin_unread', message });
    context.warn(message);
  }
  // In every format stderr says once that the report is incomplete; the details are in the document.
  for (const { message } of unseenWarnings(report)) context.warn(message);
  return { report, config };
}

/** One sentence about what was not seen; null if the report is complete. */
export function whyIncomplete(report: Report): string | null {
  if (report.scan.complete) return null;
  const unseen = unseenWarnings(report);
  if (unseen.length > 0) return unseen.map(({ message }) => message).join('; ');
  return 'the scan was narrowed to a part of the host';
}
