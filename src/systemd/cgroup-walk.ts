// A cgroup path -> the first component that is not a slice (the head), and the components around it. All attribution walks the
// path in this way, from the root. systemd: cg_path_get_unit(), cg_path_get_user_unit(), cg_path_get_session().

import type { Bytes } from '../procfs/bytes.ts';
import type { CgroupLine } from '../procfs/cgroup.ts';
import { parseManagerUid, parseSession } from './session-name.ts';
import { isSliceName, isUnitName, unescapeCgroupName } from './unit-name.ts';

export interface CgroupWalk {
  /** The path leaves the reader's cgroup namespace (its first component is `..`), or the tree of this guest's systemd. */
  outside: boolean;
  /** The innermost slice above the head, null at the root. */
  slice: Bytes | null;
  /** The first component that is not a slice, as it stands in the path; null if all are slices. */
  head: Bytes | null;
  /** The components after the head: a delegated subtree, in which the head's owner chose the names. */
  below: readonly Bytes[];
}

// The kernel marks the path if the cgroup was removed while a dying process was still in it.
const removed = / \(deleted\)$/;

export function walkCgroup(path: Bytes): CgroupWalk {
  const components = cleanPath(path).split('/').filter(Boolean);
  const inside = components.findIndex((component) => component !== '..');
  return { ...walkComponents(inside > 0 ? components.slice(inside) : components), outside: components[0] === '..' };
}

/** Walks over the components below a head, as a user's manager sees them. */
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

/** The unit's name if the head is a unit, else null. A slice is never a head, but an instance with a slice's ending looks like one. */
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

/** The user whose manager or session chose the names below the head; null if the system chose them. */
export function ownerUid(walk: CgroupWalk): number | null {
  return userManagerUid(walk) ?? loginSession(walk)?.uid ?? null;
}

/** The hierarchies in which systemd may keep its units. Pure v2, hybrid and v1 hosts keep them in different ones. */
export function systemdLines(lines: readonly CgroupLine[]): CgroupLine[] {
  const unified = lines.filter(({ hierarchy, controllers }) => hierarchy === 0 && controllers === '');
  return [...unified, ...lines.filter(({ controllers }) => controllers === 'name=systemd')];
}
