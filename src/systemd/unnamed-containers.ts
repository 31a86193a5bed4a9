// A cgroup path that no known runtime named, and namespaces that are not PID 1's -> the container that the two tell of
// together. The kernel's word are the namespaces alone. A sandbox has some as well: a service with PrivatePIDs=, a tab of a
// browser, bubblewrap. So inside a unit more is asked for, and if in doubt the unit keeps its process.

import { type Bytes, toText } from '../procfs/bytes.ts';
import { type CgroupWalk, loginSession, ownerUid, unitName, userManagerUid, walkComponents } from './cgroup-walk.ts';
import { isRuntimeService, type PathContainer } from './containers.ts';
import { unescapeUnitNamePart } from './unit-name.ts';

/** Which namespaces of a process are not PID 1's; false also if that could not be read. */
export interface Foreign {
  pid: boolean;
  cgroup: boolean;
  /** Whether its root is a view of the host's files: then the namespaces are those of a sandbox, unless the path says more. */
  isSandbox: () => boolean;
}

/** Runtimes give ids of 64 hexadecimal digits, alone or behind a prefix, as in `x-ID.scope` or `slice:x:ID`. */
const prefixedId = /^(?:.*[-:_.])?(?<id>[0-9a-f]{64})(?:\.scope)?$/;
const bareId = /^(?<id>[0-9a-f]{64})$/;
/** Other ids: short ones, and UUIDs. */
const otherId = /^(?<id>[0-9a-f]{12,63}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\.scope)?$/;
/** Podman's own scope for a container without cgroups: in it are podman and conmon, and below them the container. */
const podmanScope = /^podman-[0-9]+\.scope$/;
/** A scope that somebody asked for: all but that of a manager itself. */
const anybodysScope = /^(?!init\.scope$).+\.scope$/;
/** What is made inside of a container: by its systemd, by crun, by nspawn, by the entry point of docker in docker. */
const inside = /\.(?:slice|service|scope)$|^(?:container|payload|supervisor|init|ns)$/;

/**
 * The container whose id of 64 digits is a part of the path. Such an id is no accident, so a PID namespace is enough. Below a
 * service of the system, which may be anybody's, a name that is made up to look like a runtime's counts for nothing.
 */
export function findById(walk: CgroupWalk, foreign: Foreign): PathContainer | null {
  if (!foreign.pid) return null;
  const isService = unitName(walk)?.endsWith('.service') === true;
  const isAnybodys = isService && ownerUid(walk) === null && !isRuntimeService(walk.head);
  return searchId(isService ? walk.below : partsOf(walk), isAnybodys ? bareId : prefixedId, walk);
}

/**
 * The container inside a unit. A scope is filled by whoever asked for it, so that both namespaces can only come from a
 * program in it, and nothing that systemd does would end one container alone. A service may be a sandbox with both.
 */
export function findInUnit(walk: CgroupWalk, foreign: Foreign): PathContainer | null {
  if (!foreign.pid) return null;
  const uid = ownerUid(walk);
  const own = userManagerUid(walk) === null ? walk : walkComponents(walk.below);
  const unit = unitName(own);
  if (isRuntimeService(unit)) return nameFrom(own.below, uid);
  if (unit !== null && podmanScope.test(unit)) {
    return { runtime: 'podman', id: null, name: null, uid, inner: own.below.length };
  }
  if (!foreign.cgroup) return null;
  const found = searchId(own.below, otherId, walk);
  if (found !== null || unit === null || !anybodysScope.test(unit) || foreign.isSandbox()) return found;
  return loginSession(own) === null && own.below.length === 0 ? nameFrom([unit], uid) : nameFrom(own.below, uid);
}

/** The container that is in no unit: the path gives the name, if anything does. */
export function findOutsideUnits(walk: CgroupWalk): PathContainer {
  return nameFrom(isRuntimeService(walk.head) ? walk.below : partsOf(walk), ownerUid(walk));
}

function partsOf({ head, below }: CgroupWalk): readonly Bytes[] {
  return head === null ? [] : [head, ...below];
}

/** The outermost id; of a pod's and its container's, side by side, the container's. */
function searchId(parts: readonly Bytes[], pattern: RegExp, walk: CgroupWalk): PathContainer | null {
  let index = parts.findIndex((part) => pattern.test(part));
  if (index === -1) return null;
  while (pattern.test(parts[index + 1] ?? '')) index++;
  const id = pattern.exec(parts[index]!)!.groups!.id!;
  return { runtime: 'unknown', id, name: null, uid: ownerUid(walk), inner: parts.length - index - 1 };
}

/** Named by the last part that was not made inside of the container; without a name if all were. */
function nameFrom(parts: readonly Bytes[], uid: number | null): PathContainer {
  const first = anybodysScope.test(parts[0] ?? '') ? 1 : 0;
  const cut = parts.findIndex((part, index) => index >= first && inside.test(part));
  const own = cut === -1 ? parts : parts.slice(0, cut);
  const last = own.at(-1)?.replace(/\.scope$/, '');
  const name = last === undefined ? null : toText(unescapeUnitNamePart(last)).text;
  return { runtime: 'unknown', id: null, name, uid, inner: parts.length - own.length };
}
