// A cgroup path -> the first component that is no slice, and what is around it. Everything that attributes a process walks
// the same way, from the root. systemd: cg_path_get_unit(), cg_path_get_user_unit(), cg_path_get_session().

import type { Bytes } from '../procfs/bytes.ts';
import type { CgroupLine } from '../procfs/cgroup.ts';
import { parseManagerUid, parseSession } from './session-name.ts';
import { isSliceName, isUnitName, unescapeCgroupName } from './unit-name.ts';

export interface CgroupWalk {
  /** The path leaves the reader's cgroup namespace (its first component is `..`), or the tree of this guest's systemd. */
  outside: boolean;
  /** The innermost slice above the head, null at the root. */
  slice: Bytes | null;
  /** The first component that is no slice, as it stands in the path; null where all are slices. */
  head: Bytes | null;
  /** What follows the head: a delegated subtree, named by its owner. */
  below: readonly Bytes[];
}

// The kernel marks the path of a cgroup that was removed under a dying process.
const removed = / \(deleted\)$/;

export function walkCgroup(path: Bytes): CgroupWalk {
  const components = cleanPath(path).split('/').filter(Boolean);
  const inside = components.findIndex((component) => component !== '..');
  return { ...walkComponents(inside > 0 ? components.slice(inside) : components), outside: components[0] === '..' };
}

/** The walk over what is below a head, as a user's manager sees it. */
export function walkComponents(components: readonly Bytes[]): CgroupWalk {
  const first = components.findIndex((component) => !isSliceName(unescapeCgroupName(component)));
  const index = first === -1 ? components.length : first;
  return {
    outside: false,
    slice: index === 0 ? null : unescapeCgroupName(components[index - 1]!),
    head: components[index] ?? null,
    below: components.slice(index + 1),
  };
}

/** A cgroup path without the mark of a removed cgroup. */
export function cleanPath(path: Bytes): Bytes {
  return path.replace(removed, '');
}

/** The name of the unit that the head is, null if it is none. A slice can be no head, but an instance of one looks like it. */
export function unitName({ head }: CgroupWalk): Bytes | null {
  const name = unescapeCgroupName(head ?? '');
  return isUnitName(name) && !name.endsWith('.slice') ? name : null;
}

/** The uid in `user@UID.service`, null if the head is no user manager. */
export function userManagerUid({ head }: CgroupWalk): number | null {
  return parseManagerUid(head ?? '');
}

/** The login session whose scope the head is. */
export function loginSession({ head, slice }: CgroupWalk): { id: string; uid: number } | null {
  return parseSession(head ?? '', slice);
}

/** Whose word the names below the head are: the user's own manager or session; null for the system's. */
export function ownerUid(walk: CgroupWalk): number | null {
  return userManagerUid(walk) ?? loginSession(walk)?.uid ?? null;
}

/** The hierarchies in which systemd may keep its units. Pure v2, hybrid and v1 hosts differ in which of them tells. */
export function systemdLines(lines: readonly CgroupLine[]): CgroupLine[] {
  const unified = lines.filter(({ hierarchy, controllers }) => hierarchy === 0 && controllers === '');
  return [...unified, ...lines.filter(({ controllers }) => controllers === 'name=systemd')];
}
