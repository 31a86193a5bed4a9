// A process's cgroups and namespaces -> what it belongs to: a container, or a unit and perhaps a login session.
// systemd's own rule, from the left: systemd's cgroup-util.c, org.freedesktop.systemd1 and logind's session scopes.

import { type Bytes, toText } from '../procfs/bytes.ts';
import type { CgroupLine } from '../procfs/cgroup.ts';
import type { Attribution } from './attribution.ts';
import { type CgroupWalk, loginSession, userManagerUid, walkCgroup, walkComponents } from './cgroup-walk.ts';
import { findContainer } from './containers.ts';
import { isUnitName, unescapeCgroupName } from './unit-name.ts';

/** What the links below /proc/PID/ns say, as in `pid:[4026531836]`; null where they could not be read. */
export interface Namespaces {
  pid: string | null;
  cgroup: string | null;
}

type UnitSource = NonNullable<Attribution['unit']>['source'];
type Membership = Pick<Attribution, 'unit' | 'slice' | 'session'>;

/**
 * `reference` are the namespaces of PID 1 in the scanned procfs, or our own where those cannot be read. A process in a
 * container has no unit and no session here: those of the host are not its own, those of the guest are not the host's.
 */
export function attributeProcess(
  lines: readonly CgroupLine[],
  namespaces: Namespaces,
  reference: Namespaces,
): Attribution {
  const outsider: Membership = { unit: null, slice: null, session: null };
  const foreign = differs(namespaces.pid, reference.pid) || differs(namespaces.cgroup, reference.cgroup);
  const own = systemdLines(lines);
  // Any line may name a runtime: with its cgroupfs driver docker leaves the v2 line in containerd.service.
  for (const { path } of [...own, ...lines]) {
    const container = findContainer(walkCgroup(path), foreign);
    if (container !== null) return { cgroup: decode(path), ...outsider, container };
  }
  for (const { path, source } of own) {
    const member = findUnit(walkCgroup(path), source);
    if (member !== null) return { cgroup: decode(path), ...member, container: null };
  }
  const telling = own.find(({ path }) => path !== '/') ?? own[0] ?? lines[0];
  const unknown: Attribution['container'] = { runtime: 'unknown', id: null, name: null, uid: null };
  return { cgroup: telling ? decode(telling.path) : null, ...outsider, container: foreign ? unknown : null };
}

/** The hierarchies where systemd may keep its units. Pure v2, hybrid and v1 hosts differ in which of them tells. */
function systemdLines(lines: readonly CgroupLine[]): { path: Bytes; source: UnitSource }[] {
  const unified = lines.filter(({ hierarchy, controllers }) => hierarchy === 0 && controllers === '');
  const named = lines.filter(({ controllers }) => controllers === 'name=systemd');
  return [
    ...unified.map(({ path }) => ({ path, source: 'cgroup_v2' as const })),
    ...named.map(({ path }) => ({ path, source: 'cgroup_v1' as const })),
  ];
}

function findUnit(walk: CgroupWalk, source: UnitSource): Membership | null {
  const name = unitName(walk);
  // Outside of our cgroup namespace the first component is not the root's child, and what it is nobody can tell.
  if (name === null || walk.outside) return null;
  const uid = userManagerUid(walk);
  const member = uid === null ? null : findUserUnit(walk.below, uid, source);
  const unit = { name, scope: 'system' as const, uid: null, source };
  return member ?? { unit, slice: walk.slice, session: loginSession(walk) };
}

/** The user's own unit; null for the manager itself: in its init.scope, or below it where it has not yet made any unit. */
function findUserUnit(below: readonly Bytes[], uid: number, source: UnitSource): Membership | null {
  const walk = walkComponents(below);
  const name = unitName(walk);
  if (name === null || (name === 'init.scope' && walk.slice === null)) return null;
  return { unit: { name, scope: 'user', uid, source }, slice: walk.slice, session: null };
}

/** A slice can be no head, but an instance of one looks like it: no process is in it. */
function unitName({ head }: CgroupWalk): Bytes | null {
  const name = unescapeCgroupName(head ?? '');
  return isUnitName(name) && !name.endsWith('.slice') ? name : null;
}

function differs(one: string | null, other: string | null): boolean {
  return one !== null && other !== null && one !== other;
}

function decode(path: Bytes): string {
  return toText(path).text;
}
