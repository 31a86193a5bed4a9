// PID 1's cgroups -> the root of the tree that its systemd keeps. On a host that is `/`. In a guest without a cgroup namespace of
// its own, every path begins with the guest's own cgroup. systemd takes PID 1's cgroup without `/init.scope` for its root
// (manager_setup_cgroup()), and so do we.

import type { Bytes } from '../procfs/bytes.ts';
import type { CgroupLine } from '../procfs/cgroup.ts';
import { type CgroupWalk, cleanPath, systemdLines, unitName, walkCgroup } from './cgroup-walk.ts';
import { findContainer } from './containers.ts';

/** The path below which PID 1's systemd keeps its units, by hierarchy (its number and controllers). */
export type GuestRoots = ReadonlyMap<string, Bytes>;

const initScope = /\/init\.scope$/;
/** The roots of a host, or of a guest with a cgroup namespace of its own: their paths have no prefix. */
export const hostRoots: GuestRoots = new Map();

/** @param lines PID 1's cgroups; none if they could not be read, and then the root is `/` */
export function findGuestRoots(lines: readonly CgroupLine[]): GuestRoots {
  if (!systemdLines(lines).some(({ path }) => isGuestPath(cleanPath(path)))) return hostRoots;
  return new Map(lines.map((line) => [hierarchyOf(line), cleanPath(line.path).replace(initScope, '')]));
}

/** Walks from the root of this guest or host; `outside` if the path is not below that root. */
export function walkFrom(roots: GuestRoots, line: CgroupLine): CgroupWalk {
  const path = cleanPath(line.path);
  const below = pathBelow(roots.get(hierarchyOf(line)) ?? '', path);
  return below === null ? { ...walkCgroup(path), outside: true } : walkCgroup(below);
}

function pathBelow(root: Bytes, path: Bytes): Bytes | null {
  if (root === '' || root === '/') return path;
  if (path === root) return '/';
  return path.startsWith(`${root}/`) ? path.slice(root.length) : null;
}

/**
 * Whether PID 1 is in the cgroup of a guest. A shell that only has a PID namespace of its own (unshare(1)) stays in the unit that
 * started it, and that unit belongs to the host's systemd.
 */
function isGuestPath(path: Bytes): boolean {
  if (path === '/' || path === '/init.scope') return false;
  const walk = walkCgroup(path);
  return initScope.test(path) || findContainer(walk, false) !== null || (walk.head !== null && unitName(walk) === null);
}

function hierarchyOf({ hierarchy, controllers }: CgroupLine): string {
  return `${hierarchy}:${controllers}`;
}
