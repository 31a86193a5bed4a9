// The report's gone files -> what the plan says of each: a code from the closed list, and who uses it.

import type { Because, ReasonCode } from '../documents/generated/plan.ts';
import type { Process, Role, State, UnitFile } from '../documents/generated/report.ts';
import { compareBytes } from '../documents/order.ts';
import { fromText } from '../procfs/bytes.ts';

export interface Finding {
  path: string;
  /** The path's bytes, which globs match. */
  bytes: string;
  role: Role;
  code: ReasonCode;
  package: Because['package'];
  /** In rising order. */
  pids: number[];
}

type GoneFile = Pick<UnitFile, 'path' | 'path_base64' | 'kind' | 'role' | 'state' | 'package'> & { pids: number[] };

const codes: Readonly<Record<Role, (file: { kind: UnitFile['kind']; state: State }) => ReasonCode>> = {
  code: ({ kind, state }) => `${kind === 'executable' ? 'executable' : 'library'}_${state}`,
  data: ({ state }) => `data_${state}`,
  log: () => 'log_held',
  file: () => 'file_held',
  scratch: () => 'scratch_file',
};

/** By path and code; several descriptors, maps or ways of use of one file become one finding. */
export function buildFindings(files: readonly GoneFile[]): Finding[] {
  const findings = new Map<string, Omit<Finding, 'pids'> & { pids: Set<number> }>();
  for (const file of files) {
    const { path, path_base64: base64, role } = file;
    const bytes = base64 === null ? fromText(path) : Buffer.from(base64, 'base64').toString('latin1');
    const code = codes[role](file);
    const key = JSON.stringify([code, path, bytes]);
    const finding = findings.get(key) ?? { path, bytes, role, code, package: file.package, pids: new Set<number>() };
    findings.set(key, finding);
    finding.package ??= file.package;
    for (const pid of file.pids) finding.pids.add(pid);
  }
  return [...findings.values()]
    .map(({ pids, ...finding }) => ({ ...finding, pids: [...pids].sort((a, b) => a - b) }))
    .sort((a, b) => compareBytes(a.path, b.path) || compareBytes(a.code, b.code) || compareBytes(a.bytes, b.bytes));
}

/** The findings of a unit that concern these of its processes. */
export function unitFindings(files: readonly UnitFile[], pids: ReadonlySet<number>): Finding[] {
  const shared = files.map((file) => ({ ...file, pids: file.pids.filter((pid) => pids.has(pid)) }));
  return buildFindings(shared.filter((file) => file.pids.length > 0));
}

/** The findings of whole processes. */
export function processFindings(processes: readonly Process[]): Finding[] {
  return buildFindings(
    processes.flatMap(({ pid, maps, fds }) => [...maps, ...fds].map((file) => ({ ...file, pids: [pid] }))),
  );
}
