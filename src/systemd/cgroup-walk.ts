// A cgroup path -> the first component that is no slice, and what is around it. Everything that attributes a process walks
// the same way, from the root. systemd: cg_path_get_unit(), cg_path_get_user_unit(), cg_path_get_session().

import type { Bytes } from '../procfs/bytes.ts';
import { isSliceName, unescapeCgroupName } from './unit-name.ts';

export interface CgroupWalk {
  /** The path leaves the reader's cgroup namespace: its first component is `..`. */
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
const largestUid = 0xffff_fffe;
const overflowUid16 = 0xffff;

export function walkCgroup(path: Bytes): CgroupWalk {
  const components = path.replace(removed, '').split('/').filter(Boolean);
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

/** The uid in `user@UID.service`, null where the head is no user manager. */
export function userManagerUid(walk: CgroupWalk): number | null {
  return parseUid(/^user@([0-9]+)\.service$/.exec(walk.head ?? '')?.[1]);
}

/** The login session whose scope the head is: `session-ID.scope` directly below `user-UID.slice`. */
export function loginSession(walk: CgroupWalk): { id: string; uid: number } | null {
  const id = /^session-([0-9A-Za-z]+)\.scope$/.exec(walk.head ?? '')?.[1];
  const uid = parseUid(/^user-([0-9]+)\.slice$/.exec(walk.slice ?? '')?.[1]);
  return id === undefined || uid === null ? null : { id, uid };
}

/** As systemd reads a uid: no leading zero, and not one of the two values that mean "none". */
function parseUid(digits: string | undefined): number | null {
  if (digits === undefined || !/^(?:0|[1-9][0-9]{0,9})$/.test(digits)) return null;
  const uid = Number(digits);
  return uid > largestUid || uid === overflowUid16 ? null : uid;
}
