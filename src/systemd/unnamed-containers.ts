// A cgroup path without a known runtime's name, and namespaces that are not PID 1's -> the container that both together show. Only
// the namespaces are the kernel's evidence, and a sandbox has its own too: a service with PrivatePIDs=, a tab of a browser,
// bubblewrap. So inside a unit more evidence is needed. If in doubt, the process counts as the unit's.

import { type Bytes, toText } from '../procfs/bytes.ts';
import { type CgroupWalk, loginSession, ownerUid, unitName, userManagerUid, walkComponents } from './cgroup-walk.ts';
import { isRuntimeService, type PathContainer } from './containers.ts';
import { unescapeUnitNamePart } from './unit-name.ts';

/** Namespaces of a process that are not PID 1's; each is false also if it could not be read. */
export interface Foreign {
  pid: boolean;
  cgroup: boolean;
  /** Whether its root is a view of the host's files. Then the namespaces are a sandbox's, unless the path says more. */
  isSandbox: () => boolean;
}

/** Runtimes use ids of 64 hexadecimal digits, alone or after a prefix, as in `x-ID.scope` or `slice:x:ID`. */
const prefixedId = /^(?:.*[-:_.])?(?<id>[0-9a-f]{64})(?:\.scope)?$/;
const bareId = /^(?<id>[0-9a-f]{64})$/;
/** Other ids: short ones, and UUIDs. */
const otherId = /^(?<id>[0-9a-f]{12,63}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\.scope)?$/;
/** Podman's own scope for a container without cgroups. podman and conmon are in it, and the container is below them. */
const podmanScope = /^podman-[0-9]+\.scope$/;
/** A scope that some program asked for: every scope except a manager's own. */
const anybodysScope = /^(?!init\.scope$).+\.scope$/;
/** Names made inside of a container: by its systemd, by crun, by nspawn, by the entry point of docker in docker. */
const inside = /\.(?:slice|service|scope)$|^(?:container|payload|supervisor|init|ns)$/;

/**
 * The container whose id of 64 digits is a part of the path. Such an id is no accident, so a PID namespace is enough. A name below
 * a service of the system proves nothing, because the service may run as anybody and invent a runtime's name.
 */
export function findById(walk: CgroupWalk, foreign: Foreign): PathContainer | null {
  if (!foreign.pid) return null;
  const isService = unitName(walk)?.endsWith('.service') === true;
  const isAnybodys = isService && ownerUid(walk) === null && !isRuntimeService(walk.head);
  return searchId(isService ? walk.below : partsOf(walk), isAnybodys ? bareId : prefixedId, walk);
}

/**
 * The container inside a unit. The program that asked for a scope fills it, so both namespaces can only come from that program, and
 * no action of systemd would end one container alone. A service may be a sandbox with both namespaces.
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

/** The container that is in no unit. Its id or name comes from the path, if the path has one. */
export function findOutsideUnits(walk: CgroupWalk): PathContainer {
  const parts = isRuntimeService(walk.head) ? walk.below : partsOf(walk);
  return searchId(parts, prefixedId, walk) ?? nameFrom(parts, ownerUid(walk));
}

function partsOf({ head, below }: CgroupWalk): readonly Bytes[] {
  return head === null ? [] : [head, ...below];
}

/** Returns the outermost id. If a pod's and its container's id are side by side, it returns the container's. */
function searchId(parts: readonly Bytes[], pattern: RegExp, walk: CgroupWalk): PathContainer | null {
  let index = parts.findIndex((part) => pattern.test(part));
  if (index === -1) return null;
  while (pattern.test(parts[index + 1] ?? '')) index++;
  const id = pattern.exec(parts[index]!)!.groups!.id!;
  return { runtime: 'unknown', id, name: null, uid: ownerUid(walk), inner: parts.length - index - 1 };
}

/** Takes the last part that was not made inside of the container as the name; there is no name if all parts were made inside. */
function nameFrom(parts: readonly Bytes[], uid: number | null): PathContainer {
  const first = anybodysScope.test(parts[0] ?? '') ? 1 : 0;
  const cut = parts.findIndex((part, index) => index >= first && inside.test(part));
  const own = cut === -1 ? parts : parts.slice(0, cut);
  const last = own.at(-1)?.replace(/\.scope$/, '');
  const name = last === undefined ? null : toText(unescapeUnitNamePart(last)).text;
  return { runtime: 'unknown', id: null, name, uid, inner: parts.length - own.length };
}
