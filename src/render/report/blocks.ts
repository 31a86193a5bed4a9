// Report -> the blocks of the text, in their order: a block for every unit, then for every container, session and group
// of like processes that no unit owns.

import { containerKey } from '../../documents/container-key.ts';
import type {
  DeletedFd,
  DeletedMap,
  Outdated,
  Process,
  Report,
  SystemdFacts,
  Unit,
  UnitFile,
} from '../../documents/generated/report.ts';
import { earliest } from '../../documents/time.ts';
import { groupBy } from '../../group-by.ts';
import { isInMemory, sumHeld } from '../../held.ts';
import { type KeyOf, keyMaker } from '../../keys.ts';
import { containerName } from '../container-name.ts';
import { formatUser, quote } from '../format.ts';
import { sanitizeCommand, sanitizePath } from '../raw-bytes.ts';
import { sanitize, sanitizeUnit } from '../sanitize.ts';

/** Names and notes are sanitized; files are as the report has them. */
export interface Block {
  title: string;
  /** Short facts that stand beside the title. */
  notes: string[];
  /** A warning that one must know before touching the subject. */
  alerts: string[];
  staleSince: string | null;
  /** The affected processes in rising order; a name is null if the report has none. */
  processes: { pid: number; name: string | null }[];
  mainPid: number | null;
  /** The whole command line; null if the title says as much. */
  command: string | null;
  files: UnitFile[];
  outdated: Outdated[];
  /** The bytes that they hold, each file once; memory is null if it is not known which of them are memory. */
  held: { bytes: number; memory: number | null };
}

export function blocksOf(report: Report): Block[] {
  const keyOf = keyMaker();
  const byPid = new Map(report.processes.map((process) => [process.pid, process]));
  const inNoUnit = report.processes.filter(({ unit }) => unit === null);
  const loose = groupBy(inNoUnit, (process) => looseKey(process, keyOf));
  return [
    ...report.units.map((unit) => unitBlock(unit, byPid, report.scan.carriers)),
    ...[...loose.values()].map((alike) => looseBlock(alike, report.host.init)),
  ];
}

function unitBlock(unit: Unit, byPid: ReadonlyMap<number, Process>, carriers: readonly string[]): Block {
  const session = byPid.get(unit.pids[0] ?? 0)?.session ?? null;
  const notes = [
    ...(unit.user === null ? [] : [`of ${formatUser(unit.user)}`]),
    ...(session === null ? [] : [`login session${session.user === null ? '' : ` of ${formatUser(session.user)}`}`]),
  ];
  const carries = unit.scope === 'system' && carriers.includes(unit.name);
  return {
    title: sanitizeUnit(unit.name),
    notes,
    alerts: [...(carries ? ['carries this scan'] : []), ...systemdAlerts(unit.systemd)],
    staleSince: unit.stale_since,
    processes: unit.pids.map((pid) => ({ pid, name: byPid.get(pid)?.name ?? null })),
    mainPid: unit.systemd?.main_pid ?? null,
    command: null,
    files: unit.files,
    outdated: unit.outdated ?? [],
    held: { bytes: unit.held_bytes, memory: unit.held_bytes === 0 ? 0 : (unit.held_memory_bytes ?? null) },
  };
}

function systemdAlerts(facts: SystemdFacts | null): string[] {
  if (facts === null) return [];
  return [
    ...(facts.load_state === 'loaded' ? [] : [sanitize(facts.load_state)]),
    ...(facts.active_state === 'active' ? [] : [sanitize(facts.active_state)]),
    ...(facts.need_daemon_reload ? ['unit file changed on disk'] : []),
  ];
}

// A container or a session is one thing; other processes are alike if name, program and user are.
function looseKey({ container, session, name, executable, user }: Process, keyOf: KeyOf): string {
  if (container !== null) return keyOf('container', containerKey(container, keyOf));
  if (session !== null) return keyOf('session', session.id, session.user?.uid ?? null);
  return keyOf('program', name, executable?.path ?? null, executable?.path_base64 ?? null, user?.uid ?? null);
}

function looseBlock(processes: readonly Process[], init: Report['host']['init']): Block {
  const { container, session, name, executable, user, command } = processes[0]!;
  const owner = container === null ? (session?.user ?? user) : container.user;
  const program = executable === null ? [] : [quote(sanitizePath(executable))];
  const alone = container === null && session === null;
  return {
    title: alone
      ? quote(sanitize(name))
      : container === null
        ? `session ${sanitize(session!.id)}`
        : containerName(container),
    notes: [...(alone ? program : []), ...(owner === null ? [] : [`of ${formatUser(owner)}`])],
    // A process in no unit is odd only if the host has units.
    alerts: alone && init === 'systemd' ? ['in no unit'] : [],
    staleSince: earliestReplacement(processes.flatMap(({ maps, fds }) => [...maps, ...fds])),
    processes: processes.map(({ pid, name }) => ({ pid, name: alone ? null : name })),
    mainPid: null,
    command: alone && command.length > 1 ? sanitizeCommand(processes[0]!) : null,
    files: mergeFiles(processes),
    outdated: mergeOutdated(processes),
    held: sumHeld(processes.flatMap(({ maps, fds }) => [...maps, ...fds])),
  };
}

function earliestReplacement(files: readonly (DeletedMap | DeletedFd)[]): string | null {
  return earliest(files.filter(({ role }) => role === 'code').map(({ replaced_at }) => replaced_at));
}

function mergeOutdated(processes: readonly Process[]): Outdated[] {
  const keyOf = keyMaker();
  const all = processes.flatMap(({ outdated = [] }) => outdated);
  const alike = groupBy(all, ({ path, path_base64, confidence }) => keyOf(path, path_base64, confidence));
  return [...alike.values()].map((group) => ({ ...group[0]!, pids: group.flatMap(({ pids }) => pids) }));
}

/** The files of several processes as a unit would list them: by path and via, an inode's bytes counted once. */
function mergeFiles(processes: readonly Process[]): UnitFile[] {
  const keyOf = keyMaker();
  const files = new Map<string, UnitFile>();
  const counted = new Set<string>();
  const add = (pid: number, via: 'map' | 'fd', file: DeletedMap | DeletedFd, heldBytes: number | null): void => {
    const { path, path_base64, kind, role, state, replaced_at } = file;
    const key = keyOf(path, path_base64, via, kind, role, state);
    const inode = keyOf(key, file.device, file.inode);
    const entry = files.get(key) ?? {
      path,
      path_base64,
      via,
      kind,
      role,
      state,
      replaced_at,
      held_bytes: 0,
      held_memory_bytes: 0,
      package: file.package,
      pids: [],
    };
    files.set(key, entry);
    if (entry.pids.at(-1) !== pid) entry.pids.push(pid);
    if (heldBytes === null || entry.held_bytes === null) entry.held_bytes = null;
    else if (!counted.has(inode)) {
      entry.held_bytes += heldBytes;
      if (isInMemory(file.fs_type ?? null)) entry.held_memory_bytes = (entry.held_memory_bytes ?? 0) + heldBytes;
    }
    counted.add(inode);
  };
  for (const { pid, maps, fds } of processes) {
    // A report of an earlier minor version does not say how much a mapped file holds.
    for (const map of maps) add(pid, 'map', map, map.held_bytes === undefined ? 0 : map.held_bytes);
    for (const fd of fds) add(pid, 'fd', fd, fd.held_bytes);
  }
  return [...files.values()].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}
