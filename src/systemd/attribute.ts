// /proc/PID/cgroup -> the unit, session or container that a process belongs to, by systemd's own rule: walked from the root,
// the first component that is no slice is the unit. systemd src/basic/cgroup-util.c cg_path_get_unit(), cg_path_get_user_unit().
// What lies below a unit is a delegated subtree, whose owner names it as it likes: it never decides a unit, a uid or a session.

import { type Bytes, toText } from '../procfs/bytes.ts';
import type { CgroupLine } from '../procfs/cgroup.ts';
import type { Attribution } from './attribution.ts';
import { type NamedContainer, parseContainer } from './containers.ts';
import { isPlainOrInstance, isSliceName, unescapeCgroupName } from './unit-name.ts';

interface Namespaces {
  pid: Bytes | null;
  cgroup: Bytes | null;
}

/** @param reference PID 1's namespaces in the scanned procfs (ours, where it cannot be read) */
export function attributeProcess(
  lines: readonly CgroupLine[],
  namespaces: Namespaces,
  reference: Namespaces,
): Attribution {
  const v2 = lines.find((line) => line.hierarchy === 0);
  const v1 = lines.find((line) => line.controllers === 'name=systemd');
  const candidates = [
    ...(v2 ? [{ path: toText(v2.path).text, source: 'cgroup_v2' as const }] : []),
    ...(v1 ? [{ path: toText(v1.path).text, source: 'cgroup_v1' as const }] : []),
  ];
  const walks = candidates.map((candidate) => ({ ...candidate, walk: walk(candidate.path) }));
  const found = walks.find(({ walk }) => walk.unit !== null) ?? walks.find(({ path }) => path !== '/') ?? walks[0];
  const cgroup = found?.path ?? null;

  const container = findContainer(lines, walks);
  if (container) return { cgroup, unit: null, slice: null, session: null, container };

  const walked = found?.walk ?? nowhere;
  const foreign = isForeign(namespaces.pid, reference.pid) || isForeign(namespaces.cgroup, reference.cgroup);
  if (walked.unit === null && foreign) {
    const unknown = { runtime: 'unknown' as const, id: null, name: null, uid: null };
    return { cgroup, unit: null, slice: null, session: null, container: unknown };
  }
  return {
    cgroup,
    unit: walked.unit && { ...walked.unit, source: found?.source ?? 'cgroup_v2' },
    slice: walked.slice,
    session: walked.session,
    container: null,
  };
}

interface Walk {
  unit: { name: string; scope: 'system' | 'user'; uid: number | null } | null;
  slice: string | null;
  session: { id: string; uid: number | null } | null;
  /** How many characters of the path the unit and what is above it take: what follows is delegated. */
  length: number;
  /** Where a user's own subtree begins and whose it is. */
  delegatedTo: { uid: number; at: number } | null;
}

const nowhere: Walk = { unit: null, slice: null, session: null, length: 0, delegatedTo: null };

function walk(path: string): Walk {
  // In a cgroup namespace of ours, what lies outside prints as /..: no unit of this host.
  if (path === '/..' || path.startsWith('/../')) return nowhere;
  const first = skipSlices(path, 0);
  const name = first.name;
  if (name === null || !isPlainOrInstance(name)) return { ...nowhere, slice: first.slice };

  const manager = /^user@([0-9]+)\.service$/.exec(name);
  if (manager) {
    const uid = Number(manager[1]);
    const delegatedTo = { uid, at: first.end };
    const own = skipSlices(path, first.end);
    if (own.name !== null && isPlainOrInstance(own.name)) {
      const unit = { name: own.name, scope: 'user' as const, uid };
      return { unit, slice: own.slice, session: null, length: own.end, delegatedTo };
    }
    const unit = { name, scope: 'system' as const, uid: null };
    return { unit, slice: first.slice, session: null, length: first.end, delegatedTo };
  }

  const session = /^session-(.+)\.scope$/.exec(name);
  const owner = /^user-([0-9]+)\.slice$/.exec(first.slice ?? '');
  return {
    unit: { name, scope: 'system', uid: null },
    slice: first.slice,
    session: session && owner ? { id: session[1] ?? '', uid: Number(owner[1]) } : null,
    length: first.end,
    delegatedTo: null,
  };
}

/** From `at` on: the first component that is no slice, the innermost slice above it, and where it ends. */
function skipSlices(path: string, at: number): { name: string | null; slice: string | null; end: number } {
  let slice: string | null = null;
  let start = at;
  while (start < path.length) {
    const begin = start + 1;
    const next = path.indexOf('/', begin);
    const end = next === -1 ? path.length : next;
    const name = unescapeCgroupName(path.slice(begin, end));
    if (name !== '' && !isSliceName(name)) return { name, slice, end };
    if (name !== '') slice = name;
    start = end;
  }
  return { name: null, slice, end: path.length };
}

/**
 * A runtime's name counts where the system itself wrote it: above, at, or directly below the unit that runs the runtime.
 * Below a user manager the user wrote it, and is named. Below any other unit it is a delegated subtree and does not decide,
 * but for a runtime that is such a unit itself (systemd-nspawn@x.service/payload) or a system service with delegation,
 * whose owner is root.
 */
function findContainer(lines: readonly CgroupLine[], walks: readonly { path: string; walk: Walk }[]) {
  const named: { container: NamedContainer; uid: number | null }[] = [];
  for (const line of lines) {
    const path = toText(line.path).text;
    const container = parseContainer(path);
    if (!container) continue;
    const delegated = walk(path).delegatedTo ?? walks.find((other) => other.walk.delegatedTo)?.walk.delegatedTo ?? null;
    const inside = delegated !== null && (walk(path).delegatedTo === null || container.at >= delegated.at);
    named.push({ container, uid: inside ? delegated.uid : null });
  }
  const first = named[0];
  if (!first) return null;
  const { runtime, id, name } = first.container;
  return { runtime, id, name, uid: named.find((entry) => entry.uid !== null)?.uid ?? null };
}

function isForeign(namespace: Bytes | null, reference: Bytes | null): boolean {
  return namespace !== null && reference !== null && namespace !== reference;
}
