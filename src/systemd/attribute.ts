// A process's cgroups and namespaces -> its container, or its unit and perhaps its login session.
// The rule is systemd's own, from the left: systemd's cgroup-util.c, org.freedesktop.systemd1 and logind's session scopes.

import { type Bytes, toText } from '../procfs/bytes.ts';
import type { CgroupLine } from '../procfs/cgroup.ts';
import type { Namespaces } from '../procfs/self.ts';
import type { Attribution } from './attribution.ts';
import {
  type CgroupWalk,
  cleanPath,
  loginSession,
  systemdLines,
  unitName,
  userManagerUid,
  walkComponents,
} from './cgroup-walk.ts';
import { findContainer, isRuntimeService, type PathContainer } from './containers.ts';
import { type GuestRoots, hostRoots, walkFrom } from './guest-root.ts';
import { type Foreign, findById, findInUnit, findOutsideUnits } from './unnamed-containers.ts';

/** Facts that a process's own folder shows. */
export interface Surroundings extends Namespaces {
  /** Whether its root is a view of PID 1's own files; null if that is not known. Called only if nothing else decides. */
  isSandbox?: () => boolean | null;
}

type UnitSource = NonNullable<Attribution['unit']>['source'];
type Membership = Pick<Attribution, 'unit' | 'slice' | 'session'>;

/** A line of the cgroup file, and its walk from the root of PID 1's systemd. */
interface Place {
  line: CgroupLine;
  walk: CgroupWalk;
}

const outsider: Membership = { unit: null, slice: null, session: null };

/**
 * A process in a container has no unit and no session here: the host's are not its own, and the guest's are not the host's.
 * @param reference the namespaces of PID 1 in the scanned procfs, or our own if those cannot be read
 * @param roots the roots that PID 1's cgroups show, see guest-root.ts
 */
export function attributeProcess(
  lines: readonly CgroupLine[],
  namespaces: Surroundings,
  reference: Namespaces,
  roots: GuestRoots = hostRoots,
): Attribution {
  const foreign = compare(namespaces, reference);
  const own = systemdLines(lines).map((line): Place => ({ line, walk: walkFrom(roots, line) }));
  // Any line may name a container: docker's cgroupfs driver leaves the v2 line in containerd.service.
  const all = [...own, ...lines.map((line): Place => ({ line, walk: walkFrom(roots, line) }))];
  const contained = ({ line }: Place, found: PathContainer): Attribution => ({
    cgroup: decode(line.path),
    ...outsider,
    container: describe(line.path, found),
  });

  const named = findFirst(all, ({ walk }) => findContainer(walk, foreign.pid || foreign.cgroup));
  if (named !== null) return contained(...named);
  const numbered = findFirst(all, ({ walk }) => findById(walk, foreign));
  if (numbered !== null) return contained(...numbered);
  // A process in other namespaces below a runtime's service is not a part of that service.
  const member = findFirst(own, ({ line, walk }) =>
    foreign.pid && isRuntimeService(walk.head) ? null : findUnit(walk, sourceOf(line)),
  );
  if (member !== null) {
    const [place, unit] = member;
    const found = findInUnit(place.walk, foreign);
    return found === null ? { cgroup: decode(place.line.path), ...unit, container: null } : contained(place, found);
  }
  if (foreign.pid || foreign.cgroup) {
    const found = all.map((place) => [place, findOutsideUnits(place.walk)] as const);
    const best =
      found.find(([, { id }]) => id !== null) ??
      found.find(([, { name }]) => name !== null) ??
      found.find(([{ line }]) => line.path !== '/') ??
      found[0];
    if (best !== undefined) return contained(...best);
    const unknown = { runtime: 'unknown' as const, id: null, name: null, uid: null, cgroup: null };
    return { cgroup: null, ...outsider, container: unknown };
  }
  const telling = (own.find(({ line }) => line.path !== '/') ?? own[0])?.line ?? lines[0];
  return { cgroup: telling === undefined ? null : decode(telling.path), ...outsider, container: null };
}

/** Returns the first place that has an answer from `find`, with the answer. */
function findFirst<T>(places: readonly Place[], find: (place: Place) => T | null): [Place, T] | null {
  for (const place of places) {
    const found = find(place);
    if (found !== null) return [place, found];
  }
  return null;
}

function describe(path: Bytes, { inner, ...container }: PathContainer): Attribution['container'] {
  const parts = cleanPath(path).split('/').filter(Boolean);
  const own = parts.slice(0, parts.length - inner);
  return { ...container, cgroup: own.length === 0 ? null : decode(`/${own.join('/')}`) };
}

function sourceOf({ controllers }: CgroupLine): UnitSource {
  return controllers === '' ? 'cgroup_v2' : 'cgroup_v1';
}

function findUnit(walk: CgroupWalk, source: UnitSource): Membership | null {
  const name = unitName(walk);
  // Outside of our cgroup namespace the first component is not a child of the root, and nobody can tell which unit it is.
  if (name === null || walk.outside) return null;
  const uid = userManagerUid(walk);
  const member = uid === null ? null : findUserUnit(walk.below, uid, source);
  const unit = { name, scope: 'system' as const, uid: null, source };
  return member ?? { unit, slice: walk.slice, session: loginSession(walk) };
}

/** The user's own unit; null for the manager itself, which is in its init.scope, or in no unit before it has made any. */
function findUserUnit(below: readonly Bytes[], uid: number, source: UnitSource): Membership | null {
  const walk = walkComponents(below);
  const name = unitName(walk);
  if (name === null || (name === 'init.scope' && walk.slice === null)) return null;
  return { unit: { name, scope: 'user', uid, source }, slice: walk.slice, session: null };
}

function compare({ pid, cgroup, isSandbox }: Surroundings, reference: Namespaces): Foreign {
  return {
    pid: differs(pid, reference.pid),
    cgroup: differs(cgroup, reference.cgroup),
    isSandbox: () => isSandbox?.() === true,
  };
}

function differs(one: string | null, other: string | null): boolean {
  return one !== null && other !== null && one !== other;
}

function decode(path: Bytes): string {
  return toText(path).text;
}
