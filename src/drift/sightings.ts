// Report -> its sightings, one for each id: gone files by unit, or by program if no unit owns the process.

import { compareBytes } from '../documents/compare-bytes.ts';
import type { Finding, NullablePackage } from '../documents/generated/drift.ts';
import type { DeletedFd, DeletedMap, Process, Report, Unit, UnitFile } from '../documents/generated/report.ts';
import { earliest } from '../documents/time.ts';
import { type KeyOf, keyMaker } from '../keys.ts';
import { parseSession } from '../systemd/session-name.ts';
import { findingId, type Identified } from './finding-id.ts';
import { indexPending, joinPending, type Pending, type PendingOf } from './pending.ts';

type Judged = 'change' | 'first_seen_at' | 'stale_since' | 'fixes' | 'fixes_unknown_because' | 'counted' | 'undecided';

export interface Sighting extends Omit<Finding, Judged> {
  /** The earliest moment at which the file can have gone stale; null if nothing tells. */
  staleSince: string | null;
  /** When the code at the path was replaced; null if that is not known. */
  replacedAt: string | null;
  pending: Pending;
}

/**
 * Returns the sightings in the order of scope, uid and unit, then path and via.
 * @param inferred whether to return what is only likely
 */
export function collectSightings(report: Report, inferred = false): Sighting[] {
  const processes = new Map(report.processes.map((process) => [process.pid, process]));
  const index: Index = { report, processes, births: indexBirths(), pendingOf: indexPending(report) };
  const all = [
    ...report.units.flatMap((unit) => unit.files.map((file) => unitSighting(unit, file, index))),
    ...report.units.flatMap((unit) => outdatedSightings(unit, index, inferred)),
    ...report.processes
      .filter(({ unit }) => unit === null)
      .flatMap((process) => [
        ...process.maps.map((map) => looseSighting(process, 'map', map, index)),
        ...process.fds.map((fd) => looseSighting(process, 'fd', fd, index)),
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

/** The report, and what is looked up in it for each file. */
interface Index {
  report: Report;
  processes: ReadonlyMap<number, Process>;
  births: Births;
  pendingOf: PendingOf;
}

function unitSighting(unit: Unit, file: UnitFile, { report, processes, births, pendingOf }: Index): Sighting {
  const users = file.pids.flatMap((pid) => processes.get(pid) ?? []);
  return identify({
    unit: unit.name,
    scope: unit.scope,
    user: unit.user ?? sessionUser(unit, users),
    container: null,
    executable: users[0]?.executable?.path ?? null,
    ...useOf(file, file.via),
    pids: file.pids,
    // A process in a container has no unit.
    pending: pendingOf(file, file.pids, false),
    replacedAt: replacedAt(file),
    staleSince: staleSince(
      file,
      users.flatMap((user) => startOfUse(user, births, file) ?? []),
      report,
    ),
  });
}

/** Leaves hints out, because they are for people only. */
function outdatedSightings(unit: Unit, { processes, pendingOf }: Index, inferred: boolean): Sighting[] {
  return (unit.outdated ?? []).flatMap(({ kind, confidence, path, path_base64, package: owner, since, pids }) => {
    if (confidence === 'possible' || (confidence === 'likely' && !inferred)) return [];
    const users = pids.flatMap((pid) => processes.get(pid) ?? []);
    const file = { path, path_base64, kind, role: 'code', state: 'replaced', package: owner } as const;
    return identify({
      ...{ unit: unit.name, scope: unit.scope, user: unit.user, container: null },
      executable: users[0]?.executable?.path ?? null,
      ...{ via: 'outdated', ...file, pids, confidence },
      pending: pendingOf(file, pids, false),
      replacedAt: since,
      staleSince: since,
    });
  });
}

function looseSighting(
  process: Process,
  via: 'map' | 'fd',
  file: DeletedMap | DeletedFd,
  { report, births, pendingOf }: Index,
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
    pending: pendingOf(file, [process.pid], process.container !== null),
    replacedAt: replacedAt(file),
    staleSince: staleSince(file, start === null ? [] : [start], report),
  });
}

/** Names a process that no unit owns: by the path of its program, or by the process name if the program is not known. */
export function programOf({ executable, name }: Pick<Process, 'executable' | 'name'>): string {
  return executable?.path ?? `[${name}]`;
}

function useOf(file: UnitFile | DeletedMap | DeletedFd, via: 'map' | 'fd') {
  const { path, path_base64, kind, role, state, package: owner } = file;
  return { via, path, path_base64, kind, role, state, package: owner, confidence: null };
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
    package: mergePackages(lead, lead === a ? b : a),
    pending: joinPending([a.pending, b.pending]),
  };
}

/** The package of the weightier use. Its running version is null if the other use is of another version. */
function mergePackages({ package: owner = null }: Sighting, { package: other = null }: Sighting): NullablePackage {
  if (owner === null || other === null) return owner ?? other;
  const { running_version = null } = owner;
  const isSame =
    owner.manager === other.manager && owner.name === other.name && other.running_version === running_version;
  return isSame ? owner : { ...owner, running_version: null };
}
