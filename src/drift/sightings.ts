// Report -> its sightings, one for each id: gone files by unit, or by program if no unit owns the process.

import { compareBytes } from '../documents/compare-bytes.ts';
import type { Finding } from '../documents/generated/drift.ts';
import type { DeletedFd, DeletedMap, Process, Report, Unit, UnitFile } from '../documents/generated/report.ts';
import { earliest } from '../documents/time.ts';
import { type KeyOf, keyMaker } from '../keys.ts';
import { parseSession } from '../systemd/session-name.ts';
import { findingId, type Identified } from './finding-id.ts';

export interface Sighting extends Omit<Finding, 'change' | 'first_seen_at' | 'stale_since' | 'counted'> {
  /** The earliest moment at which the file can have gone stale; null if nothing tells. */
  staleSince: string | null;
  /** When the code at the path was replaced; null if that is not known. */
  replacedAt: string | null;
}

/** Returns the sightings in the order of scope, uid and unit, then path and via. */
export function collectSightings(report: Report): Sighting[] {
  const processes = new Map(report.processes.map((process) => [process.pid, process]));
  const births = indexBirths();
  const all = [
    ...report.units.flatMap((unit) => unit.files.map((file) => unitSighting(unit, file, processes, births, report))),
    ...report.processes
      .filter(({ unit }) => unit === null)
      .flatMap((process) => [
        ...process.maps.map((map) => looseSighting(process, 'map', map, births, report)),
        ...process.fds.map((fd) => looseSighting(process, 'fd', fd, births, report)),
      ]),
  ];
  const byId = new Map<string, Sighting>();
  for (const sighting of all) {
    const other = byId.get(sighting.id);
    byId.set(sighting.id, other === undefined ? sighting : merge(other, sighting));
  }
  return [...byId.values()].sort(inOrder);
}

export function inOrder(a: Identified, b: Identified): number {
  return (
    compareBytes(a.scope ?? '~', b.scope ?? '~') ||
    (a.user?.uid ?? -1) - (b.user?.uid ?? -1) ||
    compareBytes(a.unit ?? a.executable ?? '', b.unit ?? b.executable ?? '') ||
    compareBytes(a.path, b.path) ||
    compareBytes(b.via, a.via)
  );
}

function unitSighting(
  unit: Unit,
  file: UnitFile,
  processes: ReadonlyMap<number, Process>,
  births: Births,
  report: Report,
): Sighting {
  const users = file.pids.flatMap((pid) => processes.get(pid) ?? []);
  return identify({
    unit: unit.name,
    scope: unit.scope,
    user: unit.user ?? sessionUser(unit, users),
    container: null,
    executable: users[0]?.executable?.path ?? null,
    ...useOf(file, file.via),
    pids: file.pids,
    replacedAt: replacedAt(file),
    staleSince: staleSince(
      file,
      users.flatMap((user) => startOfUse(user, births, file) ?? []),
      report,
    ),
  });
}

function looseSighting(
  process: Process,
  via: 'map' | 'fd',
  file: DeletedMap | DeletedFd,
  births: Births,
  report: Report,
): Sighting {
  const start = startOfUse(process, births, { ...file, via });
  return identify({
    unit: null,
    scope: null,
    user: null,
    container: process.container && { ...process.container, cgroup: process.container.cgroup ?? null },
    executable: programOf(process),
    ...useOf(file, via),
    pids: [process.pid],
    replacedAt: replacedAt(file),
    staleSince: staleSince(file, start === null ? [] : [start], report),
  });
}

/** Names a process that no unit owns: by the path of its program, or by the process name if the program is not known. */
export function programOf({ executable, name }: Pick<Process, 'executable' | 'name'>): string {
  return executable?.path ?? `[${name}]`;
}

function useOf({ path, path_base64, kind, role, state }: UnitFile | DeletedMap | DeletedFd, via: 'map' | 'fd') {
  return { via, path, path_base64, kind, role, state };
}

function identify(sighting: Omit<Sighting, 'id'>): Sighting {
  return { id: findingId(sighting), ...sighting };
}

/** Returns the user of a login session's unit. The unit is the system's, but its processes and its slice name the user. */
function sessionUser(unit: Unit, users: readonly Process[]): Finding['user'] {
  const session = parseSession(unit.name, unit.slice);
  if (session === null) return null;
  return users.find((user) => user.session?.user)?.session?.user ?? { uid: session.uid, name: null };
}

/** Returns when the process can have begun to use the file: not before the process began, and not before an open file was made. */
function startOfUse(
  process: Process,
  births: Births,
  file: Pick<UnitFile, 'via' | 'path' | 'path_base64'>,
): string | null {
  if (file.via === 'map') return process.started_at;
  const { keyOf, byPath } = births(process);
  return latest([process.started_at, byPath.get(keyOf(file.path, file.path_base64)) ?? null]);
}

/** By path: when the earliest of a process's open files of that name was made; null if that is not known for one of them. */
type Births = (process: Process) => { keyOf: KeyOf; byPath: ReadonlyMap<string, string | null> };

/** Caches by process, because one process may hold a hundred thousand files and is asked once for each. */
function indexBirths(): Births {
  const known = new WeakMap<Process, ReturnType<Births>>();
  return (process) => {
    const before = known.get(process);
    if (before !== undefined) return before;
    const keyOf = keyMaker();
    const byPath = new Map<string, string | null>();
    for (const { path, path_base64, born_at } of process.fds) {
      const key = keyOf(path, path_base64);
      const other = byPath.get(key);
      byPath.set(key, other === undefined ? born_at : other && born_at && earliest([other, born_at]));
    }
    known.set(process, { keyOf, byPath });
    return { keyOf, byPath };
  };
}

/** Returns the ctime of the file now at the path, for code only. A log's ctime does not tell, because it moves with every line. */
function replacedAt(file: { role: Finding['role']; replaced_at: string | null }): string | null {
  return file.role === 'code' ? file.replaced_at : null;
}

function staleSince(
  file: { role: Finding['role']; replaced_at: string | null },
  startsOfUse: readonly string[],
  report: Report,
): string | null {
  const began = replacedAt(file) ?? earliest(startsOfUse);
  // A file that is stale now went stale after the boot.
  return latest([began, report.host.booted_at]);
}

function latest(times: readonly (string | null)[]): string | null {
  return (
    times
      .filter((time) => time !== null)
      .sort()
      .at(-1) ?? null
  );
}

const roleRanks: readonly Finding['role'][] = ['code', 'log', 'file', 'data', 'scratch'];

/** Merges uses with one id (two sessions, two revisions, mapped as code and as data). The weightiest role counts for all. */
function merge(a: Sighting, b: Sighting): Sighting {
  const lead = roleRanks.indexOf(b.role) < roleRanks.indexOf(a.role) ? b : a;
  return {
    ...lead,
    pids: [...new Set([...a.pids, ...b.pids])].sort((x, y) => x - y),
    staleSince: a.staleSince === null || b.staleSince === null ? null : earliest([a.staleSince, b.staleSince]),
    replacedAt: earliest([a.replacedAt, b.replacedAt]),
  };
}
