// Report -> what the text shows one below the other: a block for every unit, then for every container, session and group
// of like processes that no unit owns.

import type {
  Container,
  DeletedFd,
  DeletedMap,
  Process,
  Report,
  Unit,
  UnitFile,
} from '../documents/generated/report.ts';
import { formatUser, quote } from './format.ts';
import { sanitize } from './sanitize.ts';
import { sanitizePath } from './raw-bytes.ts';

/** Names and notes are sanitized; files are as the report has them. */
export interface Block {
  title: string;
  /** Short facts beside the title. */
  notes: string[];
  /** What a person must know before touching it. */
  alerts: string[];
  staleSince: string | null;
  pids: number[];
  mainPid: number | null;
  files: UnitFile[];
}

export function buildBlocks(report: Report): Block[] {
  const loose = report.processes.filter((process) => process.unit === null);
  const groups = Map.groupBy
    ? [...Map.groupBy(loose, groupKey).values()]
    : groupProcesses(loose);
  return [...report.units.map((unit) => unitBlock(unit, report)), ...groups.map(looseBlock)];
}
