// Report -> `PIDS "COMMAND" uses FILES`, one line a command: what `lib_users -s` and `fd_users -s` print, in one.

import type { Report } from '../../documents/generated/report.ts';
import { groupByCommand } from './command-groups.ts';

export function renderLines(report: Report): string[] {
  return groupByCommand(report).map(({ pids, command, files }) => `${pids.join(',')} "${command}" uses ${files}\n`);
}
