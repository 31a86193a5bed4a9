// The report's gone files -> the plan's finding for each: a code from the closed list, and the processes that use the file.

import { compareBytes } from '../documents/compare-bytes.ts';
import type { Because, ReasonCode } from '../documents/generated/plan.ts';
import type { Outdated, Owner, Process, Role, State, Unit, UnitFile } from '../documents/generated/report.ts';
import { type KeyOf, keyMaker } from '../keys.ts';
import { fromDocument } from '../procfs/bytes.ts';
import { isHandedStream } from './standard-streams.ts';
import { type Standing, standingOf, type UnitOwners } from './standing.ts';

export interface PlanReason {
  path: string;
  /** The raw bytes of the path; null if the text has lost none. */
  base64: string | null;
  /** The path's bytes, which globs match. */
  bytes: string;
  kind: UnitFile['kind'];
  role: Role;
  code: ReasonCode;
  package: Because['package'];
  /** The bytes that go free when the last process lets go of the file; null if that is not known. */
  heldBytes: number | null;
  /** Whether the file is a log that no reload can open again, because the program did not open it itself. */
  handed: boolean;
  /** Whether the file is mapped, and is a program or a library. */
  isMappedCode: boolean;
  owner: Owner | null;
  /** Whether the file may be a reason to act, if it is held and not mapped. */
  standing: Standing;
  /** Whether it is inferred, and not seen, that it is outdated. */
  isInferred: boolean;
  /** In rising order. */
  pids: number[];
}

type GoneFile = Pick<UnitFile, 'path' | 'path_base64' | 'kind' | 'role' | 'state' | 'package'> & {
  /** Missing for mapped files in a report of an earlier minor version. */
  held_bytes?: number | null;
  /** Device and inode name the file on disk, so that its bytes count once. A unit's files have neither: they are summed already. */
  device?: string | null;
  inode?: string | null;
  handed?: boolean;
  owner?: Owner | null;
  standing?: Standing;
  /** Only for what is outdated and not gone. */
  outdated?: Pick<Outdated, 'kind' | 'confidence'>;
  pids: number[];
};

const codes: Readonly<Record<Role, (file: { kind: UnitFile['kind']; state: State }) => ReasonCode>> = {
  code: ({ kind, state }) => `${kind === 'executable' ? 'executable' : 'library'}_${state}`,
  data: ({ state }) => `data_${state}`,
  log: () => 'log_held',
  file: () => 'file_held',
  scratch: () => 'scratch_file',
};

/** Groups by path, code and owner: several descriptors, maps or ways of use of one file become one finding. */
export function buildReasons(files: readonly GoneFile[]): PlanReason[] {
  const keyOf = keyMaker();
  const findings = new Map<string, Omit<PlanReason, 'pids'> & { pids: Set<number>; counted: Set<string> }>();
  for (const file of files) {
    const { path, path_base64: base64, role } = file;
    const bytes = fromDocument(path, base64);
    const code: ReasonCode = file.outdated === undefined ? codes[role](file) : `${file.outdated.kind}_outdated`;
    const owner = file.owner ?? null;
    const key = keyOf(code, path, base64, owner === null ? null : owner.uid, file.outdated?.confidence ?? null);
    const finding = findings.get(key) ?? {
      ...{ path, base64, bytes, kind: file.kind, role, code, package: file.package, heldBytes: null, handed: false },
      ...{ owner, standing: file.standing ?? 'own', isMappedCode: false },
      isInferred: file.outdated?.confidence === 'likely',
      ...{ pids: new Set<number>(), counted: new Set<string>() },
    };
    findings.set(key, finding);
    finding.package ??= file.package;
    finding.handed ||= file.handed ?? false;
    finding.isMappedCode ||= role === 'code' && (file.kind === 'executable' || file.kind === 'library');
    count(finding, file, keyOf);
    for (const pid of file.pids) finding.pids.add(pid);
  }
  return [...findings.values()]
    .map(({ pids, counted: _, ...finding }) => ({ ...finding, pids: [...pids].sort((a, b) => a - b) }))
    .sort(compareReasons);
}

export function compareReasons(a: PlanReason, b: PlanReason): number {
  return (
    compareBytes(a.path, b.path) ||
    compareBytes(a.code, b.code) ||
    compareBytes(a.bytes, b.bytes) ||
    (a.owner?.uid ?? -1) - (b.owner?.uid ?? -1)
  );
}

function count(finding: { heldBytes: number | null; counted: Set<string> }, file: GoneFile, keyOf: KeyOf): void {
  const { held_bytes = null, device, inode } = file;
  if (held_bytes === null) return;
  if (device != null && inode != null) {
    const key = keyOf(device, inode);
    if (finding.counted.has(key)) return;
    finding.counted.add(key);
  }
  finding.heldBytes = Math.min((finding.heldBytes ?? 0) + held_bytes, Number.MAX_SAFE_INTEGER);
}

/** Builds the findings of a unit for some of its files and processes. */
export function unitReasons(
  unit: Unit,
  files: readonly UnitFile[],
  pids: ReadonlySet<number>,
  owners: UnitOwners,
  processes: ReadonlyMap<number, Process>,
): PlanReason[] {
  const shared = files.map((file) => {
    const users = file.pids.filter((pid) => pids.has(pid));
    const holders = file.role === 'log' ? users.flatMap((pid) => processes.get(pid) ?? []) : [];
    const handed = isHandedStream(file, holders, unit.systemd?.main_pid ?? null);
    return { ...file, pids: users, handed, standing: standingOf(file, owners, processes) };
  });
  const old = outdatedFiles(unit.outdated).map((file) => ({
    ...file,
    pids: file.pids.filter((pid) => pids.has(pid)),
  }));
  return buildReasons([...shared, ...old].filter((file) => file.pids.length > 0));
}

/** A hint is never a reason for an action. */
function outdatedFiles(outdated: readonly Outdated[] = []): GoneFile[] {
  return outdated
    .filter(({ confidence }) => confidence !== 'possible')
    .map(({ path, path_base64, package: owner, pids, ...facts }) => ({
      ...{ path, path_base64, kind: 'regular', role: 'code', state: 'unknown', package: owner, pids },
      outdated: facts,
    }));
}

/** Builds the findings of whole processes. */
export function processReasons(processes: readonly Process[]): PlanReason[] {
  return buildReasons(
    processes.flatMap(({ pid, maps, fds }) => [...maps, ...fds].map((file) => ({ ...file, pids: [pid] }))),
  );
}
