// The affected processes and the scanner's own -> the units, sessions and containers that they belong to, by their cgroups and by what
// PID 1 says of this host or guest.

import type { Origin } from '../crew/questions.ts';
import { type Readers, readOr } from '../crew/readers.ts';
import type { AffectedProcess } from '../deleted/inspect.ts';
import type { Caller } from '../documents/generated/report.ts';
import { keyMaker } from '../keys.ts';
import { parseCgroup } from '../procfs/cgroup.ts';
import type { Lineage } from '../procfs/self.ts';
import type { AttributedProcess } from '../report/facts.ts';
import { attributeProcess } from '../systemd/attribute.ts';
import type { Attribution } from '../systemd/attribution.ts';
import { findGuestRoots, type GuestRoots } from '../systemd/guest-root.ts';
import { ownsCgroup } from '../systemd/systemctl.ts';

/** What PID 1 says of this host or guest. If its namespaces may not be read, our own stand in for them. */
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

/** The processes of one unit are many, and what attributes one attributes all. The function knows no others than these. */
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
  const doubtful = new Map<string, Identified>();
  for (const process of processes) {
    const key = keyOf(process);
    if (known.has(key)) continue;
    const ask = () => {
      doubtful.set(key, process);
      return null;
    };
    known.set(key, attribute(process, ask));
  }
  // Few depend on the root of the process, which takes another look at it.
  const items = [...doubtful.values()].map(({ pid, identity }) => ({ pid, startTicks: identity.stat.startTicks }));
  const sandboxes = readOr(await readers.ask('sandboxRoot', items), null);
  [...doubtful].forEach(([key, process], index) => {
    known.set(
      key,
      attribute(process, () => sandboxes[index] ?? null),
    );
  });
  return (process) => ({ ...process, attribution: known.get(keyOf(process))! });
}

/** Where systemd answers, a unit counts only if the process is in its control group: a guest's cron.service is not the host's. */
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

/** @param callers the scanner first, then its ancestors */
export function nearestSession(callers: readonly Attribution[]): Caller | null {
  const session = callers.find((each) => each.session !== null)?.session;
  // What src/systemd/ takes for a session lies in a user's slice, which says whose it is.
  return session && session.uid !== null ? { session: session.id, uid: session.uid } : null;
}
