// Report -> `PIDS;FILES;COMMAND`, one line a command: what `lib_users -m` and `fd_users -m` print, in one.
// Split it at the first two semicolons: the command is the rest of the line.

import type { Report } from '../../documents/generated/report.ts';
import { groupByCommand } from './command-groups.ts';

export function renderMachine(report: Report): string[] {
  return groupByCommand(report).map(({ pids, command, files }) => `${pids.join(',')};${files};${command}\n`);
}
