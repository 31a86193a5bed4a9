// The report -> everything that gets a verdict: units and what is in them, containers, and processes in neither.

import { containerKey } from '../documents/container-key.ts';
import type { Container, Process, Report, Unit } from '../documents/generated/report.ts';
import { compareBytes } from '../documents/order.ts';
import { groupBy } from '../group-by.ts';
import { keyMaker } from '../keys.ts';
import { processFindings } from './findings.ts';
import { buildContext, planProcess, type Thing } from './thing.ts';
import { unitThings } from './unit-things.ts';

/** In no order. A thing can turn out to have only findings that nothing needs to be done about. */
export function buildThings(report: Report): Thing[] {
  const context = buildContext(report);
  const byPid = [...report.processes].sort((a, b) => a.pid - b.pid);
  const keyOf = keyMaker();
  const contained = byPid.flatMap((process) => (process.container ? { process, container: process.container } : []));
  const containers = groupBy(contained, ({ container }) => containerKey(container, keyOf));
  return [
    ...report.units.flatMap((unit) => unitThings(unit, context)),
    ...[...containers.values()].map((members) => containerThing(members.map(({ process }) => process))),
    ...byPid
      .filter(({ unit, container }) => unit === null && container === null)
      .map((process) => processThing(process, report)),
  ];
}

/** The things of some of the report's units alone. */
export function buildUnitThings(units: readonly Unit[], report: Report): Thing[] {
  if (units.length === 0) return [];
  const context = buildContext(report);
  return units.flatMap((unit) => unitThings(unit, context));
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
  callersOwn: false,
} as const;

function containerThing(processes: readonly Process[]): Thing {
  return {
    ...nothing,
    kind: 'container',
    container: nameLikeAll(processes),
    programs: [],
    findings: processFindings(processes),
  };
}

/** Two hierarchies may name one container by two paths: the first decides, in whatever order the processes stand. */
function nameLikeAll(processes: readonly Process[]): Container | null {
  const [first] = processes
    .flatMap(({ container }) => container ?? [])
    .sort((a, b) => compareBytes(a.cgroup ?? '', b.cgroup ?? ''));
  return first === undefined ? null : { ...first, cgroup: first.cgroup ?? null };
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
