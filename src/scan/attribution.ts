// The affected processes and the scanner's own -> their units, sessions and containers. Sources: the cgroups of each process, and
// the facts that PID 1 shows about this host or guest.

import type { Origin } from '../crew/questions.ts';
import { type Readers, readOr } from '../crew/readers.ts';
import type { AffectedProcess } from '../deleted/inspect.ts';
import type { Caller } from '../documents/generated/report.ts';
import { keyMaker } from '../keys.ts';
import { fromText } from '../procfs/bytes.ts';
import { parseCgroup } from '../procfs/cgroup.ts';
import type { Lineage } from '../procfs/self.ts';
import type { AttributedProcess } from '../report/facts.ts';
import { attributeProcess } from '../systemd/attribute.ts';
import type { Attribution } from '../systemd/attribution.ts';
import { findGuestRoots, type GuestRoots } from '../systemd/guest-root.ts';
import { ownsCgroup } from '../systemd/systemctl.ts';

/** Facts that PID 1 shows about this host or guest. If its namespaces could not be read, our own stand in for them. */
export interface InitProcess {
  namespaces: Lineage['namespaces'];
  roots: GuestRoots;
}

export function initProcess(first: Origin | null): InitProcess {
  const own = first?.lineage[0]?.namespaces ?? { pid: null, cgroup: null };
  const namespaces = { pid: first?.namespaces.pid ?? own.pid, cgroup: first?.namespaces.cgroup ?? own.cgroup };
  return { namespaces, roots: findGuestRoots(first?.cgroup ?? []) };
}

type Identified = Pick<AffectedProcess, 'pid' | 'identity'>;

/** Attributes each group of processes with the same cgroup and namespaces once. The returned function knows only these processes. */
export async function attributor(
  processes: readonly Identified[],
  init: InitProcess,
  readers: Readers,
): Promise<<P extends Identified>(process: P) => P & { attribution: Attribution }> {
  const makeKey = keyMaker();
  const keyOf = ({ identity: { namespaces, cgroup } }: Identified) =>
    makeKey(namespaces.pid, namespaces.cgroup, cgroup);
  const attribute = ({ identity: { namespaces, cgroup } }: Identified, isSandbox: () => boolean | null) =>
    attributeProcess(parseCgroup(cgroup), { ...namespaces, isSandbox }, init.namespaces, init.roots);
  const known = new Map<string, Attribution>();
  const firsts = new Map<string, Identified>();
  const doubtful = new Map<string, Identified>();
  for (const process of processes) {
    const key = keyOf(process);
    if (known.has(key)) continue;
    firsts.set(key, process);
    const ask = () => {
      doubtful.set(key, process);
      return null;
    };
    known.set(key, attribute(process, ask));
  }
  // Few processes need this second look, at their root folder.
  const items = [...doubtful.values()].map(({ pid, identity }) => ({ pid, startTicks: identity.stat.startTicks }));
  const sandboxes = readOr(await readers.ask('sandboxRoot', items), null);
  [...doubtful].forEach(([key, process], index) => {
    known.set(
      key,
      attribute(process, () => sandboxes[index] ?? null),
    );
  });
  await carryUsers(known, firsts, readers);
  return (process) => ({ ...process, attribution: known.get(keyOf(process))! });
}

/**
 * Gives each container that the system seems to have named the user who could have done so, because the control group above was
 * delegated to him: systemd.resource-control(5) Delegate=.
 * @param known by key
 * @param firsts a process of each key
 */
async function carryUsers(
  known: Map<string, Attribution>,
  firsts: ReadonlyMap<string, Identified>,
  readers: Readers,
): Promise<void> {
  const named = [...known].flatMap(([key, attribution]) => {
    const { container } = attribution;
    if (container === null || container.uid !== null || container.cgroup === null) return [];
    const item = { pid: firsts.get(key)!.pid, cgroup: fromText(container.cgroup) };
    return [{ key, attribution, container, item }];
  });
  const asked = await readers.ask(
    'cgroupUser',
    named.map(({ item }) => item),
  );
  const users = readOr(asked, null);
  for (const [index, { key, attribution, container }] of named.entries()) {
    known.set(key, { ...attribution, container: { ...container, uid: users[index] ?? null } });
  }
}

/** If systemd answers, a unit counts only if the process is in the unit's control group: a guest's cron.service is not the host's. */
export function confirmUnit(
  process: AttributedProcess,
  controlGroups: ReadonlyMap<string, string | null>,
): AttributedProcess {
  const { attribution } = process;
  const { unit } = attribution;
  if (unit?.scope !== 'system' || !controlGroups.has(unit.name)) return process;
  if (ownsCgroup(controlGroups.get(unit.name) ?? null, attribution.cgroup)) return process;
  const foreign: Attribution = { ...attribution, unit: null, slice: null, session: null };
  return { ...process, attribution: foreign };
}

/** The scanner first, then its ancestors; empty if the scanned procfs does not show them. */
export function attributeCallers(first: Origin | null, init: InitProcess): Attribution[] {
  return (first?.lineage ?? []).map(({ cgroup, namespaces }) =>
    attributeProcess(cgroup, namespaces, init.namespaces, init.roots),
  );
}

/** @param callers those of attributeCallers() */
export function nearestSession(callers: readonly Attribution[]): Caller | null {
  const session = callers.find((each) => each.session !== null)?.session;
  // A session that src/systemd/ finds is in a user's slice, so the owner is known.
  return session && session.uid !== null ? { session: session.id, uid: session.uid } : null;
}
