// Report -> the output of lib_users and fd_users, byte for byte if theirs is right: a line for each command line.

import type { Process, Report } from '../documents/generated/report.ts';
import { groupBy } from '../group-by.ts';
import { distinct, keyMaker } from '../keys.ts';
import { sanitizeCommand, sanitizePath } from '../render/raw-bytes.ts';
import { sanitize } from '../render/sanitize.ts';
import { managerUnit } from '../systemd/session-name.ts';
import type { DropInArguments } from './arguments.ts';

interface Group {
  command: string;
  processes: Process[];
}

/** '' if nothing was found. */
export function renderDropIn(
  report: Report,
  options: Pick<DropInArguments, 'machine' | 'showItems' | 'services'>,
): string {
  const groups = groupByPrintedCommand(report.processes);
  if (groups.length === 0) return '';
  const lines = groups.map((group) => {
    const pids = sortedPids(group).join(',');
    const files = filesOf(group).join(',');
    if (options.machine) return `${pids};${files};${group.command}\n`;
    return `${pids} "${group.command}"${options.showItems ? ` uses ${files}` : ''}\n`;
  });
  return lines.join('') + (options.services ? `\n${renderServices(groups)}\n` : '');
}

/** Leaves out processes without a command line; the rest is in the order of the lowest pid. */
function groupByPrintedCommand(processes: readonly Process[]): Group[] {
  const keyOf = keyMaker();
  const printed = processes
    .filter((process) => process.command.length > 0)
    .map((process) => ({ process, command: printCommand(process) }));
  return [...groupBy(printed, ({ command }) => keyOf(command)).values()].map((group) => ({
    command: group[0]!.command,
    processes: group.map(({ process }) => process),
  }));
}

/** Sorted as strings, as lib_users always did: 100 before 20. */
function sortedPids({ processes }: Group): string[] {
  return processes.map(({ pid }) => String(pid)).sort();
}

function filesOf({ processes }: Group): string[] {
  const files = processes.flatMap((process) => [...process.maps, ...process.fds]);
  const paths = files.map((file) => (file.path_base64 === null ? printText(file.path) : sanitizePath(file)));
  return distinct(paths).sort();
}

function printCommand(process: Process): string {
  return (process.command_base64 === null ? printText(process.command.join(' ')) : sanitizeCommand(process)).trim();
}

/** Escapes control characters, which the originals do not. Backslashes stay single, because scripts expect that. */
function printText(text: string): string {
  return text.split('\\').map(sanitize).join('\\');
}

function renderServices(groups: readonly Group[]): string {
  const units = new Map<string, string[]>();
  for (const group of groups) {
    const byPid = new Map(group.processes.map((process) => [String(process.pid), process]));
    for (const pid of sortedPids(group)) {
      const unit = systemUnit(byPid.get(pid)!);
      if (unit !== null) units.set(unit, [...(units.get(unit) ?? []), pid]);
    }
  }
  return [...units].map(([unit, pids]) => `${pids.join(',')} belong to ${printText(unit)}`).join('\n');
}

/** The unit by which the system manager knows the process: `systemctl status PID` names it. */
function systemUnit({ unit, session }: Process): string | null {
  if (unit?.scope === 'user') return unit.user === null ? null : managerUnit(unit.user.uid);
  if (unit) return unit.name;
  return session === null ? null : `session-${session.id}.scope`;
}
