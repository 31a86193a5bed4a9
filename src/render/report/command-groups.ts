// Report -> the findings of lib_users: one group a command line, with the processes and the files that are gone.
// Both of its formats, lines and machine, print these groups.

import type { Report } from '../../documents/generated/report.ts';
import { distinct, keyMaker } from '../../keys.ts';
import { sanitizeCommand, sanitizePath } from '../raw-bytes.ts';
import { sanitize, sanitizeUnit } from '../sanitize.ts';

/** Every text is sanitized. */
export interface CommandGroup {
  command: string;
  /** In rising order. */
  pids: number[];
  /** Sorted, each once, joined by commas. */
  files: string;
}

/**
 * Groups by identical command, the group with the lowest pid first. What is outdated and not gone has no gone files, and no group. A process without a command line (or with
 * --command-line none) is `[name]`, as ps(1) prints it. With --detail units a report has no commands, so the name of the
 * unit is used for the command.
 */
export function groupByCommand(report: Report): CommandGroup[] {
  const keyOf = keyMaker();
  const groups = new Map<string, { command: string; pids: Set<number>; files: string[] }>();
  for (const { command, pids, files } of report.scan.detail === 'units' ? unitUses(report) : commandUses(report)) {
    const key = keyOf(command);
    const group = groups.get(key) ?? { command, pids: new Set(), files: [] };
    groups.set(key, group);
    for (const pid of pids) group.pids.add(pid);
    for (const file of files) group.files.push(escapeSeparators(sanitizePath(file)));
  }
  return [...groups.values()]
    .filter(({ files }) => files.length > 0)
    .map(({ command, pids, files }) => ({
      command,
      pids: [...pids].sort((a, b) => a - b),
      files: distinct(files).sort().join(','),
    }))
    .sort((a, b) => (a.pids[0] ?? 0) - (b.pids[0] ?? 0));
}

interface CommandUse {
  command: string;
  pids: number[];
  files: { path: string; path_base64: string | null }[];
}

function commandUses(report: Report): CommandUse[] {
  return report.processes.map((process) => ({
    command: sanitizeCommand(process) || `[${sanitize(process.name)}]`,
    pids: [process.pid],
    files: [...process.maps, ...process.fds],
  }));
}

function unitUses(report: Report): CommandUse[] {
  return report.units.map((unit) => ({ command: sanitizeUnit(unit.name), pids: unit.pids, files: unit.files }));
}

// A file may be named `a,b` or `a;b`. A script that splits the line must not see two files or a command in that name.
function escapeSeparators(path: string): string {
  return path.replaceAll(',', '\\x2c').replaceAll(';', '\\x3b');
}
