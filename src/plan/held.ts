// The report -> the holders of the space of gone files, the largest first. Every file of a holder counts once, in any role.

import { compareBytes } from '../documents/compare-bytes.ts';
import { containerKey } from '../documents/container-key.ts';
import type { Holder } from '../documents/generated/plan.ts';
import type { Container, Process, Report, Unit } from '../documents/generated/report.ts';
import { sumHeld } from '../held.ts';
import { keyMaker } from '../keys.ts';
import type { Selection } from './selection.ts';
import { planProcess } from './target.ts';
import { aliasesOf } from './unit-targets.ts';

export function buildHeld(report: Report, selection: Selection): Holder[] {
  const keyOf = keyMaker();
  const containers = new Map<string, { container: Container; members: Process[] }>();
  for (const process of report.processes) {
    if (process.unit !== null || process.container === null) continue;
    const key = containerKey(process.container, keyOf);
    const group = containers.get(key) ?? { container: process.container, members: [] };
    containers.set(key, group);
    group.members.push(process);
  }
  const unlisted = new Map((report.scan.cut ?? []).map(({ pid, held_bytes }) => [pid, held_bytes]));
  const alone = report.processes.filter(({ unit, container }) => unit === null && container === null);
  const units = report.units.filter((unit) => selection.hasUnit({ unit: unit.name, aliases: aliasesOf(unit) }));
  const others = [
    ...[...containers.values()].map(({ container, members }) => ({
      ...nobody,
      container,
      ...sumOf(members, unlisted),
    })),
    ...alone.map((process) => ({ ...nobody, process: planProcess(process), ...sumOf([process], unlisted) })),
  ];
  return [...units.map(unitHolder), ...(selection.hasUnit({ unit: null, aliases: [] }) ? others : [])]
    .filter((holder) => holder.held_bytes > 0)
    .sort(compareHolders);
}

const nobody = { unit: null, scope: null, user: null, container: null, process: null } as const;

function unitHolder({ name, scope, user, held_bytes, held_memory_bytes, pids }: Unit): Holder {
  return { ...nobody, unit: name, scope, user, held_bytes, held_memory_bytes: held_memory_bytes ?? null, pids };
}

/** @param unlisted by pid: the bytes of the files that the report does not list */
function sumOf(
  members: readonly Process[],
  unlisted: ReadonlyMap<number, number>,
): Pick<Holder, 'held_bytes' | 'held_memory_bytes' | 'pids'> {
  const { bytes, memory } = sumHeld(members.flatMap(({ maps, fds }) => [...maps, ...fds]));
  const more = members.reduce((sum, { pid }) => sum + (unlisted.get(pid) ?? 0), 0);
  return {
    held_bytes: Math.min(bytes + more, Number.MAX_SAFE_INTEGER),
    held_memory_bytes: more > 0 ? null : memory,
    pids: members.map(({ pid }) => pid).sort((a, b) => a - b),
  };
}

// If the sizes are equal, the whole text decides, because the order must not depend on the order of the report.
function compareHolders(a: Holder, b: Holder): number {
  return b.held_bytes - a.held_bytes || compareBytes(JSON.stringify(a), JSON.stringify(b));
}
