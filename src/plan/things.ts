// The report -> everything that gets a verdict: units and what is in them, containers, and processes in neither.

import type { Container, Process, Report } from '../documents/generated/report.ts';
import { processFindings } from './findings.ts';
import { buildContext, planProcess, type Thing } from './thing.ts';
import { unitThings } from './unit-things.ts';

/** In no order. A thing can turn out to have only findings that nothing needs to be done about. */
export function buildThings(report: Report): Thing[] {
  const context = buildContext(report);
  const byPid = [...report.processes].sort((a, b) => a.pid - b.pid);
  const containers = new Map<string, Process[]>();
  for (const process of byPid) {
    if (process.container === null) continue;
    const key = containerKey(process.container);
    const members = containers.get(key);
    if (members === undefined) containers.set(key, [process]);
    else members.push(process);
  }
  return [
    ...report.units.flatMap((unit) => unitThings(unit, context)),
    ...[...containers.values()].map(containerThing),
    ...byPid
      .filter(({ unit, container }) => unit === null && container === null)
      .map((process) => processThing(process, report)),
  ];
}

// The owner is part of it: a user who forges a cgroup name must not get into a container of the system's.
export function containerKey({ runtime, id, name, user }: Container): string {
  return JSON.stringify([runtime, id, name, user?.uid ?? null]);
}

const nothing = {
  unit: null,
  aliases: [],
  scope: null,
  user: null,
  session: null,
  container: null,
  process: null,
  facts: null,
  users: [],
  sessions: [],
  main: null,
  carriesCaller: false,
} as const;

function containerThing(processes: readonly Process[]): Thing {
  return {
    ...nothing,
    kind: 'container',
    container: processes[0]!.container,
    programs: [],
    findings: processFindings(processes),
  };
}

function processThing(process: Process, report: Report): Thing {
  return {
    ...nothing,
    kind: process.pid === 1 && report.host.init === 'systemd' ? 'pid1' : 'process',
    process: planProcess(process),
    programs: [process.executable?.path ?? null],
    findings: processFindings([process]),
  };
}
