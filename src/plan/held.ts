// The report -> who holds the space of gone files, most first. Every file of a holder counts once, whatever its role.

import type { Holder } from '../documents/generated/plan.ts';
import type { Container, Process, Report, Unit } from '../documents/generated/report.ts';
import { compareBytes } from '../documents/order.ts';
import { isInMemory } from '../procfs/file-systems.ts';
import type { Selection } from './selection.ts';
import { planProcess } from './thing.ts';
import { containerKey } from './things.ts';

export function buildHeld(report: Report, selection: Selection): Holder[] {
  const containers = new Map<string, { container: Container; members: Process[] }>();
  for (const process of report.processes) {
    if (process.unit !== null || process.container === null) continue;
    const key = containerKey(process.container);
    const group = containers.get(key) ?? { container: process.container, members: [] };
    containers.set(key, group);
    group.members.push(process);
  }
  const alone = report.processes.filter(({ unit, container }) => unit === null && container === null);
  return [
    ...report.units.map(unitHolder),
    ...[...containers.values()].map(({ container, members }) => ({ ...nobody, container, ...sumOf(members) })),
    ...alone.map((process) => ({ ...nobody, process: planProcess(process), ...sumOf([process]) })),
  ]
    .filter((holder) => holder.held_bytes > 0 && selection.hasUnit(holder.unit))
    .sort(compareHolders);
}

const nobody = { unit: null, scope: null, user: null, container: null, process: null } as const;

function unitHolder({ name, scope, user, held_bytes, held_memory_bytes, pids }: Unit): Holder {
  return { ...nobody, unit: name, scope, user, held_bytes, held_memory_bytes: held_memory_bytes ?? null, pids };
}

function sumOf(members: readonly Process[]): Pick<Holder, 'held_bytes' | 'held_memory_bytes' | 'pids'> {
  const files = new Map<string, { bytes: number; memory: number | null }>();
  for (const { pid, maps, fds } of members) {
    for (const [index, file] of [...maps, ...fds].entries()) {
      // What cannot be told apart from others counts for itself.
      const key = file.device === null || file.inode === null ? `${pid} ${index}` : `${file.device} ${file.inode}`;
      const bytes = file.held_bytes ?? 0;
      const type = file.fs_type ?? null;
      if (bytes > 0) files.set(key, { bytes, memory: type === null ? null : isInMemory(type) ? bytes : 0 });
    }
  }
  const sums = [...files.values()];
  return {
    held_bytes: sums.reduce((sum, { bytes }) => Math.min(sum + bytes, Number.MAX_SAFE_INTEGER), 0),
    held_memory_bytes: sums.some(({ memory }) => memory === null)
      ? null
      : sums.reduce((sum, { memory }) => Math.min(sum + (memory ?? 0), Number.MAX_SAFE_INTEGER), 0),
    pids: members.map(({ pid }) => pid).sort((a, b) => a - b),
  };
}

// Where everything else is equal, the whole text decides: the order must not depend on that of the report.
function compareHolders(a: Holder, b: Holder): number {
  return b.held_bytes - a.held_bytes || compareBytes(JSON.stringify(a), JSON.stringify(b));
}
